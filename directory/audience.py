"""Audience: for whom a row of the directory is meant, and who therefore sees it."""

from enum import Enum


class Audience(Enum):
    """Everybody, the signed-in staff of partners, or agencies that were named."""

    PUBLIC = "public"
    PROFESSIONAL = "professional"
    TRUSTED = "trusted"


_SEES = {
    Audience.PUBLIC: frozenset({Audience.PUBLIC}),
    Audience.PROFESSIONAL: frozenset({Audience.PUBLIC, Audience.PROFESSIONAL}),
    Audience.TRUSTED: frozenset(Audience),
}


def sees(viewer: Audience, of: Audience) -> bool:
    """Does this viewer see what is meant for that audience?"""
    return of in _SEES[viewer]


def narrower(one: Audience, other: Audience) -> Audience:
    """The audience that both allow: a row is at least as narrow as the row it hangs from."""
    return other if sees(other, one) else one


def audience_of(word: object, otherwise: Audience) -> Audience:
    """The audience a row is marked with; a mark nobody knows is read as the narrowest."""
    if word is None or word == "":
        return otherwise
    try:
        return Audience(word)
    except ValueError:
        return Audience.TRUSTED
