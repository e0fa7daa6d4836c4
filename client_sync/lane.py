"""One agency's part of a case as it travels: what a lane says, and how a field is spelled in it."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client_sync.errors import NotALane, NotWritable
from tiers.fragment import Fragment, Place, Written

LONGEST_VALUE = 262_144  # bytes; 64 Ki characters of any script
LONGEST_NAME = 200  # characters of a section, person, field, role or author

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


@dataclass(frozen=True, slots=True)
class Lane:
    """What one owner's share says now; a field two colleagues both changed has several wordings."""

    heads: tuple[str, ...]
    case_ref: str
    people: Mapping[str, str]
    fields: Mapping[Place, tuple[Written, ...]]


def key_of(place: Place) -> str:
    """The one key of a place, flat: colleagues who first write one section at once lose nothing."""
    parts = (place.section, place.about, place.field)
    if not (place.section and place.field) or any("/" in part for part in parts):
        raise NotWritable("A section, a person and a field are named without a slash.")
    if any(len(part) > LONGEST_NAME for part in parts):
        raise NotWritable("The name of a section or field is too long.")
    return _text("/".join(parts), 512)


def place_of(key: str) -> Place:
    """The place a key stands for."""
    parts = key.split("/")
    if len(parts) != 3:
        raise NotALane
    try:
        place = Place(*parts)
        key_of(place)
    except NotWritable:
        raise NotALane from None
    return place


def register(written: Written) -> str:
    """A value and its author as one text, so that no merge can part them."""
    if not _MOMENT.fullmatch(written.at):
        raise NotWritable("The time of writing is not a time in UTC.")
    _text(written.value, LONGEST_VALUE)
    name(written.by)
    return json.dumps(
        [written.value, written.at, written.by], ensure_ascii=False, separators=(",", ":")
    )


def written_in(text: str) -> Written:
    """What a register says; its own spelling and no other is accepted."""
    try:
        value, at, by = json.loads(text)
        written = Written(value, at, by)
        if register(written) == text:
            return written
    except (ValueError, TypeError, AttributeError, RecursionError, NotWritable):
        raise NotALane from None
    raise NotALane


def name(text: str) -> str:
    """A short text, such as a role or a reference, that may be written."""
    if len(text) > LONGEST_NAME:
        raise NotWritable("A name is too long.")
    return _text(text, 4 * LONGEST_NAME)


def in_order(wordings: Sequence[Written]) -> tuple[Written, ...]:
    """Wordings of one field in the order every node shows them: oldest first."""
    return tuple(sorted(set(wordings), key=lambda one: (one.at, one.value, one.by)))


def edits_between(lane: Lane, fragment: Fragment) -> dict[Place, tuple[Written, ...] | None]:
    """What must be written to a lane for it to say what the fragment says."""
    edits: dict[Place, tuple[Written, ...] | None] = {
        place: None for place in lane.fields if not fragment.fields.get(place)
    }
    for place, wordings in fragment.fields.items():
        wanted = in_order(wordings)
        if wanted and lane.fields.get(place) != wanted:
            edits[place] = wanted
    return edits


def _text(text: str, longest: int) -> str:
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise NotWritable("The text holds half a character.") from None
    if size > longest:
        raise NotWritable("The text is too long to share.")
    return text
