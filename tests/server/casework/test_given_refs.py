"""A given reference: taken where another agency told of the case by it, and nowhere else."""

from typing import Any

import pytest

from server.casework import cases, refs
from server.casework.errors import CaseExists, NothingByThisRef
from server.node.desk import Desk
from tests.coalition import CASE, HARBOUR, RIVER, Coalition, open_case, record, run, share
from tiers.case_form import read_case


def _entering(ref: str | None, **more: Any) -> Any:
    async def act(desk: Desk) -> cases.CaseRecord:
        return await cases.import_case(read_case({**CASE, **more}, desk.pack), ref, desk)

    return act


def test_a_case_is_entered_under_the_reference_it_was_told_by(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        with pytest.raises(NothingByThisRef):
            await agencies.do(RIVER, _entering(ref))
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.settle()

        entered = await agencies.do(RIVER, _entering(f"{ref[:3]}-{ref[3:]}".lower()))

        assert entered.ref == ref

    run(story())


def test_a_reference_in_the_file_is_held_to_the_same(agencies: Coalition) -> None:
    async def story() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref

        with pytest.raises(CaseExists, match="already here"):
            await agencies.do(HARBOUR, _entering(None, case_ref=ref))
        with pytest.raises(NothingByThisRef, match="takes a new one"):
            await agencies.do(HARBOUR, _entering(None, case_ref=refs.new_ref()))

        assert [one.ref for one in await agencies.do(HARBOUR, cases.list_cases)] == [ref]

    run(story())
