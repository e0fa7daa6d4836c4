"""Whatever is tried, in whatever order: without a team's count no case is accepted or closed."""

from hypothesis import given
from hypothesis import strategies as st

from client_sync.lane import Lane
from server.casework.tables import Share
from server.meeting import ballots
from server.meeting.intake_errors import NotAccepted, NotDecided, WrongStep
from server.meeting.statuses import CLOSED, NOT_ACCEPTED, OPEN, SCREENING, Decision, may_go
from server.meeting.tables import Intake
from server.node import packs
from tiers.decision import Ballot, tally
from tiers.fragment import Place, Written
from tiers.rows import row_place

_TEXAS = packs.read(packs.load("dvhrt-texas"))
_CASE, _OTHER = "A" * 26, "B" * 26
_STATUSES = st.sampled_from(
    [
        *("referred", "screening", "info_requested", "scheduled", "heard", "actions_open"),
        *("closed", "not_accepted", "reopened", "withdrawn", ""),
    ]
)
_MOTION = "0a1b2c3d"
_AGENCIES = ("aa" * 32, "bb" * 32, "cc" * 32)


def step(row: Intake, status: str, decision: Decision | None) -> None:
    """One step tried, as set_status() tries it."""
    try:
        may_go(row, status, decision)
    except (NotAccepted, NotDecided, WrongStep):
        return
    row.status = status


@given(st.lists(st.tuples(_STATUSES, st.booleans()), max_size=40), st.booleans())
def test_no_order_of_steps_closes_declines_or_opens_actions_without_a_decision(
    steps: list[tuple[str, bool]], may_ask: bool
):
    row = Intake(case_ref=_CASE, status=SCREENING, received_at=1, may_ask_at=int(may_ask))

    for status, with_anothers in steps:
        somebody_elses = Decision(_OTHER, "close", "team", "") if with_anothers else None
        step(row, status, somebody_elses)

        assert row.status not in {CLOSED, NOT_ACCEPTED, OPEN}
        assert not row.decided_at


_WORDS = st.sampled_from(["yes", "no", "abstain", "recused", "", "carried", *_AGENCIES])
_FIELDS = st.sampled_from(["vote", "view", "reasons", "agency", "voter", *_AGENCIES])
_PLACES = st.one_of(
    st.builds(
        row_place,
        st.sampled_from(["ballots", "motions", "plan_case"]),
        st.sampled_from(["survivor", *_AGENCIES]),
        st.sampled_from([_MOTION, "ffffffff"]),
        _FIELDS,
    ),
    st.builds(Place, st.just("ballots"), st.sampled_from(["survivor", "puv"]), _FIELDS),
)
_WRITTEN = st.lists(
    st.builds(Written, _WORDS, st.just("2026-11-23T09:00:00Z"), st.just("x")), max_size=3
)
_LANES = st.lists(
    st.dictionaries(_PLACES, _WRITTEN.map(tuple), max_size=12).map(
        lambda fields: Lane((), _CASE, {"survivor": "survivor", _AGENCIES[1]: "child"}, fields)
    ),
    min_size=1,
    max_size=4,
)


@given(_LANES, st.sampled_from(_AGENCIES))
def test_whatever_one_agency_writes_in_its_lanes_it_has_one_voice_and_carries_nothing(
    lanes: list[Lane], owner: str
):
    rows = [
        (Share(id=str(number), owner=owner, last_id="ab"), lane)
        for number, lane in enumerate(lanes)
    ]

    cast = ballots.of_agency(owner, "One", rows, _MOTION)
    votes = [Ballot(cast.agency, cast.vote, cast.record)] if cast and cast.vote else []
    said = tally("accept", _TEXAS.decision, _AGENCIES, votes, view_given=True)

    assert {one.agency for one in said.counted} <= {owner}
    assert not said.carried


@given(st.lists(st.sampled_from(["yes", "no", "abstain", "recused"]), min_size=1, max_size=6))
def test_many_ballots_of_one_agency_carry_nothing(votes: list[str]):
    ballots_of_one = [Ballot(_AGENCIES[0], vote, "ab") for vote in votes]

    said = tally("close", _TEXAS.decision, _AGENCIES, ballots_of_one, view_given=True)

    assert not said.carried
