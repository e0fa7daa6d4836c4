"""No answer looks the same as unread: nothing at all leaves, whatever was done with it here."""

import json
from collections.abc import Awaitable, Callable

import pytest

from crypto.statement import read
from server import beacons
from server.casework import meetings
from server.casework.tables import OutboxRow, RecordRow, StatementRow
from server.meeting import answering, answers
from server.meeting.answering import Attends
from server.node.desk import Desk
from server.relay.tables import HeldRecord, HeldShare, HeldStatement
from tests.coalition import BRIGID, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting.asking import ask


async def looked(ref: str, desk: Desk) -> None:
    """Somebody opens it and searches, and that is all."""
    await answering.search(ref, desk)


async def left(ref: str, desk: Desk) -> None:
    """Somebody looks, and leaves it."""
    await answering.search(ref, desk)
    await answering.leave(ref, desk)


async def prepared(ref: str, desk: Desk) -> None:
    """Somebody takes it up and names who would attend, and sends nothing."""
    await answering.take_up(ref, "", {}, desk)
    await answering.attend(ref, Attends("Sam Okoro", "Sergeant", "0000 222"), desk)


@pytest.mark.parametrize("done", [looked, left, prepared])
def test_what_is_done_without_sending_leaves_no_byte_at_the_relay_or_on_its_way(
    agencies: Coalition, done: Callable[[str, Desk], Awaitable[None]]
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER, BRIGID)
        before = await on_its_way(agencies), await at_the_relay(agencies)
        seen = await at_the_coordinator(agencies, ref)

        await agencies.do(RIVER, lambda desk: done(ref, desk))
        after = await on_its_way(agencies)
        await agencies.settle()

        assert after == before[0]
        assert await at_the_relay(agencies) == before[1]
        assert await at_the_coordinator(agencies, ref) == seen
        assert seen[RIVER] == seen[BRIGID]

    run(story())


def test_the_hourly_word_to_a_partner_says_of_no_unanswered_question_that_it_was_opened(
    agencies: Coalition,
) -> None:
    async def story() -> None:
        ref = await ask(agencies, RIVER)
        await agencies.do(RIVER, lambda desk: answering.search(ref, desk))

        unanswered = await opened_told(agencies)
        await agencies.do(RIVER, lambda desk: answering.take_up(ref, "", {}, desk))
        await agencies.do(RIVER, lambda desk: answering.nothing_known(ref, desk))
        agencies.later(hours=2)
        answered = await opened_told(agencies)

        assert unanswered == [{}]
        assert any(answered)

    run(story())


async def opened_told(agencies: Coalition) -> list[dict[str, int]]:
    """What River's beacons say of openings."""
    with agencies.at(RIVER):
        await beacons.queue_due(await agencies.locked(RIVER))
        rows = await StatementRow.select(StatementRow.signed).where(
            (StatementRow.kind == "beacon") & (StatementRow.direction == "out")
        )
    return [read(bytes(row["signed"])).body["opened"] for row in rows]


async def on_its_way(agencies: Coalition) -> list[object]:
    """Everything River has sealed or signed, sent or not."""
    with agencies.at(RIVER):
        return [
            await OutboxRow.select().order_by(OutboxRow.id),
            await RecordRow.select(RecordRow.id, RecordRow.stub, RecordRow.body).order_by(
                RecordRow.id
            ),
            await StatementRow.select(StatementRow.id, StatementRow.signed).order_by(
                StatementRow.id
            ),
        ]


async def at_the_relay(agencies: Coalition) -> list[object]:
    """Everything the relay holds of anybody."""
    with agencies.at(NORTHGATE):
        return [
            await table.select().order_by(table.g if table is not HeldShare else HeldShare.number)
            for table in (HeldRecord, HeldShare, HeldStatement)
        ]


async def at_the_coordinator(agencies: Coalition, ref: str) -> dict[str, str]:
    """What the coordinating node's own pages can say of each agency."""
    view = await agencies.do(NORTHGATE, lambda desk: meetings.case_view(ref, desk))
    lines = await agencies.do(NORTHGATE, lambda desk: answers.standing_of(ref, desk))
    assert {one.name for one in view.asked} == {RIVER, BRIGID}
    return {one.name: json.dumps([one.state, one.attends]) for one in lines}
