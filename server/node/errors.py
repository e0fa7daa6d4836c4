"""What can go wrong at a node, one sentence each, with the exit code a script sees."""

from typing import ClassVar


def sentence(error: Exception) -> str:
    """What an error says to a person: its words, or the sentence it is named with."""
    return str(error) or " ".join((type(error).__doc__ or "").split())


class NodeError(Exception):
    """Something at this node must stop; nothing was changed."""

    exit_code: ClassVar[int] = 5

    def __init__(self, sentence: str = "") -> None:
        self.sentence = sentence or " ".join((self.__doc__ or "").split())
        super().__init__(self.sentence)


class Usage(NodeError):
    """The command was not complete, or its parts do not go together."""

    exit_code = 2


class UnknownSetting(Usage):
    """A setting is not known. Check its spelling in docs/running-a-node.md."""


class NothingCleared(NodeError):
    """Nothing may leave: no part of this is covered by a live consent and both agreements."""

    exit_code = 3


class Unreachable(NodeError):
    """The relay could not be reached. Everything is kept and will be sent when it can be."""

    exit_code = 4


class RefusedAct(NodeError):
    """This was refused. Nothing was changed."""

    exit_code = 5


class NotFound(RefusedAct):
    """There is nothing here under that name or number, or you may not know of it."""


class BadFile(NodeError):
    """The file could not be read as what it should be. Nothing was changed."""

    exit_code = 6


class PassphraseWrong(NodeError):
    """The name or the passphrase is not right. Check both and try again."""

    exit_code = 7


class Locked(NodeError):
    """This node is locked. Sign in to open it; what was already sealed is still sent."""

    exit_code = 7


class TooManyTries(PassphraseWrong):
    """Too many wrong passphrases. Wait fifteen minutes, then try again."""


class TooManyWaiting(PassphraseWrong):
    """Too many people are signing in at this moment. Try again in a minute."""


class NotPermitted(NodeError):
    """Your role does not allow this. Ask the person who adds staff at your agency."""

    exit_code = 8


class NoNodeHere(NodeError):
    """There is no node in this folder yet. Make one with: casefold init."""

    exit_code = 2


class NodeExists(RefusedAct):
    """There is already a node in this folder. Choose an empty folder; nothing was changed."""


class DatabaseError(NodeError):
    """The database could not do this. Nothing was changed."""


class DatabaseNewer(DatabaseError):
    """This folder was last used by a newer Casefold. Install that version; nothing was changed."""


class DatabaseUnsafe(DatabaseError):
    """The database does not keep what is written safe enough. This node will not start on it."""


class DatabaseDamaged(DatabaseError):
    """The database is damaged. Stop here, keep the folder, and restore your last backup."""


class DatabaseUnreachable(DatabaseError):
    """The database does not answer. Check that it runs and that CASEFOLD_DATABASE_URL is right."""


class DatabaseBusy(DatabaseError):
    """The database was busy for too long. Nothing was changed; try again."""


class DiskFull(DatabaseError):
    """The disk is full. Nothing was changed; free some space and try again."""
