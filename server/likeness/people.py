"""Who is asked about, who is known here, and where the two look alike."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """What is known of one person somebody asks about; each part may be empty."""

    names: tuple[str, ...] = ()
    births: tuple[str, ...] = ()  # as forms keep them: 1990-05-31
    addresses: tuple[str, ...] = ()  # postcodes too
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Known:
    """One person of one case, as this agency's own record or a received part describes them."""

    ref: str
    person: str
    role: str
    names: tuple[str, ...] = ()
    births: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Match:
    """A person who may be the one asked about: how alike, from 0 to 1, and why, in words."""

    ref: str
    person: str
    score: float
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Likeness:
    """One thing two descriptions have in common: how much it counts, and why, in words."""

    weight: float
    because: str
