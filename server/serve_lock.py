"""serve.lock: held shared by serve and every command, and alone by whoever restores."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager

from server.node.errors import NodeError
from server.node.settings import Settings


class FolderBusy(NodeError):
    """Another process of this node is at work: end it, then try again."""


@contextmanager
def shared(settings: Settings) -> Iterator[None]:
    """Be one of several at work in this folder."""
    with _held(settings, fcntl.LOCK_SH):
        yield


@contextmanager
def alone(settings: Settings) -> Iterator[None]:
    """Be the only one at work in this folder, or say that somebody else is."""
    with _held(settings, fcntl.LOCK_EX):
        yield


@contextmanager
def _held(settings: Settings, how: int) -> Iterator[None]:
    descriptor = os.open(settings.data / "serve.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderBusy from None
        yield
    finally:
        os.close(descriptor)
