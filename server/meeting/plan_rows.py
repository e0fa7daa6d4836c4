"""Writing risks and actions: in the coordinating node's own words, resting on named consents."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from server.calendar import clocks
from server.casework import resting
from server.casework.cases import Edited
from server.casework.errors import NotWritable
from server.casework.own import load, me, named_agency, whole_ref
from server.casework.tables import Share
from server.casework.writing import write
from server.meeting.plan import written_here
from server.meeting.plan_view import ACTIONS, RESTS_ON, RISKS, PlanRow, PlanView
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.consent import ConsentKind
from tiers.rows import row_place

TEXT = {RISKS: "risk", ACTIONS: "action"}
_WORDS = {
    RISKS: frozenset({"risk", "level", "in_place"}),
    ACTIONS: frozenset({"action", "survivors_part", "outcome"}),
}
_DONE_BY = "actions_done"
_DECIDED_HERE = frozenset({"open", "superseded"})  # all else is the owner's word


class NoSuchRow(NotFound):
    """This plan has no such row. A colleague may have taken it out."""


class NothingWritten(NotWritable):
    """Write what it is: a risk or an action has words. Nothing was saved."""


class NothingToRestOn(NotWritable):
    """A part it rests on has ended, or is of another case. Choose among the parts that live."""


class OwnersWord(NotWritable):
    """What became of an action is for its owner to say, from its own node. Nothing was saved."""


@dataclass(frozen=True, slots=True)
class Added:
    """The row that was made, and the record after it."""

    row: str
    edited: Edited


async def add_risk(
    ref: str,
    about: str,
    fields: Mapping[str, str],
    desk: Desk,
    *,
    rests_on: Collection[str] = (),
) -> Added:
    """Write down a risk of this person; it is safe to put on file only where somebody says so."""
    return await _add(ref, RISKS, about, {"on_file": "not_safe", **fields}, rests_on, desk)


async def add_action(
    ref: str,
    about: str,
    fields: Mapping[str, str],
    desk: Desk,
    *,
    rests_on: Collection[str] | None = None,
) -> Added:
    """Agree an action: due by the pack's clock, resting on what its risk rests on, unless said."""
    case_ref = await _here(ref, desk)
    view = await written_here(case_ref, desk)
    risk = _risk(view, fields.get("for_risk", ""))
    if rests_on is None:
        rests_on = () if risk is None else risk.rests_on
    given = {name: value for name, value in fields.items() if value}
    written = {"status": "open", "on_file": "not_safe", "due": due(view, desk), **given}
    return await _add(ref, ACTIONS, about, written, rests_on, desk)


async def change(  # noqa: PLR0917 - a change has as many parts as it has
    ref: str,
    section: str,
    about: str,
    row: str,
    fields: Mapping[str, str | None],
    base: int | None,
    desk: Desk,
    *,
    rests_on: Collection[str] | None = None,
) -> Edited:
    """Change a row drawn from `base`; a closed one is rewritten whole, on parts that live."""
    case_ref = await _here(ref, desk)
    there = (await written_here(case_ref, desk)).row(section, about, row)
    if there is None or section not in TEXT:
        raise NoSuchRow
    _only_what_the_meeting_says(there, fields, desk)
    edits = {**fields}
    if there.closed:
        if not (fields.get(TEXT[section]) or "").strip():
            raise NothingWritten
        edits = {**dict.fromkeys(_WORDS[section]), **edits}
        rests_on = rests_on or ()
    elif TEXT[section] in fields and not (fields[TEXT[section]] or "").strip():
        raise NothingWritten
    if rests_on is not None:
        edits[RESTS_ON] = await resting_on(case_ref, rests_on, there.rests_on, desk)
    return await _write(case_ref, section, about, row, edits, base, desk)


async def take_out(  # noqa: PLR0917 - a row is named by as many parts as it has
    ref: str, section: str, about: str, row: str, base: int | None, desk: Desk
) -> Edited:
    """Take out a row written by mistake; what a colleague wrote meanwhile stays."""
    case_ref = await _here(ref, desk)
    case = await load(case_ref, desk)
    names = [
        place.field.partition(".")[2]
        for place in case.body.fields
        if (place.section, place.about, place.field.partition(".")[0]) == (section, about, row)
    ]
    if not names or section not in TEXT:
        raise NoSuchRow
    return await _write(case_ref, section, about, row, dict.fromkeys(names), base, desk)


async def parts(ref: str, desk: Desk) -> Mapping[str, tuple[str, bool]]:
    """The parts a row may rest on, alive now: consent → whose, and whether it came to refer her."""
    require(desk, Act.WRITE_PLAN)
    referred = ConsentKind.FIND.exchange
    live = await _live(await _here(ref, desk), desk)
    return {one.consent: (one.owner, one.exchange == referred) for one in live}


def due(view: PlanView, desk: Desk) -> str:
    """The day an action is due by the pack, since the case was heard or else since today."""
    clock = desk.pack.clock_rows.get(_DONE_BY)
    if clock is None:
        return ""
    heard = view.says("heard_on")
    since = datetime.fromisoformat(heard).replace(hour=12, tzinfo=UTC) if heard else desk.now
    return clocks.due(clock, since, desk.pack).date().isoformat()


async def _here(ref: str, desk: Desk) -> str:
    require(desk, Act.WRITE_PLAN)
    return await whole_ref(ref, desk)


def _only_what_the_meeting_says(
    there: PlanRow, fields: Mapping[str, str | None], desk: Desk
) -> None:
    status = fields.get("status", there.says("status"))
    ours = there.says("owner_agency") in {"", me(desk)}
    if status not in {*_DECIDED_HERE, there.says("status")} and not ours:
        raise OwnersWord
    if RESTS_ON in fields:
        raise NothingToRestOn


async def _add(  # noqa: PLR0917 - a row has as many parts as it has
    ref: str,
    section: str,
    about: str,
    fields: Mapping[str, str],
    rests_on: Collection[str],
    desk: Desk,
) -> Added:
    case_ref = await _here(ref, desk)
    if not fields.get(TEXT[section], "").strip():
        raise NothingWritten
    row = secrets.token_hex(4)
    edits = {**fields, RESTS_ON: await resting_on(case_ref, rests_on, (), desk)}
    return Added(row, await _write(case_ref, section, about, row, edits, None, desk))


async def _write(  # noqa: PLR0917 - a row has as many parts as it has
    case_ref: str,
    section: str,
    about: str,
    row: str,
    fields: Mapping[str, str | None],
    base: int | None,
    desk: Desk,
) -> Edited:
    owner = fields.get("owner_agency")
    if owner:
        known = owner == me(desk) or desk.directory.agency(owner) is not None
        fields = {**fields, "owner_agency": owner if known else named_agency(owner, desk)}
    edits = {row_place(section, about, row, name): value or None for name, value in fields.items()}
    return await write(case_ref, edits, Act.WRITE_PLAN, desk, base=base, row=row)


async def resting_on(
    case_ref: str, consents: Collection[str], before: Collection[str], desk: Desk
) -> str | None:
    """Parts that live here; one the row named before may have been renewed meanwhile."""
    named = sorted({one for one in consents if one})
    alive = {row.consent for row in await _live(case_ref, desk)}
    alive |= (await resting.standing(set(before), desk)).keys()
    if not alive.issuperset(named):
        raise NothingToRestOn
    return "\n".join(named) or None


async def _live(case_ref: str, desk: Desk) -> list[Share]:
    rows: list[Share] = await Share.objects().where(
        (Share.recipient == me(desk))
        & (Share.case_ref == case_ref)
        & (Share.consent != "")
        & (Share.state == resting.LIVE)
        & (Share.ends > int(desk.now.timestamp()))
    )
    return rows


def _risk(view: PlanView, row: str) -> PlanRow | None:
    return next((risk for risk in view.risks if row and risk.row == row), None)
