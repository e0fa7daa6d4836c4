"""How agencies stand, in words: one line each, and all of it for one of them."""

from dataclasses import dataclass

from directory.agency import Agency
from server.counted import agree
from server.node import reminders
from server.node.coalition import Partner
from server.node.desk import Desk
from server.node.standing_words import PLACE_WORDS
from web.pages.cards import SEAT
from web.pages.words import tier_words
from web.rendering import Tag, day


@dataclass(frozen=True, slots=True)
class PartnerLine:
    """One agency of the directory, on one line."""

    row: str
    name: str
    kind: str
    tier: str
    until: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class LiaisonLine:
    """Somebody to call."""

    place: str
    who: str
    phone: str
    trained: str


@dataclass(frozen=True, slots=True)
class StandingDetail:
    """All the directory says of one agency."""

    row: str
    name: str
    kind: str
    tier: str
    tags: tuple[Tag, ...]
    agreement: str
    document: str
    signatories: tuple[str, ...]
    seat: str
    words: tuple[str, ...]
    liaisons: tuple[LiaisonLine, ...]
    signs: str


def line(one: Partner, desk: Desk) -> PartnerLine:
    """One agency on one line."""
    agency = one.agency
    return PartnerLine(
        row=agency.identity[:16],
        name=agency.name,
        kind=kind_words(agency, desk),
        tier=tier_words(agency.tier, desk.pack),
        until=_until(agency),
        tags=tags(agency, one.itself, desk),
    )


def tags(agency: Agency, itself: bool, desk: Desk) -> tuple[Tag, ...]:
    """What stands out about an agency, each in a word or two."""
    found = [Tag("This node", "info")] if itself else []
    if agency.suspended:
        found.append(Tag("Suspended", "bad"))
    due = reminders.about(agency, desk)
    if agency.agreement_until is None:
        found.append(Tag("No agreement yet", "you"))
    elif due is not None and due.days < 0:
        found.append(Tag("Agreement has lapsed", "you"))
    elif due is not None:
        found.append(Tag(f"Ends in {agree(due.days, 'day')}" if due.days else "Ends today", "you"))
    if SEAT in agency.seats:
        found.append(Tag("Seat", ""))
    return tuple(found)


def detail(one: Partner, desk: Desk) -> StandingDetail:
    """All of it for one agency."""
    agency = one.agency
    return StandingDetail(
        row=agency.identity[:16],
        name=agency.name,
        kind=kind_words(agency, desk),
        tier=tier_words(agency.tier, desk.pack),
        tags=tags(agency, one.itself, desk),
        agreement=_agreement(agency),
        document=agency.agreement_hash or "",
        signatories=tuple(_named(one.name, one.role) for one in agency.signatories),
        seat=f"{'Has a' if SEAT in agency.seats else 'No'} seat at the meeting",
        words=_checked(one),
        liaisons=tuple(
            LiaisonLine(
                PLACE_WORDS[who.place],
                _named(who.name, who.role),
                who.phone,
                f"trained on {day(who.trained_on)}" if who.trained_on else "no training noted",
            )
            for who in agency.liaisons
        ),
        signs="Signs the directory" if agency.id in desk.directory.signers else "",
    )


def kind_words(agency: Agency, desk: Desk) -> str:
    """What kind of agency this is, as the pack says."""
    return desk.pack.agency_kinds.get(agency.kind, agency.kind)


def _until(agency: Agency) -> str:
    if agency.agreement_until is None:
        return "no agreement"
    return f"until {day(agency.agreement_until)}"


def _agreement(agency: Agency) -> str:
    if agency.agreement_signed is None or agency.agreement_until is None:
        return "None yet."
    return f"Signed on {day(agency.agreement_signed)}, until {day(agency.agreement_until)}."


def _named(name: str, role: str) -> str:
    return f"{name}, {role}" if role else name


def _checked(one: Partner) -> tuple[str, ...]:
    said = []
    if one.agency.verified_on:
        said.append(f"Words checked by the coordinating node on {day(one.agency.verified_on)}")
    if one.verified_here and not one.itself:
        said.append("Words checked here")
    return tuple(said)
