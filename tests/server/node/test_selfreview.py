import asyncio
from datetime import timedelta

import pytest

from server.node import audit, selfreview
from server.node.errors import BadFile, Usage
from server.node.joining_tables import SelfReview
from tests.nodes import FIRST, TestedNode


def everything(kept: str = "yes", words: str = "") -> dict[str, tuple[str, str]]:
    duties = ("governance", "survivor_rights", "decisions_recorded", "unintended_consequences")
    return dict.fromkeys(duties, (kept, words))


def test_a_review_is_kept_shut_and_read_again_in_the_words_of_its_day(agency: TestedNode):
    async def story() -> None:
        desk = await agency.desk()
        found = everything() | {"governance": ("partly", "CANARY: the board meets in May")}

        made = await selfreview.record(found, desk)

        (kept,) = await selfreview.reviews(desk)
        assert kept == made
        assert kept.who == FIRST
        assert {one.duty: one.kept for one in kept.answers}["governance"] == "partly"
        assert all(one.sentence for one in kept.answers)
        row = await SelfReview.objects().first()
        assert row is not None
        assert b"CANARY" not in bytes(row.body)
        entries = await audit.list_entries(9, acts=frozenset({"self-review.record"}))
        assert "CANARY" not in str(entries)

    asyncio.run(story())


def test_it_is_due_a_year_after_the_last_one_or_after_the_beginning(agency: TestedNode):
    async def story() -> None:
        desk = await agency.desk()
        year = timedelta(days=desk.pack.agreement.term_days)

        first = await selfreview.due_on(desk)
        await selfreview.record(everything(), desk)

        assert first == desk.today + year
        assert await selfreview.due_on(desk) == desk.today + year

    asyncio.run(story())


@pytest.mark.parametrize(
    "found",
    [
        {},
        everything(kept="perhaps"),
        everything(kept="no"),
        everything(kept="no", words="x" * 4_001),
    ],
)
def test_every_duty_is_answered_and_what_is_not_kept_has_words(
    agency: TestedNode, found: dict[str, tuple[str, str]]
):
    async def story() -> None:
        with pytest.raises(Usage):
            await selfreview.record(found, await agency.desk())
        assert not await SelfReview.exists()

    asyncio.run(story())


def test_a_record_altered_on_the_disk_is_not_shown(agency: TestedNode):
    async def story() -> None:
        desk = await agency.desk()
        made = await selfreview.record(everything(), desk)
        await SelfReview.update({SelfReview.body: b"altered"}).where(SelfReview.id == made.id)

        with pytest.raises(BadFile, match="does not open"):
            await selfreview.reviews(desk)

    asyncio.run(story())
