"""What can be wrong with a card or a directory, one sentence each."""


class DirectoryError(Exception):
    """Something about the directory is wrong. Nothing was changed."""


class CardMistake(DirectoryError):
    """This card is not as it should be. Ask the agency to make and send it again."""


class InvitationMistake(DirectoryError):
    """This is not an invitation. Copy the whole link, from https:// to its last letter."""


class SnapshotMistake(DirectoryError):
    """This directory is not as it should be. The last one stays; tell the coordinating agency."""


class NotTheCoordinator(DirectoryError):
    """This directory was not signed by the coordinating agency you trust. The last one stays."""


class NotNewer(DirectoryError):
    """This directory is older than the one in force, so it was not taken."""


class NotSignedEnough(DirectoryError):
    """This directory gives somebody more and lacks signatures. The last one stays."""


class Gap(DirectoryError):
    """Directories between the last one known here and this one are needed first."""


class Forked(DirectoryError):
    """Two directories claim one number. Stop, and compare the four words at the next meeting."""

    def __init__(self, numbers: tuple[int, ...]) -> None:
        said = " and ".join(str(number) for number in numbers)
        super().__init__(f"{self.__doc__} The directory has forked at {said}.")
        self.numbers = numbers


class UnknownAgency(DirectoryError):
    """The directory has no agency of this name."""


class AmbiguousAgency(DirectoryError):
    """More than one agency begins like this; write more of the name."""
