"""What can stop work on an agency's own entry, one sentence each."""

from server.node.errors import NotFound, RefusedAct


class ChooseFirst(RefusedAct):
    """Two of you wrote different things in one place. Choose one on the page, then send."""


class NotToSend(RefusedAct):
    """Some of this cannot be sent as it is. Put it right on the page, then send."""


class NothingToSend(RefusedAct):
    """There is nothing in your entry yet. Write what you offer first."""


class NoSuchRow(NotFound):
    """That part of your entry is not there, or somebody has removed it."""


class PageTooOld(RefusedAct):
    """This page is out of date. Load it again; nothing was changed."""


class NotAnEntry(RefusedAct):
    """This is no entry of an agency as it should be. What was known before stays."""


class NotListed(NotAnEntry):
    """The directory names no such agency, or it is suspended: its entry is not listed."""


class OpenPartFirst(NotAnEntry):
    """This part hangs from rows of the agency's open part, which has yet to come."""
