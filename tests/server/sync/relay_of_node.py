"""Serve the relay of the node in CASEFOLD_DATA on an inherited socket."""

import os
import socket
import sys

import uvicorn

from server.node import settings
from server.relay import app

listening = socket.socket(fileno=int(sys.argv[1]))
config = uvicorn.Config(
    app.create(settings.read(os.environ)),
    access_log=False,
    log_level="warning",
    timeout_graceful_shutdown=1,
)
uvicorn.Server(config).run(sockets=[listening])
