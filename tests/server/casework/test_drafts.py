"""Words typed and not yet saved: kept shut, for the person who typed them, and for nobody else."""

import pytest

from crypto.errors import Tampered
from server.casework import drafts
from server.casework.errors import BodyDamaged
from server.casework.tables import Draft
from server.node import staff
from server.node.access import Role
from server.node.database import transaction
from server.node.desk import Desk, desk_for
from server.node.errors import Locked
from tests.coalition import HARBOUR, Coalition
from tests.running import run

PLACE = "case/7KQ42M/risks"
WORDS = "CANARY-DRAFT She heard from him again."


async def colleague(agencies: Coalition) -> Desk:
    desk = await agencies.desk(HARBOUR)
    member = await staff.add("Noor Hale", frozenset({Role.ADVOCATE}), "a second set of words", desk)
    return await desk_for(agencies.settings(HARBOUR), member, desk.keys)


def test_a_draft_is_there_when_the_person_comes_back(agencies: Coalition) -> None:
    async def story() -> None:
        await agencies.do(HARBOUR, lambda desk: drafts.save(PLACE, WORDS, desk))
        await agencies.do(HARBOUR, lambda desk: drafts.save(PLACE, WORDS + " Twice.", desk))

        found = await agencies.do(HARBOUR, lambda desk: drafts.load(PLACE, desk))

        assert found == WORDS + " Twice."
        with agencies.at(HARBOUR):
            assert await Draft.count() == 1

    run(story())


def test_a_colleague_does_not_see_it_nor_drop_it(agencies: Coalition) -> None:
    async def story() -> None:
        await agencies.do(HARBOUR, lambda desk: drafts.save(PLACE, WORDS, desk))
        with agencies.at(HARBOUR):
            other = await colleague(agencies)

            assert await drafts.load(PLACE, other) is None
            await drafts.drop(PLACE, other)

        assert await agencies.do(HARBOUR, lambda desk: drafts.load(PLACE, desk)) == WORDS

    run(story())


def test_no_column_says_what_was_written_or_where(agencies: Coalition) -> None:
    async def story() -> None:
        await agencies.do(HARBOUR, lambda desk: drafts.save(PLACE, WORDS, desk))

        with agencies.at(HARBOUR):
            row = await Draft.select().first()

        dump = repr(row)
        assert "CANARY" not in dump
        assert "7KQ42M" not in dump

    run(story())


def test_empty_words_drop_the_draft(agencies: Coalition) -> None:
    async def story() -> None:
        await agencies.do(HARBOUR, lambda desk: drafts.save(PLACE, WORDS, desk))

        await agencies.do(HARBOUR, lambda desk: drafts.save(PLACE, "", desk))

        assert await agencies.do(HARBOUR, lambda desk: drafts.load(PLACE, desk)) is None
        with agencies.at(HARBOUR):
            assert await Draft.count() == 0

    run(story())


def test_of_what_is_over_everybodys_drafts_go_and_no_others(agencies: Coalition) -> None:
    async def story() -> None:
        places = ("meeting/a/attend/x", "meeting/b/decision", "meeting/c/decision", PLACE)
        with agencies.at(HARBOUR):
            mine, other = await agencies.desk(HARBOUR), await colleague(agencies)
            for place in places:
                await drafts.save(place, WORDS, mine)
                await drafts.save(place, WORDS, other)

            async with transaction():
                await drafts.drop_everybodys(("meeting/a/", "meeting/b/"), mine)

            for desk in (mine, other):
                left = [await drafts.load(place, desk) for place in places]
                assert left == [None, None, WORDS, WORDS]

    run(story())


def test_a_locked_node_neither_keeps_nor_shows_drafts(agencies: Coalition) -> None:
    async def story() -> None:
        with agencies.at(HARBOUR):
            locked = await agencies.locked(HARBOUR)

            for act in (drafts.save(PLACE, WORDS, locked), drafts.load(PLACE, locked)):
                with pytest.raises(Locked):
                    await act

    run(story())


def test_a_draft_moved_to_another_place_does_not_open(agencies: Coalition) -> None:
    async def story() -> None:
        await agencies.do(HARBOUR, lambda desk: drafts.save(PLACE, WORDS, desk))
        await agencies.do(HARBOUR, lambda desk: drafts.save("case/other", "Other words.", desk))
        with agencies.at(HARBOUR):
            rows = await Draft.objects().order_by(Draft.saved_at)
            first, second = (bytes(row.body) for row in rows)
            await Draft.update({Draft.body: second}).where(Draft.id == rows[0].id)
            await Draft.update({Draft.body: first}).where(Draft.id == rows[1].id)

        for place in (PLACE, "case/other"):
            with pytest.raises((BodyDamaged, Tampered)):
                await agencies.do(HARBOUR, lambda desk, p=place: drafts.load(p, desk))

    run(story())
