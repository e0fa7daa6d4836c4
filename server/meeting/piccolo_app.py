"""Names the tables of the meeting to Piccolo."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from server.meeting.tables import TABLES

APP_CONFIG = AppConfig(
    app_name="meeting",
    migrations_folder_path=str(Path(__file__).parent / "piccolo_migrations"),
    table_classes=TABLES,
    migration_dependencies=[],
)
