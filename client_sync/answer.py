"""What the cell says, checked as if a peer had said it: the peer may be speaking through it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from client_sync.cell import Batch
from client_sync.errors import SyncError
from client_sync.guard import hash_of
from client_sync.lane import Lane, check_written, in_order, key_of, name
from tiers.fragment import Place, Written

_Head = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
_Sentence = Annotated[str, msgspec.Meta(max_length=200)]


@dataclass(frozen=True, slots=True)
class Unsafe:
    """This share was not opened, for this reason."""

    reason: str


class _Said(msgspec.Struct, forbid_unknown_fields=True):
    heads: list[_Head]
    case_ref: str
    people: dict[str, str]
    fields: list[tuple[str, str, str, list[tuple[str, str, str]]]]


class _Answer(msgspec.Struct, forbid_unknown_fields=True):
    lane: _Said | None = None
    unsafe: _Sentence | None = None


_Places = dict[tuple[str, str, str], Place]
_ANSWERS = msgspec.json.Decoder(dict[str, _Answer])
BROKE = Unsafe("This share broke the process that reads shares. It was not opened.")
TOO_LARGE = Unsafe("This share is larger than any honest share. It was not opened.")
_NONSENSE = Unsafe("What this share says could not be understood. It was not opened.")


def believed(raw: bytes, group: Sequence[Batch]) -> dict[str, Lane | Unsafe]:
    """What each share says, as far as the answer can be true of what was asked."""
    try:
        answers = _ANSWERS.decode(raw)
    except (msgspec.MsgspecError, ValueError):
        answers = {}
    places: _Places = {}
    return {one.share: _lane(answers.get(one.share), one, places) for one in group}


def _lane(answer: _Answer | None, asked: Batch, places: _Places) -> Lane | Unsafe:
    if answer is not None and answer.unsafe is not None:
        return Unsafe(answer.unsafe) if answer.unsafe.isprintable() else _NONSENSE
    if answer is None or answer.lane is None:
        return _NONSENSE
    said = answer.lane
    sent = {hash_of(change).hex() for change in asked.changes}
    if not said.heads or not sent.issuperset(said.heads):
        return _NONSENSE
    try:
        return Lane(
            heads=tuple(said.heads),
            case_ref=name(said.case_ref),
            people={name(person): name(role) for person, role in said.people.items()},
            fields={
                _place(one[:3], places): in_order([_written(wording) for wording in one[3]])
                for one in said.fields
            },
        )
    except SyncError:
        return _NONSENSE


def _place(named: tuple[str, str, str], places: _Places) -> Place:
    """The place of these three names, which the shares of one answer mostly have in common."""
    place = places.get(named)
    if place is None:
        place = Place(*named)
        key_of(place)
        places[named] = place
    return place


def _written(wording: tuple[str, str, str]) -> Written:
    written = Written(*wording)
    check_written(written)
    return written
