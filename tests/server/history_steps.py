"""What may happen in a history: acts of people, days that pass, and a relay that has bad days."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta

from hypothesis import strategies as st

from client_sync.case_view import CaseView
from server.casework import cases, consents, mailroom, meetings, withdrawals
from server.casework.consents import Recorded
from server.casework.mailroom import Sent
from server.node import coalition
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.tables import AuditEntry
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, release_file
from tests.server.histories import Field, World
from tiers.fragment import Place
from tiers.release_form import read_release
from tiers.tier import Tier

PLACES = (
    Place("risks", "survivor", "threats"),
    Place("service_involvement", "survivor", "summary"),
    Place("health", "survivor", "injuries"),
    Place("safe_contact", "survivor", "best_times"),
    Place("identity", "survivor", "area"),
    Place("matrix", "survivor", "action"),
    Place("private", "survivor", "notes"),
)
_ANYBODY = st.sampled_from((HARBOUR, RIVER, BRIGID, NORTHGATE))
_COLLECTORS = st.sampled_from((HARBOUR, HARBOUR, RIVER))
_CASE = st.sampled_from((0, 0, 0, 1))
_ANY = st.integers(0, 30)
_CHANGES = {
    "suspended": Change(suspended=True),
    "taken back": Change(suspended=False),
    "lapsed": Change(agreement_until=date(2026, 11, 22)),
    "signed again": Change(agreement_until=date(2027, 6, 30)),
    "no seat": Change(no_seat=True),
    "seat": Change(seat="meeting"),
    "lowest tier": Change(tier=Tier.DIRECTORY),
    "tier two": Change(tier=Tier.REFERRAL),
    "tier three": Change(tier=Tier.FRAMEWORKS),
}


@dataclass(frozen=True)
class Record:
    """A release is signed."""

    at: str
    case: int
    days: int
    full: bool

    async def happen(self, world: World) -> str:
        ref = world.refs[self.case]
        done = await world.do(
            self.at,
            lambda desk: consents.record_release(
                read_release(_form(ref, self.at, desk.today, self.days, self.full)), ref, desk
            ),
        )
        _remember(world, done)
        return self.at


@dataclass(frozen=True)
class Share:
    """Somebody shares what they may of a case, or what is new in it."""

    at: str
    case: int
    to: str
    exchange: str

    async def happen(self, world: World) -> str:
        ref = world.refs[self.case]
        sent = await world.do(
            self.at, lambda desk: mailroom.send(ref, self.to, self.exchange, desk)
        )
        if isinstance(sent, Sent):
            assert (self.at, sent.cleared.consent.id) not in world.withdrawn_here
        return self.at


@dataclass(frozen=True)
class Adopt:
    """Somebody takes on, or refuses, what waits for them."""

    at: str
    which: int
    refuse: bool

    async def happen(self, world: World) -> str:
        waiting = await world.do(self.at, _to_adopt) or []
        if not waiting:
            return self.at
        consent, ref = waiting[self.which % len(waiting)]
        if self.refuse:
            await world.do(self.at, lambda desk: consents.refuse(consent, desk))
            return self.at
        await world.do(self.at, lambda desk: consents.adopt(consent, ref or "", {}, desk))
        return self.at


@dataclass(frozen=True)
class Draw:
    """A colleague opens a case page and leaves it open."""

    at: str
    case: int
    who: int

    async def happen(self, world: World) -> str:
        ref = world.refs[self.case]
        page = await world.do(self.at, lambda desk: cases.read(ref, desk), self.who)
        assert page is not None
        world.held_pages[self.at, ref, self.who] = page.revision, dict(page.heads)
        return self.at


@dataclass(frozen=True)
class Edit:
    """A colleague writes, or clears, a field on a page drawn just now or a while ago."""

    at: str
    case: int
    who: int
    place: Place
    on_held_page: bool
    clear: bool

    async def happen(self, world: World) -> str:
        ref = world.refs[self.case]
        held = world.held_pages.get((self.at, ref, self.who)) if self.on_held_page else None
        if held is None:
            page = await world.do(self.at, lambda desk: cases.read(ref, desk), self.who)
            assert page is not None
            held = page.revision, dict(page.heads)
        base, heads = held
        world.words += 1
        value = None if self.clear else f"{self.at} {world.words}"
        edited = await world.do(
            self.at,
            lambda desk: cases.edit(ref, {self.place: value}, base, heads, desk),
            self.who,
        )
        if edited is not None:
            self._model(world, base, value, edited.record.revision)
        return self.at

    def _model(self, world: World, base: int, value: str | None, revision: int) -> None:
        """Later words of a colleague stay; all else gives way to what was typed."""
        fields = world.model[self.at, world.refs[self.case]]
        who = world.staff_id(self.at, self.who)
        now = fields.get(self.place)
        later = now is not None and now.revision > base and now.staff != who
        values = frozenset() if value is None else frozenset({value})
        if later and now is not None:
            values |= now.values
        if now is not None and values == now.values:
            return
        if values:
            fields[self.place] = Field(values, revision, who)
            return
        fields.pop(self.place, None)


@dataclass(frozen=True)
class Withdraw:
    """The survivor takes back one consent, or all of a release, at whoever she speaks to."""

    at: str
    which: int
    whole: bool

    async def happen(self, world: World) -> str:
        known = world.consents_at(self.at)
        if not known:
            return self.at
        consent, release = known[self.which % len(known)]
        if self.whole:
            done = await world.do(self.at, lambda desk: withdrawals.withdraw(desk, release=release))
            if done is not None:
                world.taken_back |= {release}
                world.withdrawn |= set(world.consents.get(release, ()))
                world.withdrawn_here |= {(self.at, one) for one in world.consents.get(release, ())}
            return self.at
        done = await world.do(self.at, lambda desk: withdrawals.withdraw(desk, consent=consent))
        if done is not None:
            world.withdrawn.add(consent)
            world.withdrawn_here.add((self.at, consent))
        return self.at


@dataclass(frozen=True)
class Renew:
    """The survivor signs once more for the same."""

    at: str
    which: int
    days: int

    async def happen(self, world: World) -> str:
        known = world.consents_at(self.at)
        if not known:
            return self.at
        consent, _ = known[self.which % len(known)]
        for full in (True, False):
            done = await world.do(
                self.at,
                lambda desk, full=full: consents.renew(
                    consent,
                    read_release(
                        _form(world.refs[0], self.at, desk.today, self.days, full, case=False)
                    ),
                    desk,
                ),
            )
            if done is not None:
                assert (self.at, consent) not in world.withdrawn_here
                _remember(world, done)
                break
        return self.at


@dataclass(frozen=True)
class Partner:
    """The coordinator changes how an agency stands."""

    agency: str
    change: str

    async def happen(self, world: World) -> str:
        await world.do(
            NORTHGATE,
            lambda desk: coalition.change_partner(self.agency, _CHANGES[self.change], desk),
        )
        return NORTHGATE


@dataclass(frozen=True)
class Sync:
    """One round at one node: unlocked or locked, through a good relay or a bad one."""

    at: str
    locked: bool
    mischief: str
    stumble_at: int

    async def happen(self, world: World) -> str:
        await world.sync(self.at, self.mischief, self.stumble_at, locked=self.locked)
        return self.at


@dataclass(frozen=True)
class SyncAll:
    """Everybody syncs once."""

    locked: bool

    async def happen(self, world: World) -> str:
        for name in world.names:
            await world.sync(name, locked=self.locked)
        return "*"


@dataclass(frozen=True)
class RelayDay:
    """The relay restarts, is copied, or is put back from its copy."""

    what: str

    async def happen(self, world: World) -> str:
        getattr(world.relay, self.what)()
        return NORTHGATE


@dataclass(frozen=True)
class Clock:
    """Somebody's clock moves, or everybody's."""

    at: str
    hours: int

    async def happen(self, world: World) -> str:
        for name in world.names if self.at == "*" else [self.at]:
            world.clock[name] += timedelta(hours=self.hours)
        return self.at


@dataclass(frozen=True)
class View:
    """Somebody opens the merged view."""

    at: str
    case: int

    async def happen(self, world: World) -> str:
        ref = world.refs[self.case]

        async def look(desk: Desk) -> CaseView:
            asked = (AuditEntry.act == "view") & (AuditEntry.subject == ref)
            before = await AuditEntry.count().where(asked)
            view = await meetings.case_view(ref, desk)
            assert await AuditEntry.count().where(asked) == before + 1
            return view

        view = await world.do(self.at, look)
        for parts in view.sections.values() if view else ():
            for one in parts:
                for value in one.values:
                    assert world.names_in(value) <= {one.agency}, (one.agency, value)
        return self.at


Step = (
    Record
    | Share
    | Adopt
    | Draw
    | Edit
    | Withdraw
    | Renew
    | Partner
    | Sync
    | SyncAll
    | RelayDay
    | Clock
    | View
)


async def _to_adopt(desk: Desk) -> list[tuple[str, str | None]]:
    entries = await consents.list_consents(desk)
    return [(one.consent.id, one.case_ref) for one in entries if one.to_adopt]


def _remember(world: World, done: Recorded | None) -> None:
    if done is not None:
        world.consents.setdefault(done.release_id, []).extend(one.id for one in done.consents)


def _form(
    ref: str, collector: str, today: date, days: int, full: bool, *, case: bool = True
) -> dict[str, object]:
    agencies = [one for one in (HARBOUR, RIVER, BRIGID) if one != collector]
    rows: list[dict[str, object]] = [
        {"agency": collector, "tell": True, "plan": full, "initials": "AB"}
    ]
    for agency in agencies if full else agencies[:1]:
        row: dict[str, object] = {"agency": agency, "find": True, "initials": "AB"}
        if full:
            row |= {"tell": True, "plan": True, "handoff_sections": ["risk", "health"]}
        rows.append(row)
    form = release_file(
        ref,
        rows=rows,
        signed_on=today.isoformat(),
        ends=(today + timedelta(days=days)).isoformat(),
    )
    if not case:
        del form["case_ref"]
    return form


def _often(times: int, strategy: st.SearchStrategy[Step]) -> list[st.SearchStrategy[Step]]:
    return [strategy] * times


_DAYS = st.sampled_from((2, 20, 50, 85))
STEPS: st.SearchStrategy[Step] = st.one_of(
    *_often(2, st.builds(Record, _COLLECTORS, _CASE, _DAYS, st.booleans())),
    *_often(
        4,
        st.builds(Share, _ANYBODY, _CASE, _ANYBODY, st.sampled_from(("handoff", "meeting"))),
    ),
    *_often(2, st.builds(Adopt, _ANYBODY, _ANY, st.sampled_from((False, False, False, True)))),
    st.builds(Draw, _ANYBODY, _CASE, st.integers(0, 1)),
    *_often(
        5,
        st.builds(
            Edit,
            _ANYBODY,
            _CASE,
            st.integers(0, 1),
            st.sampled_from(PLACES),
            st.booleans(),
            st.sampled_from((False, False, False, True)),
        ),
    ),
    st.builds(Withdraw, _ANYBODY, _ANY, st.booleans()),
    st.builds(Renew, _COLLECTORS, _ANY, _DAYS),
    st.builds(Partner, st.sampled_from((HARBOUR, RIVER, BRIGID)), st.sampled_from(list(_CHANGES))),
    *_often(
        5,
        st.builds(
            Sync,
            _ANYBODY,
            st.booleans(),
            st.sampled_from(("", "", "repeated", "reversed", "answer lost")),
            st.integers(1, 6),
        ),
    ),
    *_often(2, st.builds(SyncAll, st.booleans())),
    st.builds(RelayDay, st.sampled_from(("restart", "save", "restore"))),
    st.builds(
        Clock,
        st.sampled_from(("*", "*", HARBOUR, RIVER, NORTHGATE)),
        st.sampled_from((1, 5, 26, 26, 480, -30, -500)),
    ),
    *_often(2, st.builds(View, st.sampled_from((NORTHGATE, NORTHGATE, RIVER)), _CASE)),
)

Happening = Callable[[World], Awaitable[str]]
