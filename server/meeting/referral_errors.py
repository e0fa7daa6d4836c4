"""The ways a referral can say no; each docstring is the sentence a person reads."""

from server.node.errors import NotFound, NothingCleared, RefusedAct


class NoReferral(NotFound):
    """No referral of this case has been begun here, or you may not know of it."""


class TakesReferrals(RefusedAct):
    """The coordinating node takes referrals up and makes none. Refer from the agency's own node."""


class NotReferred(NothingCleared):
    """She has released nothing to the coordinating node, so nothing leaves. Act now yourselves."""


class NothingReferred(NothingCleared):
    """Nothing is written that says why she is referred, or she did not release it. Nothing left."""


class HerYesStands(RefusedAct):
    """A release of hers stands. If she says no now, take her withdrawal: that ends all of it."""
