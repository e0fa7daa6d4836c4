"""Who may vote, and what is said before she signs when too few would."""

import pytest

from server.casework import walling
from server.meeting.voters import before_she_signs, voters
from server.node import coalition
from server.node.coalition import Change
from server.node.desk import Desk
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.meeting.referred import under_way


@pytest.mark.parametrize(
    ("named", "words"),
    [
        ((HARBOUR, RIVER, BRIGID), ""),
        ((HARBOUR, RIVER), "asks for 3 agencies to vote, and 2 may vote"),
        ((), "asks for 3 agencies to vote, and 0 may vote"),
    ],
)
def test_too_few_voters_is_said_before_she_signs(
    team: Coalition, named: tuple[str, ...], words: str
):
    async def story() -> None:
        async def act(desk: Desk) -> str:
            return before_she_signs({team[name].id for name in named}, desk)

        said = await team.do(HARBOUR, act)

        assert words in said
        assert bool(said) == bool(words)

    run(story())


def test_where_nobody_votes_nothing_is_said(agencies: Coalition):
    async def story() -> None:
        async def act(desk: Desk) -> str:
            return before_she_signs((), desk)

        assert await agencies.do(HARBOUR, act) == ""

    run(story())


def test_a_voter_has_a_seat_a_live_plan_consent_and_no_wall(team: Coalition):
    async def story() -> None:
        ref = await under_way(team)
        await team.publish(
            lambda desk: coalition.change_partner(BRIGID, Change(no_seat=True), desk)
        )
        await team.do(NORTHGATE, lambda desk: walling.put(ref, "Invented.", desk, agency=RIVER))

        found = await team.do(NORTHGATE, lambda desk: voters(ref, desk))

        assert {one.name: one.why_not for one in found} == {
            HARBOUR: "",
            RIVER: "A wall stands between this agency and the case.",
            BRIGID: "The receiving agency has no seat at the meeting.",
        }

    run(story())
