"""Where Piccolo finds the engine while a node runs; it names no app on purpose."""

from server.node.engines import CURRENT

DB = CURRENT
