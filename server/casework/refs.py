"""Case references: random, the same at every agency, and naming nobody."""

import secrets
from collections.abc import Iterable

from server.casework.errors import NoSuchCase, ShortRefUnclear

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH = 26
# Stands at both ends of the reference of a test handoff; by chance at one real case in 2^40.
_INVENTED = "TEST"
INVENTED_LIKE = f"{_INVENTED}%{_INVENTED}"
# Letters people write for one another when they copy by hand.
_MISREAD = str.maketrans("ILO", "110", "- ")


def new_ref() -> str:
    """A reference no case has: 130 random bits."""
    ref = _random(_LENGTH)
    return new_ref() if is_invented(ref) else ref


def new_invented_ref() -> str:
    """A reference that says of itself that its case is invented, for a test handoff."""
    return f"{_INVENTED}{_random(_LENGTH - 2 * len(_INVENTED))}{_INVENTED}"


def is_invented(case_ref: str) -> bool:
    """Is this the reference of a test handoff? Such a case is in no list and no count of cases."""
    return case_ref.startswith(_INVENTED) and case_ref.endswith(_INVENTED)


def short(case_ref: str) -> str:
    """The first six symbols, as people say them: 7KQ-42M."""
    return f"{case_ref[:3]}-{case_ref[3:6]}"


def plain(text: str) -> str:
    """What somebody typed, as references are kept."""
    return text.strip().upper().translate(_MISREAD)


def is_whole(text: str) -> bool:
    """Is this a whole reference, written as it is kept?"""
    return len(text) == _LENGTH and all(letter in _CROCKFORD for letter in text)


def _random(letters: int) -> str:
    return "".join(secrets.choice(_CROCKFORD) for _ in range(letters))


def pick(text: str, known: Iterable[str]) -> str:
    """The one known reference that begins like this."""
    wanted = plain(text)
    found = {ref for ref in known if wanted and ref.startswith(wanted)}
    if not found:
        raise NoSuchCase
    if len(found) > 1:
        raise ShortRefUnclear
    return found.pop()
