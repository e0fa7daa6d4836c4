"""Shares as an owner holds them before a measurement: invented words, real consents, real seals."""

import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from client_sync import document, share
from client_sync.document import Composed
from crypto.keys import Identity, week_of
from crypto.log import Log, first_link, follow, next_link
from crypto.record import Kind, Record, seal_change, seal_open
from server.casework import sealing
from server.casework.logs import row_of
from server.casework.outgoing import put_out
from server.casework.refs import new_ref
from server.casework.tables import Share
from server.node.database import transaction
from server.node.desk import Desk
from tests.bench.world import Node, ends_on, random_id
from tiers.consent import EVERYTHING_TOLD, Consent, ConsentKind, ConsentState, Signer, ends_at
from tiers.fragment import Fragment, Place, Written
from tiers.gate import Cleared, Party, decide
from tiers.rows import row_place

_AT = "2026-03-12T09:00:00Z"
_WORDS = "invented words about nobody at all, as long as a line"


@dataclass
class Lane:
    """One share: what was sealed so far, and the heads its owner sees."""

    log: Log
    key: bytes = field(repr=False)
    records: list[Record] = field(repr=False)
    consent: str = ""
    case_ref: str = ""
    changes: tuple[bytes, ...] = field(default=(), repr=False)
    heads: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.log.share.hex()

    def add(self, identity: Identity, changes: Sequence[bytes]) -> None:
        record, self.log = share.add(self.log, self.key, identity, changes)
        self.records.append(record)


def cleared_for(
    kind: ConsentKind, owner: str, recipient: str, most: int, desk: Desk, *, case_ref: str = ""
) -> Cleared:
    """What the gate clears of an invented case with so many fields, under its own consent."""
    pack = desk.pack
    terms = pack.consents
    sections = terms.find_sections if kind is ConsentKind.FIND else terms.tell_sections
    places = [
        row_place(section.id, "survivor", "0001", form.id)
        if section.rows
        else Place(section.id, "survivor", form.id)
        for section in pack.sections.values()
        if section.id in sections and "survivor" in section.about
        for form in section.fields
    ]
    ref = case_ref or new_ref()
    fields = {place: (Written(f"{place.field}: {_WORDS}", _AT, "Ana"),) for place in places[:most]}
    consent = Consent(
        id=secrets.token_hex(16),
        release_id=secrets.token_hex(16),
        kind=kind,
        discloser=owner,
        recipient=recipient,
        sections=sections,
        about=frozenset({"survivor"}),
        excluded=frozenset(),
        purpose="plan for safety",
        signer=Signer("self", "Invented Person", "", "survivor", True),
        form="written",
        signed_on=desk.today,
        witness="Ana",
        language="English",
        ends=ends_on(desk),
        carrier=desk.node.relay_identity,
        collected_by=owner,
        adopted_by="Ana",
        state=ConsentState.GIVEN,
        told=EVERYTHING_TOLD,
        case_ref=ref,
    )
    decision = decide(
        Fragment(ref, {"survivor": "survivor"}, fields, {}),
        _party(owner, desk),
        _party(recipient, desk),
        consent,
        kind.exchange,
        pack,
        desk.today,
        carrier=desk.node.relay_identity,
        agreed=pack.digest,
        signed_under=pack,
    )
    assert isinstance(decision, Cleared), decision
    return decision


def opened(
    cleared: Cleared, written: Composed, identity: Identity, week_public: bytes, desk: Desk
) -> Lane:
    """A share begun under this consent, with words that were written before."""
    consent = cleared.consent
    ends = share.ends_of(cleared, desk.pack.timezone)
    recipient, release = bytes.fromhex(cleared.recipient), bytes.fromhex(consent.release_id)
    link = first_link(random_id(), release, identity.public, recipient, ends)
    terms = json.dumps(consent.to_terms(), ensure_ascii=False, separators=(",", ":")).encode()
    record, key = seal_open(link, identity, week_of(ends), week_public, terms, written.changes)
    return Lane(
        follow(None, record.stub),
        key,
        [record],
        consent.id,
        cleared.fragment.case_ref,
        written.changes,
        written.heads,
    )


def write_edits(lane: Lane, cleared: Cleared, count: int, owner: bytes) -> list[tuple[bytes, ...]]:
    """So many edits, one field each, written and not yet sealed."""
    places = sorted(cleared.fragment.fields)
    edits: list[tuple[bytes, ...]] = []
    for number in range(count):
        place = places[number % len(places)]
        edit = {place: Written(f"edit {number}: {_WORDS}", _AT, "Ana")}
        changed = document.change(lane.changes, lane.heads, edit, owner)
        lane.changes, lane.heads = (*lane.changes, *changed.new), changed.heads
        edits.append(changed.new)
    return edits


def opaque(
    owner: Node, recipient: str, week_public: bytes, words: Sequence[bytes], desk: Desk
) -> Lane:
    """A share whose records carry these bytes, one each: for sync, which opens nothing."""
    ends = ends_at(ends_on(desk), desk.pack.timezone)
    identity = owner.identity
    link = first_link(random_id(), random_id(), identity.public, bytes.fromhex(recipient), ends)
    record, key = seal_open(link, identity, week_of(ends), week_public, b"{}", words[:1])
    lane = Lane(follow(None, record.stub), key, [record], consent=secrets.token_hex(16))
    for one in words[1:]:
        change = next_link(lane.log, Kind.CHANGE, ends)
        sealed = seal_change(change, identity, key, [one])
        lane.log = follow(lane.log, sealed.stub)
        lane.records.append(sealed)
    return lane


async def week_public(recipient: str, desk: Desk) -> bytes:
    """The key that everything here is sealed to."""
    ends = ends_at(ends_on(desk), desk.pack.timezone)
    return await sealing.week_key_of(recipient, week_of(ends))


async def put_in_outbox(lanes: Sequence[Lane]) -> None:
    """Commit these shares at their owner, waiting to go."""
    async with transaction():
        rows = []
        for lane in lanes:
            row = row_of(lane.log)
            row.consent, row.case_ref, row.exchange = lane.consent, lane.case_ref, "handoff"
            rows.append(row)
        for start in range(0, len(rows), 500):
            await Share.insert(*rows[start : start + 500])
        for lane in lanes:
            for record in lane.records:
                await put_out(record)


def _party(identity: str, desk: Desk) -> Party:
    agency = desk.directory.agency(identity)
    return Party(identity, None if agency is None else agency.standing(desk.directory))
