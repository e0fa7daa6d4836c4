"""The ways cryptography can say no; each docstring is the sentence a person reads."""

from enum import Enum


class CryptoError(Exception):
    """This could not be opened or checked. Nothing was kept."""

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or type(self).__doc__ or type(self).__name__)


class Malformed(CryptoError):
    """This is not in the form it should have. Nothing was kept."""


class UnknownVersion(CryptoError):
    """This was written by a newer version of Casefold. Update this node, then try again."""


class BadSignature(CryptoError):
    """The signature does not match: the agency it names did not write this. Nothing was kept."""


class NotARecipient(CryptoError):
    """This node holds no key that opens this record."""


class NotTheOwner(CryptoError):
    """Only the agency that owns a share can write in it."""


class Tampered(CryptoError):
    """This was altered after it was written, or moved from where it belongs. Nothing was kept."""


class WrongPassphrase(CryptoError):
    """The passphrase or code does not open this lock."""


class WeakKey(CryptoError):
    """This key is empty, damaged or made to be broken. Ask the agency for its card again."""


class NoWeekKey(CryptoError):
    """There is no key for the week in which this share ends, so nothing was sealed."""


class TooLarge(CryptoError):
    """This is larger than Casefold accepts. Nothing was kept."""


class NotEnoughMemory(CryptoError):
    """There is too little free memory to open the lock. Close a program, then try again."""


class RefusedReason(Enum):
    """Why a record does not continue its share's log."""

    NOT_OPENED = "A share begins with an opening record, and this is not one."
    FOREIGN_SHARE = "This record belongs to another share."
    FOREIGN_OWNER = "This record was not written by the share's owner."
    FOREIGN_RECIPIENT = "This record is meant for another agency than the share is."
    FOREIGN_RELEASE = "This record names another release than the share rests on."
    AFTER_CLOSE = "This share is closed; nothing can follow."
    GAP = "A record before this one is missing."
    FORK = "This record contradicts one that is already held."
    EPOCH = "This record is in the wrong epoch of its share."
    ENDS_ROSE = "A share's end may come sooner, never later."
    ENDED = "This share has ended."


class Refused(CryptoError):
    """This record does not continue its share. Nothing was kept; tell the sender's liaison."""

    def __init__(self, reason: RefusedReason) -> None:
        super().__init__(reason.value)
        self.reason = reason
