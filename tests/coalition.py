"""Two agencies, a hospital and a coordinator in one process: real files, keys and relay code.

Nobody here is real. The relay's own code is called in memory instead of over HTTP.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

from client_sync.wire import Outcome, Packet
from crypto.keys import Identity, NodeKey
from server import announcements
from server.casework import anew, cases, consents, mailroom, memory
from server.casework.cases import CaseRecord
from server.casework.consents import Recorded
from server.casework.keeping import Kept
from server.casework.mailroom import Sent
from server.node import announcing, coalition, database
from server.node.desk import Desk, desk_for, keys_for, locked_desk
from server.node.engines import NodeEngine
from server.node.member import StaffMember
from server.node.settings import Settings
from server.node.tables import NodeRow
from server.relay import expiry, pages, records, statements
from server.relay.counter import START
from server.relay.members import Member
from tests import running
from tiers.case_form import read_case
from tiers.gate import Withheld
from tiers.release_form import read_release

PASSPHRASE = "nine quiet otters on the ice"
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
AGREED_UNTIL = date(2027, 6, 30)
ENDS = date(2027, 1, 15)

NORTHGATE, HARBOUR, RIVER, BRIGID = (
    "Northgate Coordination",
    "Harbour Centre",
    "River Police",
    "St Brigid Hospital",
)

T = TypeVar("T")


@dataclass
class Place:
    """One agency's node, and how far it has read at the relay."""

    name: str
    settings: Settings
    identity: Identity
    member: StaffMember
    engine: NodeEngine = field(repr=False)
    cursor: str = START

    @property
    def id(self) -> str:
        return self.identity.public.hex()


@dataclass
class Coalition:
    """The four of them, on one day, around one relay."""

    places: Mapping[str, Place]
    now: datetime = MONDAY

    def __getitem__(self, name: str) -> Place:
        return self.places[name]

    @contextmanager
    def at(self, name: str) -> Iterator[Place]:
        """Within this block, that node's database is the one in use."""
        place = self.places[name]
        with database.using(place.engine):
            yield place

    def settings(self, name: str) -> Settings:
        moved = replace(self.places[name].settings, moved_now=self.now)
        return replace(moved, read_at=time.monotonic())

    async def desk(self, name: str) -> Desk:
        """The unlocked desk of the agency's first member of staff. Call within at()."""
        place, settings = self.places[name], self.settings(name)
        return await desk_for(settings, place.member, await keys_for(settings, place.identity))

    async def locked(self, name: str) -> Desk:
        """The node itself at work. Call within at()."""
        return await locked_desk(self.settings(name))

    async def do(self, name: str, act: Callable[[Desk], Awaitable[T]]) -> T:
        """Let somebody at that agency do something."""
        with self.at(name):
            await running.keep_open()
            return await act(await self.desk(name))

    async def sync(self, *names: str, locked: bool = False) -> dict[str, Kept]:
        """One round for each of these agencies, in this order; for all when none is named."""
        return {name: await self._round(name, locked) for name in names or self.places}

    async def settle(self, *, locked: bool = False) -> None:
        """Rounds until nobody has anything new."""
        quiet = 0
        for _ in range(12):
            kept = await self.sync(locked=locked)
            # Whoever spoke last in one round is heard in the next.
            quiet = 0 if any(one.accepted for one in kept.values()) else quiet + 1
            if quiet == 2:
                return
        raise AssertionError("the coalition never became quiet")

    def later(self, **passed: float) -> None:
        """Let time pass for everybody."""
        self.now += timedelta(**passed)
        memory.clear()

    async def _round(self, name: str, locked: bool) -> Kept:
        with self.at(name) as place:
            await running.keep_open()
            desk = await (self.locked(name) if locked else self.desk(name))
            if desk.node.behind:
                place.cursor = START
            await mailroom.expire(desk)
            if desk.keys is not None:
                await anew.maintain(desk)
            await self._push(place, desk)
            kept = await self._pull(place, desk)
            await self._push(place, desk)
            await NodeRow.update({NodeRow.relay_heard_at: int(self.now.timestamp())}).where(
                NodeRow.id > 0
            )
            return kept

    async def _push(self, place: Place, desk: Desk) -> None:
        if waiting := await mailroom.waiting(1_000, desk):
            packets = [Packet(one.stub, one.body) for one in waiting]
            with self.at(NORTHGATE):
                done = await records.append(packets, self._member(place), self._members(), self.now)
            fine = {Outcome.ACCEPTED, Outcome.HELD}
            taken = {one.id.hex() for one in done.results if one.outcome in fine}
            await mailroom.sent((one.share, one.seq) for one in waiting if one.id in taken)
            for one in done.results:
                if one.outcome not in fine:
                    await mailroom.refused(one.id.hex(), one.reason, desk)
        for row in await mailroom.waiting_statements(1_000, desk):
            with self.at(NORTHGATE):
                await statements.take(
                    bytes(row.signed), self._member(place), self._members(), self.now
                )
            await mailroom.statement_sent([row.id], desk)
        for said in await announcing.waiting(1_000, desk):
            with self.at(NORTHGATE):
                await statements.take(
                    bytes(said.signed), self._member(place), self._members(), self.now
                )
            await announcing.sent([said.id], desk)

    async def _pull(self, place: Place, desk: Desk) -> Kept:
        with self.at(NORTHGATE):
            await expiry.expire(self.now)
            page = await pages.after(place.cursor, place.identity.public, self.now)
        open_words, others = announcements.split(page.statements)
        await announcements.take(open_words, desk)
        kept = await mailroom.keep([(one.stub, one.body) for one in page.records], others, desk)
        place.cursor = page.cursor
        if not page.more:
            await NodeRow.update({NodeRow.cursor: page.cursor}).where(NodeRow.id > 0)
            await mailroom.caught_up(page.cursor, desk)
        return kept

    def _member(self, place: Place) -> Member:
        node_key = (place.settings.data / "node.key").read_bytes()
        return Member(place.identity.public, NodeKey(node_key).public)

    def _members(self) -> frozenset[bytes]:
        return frozenset(place.identity.public for place in self.places.values())

    async def publish(self, change: Callable[[Desk], Awaitable[Any]]) -> None:
        """The coordinator changes the directory, and everybody adopts it."""
        directory = await self.do(NORTHGATE, change)
        for name in self.places:
            if name != NORTHGATE:
                await self.do(name, lambda desk: coalition.adopt(directory.raw, desk))


CASE: dict[str, Any] = {
    "format": "casefold-case-1",
    "people": {
        "survivor": "survivor",
        "child-a": "child",
        "puv": "person_using_violence",
    },
    "sections": {
        "identity": {
            "survivor": {"name": "Invented Asha Bell", "address": "CANARY-ADDRESS 3 Quiet Lane"},
            "child-a": {"name": "Invented Wren Bell", "school": "CANARY-SCHOOL"},
            "puv": {"name": "Invented Tom Crane", "aliases": ["T. Cray", "Tommy Crane"]},
        },
        "safe_contact": {"survivor": {"safe_phone": "0000 111", "best_times": "mornings"}},
        "service_involvement": {"survivor": {"summary": "We have met since spring."}},
        "risks": {"survivor": {"summary": "It is getting worse.", "threats": "Said on Sunday."}},
        "private": {"survivor": {"notes": "CANARY-PRIVATE"}},
    },
    "bases": {},
}


def case_file(**sections: Any) -> dict[str, Any]:
    """The invented case, with these sections in place of its own."""
    return {**CASE, "sections": {**CASE["sections"], **sections}}


async def open_case(
    made: Coalition, name: str, ref: str | None = None, written: Mapping[str, Any] = CASE
) -> CaseRecord:
    """That agency takes in its own record of the case."""
    return await made.do(
        name, lambda desk: cases.import_case(read_case(dict(written), desk.pack), ref, desk)
    )


def release_file(ref: str, **changed: Any) -> dict[str, Any]:
    """What the invented survivor signs at Harbour: police and hospital may find and tell."""
    form: dict[str, Any] = {
        "format": "casefold-release-1",
        "case_ref": ref,
        "signed_on": "2026-11-23",
        "signer": {
            "kind": "self",
            "name": "Invented Asha Bell",
            "relation": "",
            "confirmed_not_abuser": True,
        },
        "form": "written",
        "witness": "Robin Vale",
        "language": "English",
        "purpose": "so that the meeting can plan for her safety",
        "ends": ENDS.isoformat(),
        "carrier": NORTHGATE,
        "told": {
            "alternatives": True,
            "can_withdraw_by_word": True,
            "not_a_condition": True,
            "redisclosure": True,
        },
        "survivor": "survivor",
        "rows": [
            {"agency": HARBOUR, "tell": True, "plan": True, "initials": "AB"},
            {"agency": RIVER, "find": True, "tell": True, "plan": True, "initials": "AB"},
            {"agency": BRIGID, "find": True, "tell": True, "initials": "AB"},
        ],
    }
    return {**form, **changed}


async def record(made: Coalition, ref: str, **changed: Any) -> Recorded:
    """Harbour writes down the release she signed."""
    form = read_release(release_file(ref, **changed))
    return await made.do(HARBOUR, lambda desk: consents.record_release(form, ref, desk))


async def share(made: Coalition, name: str, ref: str, to: str, exchange: str) -> Sent:
    """That agency shares what it may; a test that wants a refusal asks the mailroom itself."""
    sent = await made.do(name, lambda desk: mailroom.send(ref, to, exchange, desk))
    assert not isinstance(sent, Withheld), sent.reason
    return sent


async def adopt_all(made: Coalition, name: str, ref: str) -> list[str]:
    """Somebody at that agency recognises the survivor and adopts what waits."""

    async def act(desk: Desk) -> list[str]:
        waiting = [one for one in await consents.list_consents(desk) if one.to_adopt]
        return [(await consents.adopt(one.consent.id, ref, {}, desk)).id for one in waiting]

    return await made.do(name, act)


async def whole_story(made: Coalition) -> str:
    """From her signature to the meeting: Harbour, River and Brigid have all told Northgate."""
    ref = (await open_case(made, HARBOUR)).ref
    await record(made, ref)
    for name, exchange in ((RIVER, "handoff"), (BRIGID, "handoff"), (NORTHGATE, "meeting")):
        await share(made, HARBOUR, ref, name, exchange)
    await made.settle()
    for name, words in ((RIVER, "Two calls in May."), (BRIGID, "Seen in the clinic.")):
        sections = {"service_involvement": {"survivor": {"summary": words}}}
        await open_case(made, name, ref, {**CASE, "sections": sections})
        await adopt_all(made, name, ref)
        await share(made, name, ref, NORTHGATE, "meeting")
    await made.settle()
    return ref
