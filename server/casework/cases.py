"""Cases: an agency's own records. The only lister of cases."""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from server.casework import described, following, received, refs, tied, walls
from server.casework.bodies import read_body, shut_body
from server.casework.case_body import CaseBody, Field, write_in
from server.casework.errors import BodyDamaged, CaseExists, NotWritable, WrittenElsewhere
from server.casework.own import OwnCase, keep, load, stamp, whole_ref
from server.casework.quarantine import refuse_while_closed
from server.casework.refs import new_ref
from server.casework.tables import Case
from server.node import audit
from server.node.access import Act, require
from server.node.database import require_transaction, transaction
from server.node.desk import Desk
from tiers.case_form import CaseForm, place_form, read_value
from tiers.fragment import IDENTITY, SURVIVOR, Fragment, Place, Written
from tiers.reading import FormMistake

__all__ = [
    "CaseRecord",
    "CaseSummary",
    "Edited",
    "edit",
    "import_case",
    "list_cases",
    "new_ref",
    "reach",
    "read",
    "record_of",
    "take_in",
]


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One line of the list of cases."""

    ref: str
    short: str
    status: str
    opened_on: date | None
    name: str
    people: int
    received_from: tuple[str, ...]
    own: bool


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """An agency's own record of a case, and what an edit needs to lose no colleague's words."""

    ref: str
    status: str
    opened_on: date
    revision: int
    fragment: Fragment
    heads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def short(self) -> str:
        """The reference as people say it."""
        return refs.short(self.ref)


@dataclass(frozen=True, slots=True)
class Edited:
    """A saved edit: the record after it, where it goes, and fields a colleague changed too."""

    record: CaseRecord
    reached: tuple[str, ...]
    beside: tuple[Place, ...]


async def import_case(form: CaseForm, case_ref: str | None, desk: Desk) -> CaseRecord:
    """Take a case in from a file, under the reference a release gave it or a new one."""
    require(desk, Act.IMPORT_CASE)
    ref = case_ref and refs.plain(case_ref)
    if ref and not refs.is_whole(ref):
        raise CaseExists("This is not a whole case reference: it has 26 letters and numbers.")
    if ref and form.case_ref and refs.plain(form.case_ref) != ref:
        raise CaseExists("The file names another case reference than the one given.")
    ref = ref or form.case_ref or new_ref()
    if refs.is_invented(ref):
        raise CaseExists("This reference is kept for test handoffs: nothing real may go by it.")
    if walls.is_hidden(ref, desk):
        raise CaseExists  # nor does anybody write behind a wall where only parts came
    return await take_in(form, ref, desk)


async def take_in(form: CaseForm, ref: str, desk: Desk) -> CaseRecord:
    """Keep a case under this reference, which is a real one's or a test handoff's."""
    require(desk, Act.IMPORT_CASE)
    by = _author(desk)
    body = CaseBody(
        people=dict(form.people),
        fields={
            place: Field((Written(value, stamp(desk), by),), 1, desk.who)
            for place, value in form.fields.items()
        },
        bases=dict(form.bases),
    )
    case = secrets.token_hex(16)
    row = Case(
        id=case,
        case_ref=ref,
        status="open",
        opened_on=desk.today,
        revision=1,
        body=shut_body("case", case, body.to_json(), desk),
    )
    _refuse_own_pages(form.fields, desk)
    async with transaction():
        if await Case.exists().where(Case.case_ref == ref):
            raise CaseExists
        await Case.insert(row)
        await audit.record(Act.IMPORT_CASE.value, ref, desk, fields=len(body.fields))
        await tied.wall_off(described.in_body(ref, body), desk)
    return _record(OwnCase(row, body), {})


async def list_cases(desk: Desk) -> list[CaseSummary]:
    """The cases of this agency, and those others told it of, that this person may know of."""
    require(desk, Act.LIST_CASES)
    await received.sort_in(desk)
    told: dict[str, list[str]] = {}
    for row in await received.live(desk):
        if row.case_ref and walls.may_list(row.case_ref, desk):
            told.setdefault(row.case_ref, []).append(row.owner)
    found: list[CaseSummary] = []
    for case in await Case.objects().order_by(Case.opened_on, ascending=False):
        if walls.may_list(case.case_ref, desk):
            senders = told.pop(case.case_ref, [])
            found.append(_summary(case, senders, desk))
    found += [
        CaseSummary(ref, refs.short(ref), "received", None, "", 0, _each(senders), own=False)
        for ref, senders in sorted(told.items())
    ]
    return found


async def read(ref: str, desk: Desk) -> CaseRecord:
    """The agency's own record of this case; that it was looked at is written down first."""
    require(desk, Act.READ_CASE)
    desk.unlocked()
    case_ref = await whole_ref(ref, desk)
    async with transaction():
        case = await load(case_ref, desk)
        await audit.record(Act.READ_CASE.value, case_ref, desk)
    return _record(case, await following.heads_of(case_ref, desk))


async def edit(
    ref: str,
    edits: Mapping[Place, str | None],
    base: int,
    heads: Mapping[str, Sequence[str]],
    desk: Desk,
) -> Edited:
    """Save what was typed on a page drawn from `base`; live shares that may carry it follow."""
    require(desk, Act.EDIT_CASE)
    refuse_while_closed(desk)
    case_ref = await whole_ref(ref, desk)
    _refuse_own_pages(edits, desk)
    async with transaction():
        return await save(case_ref, edits, Act.EDIT_CASE, desk, base=base, heads=heads)


async def save(
    case_ref: str,
    edits: Mapping[Place, str | None],
    act: Act,
    desk: Desk,
    *,
    base: int | None,
    heads: Mapping[str, Sequence[str]] | None = None,
    facts: Mapping[str, str | int | bool] | None = None,
) -> Edited:
    """Write edits drawn from `base` (None: the present) and audit them, in the open transaction."""
    require_transaction()
    case = await load(case_ref, desk)
    checked = {place: _checked(place, value, case, desk) for place, value in edits.items()}
    mark = Written("", stamp(desk), _author(desk))
    drawn_from = case.row.revision if base is None else base
    revision = case.row.revision + 1
    merged = write_in(case.body, checked, drawn_from, revision, desk.who, mark)
    reached: tuple[str, ...] = ()
    if merged.changed:
        await keep(case.row, merged.body, revision, desk)
        case = OwnCase(case.row, merged.body)
        sections = sorted({place.section for place in merged.changed})
        fields = len(merged.changed)
        await audit.record(
            act.value, case_ref, desk, sections=sections, fields=fields, **(facts or {})
        )
        reached = await following.follow_edit(case, merged, heads or {}, desk)
        if described.DESCRIBES & {*sections}:
            await tied.wall_off(described.in_body(case_ref, merged.body), desk)
    now = await record_of(case, desk)
    return Edited(now, reached, tuple(sorted(merged.beside)))


async def reach(ref: str, desk: Desk) -> Mapping[Place, tuple[str, ...]]:
    """For each field of the form: the agencies that receive an edit of it."""
    require(desk, Act.READ_CASE)
    case = await load(await whole_ref(ref, desk), desk)
    return await following.would_reach(case, desk)


async def record_of(case: OwnCase, desk: Desk) -> CaseRecord:
    """The record as it is now, with the heads an edit of it would post."""
    return _record(case, await following.heads_of(case.row.case_ref, desk))


def _refuse_own_pages(edits: Iterable[Place], desk: Desk) -> None:
    """What the meeting agreed, a ballot or an answer is written by its own act and no other."""
    for place in edits:
        section = desk.pack.sections.get(place.section)
        if section is not None and section.own_page:
            raise WrittenElsewhere


def _checked(place: Place, value: str | None, case: OwnCase, desk: Desk) -> str | None:
    """The value as the form keeps it; blank means nothing is written there any more."""
    path = f"{place.section}.{place.about}.{place.field}"
    try:
        form = place_form(place, case.body.people, desk.pack, path)
        return None if value is None else read_value(form, value, path) or None
    except FormMistake as mistake:
        raise NotWritable(str(mistake)) from mistake


def _author(desk: Desk) -> str:
    return desk.staff.name if desk.staff else desk.node.name


def _record(case: OwnCase, heads: Mapping[str, tuple[str, ...]]) -> CaseRecord:
    row = case.row
    fragment = case.body.fragment(row.case_ref)
    return CaseRecord(row.case_ref, row.status, row.opened_on, row.revision, fragment, heads)


def _summary(row: Case, senders: Sequence[str], desk: Desk) -> CaseSummary:
    try:
        body = CaseBody.from_json(read_body("case", row.id, row.body, desk))
        status, name, people = row.status, _name(body), len(body.people)
    except BodyDamaged:
        # One damaged case must not take the list of all the others with it.
        status, name, people = "damaged", "", 0
    return CaseSummary(
        ref=row.case_ref,
        short=refs.short(row.case_ref),
        status=status,
        opened_on=row.opened_on,
        name=name,
        people=people,
        received_from=_each(senders),
        own=True,
    )


def _name(body: CaseBody) -> str:
    for person, role in sorted(body.people.items()):
        if role == SURVIVOR:
            written = body.fields.get(Place(IDENTITY, person, "name"))
            return written.written[-1].value if written else ""
    return ""


def _each(senders: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted(set(senders)))
