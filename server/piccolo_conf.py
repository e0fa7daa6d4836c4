"""For Piccolo's own command line: the engine, and the apps of a node."""

import os

from piccolo.conf.apps import AppRegistry

from server.node import database, settings
from server.node.engines import CURRENT

if not CURRENT.bound:
    database.bind(database.engine_for(settings.read(os.environ)))

DB = CURRENT
APP_REGISTRY = AppRegistry(
    apps=[
        "server.node.piccolo_app",
        "server.casework.piccolo_app",
        "server.meeting.piccolo_app",
        "server.listing.piccolo_app",
        "server.entry.piccolo_app",
        "server.relay.piccolo_app",
    ]
)
