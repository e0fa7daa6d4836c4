"""The ways answering can say no; each docstring is the sentence a person reads."""

from server.node.errors import NotFound, RefusedAct


class NoSuchQuestion(NotFound):
    """Nothing of that kind has reached this agency, or you may not know of it."""


class DoesNotOpen(RefusedAct):
    """This does not open at the moment. Sync, then try again."""


class NothingAsked(RefusedAct):
    """Her release asks nothing of this agency here. Nothing is to be answered."""


class NotTakenUp(RefusedAct):
    """Nobody here has taken this up yet. Say first which of your cases it is, or that it is new."""


class NotCovered(RefusedAct):
    """The consent this rested on has ended or was withdrawn. Nothing leaves."""


class SaysSomething(RefusedAct):
    """Your own record says something under these headings. Send that, or leave it unanswered."""


class AnsweredAlready(RefusedAct):
    """This was answered. To take an answer back, change the record or withdraw the part."""


class NotAskedYet(RefusedAct):
    """The coordinating node has not asked about this case yet. Nothing was sent."""
