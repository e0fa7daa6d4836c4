"""The team's decision: ballots against the rule. No single agency accepts or closes a case."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import Enum

from tiers.protocol import DecisionTerms

YES, NO, ABSTAIN, RECUSED = "yes", "no", "abstain", "recused"
VOTES = frozenset({YES, NO, ABSTAIN, RECUSED})
_FEWEST = 2  # whatever a pack says: one voice is no team


class Verdict(Enum):
    """Why a question was carried or not, in the words a page shows."""

    CARRIED = "Carried."
    NOT_BY_VOTE = "The protocol does not put this question to the vote."
    VIEW_MISSING = "The view of the person at risk has to be written before votes count."
    TOO_FEW_VOTES = "Too few agencies have voted."
    ONE_AGENCY = "No single agency can carry this: it takes two votes for it."
    NO_MAJORITY = "Not more than half of the agencies that voted are for it."
    OBJECTED = "An agency is against it, and the protocol asks for consensus."
    NOT_ALL_VOTED = "Not every agency has voted, and the protocol asks for consensus."


@dataclass(frozen=True, slots=True)
class Ballot:
    """One agency's vote, and the record in its own lane that carries it."""

    agency: str
    vote: str
    record: str


@dataclass(frozen=True, slots=True)
class Tally:
    """What the ballots come to, and which of them were counted."""

    carried: bool
    why: Verdict
    counted: tuple[Ballot, ...]  # in the order of the agencies' identities
    yes: int
    no: int
    abstained: int
    recused: int


def tally(
    question: str,
    terms: DecisionTerms,
    voters: Collection[str],
    ballots: Sequence[Ballot],
    view_given: bool,
) -> Tally:
    """Count the ballots of those who may vote; an agency with two ballots has none."""
    cast = Counter(ballot.agency for ballot in ballots)
    counted = sorted(
        (
            ballot
            for ballot in ballots
            if ballot.agency in voters and cast[ballot.agency] == 1 and ballot.vote in VOTES
        ),
        key=lambda ballot: ballot.agency,
    )
    votes = Counter(ballot.vote for ballot in counted)
    why = _verdict(question, terms, len(set(voters)), votes, view_given)
    return Tally(
        carried=why is Verdict.CARRIED,
        why=why,
        counted=tuple(counted),
        yes=votes[YES],
        no=votes[NO],
        abstained=votes[ABSTAIN],
        recused=votes[RECUSED],
    )


def _verdict(
    question: str, terms: DecisionTerms, voters: int, votes: Counter[str], view_given: bool
) -> Verdict:
    if not terms.by_team(question):
        return Verdict.NOT_BY_VOTE
    if terms.first and not view_given:
        return Verdict.VIEW_MISSING
    # Whoever recused themselves is not in the room: neither for the quorum nor for the majority.
    voted = votes[YES] + votes[NO] + votes[ABSTAIN]
    if voted < max(terms.quorum, _FEWEST):
        return Verdict.TOO_FEW_VOTES
    if votes[YES] < _FEWEST:
        return Verdict.ONE_AGENCY
    if terms.method == "consensus":
        if votes[NO]:
            return Verdict.OBJECTED
        return Verdict.CARRIED if voted + votes[RECUSED] == voters else Verdict.NOT_ALL_VOTED
    return Verdict.CARRIED if votes[YES] * 2 > voted else Verdict.NO_MAJORITY
