"""The ways intake and decisions can say no; each docstring is the sentence a person reads."""

from server.node.errors import NotFound, RefusedAct


class NoSuchReferral(NotFound):
    """No referral here goes by that reference, or you may not know of it."""


class NoSuchMotion(NotFound):
    """No motion here goes by that number, or you may not know of it."""


class NotCoordinating(NotFound):
    """Referrals come in at the coordinating node. There is no intake here."""


class TakenUp(RefusedAct):
    """This referral was already taken up. Open the case in the intake."""


class NotTakenUp(RefusedAct):
    """Nobody has taken this referral up yet. Take it up first."""


class ReferralEnded(RefusedAct):
    """The release this case came under has ended or was withdrawn. Nothing more is done in it."""


class WrongStep(RefusedAct):
    """A case that stands where this one does cannot go there. Look at its page again."""


class NotAccepted(RefusedAct):
    """Nobody has accepted this case yet, so it cannot go on. Decide whether it is accepted."""


class NotDecided(RefusedAct):
    """A case is accepted and closed by the protocol's rule alone, and that was not followed."""


class TeamDecides(RefusedAct):
    """In this coalition no agency accepts or closes a case alone. Put a motion to the team."""


class NobodyVotes(RefusedAct):
    """This coalition does not vote on that. Accept or close the case on its own page."""


class ThresholdNotReached(RefusedAct):
    """Nothing in what was told meets the protocol's threshold. Ask the referrer, or decline."""


class NotHeard(RefusedAct):
    """This case has not been heard yet, so it cannot be closed. Put it on an agenda."""


class TooFewVoters(RefusedAct):
    """Fewer agencies may vote on this case than the protocol asks for. No motion was put."""


class MotionOpen(RefusedAct):
    """A motion of this case still waits for votes. Count it before you put another."""


class MotionCounted(RefusedAct):
    """This motion was counted already. Its result stands; put another one to change it."""


class ViewFirst(RefusedAct):
    """The protocol wants the advocate's view first. Votes open when the coordinator has it."""


class VotesOutstanding(RefusedAct):
    """Agencies that may vote have not voted yet. Wait for them, or count without them."""


class NotAVoter(RefusedAct):
    """This agency was not among those that may vote when this motion was put."""


class CannotVoteYet(RefusedAct):
    """A vote goes in your own part to the meeting. Take up her consent first, under Asked."""


class NotAVote(RefusedAct):
    """Vote yes, no or abstain, or say that you take no part in it."""
