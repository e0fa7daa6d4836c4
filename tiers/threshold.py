"""Does a case meet the threshold? Scores and ticks against the rows a coalition agreed."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tiers.fragment import Place
from tiers.protocol import Instrument, Protocol, ThresholdRow
from tiers.rows import row_of, rows_in

ASSESSMENTS = "assessments"
_NUMBER = re.compile(r"\s*(\d{1,6})(?!\d)", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,6}\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Assessed:
    """One assessment as it was written, and what the coalition's instruments make of it."""

    about: str
    row: str
    named: str
    instrument: Instrument | None  # None: no instrument of the pack goes by that name
    score: int | None  # None: no whole number within the instrument's range
    band: str
    certified: bool

    @property
    def counts(self) -> bool:
        """Was it made by whoever may make it?"""
        return self.instrument is not None and (self.certified or not self.instrument.certified)


@dataclass(frozen=True, slots=True)
class Reached:
    """The rows a case meets; where it meets none, who helps at the band it was judged to be in."""

    met: tuple[ThresholdRow, ...]
    band: str
    route: str  # a kind of agency; empty where the threshold is met or the pack names none
    assessments: tuple[Assessed, ...]

    @property
    def is_met(self) -> bool:
        """Is any row of the threshold met? One is enough."""
        return bool(self.met)


def reached(fields: Mapping[Place, str], pack: Protocol) -> Reached:
    """What these fields amount to by the threshold of this pack."""
    assessments = assessed(fields, pack)
    met = tuple(row for row in pack.thresholds.values() if _holds(row, fields, assessments))
    band = _highest(assessments)
    route = "" if met else pack.below_threshold.get(band, "")
    return Reached(met, band, route, assessments)


def assessed(fields: Mapping[Place, str], pack: Protocol) -> tuple[Assessed, ...]:
    """Every assessment written here, side by side."""
    return tuple(
        _assessed(about, row, values, pack)
        for (about, row), values in rows_in(fields, ASSESSMENTS).items()
    )


def _assessed(about: str, row: str, values: Mapping[str, str], pack: Protocol) -> Assessed:
    named = values.get("instrument", "").strip()
    instrument = _called(named, pack)
    score = _score(values.get("score", ""), instrument)
    band = _band(score, instrument) or values.get("band", "").strip().casefold()
    return Assessed(about, row, named, instrument, score, band, values.get("certified") == "yes")


def _called(named: str, pack: Protocol) -> Instrument | None:
    """The instrument with this name or code, as people write names."""
    word = named.casefold()
    found = (one for one in pack.instruments.values() if word in {one.id, one.title.casefold()})
    return next(found, None)


def _score(written: str, instrument: Instrument | None) -> int | None:
    if instrument is None or not instrument.scored or not _WHOLE.match(written.strip()):
        return None
    score = int(written)
    return score if instrument.low <= score <= instrument.high else None


def _band(score: int | None, instrument: Instrument | None) -> str:
    if score is None or instrument is None:
        return ""
    return next((band for band, begins in reversed(instrument.bands) if score >= begins), "")


def _highest(assessments: Sequence[Assessed]) -> str:
    """The band of the gravest assessment; one without a known place weighs least."""
    return max(assessments, key=_gravity).band if assessments else ""


def _gravity(one: Assessed) -> float:
    bands = [band for band, _ in one.instrument.bands] if one.instrument else []
    return (bands.index(one.band) + 1) / len(bands) if one.band in bands else 0.0


def _holds(row: ThresholdRow, fields: Mapping[Place, str], assessments: Sequence[Assessed]) -> bool:
    if row.instrument:
        return any(_scored(one, row) for one in assessments)
    section, _, name = row.field.partition(".")
    said = [
        value
        for place, value in fields.items()
        if place.section == section and row_of(place)[1] == name
    ]
    if row.at_least is None:
        return any(value.strip().casefold() == row.equals.casefold() for value in said)
    return any(_number(value) >= row.at_least for value in said)


def _scored(one: Assessed, row: ThresholdRow) -> bool:
    if one.instrument is None or one.score is None or row.at_least is None:
        return False
    return one.counts and one.instrument.id == row.instrument and one.score >= row.at_least


def _number(value: str) -> int:
    """The number a field begins with: “6, two of them reported” is six."""
    found = _NUMBER.match(value)
    return int(found[1]) if found else 0
