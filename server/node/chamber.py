"""One Chamber a process, started before any unlock, where partners' bytes are read."""

import threading

from client_sync.child import Chamber

_starting = threading.Lock()
_chambers: list[Chamber] = []


def get() -> Chamber:
    """The Chamber of this process. Call it once before anybody signs in."""
    with _starting:
        if not _chambers:
            chamber = Chamber()
            chamber.start()
            _chambers.append(chamber)
        return _chambers[0]


def close() -> None:
    """End the child; for the end of a process or a test."""
    with _starting:
        while _chambers:
            _chambers.pop().close()
