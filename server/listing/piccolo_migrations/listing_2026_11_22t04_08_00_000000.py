from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from server.listing import search_engine

ID = "2026-11-22T04:08:00:000000"
VERSION = "1.38.0"
DESCRIPTION = "full text, by the database's own means"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="listing", description=DESCRIPTION)
    manager.add_raw(search_engine.create)
    manager.add_raw_backwards(search_engine.drop)
    return manager
