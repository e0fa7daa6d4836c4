"""One agency's part of a case as it travels: what a lane says, and how a field is spelled in it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from json.encoder import encode_basestring as _quoted

import msgspec

from client_sync.errors import NotALane, NotWritable
from tiers.fragment import Fragment, Place, Written

LONGEST_VALUE = 262_144  # bytes; 64 Ki characters of any script
LONGEST_NAME = 200  # characters of a section, person, field, role or author

LONGEST_KEY = 512  # bytes, as in the guard

ENTRY = "entry"  # in place of a case's reference: what an agency says of itself in the directory

_KEY = re.compile(
    rf"[^/]{{1,{LONGEST_NAME}}}/[^/]{{0,{LONGEST_NAME}}}/[^/]{{1,{LONGEST_NAME}}}", re.DOTALL
)
_REGISTERS = msgspec.json.Decoder(tuple[str, str, str])
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z").fullmatch


@dataclass(frozen=True, slots=True)
class Lane:
    """What one owner's share says now; a field two colleagues both changed has several wordings."""

    heads: tuple[str, ...]
    case_ref: str
    people: Mapping[str, str]
    fields: Mapping[Place, tuple[Written, ...]]


def key_of(place: Place) -> str:
    """The one key of a place, flat: colleagues who first write one section at once lose nothing."""
    key = f"{place.section}/{place.about}/{place.field}"
    if not _KEY.fullmatch(key):
        raise NotWritable("A section or field has no name, a slash in it, or too long a name.")
    return _text(key, LONGEST_KEY)


def place_of(key: str) -> Place:
    """The place a key stands for."""
    if not _KEY.fullmatch(key):
        raise NotALane
    return Place(*key.split("/"))


def register(written: Written) -> str:
    """A value and its author as one text, so that no merge can part them."""
    check_written(written)
    return _spelled(written)


def check_written(written: Written) -> None:
    """Raise NotWritable unless this may be written."""
    if not _MOMENT(written.at):
        raise NotWritable("The time of writing is not a time in UTC.")
    _text(written.value, LONGEST_VALUE)
    name(written.by)


def written_in(text: str) -> Written:
    """What a register says; its own spelling and no other is accepted."""
    try:
        written = Written(*_REGISTERS.decode(text))
        check_written(written)
        if _spelled(written) == text:
            return written
    except (msgspec.MsgspecError, ValueError, NotWritable):
        raise NotALane from None
    raise NotALane


def _spelled(written: Written) -> str:
    return f"[{_quoted(written.value)},{_quoted(written.at)},{_quoted(written.by)}]"


def name(text: str) -> str:
    """A short text, such as a role or a reference, that may be written."""
    if len(text) > LONGEST_NAME:
        raise NotWritable("A name is too long.")
    return _text(text, 4 * LONGEST_NAME)


def in_order(wordings: Sequence[Written]) -> tuple[Written, ...]:
    """Wordings of one field in the order every node shows them: oldest first."""
    if len(wordings) == 1:
        return tuple(wordings)
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
    if text.isascii() and len(text) <= longest:
        return text
    try:
        size = len(text.encode())
    except UnicodeEncodeError:
        raise NotWritable("The text holds half a character.") from None
    if size > longest:
        raise NotWritable("The text is too long to share.")
    return text
