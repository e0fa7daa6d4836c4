"""What people do in a history: sign, share, adopt, write, and take back."""

from dataclasses import dataclass
from datetime import date, timedelta

from server.casework import cases, consents, mailroom, withdrawals
from server.casework.consents import Recorded
from server.casework.mailroom import Sent
from server.casework.writing import write
from server.node.access import Act
from server.node.desk import Desk
from tests.coalition import BRIGID, HARBOUR, RIVER, release_file
from tests.server.histories import Field, World
from tiers.fragment import Place
from tiers.release_form import read_release


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
            assert (self.at, sent.cleared.consent.id) not in world.withdrawn
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
        edits = {self.place: value}

        async def typed(desk: Desk) -> cases.Edited:
            if desk.pack.sections[self.place.section].own_page:
                return await write(ref, edits, Act.WRITE_PLAN, desk, base=base)
            return await cases.edit(ref, edits, base, heads, desk)

        edited = await world.do(self.at, typed, self.who)
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
                world.taken_back.add((self.at, release))
                world.withdrawn |= {(self.at, one) for one in world.consents.get(release, ())}
            return self.at
        done = await world.do(self.at, lambda desk: withdrawals.withdraw(desk, consent=consent))
        if done is not None:
            world.withdrawn.add((self.at, consent))
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
                assert (self.at, consent) not in world.withdrawn
                _remember(world, done)
                break
        return self.at


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
