"""The Piccolo app "node": what any node keeps."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from server.node.tables import ALL

APP_CONFIG = AppConfig(
    app_name="node",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=list(ALL),
)
