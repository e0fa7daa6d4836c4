"""Case references: random, the same at every agency, and naming nobody."""

import secrets
from collections.abc import Iterable

from server.casework.errors import NoSuchCase, ShortRefUnclear

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
# Letters people write for one another when they copy by hand.
_MISREAD = str.maketrans("ILO", "110", "- ")


def new_ref() -> str:
    """A reference no case has: 130 random bits."""
    return "".join(secrets.choice(_CROCKFORD) for _ in range(_LENGTH))


def short(case_ref: str) -> str:
    """The first six symbols, as people say them: 7KQ-42M."""
    return f"{case_ref[:3]}-{case_ref[3:6]}"


def plain(text: str) -> str:
    """What somebody typed, as references are kept."""
    return text.strip().upper().translate(_MISREAD)


def is_whole(text: str) -> bool:
    """Is this a whole reference, written as it is kept?"""
    return len(text) == _LENGTH and all(letter in _CROCKFORD for letter in text)


def pick(text: str, known: Iterable[str]) -> str:
    """The one known reference that begins like this."""
    wanted = plain(text)
    found = {ref for ref in known if wanted and ref.startswith(wanted)}
    if not found:
        raise NoSuchCase
    if len(found) > 1:
        raise ShortRefUnclear
    return found.pop()
