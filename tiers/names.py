"""Comparing names, so that nobody signs for a person they are recorded as hurting."""

import re
import unicodedata

_BETWEEN = re.compile(r"[;/\n|]|\balso known as\b|\baka\b|\bor\b")
_SIGNS = re.compile(r"[^\w]+|_+")


def same_person(name: str, recorded: str) -> bool:
    """May this name be one of those recorded? Case, accents, order and signs do not matter."""
    sought = _parts(name)
    if not sought:
        return False
    each = [recorded, *_BETWEEN.split(recorded.casefold()), *recorded.split(",")]
    return any(sought == _parts(one) for one in each)


def _parts(name: str) -> tuple[str, ...]:
    plain = unicodedata.normalize("NFKD", name.casefold())
    letters = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return tuple(sorted(part for part in _SIGNS.split(letters.casefold()) if part))
