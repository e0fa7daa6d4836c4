"""serve.lock: held shared by serve and every command, and alone by whoever restores.

served.lock: held by serve alone, so that a folder is served once at a time.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from server.node.errors import NodeError
from server.node.settings import Settings


class FolderBusy(NodeError):
    """Another process of this node is at work: end it, then try again."""


class ServedAlready(NodeError):
    """This node is served already, by another process: end that one first."""


@contextmanager
def shared(settings: Settings) -> Iterator[None]:
    """Be one of several at work in this folder."""
    with _held(settings, "serve.lock", fcntl.LOCK_SH):
        yield


@contextmanager
def serving(settings: Settings) -> Iterator[None]:
    """Be the only one that serves this folder, beside whoever else is at work in it."""
    with _held(settings, "served.lock", fcntl.LOCK_EX, ServedAlready), shared(settings):
        yield


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Be the only one at work in this folder, or say that somebody else is."""
    with _held(settings, "serve.lock", fcntl.LOCK_EX):
        yield


@contextmanager
def _held(
    settings: Settings, name: str, how: int, busy: type[NodeError] = FolderBusy
) -> Iterator[None]:
    descriptor = os.open(settings.data / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise busy from None
        yield
    finally:
        os.close(descriptor)
