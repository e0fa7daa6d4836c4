"""Whom a description may be: every known person it is like, the likeliest first, and why.

Nothing here asks a database, and nothing it is given leaves: it compares what it is handed.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from math import prod

from server.likeness import names, traces
from server.likeness.people import Asked, Known, Likeness, Match

__all__ = ["LIKELY", "Asked", "Known", "Match", "alike"]

LIKELY = 0.5  # from here on a person should look
_OTHERWISE_BORN = 0.5  # for a name whose bearer was born on another day
_Compare = Callable[[str], Likeness | None]


def alike(asked: Asked, held: Sequence[Known]) -> list[Match]:
    """Those who may be the person asked about."""
    likes = _likes(asked)
    found = []
    for known in held:
        match = _match(asked, likes, known)
        if match is not None and match.score >= LIKELY:
            found.append(match)
    return sorted(found, key=lambda match: (-match.score, match.ref, match.person))


def _likes(asked: Asked) -> tuple[_Compare, _Compare, _Compare, _Compare]:
    """How like a name, a birth, an address, a telephone is; many parts say the same of somebody."""
    spoken = [names.words(name) for name in asked.names]
    return (
        cache(lambda name: _best(names.alike(one, names.words(name)) for one in spoken)),
        cache(lambda birth: _best(traces.births(one, birth) for one in asked.births)),
        cache(lambda address: _best(traces.addresses(one, address) for one in asked.addresses)),
        cache(lambda phone: _best(traces.phones(one, phone) for one in asked.phones)),
    )


def _match(asked: Asked, likes: Sequence[_Compare], known: Known) -> Match | None:
    held = (known.names, known.births, known.addresses, known.phones)
    each = [_best(map(like, said)) for like, said in zip(likes, held, strict=True)]
    common = [one for one in each if one is not None]
    if not common:
        return None
    score = 1 - prod(1 - one.weight for one in common)
    because = [one.because for one in common]
    named, born, *_ = each
    if named and born is None and _both_born(asked, known):
        score *= _OTHERWISE_BORN
        because.append("but born on another day")
    return Match(known.ref, known.person, round(score, 4), tuple(because))


def _best(found: Iterable[Likeness | None]) -> Likeness | None:
    """The strongest of these; of two as strong the same one whichever came first."""
    real = [one for one in found if one is not None]
    return max(real, key=lambda one: (one.weight, one.because), default=None)


def _both_born(asked: Asked, known: Known) -> bool:
    return any(map(traces.is_birth, asked.births)) and any(map(traces.is_birth, known.births))
