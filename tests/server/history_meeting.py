"""What happens to a plan in a history: rows that rest on parts, actions, and what owners answer."""

from collections.abc import Mapping
from dataclasses import dataclass

from hypothesis import strategies as st

from server.casework import cases
from server.casework.cases import Edited
from server.casework.own import load
from server.casework.tables import Share
from server.meeting import actions, circulating, plan, plan_rows
from server.meeting.plan_rows import Added
from server.meeting.plan_view import ACTIONS, RISKS
from server.node.desk import Desk
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.server.histories import Field, World
from tests.server.history_chances import STEPS, Step
from tests.server.history_days import SyncAll
from tiers.rows import row_place

_STATUSES = ("in_progress", "completed", "not_done_by_agency", "not_possible_changed_circumstances")


@dataclass(frozen=True)
class Plan:
    """The coordinator or the chair writes down a risk or an action, resting on a part or not."""

    case: int
    who: int
    owner: str  # whose action it is; empty for a risk
    part: int

    async def happen(self, world: World) -> str:
        ref = world.refs[self.case]
        world.words += 1
        words = f"{NORTHGATE} {world.words}"
        said = {"on_file": "safe", "risk": words}
        if self.owner:
            owner = world.made[self.owner].id
            said = {"on_file": "safe", "action": words, "owner_agency": owner}
            said |= {"status": "open", "due": "2026-12-14"}
        rests: list[str] = []

        async def act(desk: Desk) -> Added:
            rests.extend(await _part(ref, self.part, desk))
            add = plan_rows.add_action if self.owner else plan_rows.add_risk
            return await add(ref, "survivor", said, desk, rests_on=rests)

        added = await world.do(NORTHGATE, act, self.who)
        if added is not None:
            written = {**said, "rests_on": rests[0]} if rests else said
            section = ACTIONS if self.owner else RISKS
            world.rows.append((ref, section, added.row, tuple(rests)))
            self._model(world, section, added, written)
        return NORTHGATE

    def _model(self, world: World, section: str, added: Added, said: Mapping[str, str]) -> None:
        fields = world.model[NORTHGATE, world.refs[self.case]]
        revision, who = added.edited.record.revision, world.staff_id(NORTHGATE, self.who)
        for name, value in said.items():
            place = row_place(section, "survivor", added.row, name)
            fields[place] = Field(frozenset({value}), revision, who)


@dataclass(frozen=True)
class Rewrite:
    """Somebody changes the words of a row, on a page drawn just now or a while ago."""

    which: int
    who: int
    on_held_page: bool

    async def happen(self, world: World) -> str:
        if not world.rows:
            return NORTHGATE
        ref, section, row, _ = world.rows[self.which % len(world.rows)]
        held = world.held_pages.get((NORTHGATE, ref, self.who)) if self.on_held_page else None
        world.words += 1
        words, bases = f"{NORTHGATE} {world.words}", [] if held is None else [held[0]]
        closed: list[bool] = []

        async def act(desk: Desk) -> Edited:
            if not bases:
                bases.append((await cases.read(ref, desk)).revision)
            there = (await plan.written_here(ref, desk)).row(section, "survivor", row)
            closed.append(there is not None and there.closed)
            said = {plan_rows.TEXT[section]: words}
            return await plan_rows.change(ref, section, "survivor", row, said, bases[0], desk)

        edited = await world.do(NORTHGATE, act, self.who)
        if edited is not None:
            said: dict[str, str | None] = {plan_rows.TEXT[section]: words}
            if closed[0]:
                said["rests_on"] = None
            revision = edited.record.revision
            for name, value in said.items():
                self._write(world, ref, (section, row, name), value, (bases[0], revision))
        return NORTHGATE

    def _write(
        self,
        world: World,
        ref: str,
        at: tuple[str, str, str],
        value: str | None,
        page: tuple[int, int],
    ) -> None:
        fields = world.model[NORTHGATE, ref]
        place, who = row_place(at[0], "survivor", at[1], at[2]), world.staff_id(NORTHGATE, self.who)
        now = fields.get(place)
        later = now is not None and now.revision > page[0] and now.staff != who
        values = frozenset({value} if value is not None else ())
        if later and now is not None:
            values |= now.values
        if now is not None and values == now.values:
            return
        if values:
            fields[place] = Field(values, page[1], who)
        else:
            fields.pop(place, None)


@dataclass(frozen=True)
class Tick:
    """An owner says what became of one of its actions, from its own node."""

    at: str
    which: int
    status: str

    async def happen(self, world: World) -> str:
        async def act(desk: Desk) -> tuple[str, str, str, int]:
            own = (await actions.mine(desk)).own
            if not own:
                raise actions.NotYours
            line = own[self.which % len(own)]
            ref, row = line.case_ref, line.action.row
            done = await actions.answer(ref, row, self.status, desk, why=f"{self.at} why")
            return ref, row, self.status, done.edited.record.revision

        done = await world.do(self.at, act)
        if done is not None:
            ref, row, status, revision = done
            fields, who = world.model[self.at, ref], world.staff_id(self.at, 0)
            said = {"status": status, "why": f"{self.at} why"}
            desk_day = world.clock[self.at].date().isoformat()
            said |= {"done_on": desk_day} if status == "completed" else {}
            for name in ("status", "why", "done_on", "update"):
                place = row_place("action_answers", "survivor", row, name)
                fields.pop(place, None)
                if name in said:
                    fields[place] = Field(frozenset({said[name]}), revision, who)
        return self.at


@dataclass(frozen=True)
class Circulate:
    """The coordinator sends the plan round."""

    case: int

    async def happen(self, world: World) -> str:
        ref = world.refs[self.case]
        sent = await world.do(NORTHGATE, lambda desk: circulating.circulate(ref, desk))
        if sent is not None:
            await _take_down_marks(world, ref)
        return NORTHGATE


async def know_rows(world: World) -> None:
    """The rows a plan has before anything happens."""

    async def act(desk: Desk) -> None:
        for ref in world.refs:
            view = await plan.written_here(ref, desk)
            world.rows += [(ref, one.section, one.row, one.rests_on) for one in view.actions]

    await world.do(NORTHGATE, act)


async def _take_down_marks(world: World, ref: str) -> None:
    """The marks are no words of anybody: the model takes them as they are."""

    async def act(desk: Desk) -> None:
        body = (await load(ref, desk)).body
        for place, field in body.fields.items():
            if place.section == "plan_case" and place.field.startswith("circulated_"):
                values = frozenset(one.value for one in field.written)
                held = Field(values, field.revision, field.staff)
                world.model[NORTHGATE, ref][place] = held

    await world.do(NORTHGATE, act)


async def _part(ref: str, which: int, desk: Desk) -> list[str]:
    """One of the parts of this case that live here, or none."""
    rows = await Share.select(Share.consent).where(
        (Share.recipient == desk.node.identity)
        & (Share.case_ref == ref)
        & (Share.state == "live")
        & (Share.ends > int(desk.now.timestamp()))
    )
    known = sorted(row["consent"] for row in rows if row["consent"])
    return [known[which % len(known)]] if which and known else []


_ANYBODY = st.sampled_from((HARBOUR, RIVER, BRIGID))
_CASE = st.sampled_from((0, 0, 0, 1))
_WHO = st.integers(0, 1)
PLAN_STEPS: st.SearchStrategy[Step | Plan | Rewrite | Tick | Circulate] = st.one_of(
    *[st.builds(Plan, _CASE, _WHO, st.sampled_from(("", HARBOUR, RIVER)), st.integers(0, 4))] * 3,
    *[st.builds(Rewrite, st.integers(0, 9), _WHO, st.booleans())] * 2,
    *[st.builds(Tick, _ANYBODY, st.integers(0, 5), st.sampled_from(_STATUSES))] * 3,
    st.builds(Circulate, st.just(0)),
    st.builds(SyncAll, st.just(False)),
    STEPS,
    STEPS,
)
