"""What an entry of the record says, in words. Ids only: no entry knows a survivor's name."""

from collections.abc import Mapping
from typing import Final

from server.node.audit import Entry
from server.node.desk import Desk
from web.pages.words import agency_name

_SAID: Final = {
    "init": "Set up this node",
    "staff.add": "Added {staff}",
    "staff.remove": "Removed {staff}",
    "passphrase.change": "Changed a passphrase",
    "recover": "Used the paper recovery code for {staff}",
    "sign-in": "Signed in",
    "join": "Joined a coordinating node",
    "enrol": "Took in {agency}",
    "verify": "Checked the words of {agency}",
    "partner.change": "Changed how {agency} takes part",
    "invitation.make": "Made an invitation",
    "invitation.revoke": "Took an invitation back",
    "invitation.answered": "An invitation was answered",
    "invitation.open": "Opened an invitation",
    "onboarding.step": "Wrote down a step of joining",
    "onboarding.rehearse": "Sent a test handoff to {to}",
    "rehearsal.destroyed": "Destroyed what was invented for a test",
    "self-review.record": "Recorded the yearly self-review",
    "leave": "Began to leave the coalition",
    "leave.finished": "Left the coalition",
    "pack.adopt": "Took in another protocol pack",
    "pack.card": "Wrote the protocol in force on the card",
    "pack.tell": "Told the coordinating node which protocol pack holds here",
    "directory.publish": "Published the directory",
    "directory.adopt": "Took over a newer directory",
    "case.import": "Entered case {case}",
    "case.list": "Looked at the list of cases",
    "case.show": "Opened case {case}",
    "case.edit": "Changed case {case}",
    "release.record": "Recorded a release",
    "consent.adopt": "Took up a part of a release",
    "consent.refuse": "Did not take up a part of a release",
    "consent.renew": "Renewed a consent",
    "consent.ended": "A consent ended",
    "withdraw": "Took a withdrawal",
    "share": "Shared a part with {to}",
    "share.changed": "Sent changes to {to}",
    "share.withheld": "Nothing could be shared with {to}",
    "share.closed": "Closed the part shared with {to}",
    "share.destroyed": "Destroyed a part that had been received",
    "share.expired": "A shared part ended on its day",
    "view": "Opened the merged view of case {case}",
    "view.refused": "The merged view stayed shut",
    "week-keys": "Made keys for the coming weeks",
    "share.sorted": "Learned which case a received part belongs to",
    "find.opened": "Opened who we were asked to look up",
    "arrival.refused": "Refused something that arrived",
    "record.refused": "The relay refused a sealed record",
    "needs-key": "Asked a partner to seal a part again",
    "share.needs-key": "Sealed a part again for a partner",
    "receipt": "A partner confirmed that it destroyed a part",
    "release.withdrawn": "Another agency passed on a withdrawal",
    "clock.confirm": "Confirmed the clock",
    "calendar.feed": "Made a calendar address",
    "calendar.feed-revoked": "Took a calendar address back",
    "plan.write": "Wrote in the plan of case {case}",
    "plan.read": "Read the plan of case {case}",
    "plan.circulate": "Sent the plan of case {case} round",
    "plan.marked": "Marked what a plan said as it went to a partner",
    "plan.circulated": "Kept what a plan said as it came",
    "action.list": "Looked at the actions",
    "action.answer": "Said what became of an action of case {case}",
    "paper.export": "Took away a paper",
    "listing.import": "Looked at or took in a directory of services",
    "listing.claim": "Said that an imported organization is an agency",
    "listing.unclaim": "Took back that an imported organization is an agency",
    "listing.claimed": "Kept which agency an imported organization is",
    "listing.unclaimed": "Kept that an imported organization is no agency",
    "listing.move": "Put an agency's own rows under the id it goes by",
    "listing.export": "Exported the directory of services",
}


def said(entry: Entry, names: Mapping[str, str], desk: Desk) -> str:
    """One entry as a sentence a person can read."""
    pattern = _SAID.get(entry.act)
    if pattern is None:
        return entry.act.replace(".", " ").replace("-", " ").capitalize()
    return pattern.format(
        staff=names.get(entry.subject, "somebody who has left"),
        agency=_agency(entry.subject, desk),
        to=_agency(str(entry.detail.get("to", "")), desk),
        case=_short(entry.subject),
    )


def _agency(identity: str, desk: Desk) -> str:
    return agency_name(identity, desk) if identity else "an agency"


def _short(case_ref: str) -> str:
    return f"{case_ref[:3]}-{case_ref[3:6]}" if len(case_ref) == 26 else ""
