"""The Piccolo app "node": what any node keeps."""

from pathlib import Path

from piccolo.conf.apps import AppConfig

from server.node import joining_tables, pack_tables, tables

APP_CONFIG = AppConfig(
    app_name="node",
    migrations_folder_path=Path(__file__).parent / "piccolo_migrations",
    table_classes=[*tables.ALL, *joining_tables.ALL, *pack_tables.ALL],
)
