"""The team's decision: nobody alone, in no order, and never by whoever stands aside."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiers.test_shipped_packs import shipped
from tiers.decision import VOTES, Ballot, Tally, Verdict, tally
from tiers.protocol import DecisionTerms

TEAM = DecisionTerms("team", "team", "majority", 2, "domestic_violence_centre")
CONSENSUS = replace(TEAM, method="consensus")
AGENCIES = tuple(letter * 64 for letter in "abcdef")


def ballots(votes: str) -> list[Ballot]:
    """Y, n, 0 for abstained, r for recused: one letter for each agency in turn; - has not voted."""
    words = {"y": "yes", "n": "no", "0": "abstain", "r": "recused"}
    return [
        Ballot(agency, words[vote], agency[:4])
        for agency, vote in zip(AGENCIES, votes, strict=False)
        if vote != "-"
    ]


def count(votes: str, terms: DecisionTerms = TEAM, *, view: bool = True) -> Tally:
    return tally("accept", terms, AGENCIES[: len(votes)], ballots(votes), view)


@pytest.mark.parametrize(
    ("votes", "terms", "why"),
    [
        ("yy", TEAM, Verdict.CARRIED),
        ("yyn", TEAM, Verdict.CARRIED),
        ("yyn0", TEAM, Verdict.NO_MAJORITY),
        ("yynn", TEAM, Verdict.NO_MAJORITY),
        ("yyy00n", TEAM, Verdict.NO_MAJORITY),
        ("yyrr", TEAM, Verdict.CARRIED),
        ("yy----", TEAM, Verdict.CARRIED),
        ("y", TEAM, Verdict.TOO_FEW_VOTES),
        ("yr", TEAM, Verdict.TOO_FEW_VOTES),
        ("y-", TEAM, Verdict.TOO_FEW_VOTES),
        ("y0", TEAM, Verdict.ONE_AGENCY),
        ("y00", TEAM, Verdict.ONE_AGENCY),
        ("nn", TEAM, Verdict.ONE_AGENCY),
        ("yy", replace(TEAM, quorum=3), Verdict.TOO_FEW_VOTES),
        ("yyr", replace(TEAM, quorum=3), Verdict.TOO_FEW_VOTES),
        ("yy0", replace(TEAM, quorum=3), Verdict.CARRIED),
        ("yyy", CONSENSUS, Verdict.CARRIED),
        ("yy0", CONSENSUS, Verdict.CARRIED),
        ("yyr", CONSENSUS, Verdict.CARRIED),
        ("yyyn", CONSENSUS, Verdict.OBJECTED),
        ("yy-", CONSENSUS, Verdict.NOT_ALL_VOTED),
        ("y0", CONSENSUS, Verdict.ONE_AGENCY),
        ("yy", replace(TEAM, accept="threshold"), Verdict.NOT_BY_VOTE),
        ("y", replace(TEAM, quorum=1), Verdict.TOO_FEW_VOTES),  # whatever a record claims
    ],
)
def test_how_a_vote_ends(votes: str, terms: DecisionTerms, why: Verdict):
    found = count(votes, terms)

    assert found.why is why
    assert found.carried == (why is Verdict.CARRIED)


def test_votes_count_only_once_her_view_is_written():
    assert count("yyy", view=False).why is Verdict.VIEW_MISSING
    assert count("yyy", replace(TEAM, first=""), view=False).carried


def test_closing_is_asked_apart_from_accepting():
    terms = replace(TEAM, accept="threshold")

    assert tally("accept", terms, AGENCIES, ballots("yyy"), True).why is Verdict.NOT_BY_VOTE
    assert tally("close", terms, AGENCIES, ballots("yyy"), True).carried


def test_every_ballot_counted_is_named_and_every_kind_of_vote_told():
    found = count("ny0r")

    assert [ballot.agency for ballot in found.counted] == list(AGENCIES[:4])
    assert (found.yes, found.no, found.abstained, found.recused) == (1, 1, 1, 1)


def test_a_stranger_and_a_word_that_is_no_vote_count_for_nothing():
    found = tally(
        "accept",
        TEAM,
        AGENCIES[:3],
        [*ballots("y"), Ballot(AGENCIES[1], "YES!", "b"), Ballot("f" * 64, "yes", "f")],
        True,
    )

    assert [ballot.agency for ballot in found.counted] == [AGENCIES[0]]
    assert found.why is Verdict.TOO_FEW_VOTES


def test_an_agency_with_two_ballots_has_none():
    twice = [*ballots("yy"), Ballot(AGENCIES[1], "yes", "again")]

    assert tally("accept", TEAM, AGENCIES, twice, True).why is Verdict.TOO_FEW_VOTES


def test_in_texas_three_agencies_decide_and_the_family_violence_center_speaks_first():
    terms = shipped("dvhrt-texas").decision

    assert count("yy", terms).why is Verdict.TOO_FEW_VOTES
    assert count("yyn", terms).carried
    assert count("yyn", terms, view=False).why is Verdict.VIEW_MISSING


_BALLOT = st.builds(
    Ballot,
    st.sampled_from(AGENCIES),
    st.sampled_from([*sorted(VOTES), "maybe"]),
    st.text("0123456789abcdef", min_size=4, max_size=4),
)
_TERMS = st.builds(
    DecisionTerms,
    st.sampled_from(["team", "threshold"]),
    st.sampled_from(["team", "after_hearing"]),
    st.sampled_from(["majority", "consensus"]),
    st.integers(0, 6),
    st.sampled_from(["", "domestic_violence_centre"]),
)
_QUESTION = st.sampled_from(["accept", "close"])
_VOTERS = st.frozensets(st.sampled_from(AGENCIES))
_CAST = st.lists(_BALLOT, max_size=8)
_ASKED = st.tuples(_QUESTION, _TERMS, _VOTERS)


@given(_QUESTION, _TERMS, _VOTERS, _CAST, st.booleans())
def test_nothing_is_ever_carried_by_one_agency(question, terms, voters, cast, view):
    found = tally(question, terms, voters, cast, view)

    if found.carried:
        assert terms.by_team(question)
        assert len({ballot.agency for ballot in found.counted if ballot.vote == "yes"}) >= 2
        assert len(voters) >= 2
        assert found.yes > found.no


@given(_ASKED, _CAST, st.booleans(), st.randoms(use_true_random=False))
def test_the_order_of_ballots_does_not_matter(asked, cast, view, chance):
    shuffled = list(cast)
    chance.shuffle(shuffled)

    assert tally(*asked, shuffled, view) == tally(*asked, cast, view)


@given(_QUESTION, _TERMS, _VOTERS, _CAST, st.booleans())
def test_whoever_is_recused_never_counts(question, terms, voters, cast, view):
    aside = {ballot.agency for ballot in cast if ballot.vote == "recused"}
    present = [ballot for ballot in cast if ballot.agency not in aside]

    found = tally(question, terms, voters, cast, view)
    without = tally(question, terms, voters - aside, present, view)

    assert (found.yes, found.no, found.abstained) == (without.yes, without.no, without.abstained)
    assert found.carried <= without.carried


@given(_ASKED, _CAST, st.booleans(), st.sampled_from(AGENCIES))
def test_one_more_voice_against_never_carries_what_was_lost(asked, cast, view, agency):
    question, terms, voters = asked
    terms = replace(terms, quorum=2)  # a no is a voice, and may be the one that makes the number
    cast = [ballot for ballot in cast if ballot.agency != agency]
    against = [*cast, Ballot(agency, "no", "0000")]

    if tally(question, terms, voters, against, view).carried:
        assert tally(question, terms, voters - {agency}, cast, view).carried
