"""The ways casework can say no; each docstring is the sentence a person reads."""

from server.node.errors import BadFile, NotFound, RefusedAct


class NoSuchCase(NotFound):
    """No case here goes by that reference, or you may not know of it."""


class NoSuchConsent(NotFound):
    """No consent or release here goes by that number, or you may not know of it."""


class NoSuchWall(NotFound):
    """No wall goes by that number, or you may not know of its case."""


class NoSuchTie(NotFound):
    """No tie goes by that number, or it is not yours to take back."""


class NoSuchAgency(NotFound):
    """No agency in the directory goes by that name. Check the spelling, or sync and try again."""


class ShortRefUnclear(RefusedAct):
    """More than one case begins with these letters. Give the whole reference."""


class CaseExists(RefusedAct):
    """A case with this reference is already here. Edit that case, or take a new reference."""


class SignerNotAllowed(RefusedAct):
    """The signer is recorded in this case as a person using violence. Nothing was recorded."""


class ConsentEnded(RefusedAct):
    """This consent has ended or was withdrawn. A new one needs a new signature."""


class NothingToAdopt(RefusedAct):
    """This consent is not waiting to be adopted here."""


class PeopleUnmatched(RefusedAct):
    """Say for each person the consent names who that is in your own case."""


class CollectedElsewhere(RefusedAct):
    """This consent was signed at another agency. Ask that agency to renew it with the survivor."""


class NoWeekKeyYet(RefusedAct):
    """The receiving agency has not published a key for that week; try after the next sync."""


class NotWritable(BadFile):
    """This field is not part of the form this coalition uses. Nothing was saved."""


class WrittenElsewhere(BadFile):
    """This part has a page of its own and is written only there. Nothing was saved."""


class StaleRead(RefusedAct):
    """The relay has not been heard from lately, so what others shared stays shut. Sync first."""


class Quarantined(RefusedAct):
    """This node was restored from a backup. Sync, then look through the consents that remain."""


class NothingToConfirm(RefusedAct):
    """No consent waits to be confirmed: this node was not restored, or all were looked at."""


class NotCaughtUp(RefusedAct):
    """This node was restored and has not read all the relay holds yet. Sync first, then confirm."""


class BodyDamaged(BadFile):
    """This was altered on this node's disk and does not open. To read it, restore a backup."""
