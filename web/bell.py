"""The mark of the last change that open pages were told of, so that none is missed in between.

A page is read, sent, and only then listens: what changed meanwhile rang while nobody heard it.
"""

import secrets

_last = [secrets.token_hex(4)]


def mark() -> str:
    """Other than before once something has changed; says nothing of what, or how often."""
    return _last[0]


def change() -> None:
    """Something changed here or arrived."""
    _last[0] = secrets.token_hex(4)
