"""Batches as a child is asked to read them, of one agency or another."""

from client_sync.child import Batch
from client_sync.document import Composed, compose
from tests.client_sync.lanes import OWNER, at, cleared, wrote

OTHER = bytes(range(200, 232))


def composed(owner: bytes = OWNER, word: str = "word") -> Composed:
    return compose(cleared({at("a"): (wrote(word),), at("b"): (wrote("b"),)}), owner)


def good(share: str = "good", owner: bytes = OWNER, word: str = "word") -> Batch:
    return Batch(share, owner, composed(owner, word).changes)
