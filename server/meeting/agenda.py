"""The agenda: which cases in which order, who is expected, what is missing, and the words read out.

A case of which nothing is left here is on no agenda; that something was withdrawn is said, not
what. A case this person may not know of leaves neither a line nor a gap.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

from crypto.keys import short_words
from server import beacons
from server.casework import ending, received, refs, walls
from server.casework.own import agency_name, me
from server.casework.tables import Case, Share
from server.meeting import answers, planned
from server.meeting.answers import AnswerLine
from server.meeting.attendance import Attends, attendance_of
from server.meeting.planned import Planned
from server.meeting.tables import Intake, Slot
from server.meeting.watching import watches
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk


@dataclass(frozen=True, slots=True)
class AgendaCase:
    """One case on the agenda, by its reference."""

    slot: str
    ref: str
    short: str
    position: int  # as this person counts them
    minutes: int
    state: str
    began_at: int = 0
    spent: int = 0
    referred_by: str = ""  # an agency's name
    withdrawn: bool = False  # something that was told of this case was taken back
    observers: bool = False  # the chair lets observers see it
    answers: tuple[AnswerLine, ...] = ()

    @property
    def missing(self) -> tuple[AnswerLine, ...]:
        """Who was asked and has not answered."""
        return tuple(one for one in self.answers if one.state == answers.NO_ANSWER)


@dataclass(frozen=True, slots=True)
class Agenda:
    """One meeting as it will be, or is, held."""

    meeting: Planned
    cases: tuple[AgendaCase, ...]
    roster: tuple[Attends, ...]
    withdrawn: bool  # something on this agenda was taken back
    directory_words: tuple[str, ...]
    words_with: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # by agency

    @property
    def minutes(self) -> int:
        """How long all of it takes."""
        return sum(one.minutes for one in self.cases)


@dataclass(frozen=True, slots=True)
class OnAgenda:
    """The cases of a meeting this person may know of, and whether something was taken back."""

    cases: tuple[AgendaCase, ...]
    withdrawn: bool


async def read(meeting: str, desk: Desk) -> Agenda:
    """The agenda with what is missing and who is expected; opens what each agency released."""
    require(desk, Act.READ_MEETING)
    require(desk, Act.VIEW_CASE)
    at = await planned.load(meeting, desk)
    found = await cases_of(at, desk)
    told = await answers.standings([one.ref for one in found.cases], desk)
    return Agenda(
        meeting=at,
        cases=tuple(replace(one, answers=told.get(one.ref, ())) for one in found.cases),
        roster=await attendance_of(at, [one.ref for one in found.cases], desk),
        withdrawn=found.withdrawn,
        directory_words=directory_words(desk),
        words_with=await beacon_words(desk),
    )


async def cases_of(at: Planned, desk: Desk) -> OnAgenda:
    """The cases in their order; opens nothing, so that a live page may ask it often."""
    require(desk, Act.READ_MEETING)
    await received.sort_in(desk)
    rows = await Slot.objects().where(Slot.meeting == at.id).order_by(Slot.position)
    known = [row for row in rows if _may_list(row, at, desk)]
    live = await _live([row.case_ref for row in known], desk)
    sent = await _senders([row.case_ref for row in known])
    lost = await _lost(live, desk)
    here = [row for row in known if row.case_ref in live and row.state != planned.WITHDRAWN]
    cases = tuple(
        AgendaCase(
            slot=row.id,
            ref=row.case_ref,
            short=refs.short(row.case_ref),
            position=position,
            minutes=row.minutes,
            state=row.state,
            began_at=row.began_at,
            spent=row.spent,
            referred_by=agency_name(sent[row.case_ref], desk) if row.case_ref in sent else "",
            withdrawn=row.case_ref in lost,
            observers=row.id in at.observers_see,
        )
        for position, row in enumerate(here, 1)
    )
    return OnAgenda(cases, bool(lost) or len(here) < len(known))


async def stamp(case_ref: str, desk: Desk) -> str:
    """A mark that changes whenever anything of this case arrives, is taken back or is written."""
    rows = (await _live([case_ref], desk)).get(case_ref, ())
    own = await Case.select(Case.revision).where(Case.case_ref == case_ref).first()
    said = [*sorted(f"{row.id} {row.last_id}" for row in rows), str(own and own["revision"])]
    return blake2b("\n".join(said).encode(), digest_size=16).hexdigest()


async def let_go(desk: Desk) -> int:
    """Take off every agenda ahead the cases of which nothing is left here, and keep them off."""
    await received.sort_in(desk)
    if await received.live(desk, Share.case_ref == ""):
        return 0  # a part that came and is not sorted in may be of one of them
    rows = await Slot.objects().where(Slot.state.is_in([planned.WAITING, planned.OPEN]))
    live = await _live([row.case_ref for row in rows], desk)
    gone = [row for row in rows if row.case_ref not in live]
    if not gone:
        return 0
    async with transaction():
        await Slot.update({Slot.state: planned.WITHDRAWN}).where(
            Slot.id.is_in([row.id for row in gone])
        )
        for row in gone:
            await audit.record("meeting.withdrawn", row.meeting, desk, slot=row.id)
    return len(gone)


def directory_words(desk: Desk) -> tuple[str, ...]:
    """Four words of the directory this node believes: everybody in the room must have the same."""
    return short_words(bytes.fromhex(desk.directory.id))


async def beacon_words(desk: Desk) -> dict[str, tuple[str, ...]]:
    """For each partner, four words of what this node holds with it: read aloud, both say the same.

    A relay that withholds from one of them, or shows each another log, is heard in the room.
    """
    return {
        partner: short_words(bytes.fromhex(said))
        for partner, said in (await beacons.digests(desk)).items()
    }


def _may_list(row: Slot, at: Planned, desk: Desk) -> bool:
    """May this person see that it is on the agenda? An observer: where the chair allows it."""
    if not watches(desk):
        return walls.may_list(row.case_ref, desk)
    shown = row.id in at.observers_see and not refs.is_invented(row.case_ref)
    return shown and not walls.is_hidden(row.case_ref, desk)


async def _live(cases: Collection[str], desk: Desk) -> dict[str, list[Share]]:
    """What lives here of each of these cases, as received from its owner."""
    wanted, found = set(cases), dict[str, list[Share]]()
    for row in await received.live(desk):
        if row.case_ref in wanted:
            found.setdefault(row.case_ref, []).append(row)
    return found


async def _lost(live: Mapping[str, Sequence[Share]], desk: Desk) -> set[str]:
    """Cases of whose releases a part was here and was taken back. Which part is not said."""
    cases = {row.release: ref for ref, rows in live.items() for row in rows}
    if not cases:
        return set()
    alive = {(row.release, row.owner, row.exchange) for rows in live.values() for row in rows}
    gone = await Share.select(Share.release, Share.owner, Share.exchange).where(
        (Share.recipient == me(desk))
        & Share.release.is_in(sorted(cases))
        & (Share.state == ending.CLOSED)
        & (Share.why != "renewed")
    )
    return {
        cases[row["release"]]
        for row in gone
        if (row["release"], row["owner"], row["exchange"]) not in alive
    }


async def _senders(cases: Sequence[str]) -> dict[str, str]:
    """Who referred each of these cases."""
    if not cases:
        return {}
    rows = await Intake.select(Intake.case_ref, Intake.referred_by).where(
        Intake.case_ref.is_in(list(cases))
    )
    return {row["case_ref"]: row["referred_by"] for row in rows if row["referred_by"]}
