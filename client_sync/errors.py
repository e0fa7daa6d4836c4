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
