"""Notes what reached this agency to be answered, by when, and whether it has been. Shows nothing.

Done when somebody looks and after each round of an unlocked node, so that a badge and a reminder
need to open nothing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from server.calendar import clocks
from server.casework import ending, finds, received, refs
from server.casework.bodies import read_body, shut_body
from server.casework.case_body import CaseBody
from server.casework.errors import BodyDamaged
from server.casework.memory import Known
from server.casework.own import me, unix
from server.casework.tables import Case, ConsentRow, Share
from server.meeting.answers import nothing_beside
from server.meeting.said import moment_in
from server.meeting.tables import AskedHere
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import ConsentKind, ConsentState
from tiers.fragment import Place

NEW, OPENED, SEARCHED, ANSWERED, NOTHING_KNOWN, LEFT = (
    "new",
    "opened",
    "searched",
    "answered",
    "nothing_known",
    "left",
)
WAITING = (NEW, OPENED, SEARCHED)
_CLOCK = "answers_in"
_REFERRAL, _PLAN = "referral", "plan_case"


async def questions(desk: Desk) -> list[Share]:
    """The live parts by which others asked us, or told us, of somebody; no test handoff is one."""
    return [
        row
        for row in await received.live(desk, Share.exchange == ConsentKind.FIND.exchange)
        if not refs.is_invented(row.case_ref)
    ]


async def unanswered(desk: Desk) -> frozenset[str]:
    """The questions of which nobody is told that they were opened; works locked.

    One that nobody has noted yet may be one: it is told of once it is known to ask nothing.
    """
    if desk.node.coordinating:
        return frozenset()
    told = await AskedHere.select(AskedHere.share).where(
        (AskedHere.answer_by == 0) | AskedHere.state.is_in([ANSWERED, NOTHING_KNOWN])
    )
    known = {row["share"] for row in told}
    return frozenset(row.id for row in await questions(desk)) - known


async def note(desk: Desk) -> None:
    """Bring the notes up to date with what came, what ended, and what was sent since."""
    desk.unlocked()
    await received.sort_in(desk)
    if await received.why_shut(desk):
        return
    rows = {row.id: row for row in await questions(desk)}
    noted = {one.share: one for one in await AskedHere.objects()}
    # Noted by the node itself, for everybody: what walls hide from whoever is here is noted too.
    reading = await received.open_unseen(list(rows.values()), desk)
    if desk.node.coordinating:
        # There a referral goes by the intake, which has a page and clocks of its own.
        for share, known in reading.known.items():
            if any(place.section == _REFERRAL for place in known.lane.fields):
                del rows[share]
    asking = await _asking(rows, reading.known, desk)
    sent = await _sent(rows, desk)
    told_by = await _answer_by(rows.values(), desk)
    async with transaction():
        gone = sorted(noted.keys() - rows.keys())
        if gone:
            await AskedHere.delete().where(AskedHere.share.is_in(gone))
        for share, row in rows.items():
            by = told_by.get(row.case_ref, _by_clock(row, desk)) if share in asking else 0
            await _write(row, noted.get(share), by, sent.get(share, ""), desk)


async def _write(row: Share, was: AskedHere | None, by: int, sent: str, desk: Desk) -> None:
    if was is None:
        fresh = AskedHere(
            share=row.id,
            case_ref=row.case_ref,
            state=sent or NEW,
            came_at=row.began_at or unix(desk),
            answer_by=by,
            body=shut_body("asked", row.id, {}, desk),
        )
        await AskedHere.insert(fresh).on_conflict(target=AskedHere.share, action="DO NOTHING")
        return
    # What was sent and is there no more is open again: nothing of ours answers the question now.
    state = sent or (SEARCHED if was.state in {ANSWERED, NOTHING_KNOWN} else was.state)
    if (state, by) != (was.state, was.answer_by):
        answered = was.answered_at or unix(desk) if sent else 0
        await AskedHere.update(
            {
                AskedHere.state: state,
                AskedHere.answer_by: by,
                AskedHere.answered_at: answered,
            }
        ).where(AskedHere.share == row.id)


def _by_clock(row: Share, desk: Desk) -> int:
    clock = desk.pack.clock_rows.get(_CLOCK)
    came = datetime.fromtimestamp(row.began_at or unix(desk), UTC)
    # Where the coalition set no cut-off, the question stands as long as the part it came in.
    return row.ends if clock is None else int(clocks.due(clock, came, desk.pack).timestamp())


async def _asking(rows: Mapping[str, Share], known: Mapping[str, Known], desk: Desk) -> set[str]:
    """The questions with a tell of ours in them; one that somebody here refused asks nothing."""
    refused = await ConsentRow.select(ConsentRow.id).where(
        ConsentRow.state == ConsentState.REFUSED.value
    )
    over = {row["id"] for row in refused}
    return {
        share
        for share, row in rows.items()
        if share in known
        for one in finds.for_us(row, known[share], desk)
        if one.consent.kind is ConsentKind.TELL and one.consent.id not in over
    }


async def _sent(shares: Mapping[str, Share], desk: Desk) -> dict[str, str]:
    """For each question that our own live part answers: whether with words, or with none."""
    if not shares:
        return {}
    adopted = await ConsentRow.select(ConsentRow.id, ConsentRow.came_by, ConsentRow.case_ref).where(
        ConsentRow.came_by.is_in(sorted(shares)) & (ConsentRow.kind == ConsentKind.TELL.value)
    )
    if not adopted:
        return {}
    out = await Share.select(Share.consent).where(
        Share.consent.is_in([one["id"] for one in adopted])
        & (Share.owner == me(desk))
        & (Share.state == ending.LIVE)
        & (Share.ends > unix(desk))
    )
    live = {row["consent"] for row in out}
    found: dict[str, str] = {}
    for one in adopted:
        said = await _written(one["case_ref"], desk) if one["id"] in live else []
        if said:
            found[one["came_by"]] = NOTHING_KNOWN if nothing_beside(said) else ANSWERED
    return found


async def _written(case_ref: str, desk: Desk) -> Sequence[tuple[Place, str]]:
    """What our own record says under the pack's headings."""
    row = await Case.objects().where(Case.case_ref == case_ref).first()
    if row is None:
        return []
    try:
        body = CaseBody.from_json(read_body("case", row.id, row.body, desk))
    except BodyDamaged:
        return []  # the list of cases says so
    return [
        (place, field.written[-1].value)
        for place, field in body.fields.items()
        if place.section in desk.pack.headings
    ]


async def _answer_by(questions: Iterable[Share], desk: Desk) -> dict[str, int]:
    """When the coordinating node itself said it wants the answers, where its plan reached us."""
    wanted = {row.case_ref for row in questions}
    rows = [
        row
        for row in await received.live(desk, Share.owner == desk.node.relay_identity)
        if row.case_ref in wanted
    ]
    found: dict[str, int] = {}
    for share in (await received.open_unseen(rows, desk)).known.values():
        for place, written in share.lane.fields.items():
            if (place.section, place.field) == (_PLAN, "answer_by"):
                at = moment_in(written[-1].value)
                if at is not None:
                    found[share.lane.case_ref] = int(at.timestamp())
    return found
