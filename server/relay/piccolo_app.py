"""The Piccolo app "relay": sealed records in order."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from server.relay.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="relay",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=[],
)
