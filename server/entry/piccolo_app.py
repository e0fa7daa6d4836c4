"""Names the entry tables to Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from server.entry.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="entry",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=[],
)
