"""Names the directory's tables to Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from server.listing.index_tables import INDEX
from server.listing.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="listing",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=[*TABLES, *INDEX],
    migration_dependencies=[],
)
