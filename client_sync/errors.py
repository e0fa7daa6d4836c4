"""What can go wrong with what travels, each named for the situation and said in one sentence."""


class SyncError(Exception):
    """Something that travelled, or was about to, cannot be used."""

    def __str__(self) -> str:
        return super().__str__() or (self.__doc__ or "")


class UnsafeChange(SyncError):
    """This part of a share is not a plain change by its owner. It was not opened."""


class NotALane(SyncError):
    """The changes are sound, but what they make is not an agency's part of a case."""


class UnknownHeads(SyncError):
    """The page was drawn from a version this share does not hold. Load the page again."""


class NotWritable(SyncError):
    """This text cannot be written to a share."""


class ChamberClosed(SyncError):
    """The reading process of this node has been closed. Start the node again."""


class Unreachable(SyncError):
    """The relay could not be reached. Everything is kept and will be sent when it can be."""


class NotAdmitted(SyncError):
    """The coordinating node has not enrolled this agency yet, or has suspended it."""


class NotTheRelay(SyncError):
    """Whoever answers at the relay's address is not the coordinating node this agency joined."""


class CursorUnknown(SyncError):
    """The relay does not know how far this node had read: it was restored from a backup."""


class TooMuchAtOnce(Unreachable):
    """The relay asks this node to wait before it sends more."""


class RelayRefused(SyncError):
    """The relay does not take this, and will not take it later."""


class BadAnswer(Unreachable):
    """The relay's answer cannot be understood. Everything is kept and will be sent again."""
