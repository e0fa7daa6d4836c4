"""Walls put when the case is here already: hired later, said later, never opened by anybody."""

import pytest

from server.casework import cases, drafts, walling, withdrawals
from server.casework.errors import CaseExists, NoSuchCase
from server.node.access import Role
from server.node.desk import Desk
from tests.coalition import CASE, HARBOUR, RIVER, Coalition, open_case
from tests.running import run
from tests.server.casework.closeness import finds_nothing, found_at_river, who_may_know
from tests.server.casework.walled import ADVOCATE, answers, by, hire, lists, nobodys, numbers
from tiers.case_form import read_case
from tiers.fragment import Place


def test_10_somebody_hired_after_the_part_was_shared(agencies: Coalition) -> None:
    async def story() -> None:
        other = await hire(agencies, RIVER, "Dana Frost")
        before = await lists(agencies, RIVER, other)
        ref = await found_at_river(agencies)
        await who_may_know(agencies, RIVER, ref)

        asha = await hire(agencies, RIVER, "Bell, Asha (Invented)")

        await finds_nothing(agencies, RIVER, asha, ref, before)
        assert ref in (await lists(agencies, RIVER, other))["cases"]

    run(story())


def test_11_a_wall_put_after_the_case_was_opened(agencies: Coalition) -> None:
    async def story() -> None:
        dana = await hire(agencies, HARBOUR, "Dana Frost")
        before = await lists(agencies, HARBOUR, dana)
        ref = (await open_case(agencies, HARBOUR)).ref
        place = f"section/{ref}/risks/survivor"
        await by(agencies, HARBOUR, dana, lambda desk: cases.read(ref, desk))
        await by(agencies, HARBOUR, dana, lambda desk: drafts.save(place, "half a word", desk))

        await agencies.do(HARBOUR, lambda d: walling.put(ref, "she told us", d, staff="Dana Frost"))

        await finds_nothing(agencies, HARBOUR, dana, ref, before)
        assert await by(agencies, HARBOUR, dana, lambda d: drafts.load(place, d)) is None

    run(story())


def test_11_an_edit_that_names_a_colleague_walls_them_at_once(agencies: Coalition) -> None:
    async def story() -> None:
        dana = await hire(agencies, HARBOUR, "Dana Frost")
        before = await lists(agencies, HARBOUR, dana)
        ref = (await open_case(agencies, HARBOUR)).ref
        named = {Place("identity", "puv", "aliases"): "Dana Frost"}

        async def edit(desk: Desk) -> None:
            await cases.edit(ref, named, 1, {}, desk)

        await agencies.do(HARBOUR, edit)

        await finds_nothing(agencies, HARBOUR, dana, ref, before)

    run(story())


def test_12_no_glass_to_break(agencies: Coalition) -> None:
    async def story() -> None:
        tom = await hire(agencies, HARBOUR, "Invented Tom Crane", ADVOCATE)
        before = await lists(agencies, HARBOUR, tom)
        ref = (await open_case(agencies, HARBOUR)).ref

        # Another account, with every role that opens cases, opens it no more than the first.
        every = frozenset(Role) - {Role.OPERATOR, Role.ANALYST}
        again = await hire(agencies, HARBOUR, "Tom Invented Crane", every)

        await finds_nothing(agencies, HARBOUR, tom, ref, before)
        known = await numbers(agencies, HARBOUR, ref)
        assert await answers(agencies, HARBOUR, again, known) == await answers(
            agencies, HARBOUR, again, nobodys()
        )
        with pytest.raises(NoSuchCase):
            await by(agencies, HARBOUR, again, lambda d: walling.put(ref, "", d, agency=RIVER))

    run(story())


def test_what_a_walled_colleague_says_withdraws_nothing_of_it(agencies: Coalition) -> None:
    async def story() -> None:
        ref = await found_at_river(agencies)
        liaison = await hire(agencies, HARBOUR, "Invented Tom Crane", frozenset({Role.LIAISON}))
        known = await numbers(agencies, HARBOUR, ref)

        said = await answers(agencies, HARBOUR, liaison, known)

        assert said["withdraw consent"].startswith("NoSuchConsent")
        assert said["withdraw release"].startswith("NoSuchConsent")
        kept = await agencies.do(HARBOUR, lambda d: withdrawals.receipts(known.consent, d))
        assert kept.waiting == ()

    run(story())


def test_nobody_writes_a_case_behind_a_wall_of_which_only_parts_came(agencies: Coalition) -> None:
    async def story() -> None:
        dana = await hire(agencies, RIVER, "Dana Frost")
        ref = await found_at_river(agencies)
        await agencies.do(RIVER, lambda d: walling.put(ref, "kin", d, staff="Dana Frost"))

        async def enter(desk: Desk) -> None:
            await cases.import_case(read_case(dict(CASE), desk.pack), ref, desk)

        with pytest.raises(CaseExists):
            await by(agencies, RIVER, dana, enter)
        await agencies.do(RIVER, enter)  # whoever may know of it still enters it

    run(story())
