"""Which risk assessments count, from which score a case is heard, and where it goes below that."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiers.pack_forms import SectionForm
from tiers.pack_keys import KEYS
from tiers.pack_reading import PackText

_HIGHEST = 1000


@dataclass(frozen=True, slots=True)
class Instrument:
    """A risk assessment by name and numbers; its questions are in no pack."""

    id: str
    title: str
    low: int
    high: int
    bands: tuple[tuple[str, int], ...]  # rising: each band and the score it begins at
    certified: bool  # does its score take a certified assessor

    @property
    def scored(self) -> bool:
        """Does it come with a number at all?"""
        return self.high > self.low


@dataclass(frozen=True, slots=True)
class ThresholdRow:
    """One way in which a case meets the threshold: a score, or what a field says."""

    id: str
    title: str
    instrument: str
    at_least: int | None
    field: str  # "section.field"; in a section of rows, any row will do
    equals: str


def read_instruments(pack: PackText) -> Mapping[str, Instrument]:
    """Every instrument the coalition takes."""
    return {key: _instrument(pack, key) for key in pack.table("instruments")}


def read_thresholds(
    pack: PackText,
    instruments: Mapping[str, Instrument],
    sections: Mapping[str, SectionForm],
) -> Mapping[str, ThresholdRow]:
    """Every way to meet the threshold; any one of them is enough."""
    fields = frozenset(f"{key}.{field.id}" for key in sections for field in sections[key].fields)
    return {key: _threshold(pack, key, instruments, fields) for key in pack.table("thresholds")}


def read_below_threshold(
    pack: PackText, instruments: Mapping[str, Instrument], kinds: frozenset[str]
) -> Mapping[str, str]:
    """For each band below the threshold, the kind of agency that helps there."""
    bands = frozenset(band for each in instruments.values() for band, _ in each.bands)
    found = {}
    for band in pack.table("below_threshold"):
        pack.known(band, bands, "below_threshold", band)
        found[band] = pack.word("below_threshold", band)
        pack.known(found[band], kinds, "below_threshold", band)
    return found


def _instrument(pack: PackText, key: str) -> Instrument:
    path = ("instruments", key)
    pack.table(*path)
    pack.only(KEYS["instruments.*"], *path)
    title, certified = pack.word(*path, "title"), pack.flag(*path, "certified")
    reach = pack.numbers(*path, "range", low=-_HIGHEST, high=_HIGHEST, default=(0, 0))
    if len(reach) != 2 or reach[0] > reach[1]:
        raise pack.mistake((*path, "range"), "write the lowest and the highest score: [0, 24].")
    low, high = reach
    bands = tuple(
        (band, pack.number(*path, "bands", band, low=low, high=high))
        for band in pack.table(*path, "bands")
    )
    begins = [begin for _, begin in bands]
    if begins != sorted(set(begins)):
        raise pack.mistake((*path, "bands"), "write the bands from the lowest to the highest.")
    return Instrument(key, title, low, high, bands, certified)


def _threshold(
    pack: PackText, key: str, instruments: Mapping[str, Instrument], fields: frozenset[str]
) -> ThresholdRow:
    path = ("thresholds", key)
    pack.table(*path)
    pack.only(KEYS["thresholds.*"], *path)
    title = pack.word(*path, "title")
    if (pack.at(*path, "instrument") is None) == (pack.at(*path, "field") is None):
        raise pack.mistake(path, "name an instrument or a field, and not both.")
    if pack.at(*path, "instrument") is None:
        field = pack.word(*path, "field")
        pack.known(field, fields, *path, "field")
        if pack.at(*path, "at_least") is None:
            return ThresholdRow(
                key, title, "", None, field, pack.word(*path, "equals", default="yes")
            )
        least = pack.number(*path, "at_least", low=1, high=_HIGHEST)
        return ThresholdRow(key, title, "", least, field, "")
    name = pack.word(*path, "instrument")
    pack.known(name, frozenset(instruments), *path, "instrument")
    one = instruments[name]
    least = pack.number(*path, "at_least", low=one.low, high=one.high)
    return ThresholdRow(key, title, name, least, "", "")
