"""Whom a description may be: every known person it is like, the likeliest first, and why.

Nothing here asks a database, and nothing it is given leaves: it compares what it is handed.
"""

from collections.abc import Callable, Iterable, Sequence
from math import prod

from server.likeness import names, traces
from server.likeness.people import Asked, Known, Likeness, Match

__all__ = ["LIKELY", "Asked", "Known", "Match", "alike"]

LIKELY = 0.5  # from here on a person should look
_OTHERWISE_BORN = 0.5  # for a name whose bearer was born on another day
_Compare = Callable[[str, str], Likeness | None]


def alike(asked: Asked, held: Sequence[Known]) -> list[Match]:
    """Those who may be the person asked about."""
    spoken = [names.words(name) for name in asked.names]
    found = []
    for known in held:
        match = _match(asked, spoken, known)
        if match is not None and match.score >= LIKELY:
            found.append(match)
    return sorted(found, key=lambda match: (-match.score, match.ref, match.person))


def _match(asked: Asked, spoken: Sequence[tuple[str, ...]], known: Known) -> Match | None:
    named = _best(names.alike(one, names.words(other)) for one in spoken for other in known.names)
    born = _pairs(traces.births, asked.births, known.births)
    lived = _pairs(traces.addresses, asked.addresses, known.addresses)
    called = _pairs(traces.phones, asked.phones, known.phones)
    common = [one for one in (named, born, lived, called) if one is not None]
    if not common:
        return None
    score = 1 - prod(1 - one.weight for one in common)
    because = [one.because for one in common]
    if named and born is None and _both_born(asked, known):
        score *= _OTHERWISE_BORN
        because.append("but born on another day")
    return Match(known.ref, known.person, round(score, 4), tuple(because))


def _pairs(compare: _Compare, asked: Iterable[str], held: Sequence[str]) -> Likeness | None:
    return _best(compare(one, other) for one in asked for other in held)


def _best(found: Iterable[Likeness | None]) -> Likeness | None:
    """The strongest of these; of two as strong the same one whichever came first."""
    real = [one for one in found if one is not None]
    return max(real, key=lambda one: (one.weight, one.because), default=None)


def _both_born(asked: Asked, known: Known) -> bool:
    return any(map(traces.is_birth, asked.births)) and any(map(traces.is_birth, known.births))
