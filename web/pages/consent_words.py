"""How a consent is said in words, and found by its number."""

from server.casework import consents
from server.casework.consents import ConsentEntry
from server.counted import agree
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.consent import Consent, ConsentKind
from web.pages.words import agency_name, section_title, within
from web.rendering import day, list_words


def title(consent: Consent, desk: Desk) -> str:
    """What a consent permits, in one line."""
    to, told = agency_name(consent.recipient, desk), agency_name(consent.discloser, desk)
    if consent.kind is ConsentKind.FIND:
        return f"{to} may be told who she is"
    if consent.kind is ConsentKind.TELL:
        return f"{told} may tell the meeting"
    return f"{to} may get the plan"


def sentence(entry: ConsentEntry, desk: Desk) -> str:
    """Who may tell whom what, until when."""
    consent = entry.consent
    sections = list_words(
        [within(section_title(one, desk.pack)) for one in sorted(consent.sections)]
    )
    teller, told = agency_name(consent.discloser, desk), agency_name(consent.recipient, desk)
    words = f"{teller} to {told}: {sections}."
    if consent.live_on(desk.today):
        left = (consent.ends - desk.today).days
        return f"{words} Ends on {day(consent.ends)}, in {agree(left, 'day')}."
    return words


async def find(number: str, desk: Desk) -> ConsentEntry:
    """The consent with this number, if this person may know of it."""
    for entry in [*await consents.list_consents(desk), *await consents.passed_on_with(desk)]:
        if entry.consent.id == number:
            return entry
    raise NotFound
