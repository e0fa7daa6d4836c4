"""The leads' contact log: written in the lead agency's own case, told under its own tell."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from server.casework import cases, received
from server.casework.cases import Edited
from server.casework.own import agency_name, load, me, whole_ref
from server.casework.tables import Share
from server.meeting import plan, tells
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.consent import ConsentKind
from tiers.fragment import Place, Written
from tiers.rows import row_place, rows_in

LOG = "contact_log"


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact: of which agency, about whom, and each field with who wrote it."""

    agency: str
    name: str
    about: str
    row: str
    fields: Mapping[str, tuple[Written, ...]]

    def says(self, name: str) -> str:
        """The latest wording; empty where nothing is written."""
        written = self.fields.get(name, ())
        return written[-1].value if written else ""


async def add(ref: str, about: str, fields: Mapping[str, str], desk: Desk) -> Edited:
    """Write down a contact in our own case; where our tell allows it, the meeting reads it too."""
    require(desk, Act.EDIT_CASE)
    case_ref = await whole_ref(ref, desk)
    held = None if desk.node.coordinating else (await tells.all_live(desk)).get(case_ref)
    own_ref, person = case_ref, about
    if held is not None:
        own_ref, person = held.case_ref, tells.own_person(held, about)
    record = await cases.read(own_ref, desk)
    row = secrets.token_hex(4)
    said = {"on": desk.today.isoformat(), **{name: one for name, one in fields.items() if one}}
    edits: dict[Place, str | None] = {
        row_place(LOG, person, row, name): value for name, value in said.items()
    }
    return await cases.edit(own_ref, edits, record.revision, record.heads, desk)


async def entries(ref: str, desk: Desk) -> tuple[Contact, ...]:
    """Every contact this node may see: our own, and at the meeting those that were told."""
    require(desk, Act.READ_PLAN)
    case_ref = await whole_ref(ref, desk)
    found = await _told(case_ref, desk) if desk.node.coordinating else await _own(case_ref, desk)
    return tuple(sorted(found, key=lambda one: (one.says("on"), one.row)))


async def _own(case_ref: str, desk: Desk) -> list[Contact]:
    held = (await tells.all_live(desk)).get(case_ref)
    if held is None:
        return []
    case = await load(held.case_ref, desk)
    back = {own: released for released, own in held.people.items()}
    fields = {place: field.written for place, field in case.body.fields.items()}
    return [
        Contact(me(desk), desk.node.name, back.get(about, about), row, said)
        for (about, row), said in rows_in(fields, LOG).items()
    ]


async def _told(case_ref: str, desk: Desk) -> list[Contact]:
    if await received.why_shut(desk):
        return []
    rows = await received.live(
        desk, Share.case_ref == case_ref, Share.exchange == ConsentKind.TELL.exchange
    )
    if rows:
        await plan.note_look(rows, Act.READ_PLAN, case_ref, desk)
    reading = await received.open_shares(rows, desk)
    return [
        Contact(row.owner, agency_name(row.owner, desk), about, code, said)
        for row in rows
        if row.id in reading.known
        for (about, code), said in rows_in(reading.known[row.id].lane.fields, LOG).items()
    ]
