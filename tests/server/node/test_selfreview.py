import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from server.node import audit, database, selfreview
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


@pytest.mark.parametrize(
    ("left", "threshold"), [(31, None), (30, 30), (8, 30), (7, 7), (0, 7), (-1, -1), (-90, -1)]
)
def test_whoever_owes_a_review_is_reminded_thirty_and_seven_days_before_and_once_it_is_late(
    coordinating: TestedNode, left: int, threshold: int | None
):
    async def story() -> None:
        first = await coordinating.desk()
        on = await selfreview.due_on(first)
        days = timedelta(days=(on - first.today).days - left)
        desk = replace(first, keys=None, time=replace(first.time, now=first.now + days))

        found = await selfreview.due(desk)

        assert [key.rpartition(":")[2] for key in found] == (
            [] if threshold is None else [str(threshold)]
        )
        when = "was" if left < 0 else "is"
        assert all(f"The yearly self-review {when} due on" in words for words in found.values())

    asyncio.run(story())


def test_a_review_that_was_recorded_is_asked_for_a_year_later(coordinating: TestedNode):
    async def story() -> None:
        first = await coordinating.desk()
        late = timedelta(days=first.pack.agreement.term_days + 1)
        desk = replace(first, time=replace(first.time, now=first.now + late))
        assert await selfreview.due(desk)

        await selfreview.record(everything(), desk)

        assert await selfreview.due(desk) == {}

    asyncio.run(story())


def test_a_node_in_no_coalition_or_whose_pack_names_no_duties_owes_none(
    agency: TestedNode, coordinating: TestedNode
):
    async def story(node: TestedNode, **pack: object) -> None:
        desk = await node.desk()
        later = replace(desk.time, now=desk.now + timedelta(days=500))
        changed = replace(desk, time=later, pack=replace(desk.pack, **pack))  # type: ignore[arg-type]

        assert await selfreview.due(changed) == {}

    with database.using(agency.engine):
        asyncio.run(story(agency))
    with database.using(coordinating.engine):
        asyncio.run(story(coordinating, duties={}))
