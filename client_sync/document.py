"""The one door to Automerge. Every way in which it can lose, crash or hang is dealt with here.

It has no list of conflicts, drops damaged changes in silence, raises bare errors and panics, and
breaks when an actor returns: so every load is checked whole and writes as an actor never seen.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from automerge import core

from client_sync.errors import NotALane, NotWritable, SyncError, UnknownHeads
from client_sync.guard import MOST_OPS, check, check_share, hash_of
from client_sync.history import Past, past_of, sync_message
from client_sync.lane import (
    ENTRY,
    Lane,
    in_order,
    key_of,
    name,
    place_of,
    register,
    written_in,
)
from tiers.fragment import Fragment, Place, Written
from tiers.gate import Cleared

_CASE_REF, _PEOPLE, _FIELDS = "case_ref", "people", "fields"
_PARTS = {_CASE_REF, _PEOPLE, _FIELDS}
_AT_ONCE = MOST_OPS - 100  # in one transaction, so that the guard passes it

_Writes = Mapping[str, Sequence[str]]  # key → its new registers, none to delete


@dataclass(frozen=True, slots=True)
class Composed:
    """A new lane: all of its changes, and the heads that name this version."""

    changes: tuple[bytes, ...]
    heads: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changed:
    """What an edit added to a lane, and the heads that name the version after it."""

    new: tuple[bytes, ...]
    heads: tuple[str, ...]


def compose(cleared: Cleared, owner: bytes) -> Composed:
    """The lane that says what was cleared, and has never said anything else."""
    return _compose(cleared.fragment, owner)


def compose_entry(fields: Mapping[Place, tuple[Written, ...]], owner: bytes) -> Composed:
    """An agency's own entry in the directory, which is no part of any case and says so."""
    return _compose(Fragment(ENTRY, {}, fields, {}), owner)


def change(
    changes: Sequence[bytes],
    heads: Sequence[str],
    edits: Mapping[Place, Written | Sequence[Written] | None],
    owner: bytes,
    people: Mapping[str, str] = MappingProxyType({}),
) -> Changed:
    """Write edits drawn from `heads` in our own lane, beside what colleagues have written since.

    `people` are those the edits speak of; who is not in the lane yet is added.
    """
    writes = {key_of(place): tuple(map(register, _wordings(edit))) for place, edit in edits.items()}
    people = {name(person): name(role) for person, role in people.items()}
    drawn_from = [_hash(head) for head in heads]
    known = {hash_of(raw) for raw in changes}
    if not drawn_from or not known.issuperset(drawn_from):
        raise UnknownHeads
    lane = _load(changes, known, owner)
    with _door():
        before = lane.document.get_heads()
        there = set(lane.document.keys(lane.fields, drawn_from))
        writes = {key: new for key, new in writes.items() if new or key in there}
        if set(map(bytes, before)) == set(drawn_from):
            _introduce(lane.document, lane.root, people)
            _write(lane.document, lane.fields, writes, owner)
        else:
            branch = lane.document.fork(drawn_from)
            branch.set_actor(_actor(owner))
            _introduce(branch, lane.root, people)
            _write(branch, lane.fields, writes, owner)
            lane.document.merge(branch)
        return Changed(_since(lane.document, before, owner), _heads(lane.document))


def read(changes: Sequence[bytes], owner: bytes) -> Lane:
    """What a lane says, with every wording that no other has replaced."""
    known = check_share(changes, owner)
    loaded = _load(changes, known.keys(), owner)
    straight = all(len(one.deps) < 2 for one in known.values()) and len(_heads(loaded.document)) < 2
    past = None if straight else past_of(known)
    with _door():
        folk = _map_at(loaded.document, loaded.root, _PEOPLE)
        people = {
            _short(person): _short(_text_at(loaded.document, folk, person))
            for person in sorted(loaded.document.keys(folk))
        }
        fields = {
            place_of(key): in_order([written_in(text) for text in _current(loaded, key, past)])
            for key in loaded.document.keys(loaded.fields)
        }
        return Lane(
            heads=_heads(loaded.document),
            case_ref=_short(_text_at(loaded.document, loaded.root, _CASE_REF)),
            people=people,
            fields=dict(sorted(fields.items())),
        )


def rehearse() -> None:
    """Write and read a lane of nobody's, so that the first real one is not slow."""
    nobody = bytes(32)
    place, written = Place("-", "-", "-"), Written("-", "1970-01-01T00:00:00Z", "-")
    read(_compose(Fragment("-", {"-": "-"}, {place: (written,)}, {}), nobody).changes, nobody)


@dataclass(frozen=True, slots=True)
class _Loaded:
    document: core.Document
    root: bytes
    fields: bytes


def _compose(fragment: Fragment, owner: bytes) -> Composed:
    people = {name(person): name(role) for person, role in sorted(fragment.people.items())}
    writes = {
        key_of(place): tuple(map(register, in_order(wordings)))
        for place, wordings in sorted(fragment.fields.items())
        if wordings
    }
    case_ref = name(fragment.case_ref)
    with _door():
        document = core.Document(actor_id=_actor(owner))
        with document.transaction() as transaction:
            root = transaction.put_object(core.ROOT, owner.hex(), core.ObjType.Map)
            transaction.put(root, _CASE_REF, core.ScalarType.Str, case_ref)
            folk = transaction.put_object(root, _PEOPLE, core.ObjType.Map)
            for person, role in people.items():
                transaction.put(folk, person, core.ScalarType.Str, role)
            fields = transaction.put_object(root, _FIELDS, core.ObjType.Map)
        _write(document, fields, writes, owner)
        return Composed(_since(document, [], owner), _heads(document))


def _load(changes: Sequence[bytes], known: Collection[bytes], owner: bytes) -> _Loaded:
    with _door():
        document = core.Document(actor_id=_actor(owner))
        message = core.Message.decode(sync_message(changes))
        document.receive_sync_message(core.SyncState(), message)
        # What it cannot use, it drops without a word.
        if {bytes(one.hash) for one in document.get_changes([])} != set(known):
            raise NotALane
        if document.keys(core.ROOT) != [owner.hex()]:
            raise NotALane
        root = _map_at(document, core.ROOT, owner.hex())
        if set(document.keys(root)) != _PARTS:
            raise NotALane
        return _Loaded(document, root, _map_at(document, root, _FIELDS))


def _current(lane: _Loaded, key: str, past: Past | None) -> list[str]:
    """The registers of a key that no later write has seen: Automerge itself shows only one."""
    writers = () if past is None else past.writers.get(key, ())
    if past is None or len(writers) < 2:
        return [_text_at(lane.document, lane.fields, key)]
    wrote: dict[bytes, str | None] = {}
    for one in writers:
        here = lane.document.get(lane.fields, key, [one.hash])
        seen = {_op(lane.document.get(lane.fields, key, [dep])) for dep in one.deps}
        if here is None:
            wrote[one.hash] = None
        elif _op(here) not in seen:
            wrote[one.hash] = _text_of(here)
    return [
        text
        for mine, text in wrote.items()
        if text is not None and not any(other != mine and past.saw(other, mine) for other in wrote)
    ]


def _introduce(document: core.Document, root: bytes, people: Mapping[str, str]) -> None:
    folk = _map_at(document, root, _PEOPLE)
    added = sorted(people.keys() - set(document.keys(folk)))
    if added:
        with document.transaction() as transaction:
            for person in added:
                transaction.put(folk, person, core.ScalarType.Str, people[person])


def _write(document: core.Document, fields: bytes, writes: _Writes, owner: bytes) -> None:
    """Write single wordings here, and each of several on a branch that saw only what was here."""
    start = document.get_heads()
    _put(document, fields, [(key, new[0]) for key, new in writes.items() if len(new) == 1])
    _put(document, fields, [(key, None) for key, new in writes.items() if not new])
    several = {key: new for key, new in writes.items() if len(new) > 1}
    for depth in range(max(map(len, several.values()), default=0)):
        branch = document.fork(start)
        branch.set_actor(_actor(owner))
        wordings = [(key, new[depth]) for key, new in several.items() if depth < len(new)]
        # Automerge ignores a value that is there already, and the others would then replace it.
        _put(branch, fields, [one for key, text in wordings for one in ((key, None), (key, text))])
        document.merge(branch)


def _put(document: core.Document, fields: bytes, writes: Sequence[tuple[str, str | None]]) -> None:
    for first in range(0, len(writes), _AT_ONCE):
        with document.transaction() as transaction:
            for key, text in writes[first : first + _AT_ONCE]:
                if text is None:
                    transaction.delete(fields, key)
                else:
                    transaction.put(fields, key, core.ScalarType.Str, text)


def _since(document: core.Document, heads: Sequence[bytes], owner: bytes) -> tuple[bytes, ...]:
    """The plain changes made after `heads`; what our own guard would refuse is not sent."""
    made = tuple(bytes(one.raw_bytes) for one in document.get_changes(list(heads)))
    for raw in made:
        check(raw, owner)
    return made


def _map_at(document: core.Document, parent: bytes, key: str) -> bytes:
    found = document.get(parent, key)
    if found is None or found[0] != core.ObjType.Map:
        raise NotALane
    return bytes(found[1])


def _text_at(document: core.Document, parent: bytes, key: str) -> str:
    return _text_of(document.get(parent, key))


def _text_of(found: object) -> str:
    match found:
        case ((core.ScalarType.Str, str() as text), _):
            return text
    raise NotALane


def _short(text: str) -> str:
    try:
        return name(text)
    except NotWritable:
        raise NotALane from None


def _op(found: tuple[object, bytes] | None) -> bytes:
    return b"" if found is None else bytes(found[1])


def _wordings(edit: Written | Sequence[Written] | None) -> tuple[Written, ...]:
    if edit is None:
        return ()
    return (edit,) if isinstance(edit, Written) else in_order(edit)


def _heads(document: core.Document) -> tuple[str, ...]:
    return tuple(sorted(bytes(head).hex() for head in document.get_heads()))


def _hash(head: str) -> bytes:
    try:
        return bytes.fromhex(head)
    except ValueError:
        raise UnknownHeads from None


def _actor(owner: bytes) -> bytes:
    return owner[:8] + secrets.token_bytes(8)


_OURS = (SyncError, NameError, AttributeError, MemoryError)


@contextmanager
def _door() -> Iterator[None]:
    """Lets none of Automerge's errors out: their words may be words of a case."""
    try:
        yield
    except (*_OURS, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # a panic is no Exception
        raise NotALane from None
