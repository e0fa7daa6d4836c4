"""Answering: our own records searched, the part taken up, who will attend, and what we tell.

Until a person takes up the tell that came with a question nothing leaves under it; leaving it, or
searching in vain, leaves no more than never having looked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from piccolo.columns import Column

from server.casework import (
    cases,
    consents,
    described,
    finds,
    ledger,
    mailroom,
    own_search,
    walls,
    writing,
)
from server.casework.bodies import read_body, shut_body
from server.casework.finds import ReceivedFind
from server.casework.ledger import Held
from server.casework.own import iso, unix, whole_ref
from server.casework.tables import Case, ConsentRow
from server.likeness.matching import Match
from server.meeting import answers, asked, asked_errors, noting
from server.meeting.asked import Asking
from server.meeting.tables import AskedHere
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.case_form import CaseForm
from tiers.consent import Consent, ConsentKind
from tiers.fragment import SURVIVOR, Place
from tiers.gate import Cleared, Withheld

__all__ = [
    "Attends",
    "Question",
    "Searched",
    "attend",
    "leave",
    "nothing_known",
    "preview",
    "read",
    "reopen",
    "search",
    "send",
    "take_up",
]

_MEETING = ConsentKind.TELL.exchange


@dataclass(frozen=True, slots=True)
class Question:
    """One question, opened: who is asked about, what waits to be taken up, and our own part."""

    line: Asking
    find: ReceivedFind
    tell: Consent | None  # taken up, and still permitting
    own_ref: str
    survivor: str  # her code in our own case
    searched_at: str
    searched_by: str

    @property
    def to_take_up(self) -> tuple[Consent, ...]:
        """The tells of ours that came with it and wait for a person."""
        return tuple(one for one in self.find.waiting if one.kind is ConsentKind.TELL)


@dataclass(frozen=True, slots=True)
class Searched:
    """One person asked about, and who in our own records that may be."""

    person: str
    role: str
    matches: tuple[Match, ...]


@dataclass(frozen=True, slots=True)
class Attends:
    """The professional who will be at the meeting for us."""

    name: str
    role: str = ""
    phone: str = ""


async def find(named: str, desk: Desk) -> Asking:
    """The question somebody means: by its own number, or by its case, the latest one first."""
    lines = sorted(await asked.queue(desk), key=lambda one: one.came_at, reverse=True)
    wanted = named.strip()
    for one in lines:
        if one.share == wanted:
            return one
    ref = await whole_ref(wanted, desk)
    for one in lines:
        if one.case_ref == ref:
            return one
    raise asked_errors.NoSuchQuestion


async def read(named: str, desk: Desk) -> Question:
    """Open the question; that it was looked at is written down first."""
    line = await find(named, desk)
    found = await finds.received_finds(desk, only={line.share})
    if not found and walls.may_know(line.case_ref, desk):
        raise asked_errors.DoesNotOpen
    if not found:
        raise asked_errors.NoSuchQuestion  # what was just opened walls this colleague from it
    row = await _row(line.share)
    if row.state == noting.NEW:
        await _move(row, noting.OPENED, desk)
        line = replace(line, state=noting.OPENED)
    held = await _held(line.share, desk)
    body = read_body("asked", row.share, row.body, desk)
    return Question(
        line=line,
        find=found[0],
        tell=held.consent if held and held.consent.live_on(desk.today) else None,
        own_ref=held.case_ref if held else "",
        survivor=_survivor(held) if held else "",
        searched_at=iso(row.searched_at) if row.searched_at else "",
        searched_by=body.get("searched_by", ""),
    )


async def search(named: str, desk: Desk) -> tuple[Searched, ...]:
    """Look through this agency's own records for everybody asked about; no result is kept."""
    question = await read(named, desk)
    given = described.in_fields(question.line.case_ref, question.find.people, question.find.fields)
    found = []
    for one in given:
        wanted = own_search.Asked(one.names, one.births, one.addresses, one.phones)
        found.append(Searched(one.person, one.role, await own_search.search(wanted, desk)))
    row = await _row(question.line.share)
    body = {**read_body("asked", row.share, row.body, desk), "searched_by": _who(desk)}
    state = noting.SEARCHED if row.state in {noting.NEW, noting.OPENED} else row.state
    await _move(row, state, desk, body=body, searched_at=unix(desk))
    return tuple(sorted(found, key=lambda one: (one.role != SURVIVOR, one.person)))


async def take_up(named: str, ref: str, people: Mapping[str, str], desk: Desk) -> str:
    """Take up the tells that came with it for this case of ours, or for a new one; gives its ref.

    A new case has the people of the release and no words: what was told is theirs, and ends.
    """
    require(desk, Act.ADOPT_CONSENT)
    question = await read(named, desk)
    if not question.to_take_up:
        raise asked_errors.NothingAsked
    case_ref = await whole_ref(ref, desk) if ref else question.line.case_ref
    if not ref and not await Case.exists().where(Case.case_ref == case_ref):
        await cases.take_in(CaseForm(dict(question.find.people), {}, {}), case_ref, desk)
    for consent in question.to_take_up:
        about = {person: ours for person, ours in people.items() if person in consent.about}
        await consents.adopt(consent.id, case_ref, about, desk)
    return case_ref


async def attend(named: str, who: Attends, desk: Desk) -> tuple[str, ...]:
    """Name the professional who will attend; gives the agencies that are told at once."""
    question = await _taken_up(named, desk)
    said = {"name": who.name, "role": who.role, "phone": who.phone}
    edits = {
        Place(answers.ATTENDING, question.survivor, name): words.strip() or None
        for name, words in said.items()
    }
    return (await writing.write(question.own_ref, edits, Act.ANSWER_REQUEST, desk)).reached


async def nothing_known(named: str, desk: Desk) -> mailroom.Sent | Withheld:
    """Say that we hold nothing: an answer like any other, so only under a tell of ours."""
    question = await _taken_up(named, desk)
    record = await cases.read(question.own_ref, desk)
    said = [
        (place, written[-1].value)
        for place, written in record.fragment.fields.items()
        if place.section in desk.pack.headings
    ]
    if not answers.nothing_beside(said):
        raise asked_errors.SaysSomething
    at = Place(answers.NOTHING_SECTION, question.survivor, answers.NOTHING_FIELD)
    await writing.write(
        question.own_ref,
        {at: answers.NOTHING_VALUE},
        Act.ANSWER_REQUEST,
        desk,
        base=record.revision,
    )
    return await _sent(question, desk)


async def preview(named: str, desk: Desk) -> Cleared | Withheld:
    """Exactly what send() would put in our part now, what stays here, and why."""
    question = await _taken_up(named, desk)
    return await mailroom.preview(question.own_ref, _recipient(question), _MEETING, desk)


async def send(named: str, desk: Desk) -> mailroom.Sent | Withheld:
    """Tell the coordinating node what the release lets us tell; later edits follow at once."""
    return await _sent(await _taken_up(named, desk), desk)


async def leave(named: str, desk: Desk) -> None:
    """Give no answer. Nothing leaves, and it looks the same as if nobody had read the question."""
    require(desk, Act.ANSWER_REQUEST)
    line = await find(named, desk)
    if line.state in {noting.ANSWERED, noting.NOTHING_KNOWN}:
        raise asked_errors.AnsweredAlready
    await _move(await _row(line.share), noting.LEFT, desk)


async def reopen(named: str, desk: Desk) -> None:
    """Put a question that was left back among those that wait."""
    require(desk, Act.ANSWER_REQUEST)
    line = await find(named, desk)
    if line.state == noting.LEFT:
        await _move(await _row(line.share), noting.OPENED, desk)


async def _sent(question: Question, desk: Desk) -> mailroom.Sent | Withheld:
    result = await mailroom.send(question.own_ref, _recipient(question), _MEETING, desk)
    await noting.note(desk)
    return result


async def _taken_up(named: str, desk: Desk) -> Question:
    require(desk, Act.ANSWER_REQUEST)
    question = await read(named, desk)
    if not question.own_ref:
        raise asked_errors.NotTakenUp if question.to_take_up else asked_errors.NothingAsked
    if question.tell is None:
        raise asked_errors.NotCovered
    return question


def _recipient(question: Question) -> str:
    return "" if question.tell is None else question.tell.recipient


async def _row(share: str) -> AskedHere:
    row = await AskedHere.objects().where(AskedHere.share == share).first()
    if row is None:
        raise asked_errors.NoSuchQuestion
    return row


async def _held(share: str, desk: Desk) -> Held | None:
    """The tell of ours that came in this share and that somebody took up."""
    rows = await ConsentRow.objects().where(
        (ConsentRow.came_by == share)
        & (ConsentRow.kind == ConsentKind.TELL.value)
        & (ConsentRow.case_ref != "")
    )
    found = [ledger.opened(row, desk) for row in rows]
    return max(
        found, key=lambda one: (one.consent.live_on(desk.today), one.consent.ends), default=None
    )


def _survivor(held: Held) -> str:
    return held.people.get(held.consent.survivor, held.consent.survivor)


async def _move(
    row: AskedHere,
    state: str,
    desk: Desk,
    *,
    body: Mapping[str, Any] | None = None,
    searched_at: int | None = None,
) -> None:
    values: dict[Column | str, Any] = {AskedHere.state: state}
    if body is not None:
        values[AskedHere.body] = shut_body("asked", row.share, body, desk)
    if searched_at is not None:
        values[AskedHere.searched_at] = searched_at
    async with transaction():
        await AskedHere.update(values).where(AskedHere.share == row.share)
        await audit.record(Act.ANSWER_REQUEST.value, row.share, desk, state=state)


def _who(desk: Desk) -> str:
    return desk.staff.name if desk.staff else desk.node.name
