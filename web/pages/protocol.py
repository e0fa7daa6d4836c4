"""The protocol in force, in plain words: what the coalition agreed, on one page that prints."""

from dataclasses import dataclass
from typing import Final

from litestar import Response, get

from server.counted import agree
from server.node import pack_shelf, pack_standing
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.pack_standing import WorksBy
from server.node.packs import Texts
from tiers.pack_keys import WORDS
from tiers.pack_meeting_words import Chapter, meeting_chapters
from tiers.pack_words import (
    carry_tables,
    clock_lines,
    consent_lines,
    minimum_dataset_lines,
    profile_words,
    review_past,
)
from tiers.protocol import Note, OnboardingStep, Protocol, RoleRow
from tiers.tier import Tier
from web.frame import show
from web.rendering import Tag, day
from web.workplace import AnyRequest, AtWork

_SAID_BEFORE: Final = ("alternatives", "can_withdraw_by_word", "not_a_condition", "redisclosure")


@dataclass(frozen=True, slots=True)
class Named:
    """Something and what is said of it."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class TierPart:
    """A tier: what it may do, and what it owes."""

    number: int
    title: str
    may: tuple[str, ...]
    duties: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CarryLine:
    """A section, and for each tier whether it may send and see it."""

    section: str
    carried: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class CarryPart:
    """One kind of exchange as a table."""

    title: str
    seat: str
    rows: tuple[CarryLine, ...]


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency, and the protocol it works by as far as is known here."""

    name: str
    words: str
    since: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class ProtocolPage:
    """A protocol as a board reads it."""

    title: str
    lede: str
    same: Tag
    same_words: str
    digest: str
    agencies: tuple[AgencyLine, ...]  # at the coordinating node alone
    counted: str
    facts: tuple[Named, ...]
    tiers: tuple[TierPart, ...]
    tables: tuple[CarryPart, ...]
    consent: tuple[str, ...]
    told: tuple[str, ...]
    clocks: tuple[str, ...]
    meeting: tuple[Chapter, ...]
    commitments: tuple[str, ...]
    duties: tuple[str, ...]
    steps: tuple[OnboardingStep, ...]
    minimum: tuple[str, ...]
    roles: tuple[RoleRow, ...]
    words: tuple[Named, ...]
    kinds: tuple[str, ...]
    notes: tuple[Note, ...]


@get("/protocol")
async def protocol_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """What this coalition agreed."""
    require(desk, Act.LIST_PARTNERS)
    return await show(request, desk, "/partners", "protocol/page.html", await _page(desk))


async def _page(desk: Desk) -> ProtocolPage:
    pack = desk.pack
    same, same_words = _same(desk)
    agencies = await pack_standing.agencies(desk)
    return ProtocolPage(
        title=pack.title,
        lede=f"Version {pack.version}. What this coalition agreed, and what this node keeps to.",
        same=same,
        same_words=same_words,
        digest=pack.digest,
        agencies=tuple(_agency(one) for one in agencies),
        counted=_counted(agencies),
        facts=_facts(await pack_shelf.in_force(desk.node, desk.directory), desk),
        tiers=tuple(
            TierPart(tier.value, row.title, row.may, row.duties) for tier, row in pack.tiers.items()
        ),
        tables=tuple(
            CarryPart(
                table.title,
                table.seat,
                tuple(CarryLine(row.section, _cells(row.tiers)) for row in table.rows),
            )
            for table in carry_tables(pack)
        ),
        consent=consent_lines(pack),
        told=tuple(pack.words[key] for key in _SAID_BEFORE if key in pack.words),
        clocks=clock_lines(pack),
        meeting=meeting_chapters(pack),
        commitments=pack.agreement.commitments,
        duties=tuple(pack.duties.values()),
        steps=pack.onboarding,
        minimum=minimum_dataset_lines(pack),
        roles=tuple(pack.roles.values()),
        words=_words(pack),
        kinds=tuple(pack.agency_kinds.values()),
        notes=tuple(pack.notes.values()),
    )


def _same(desk: Desk) -> tuple[Tag, str]:
    """Does this node work by the pack that the signed directory names?"""
    if not desk.directory.entries:
        return Tag("Not yet compared", "info"), "This node has no directory yet."
    if desk.directory.pack == desk.pack.digest:
        number = desk.directory.number
        return Tag("The coalition's", "good"), f"Directory number {number} names this same pack."
    return (
        Tag("Not the coalition's", "bad"),
        "The directory names another pack than this node works by. Ask the coordinator for the "
        "pack file; your operator or liaison takes it in with: casefold pack adopt FILE.",
    )


def _agency(one: WorksBy) -> AgencyLine:
    if not one.known:
        return AgencyLine(one.agency.name, "", "", Tag("Not heard yet", "info"))
    words = _pack_words(one.pack, one.version) or "One that this node never had"
    tag = Tag("The coalition's", "good") if one.same else Tag("Another version", "you")
    return AgencyLine(one.agency.name, words, day(one.since), tag)


def _pack_words(pack: str, version: int | None) -> str:
    """A protocol by its id and version: county, version 3."""
    return f"{pack}, version {version}" if pack and version is not None else pack


def _counted(agencies: tuple[WorksBy, ...]) -> str:
    others = sum(one.known and not one.same for one in agencies)
    if not others:
        return ""
    who = agree(others, "agency works", "agencies work")
    return (
        f"{who} by another version: until they take in this one, their nodes withhold and say why."
    )


def _facts(texts: Texts, desk: Desk) -> tuple[Named, ...]:
    pack = desk.pack
    parents = [name for name, _ in texts[1:]]
    review = pack.agreement.review_on
    past = ": this day is past" if review_past(pack, desk.today) else ""
    facts = (
        Named("Where", pack.jurisdiction),
        Named("Legal profile", profile_words(pack)),
        Named("Builds on", ", ".join(parents)),
        Named("To be reviewed by", f"{day(review)}{past}" if review else ""),
    )
    return tuple(fact for fact in facts if fact.words)


def _cells(tiers: frozenset[Tier]) -> tuple[bool, ...]:
    return tuple(tier in tiers for tier in Tier)


def _words(pack: Protocol) -> tuple[Named, ...]:
    return tuple(
        Named(meaning, pack.words[key])
        for key, meaning in WORDS.items()
        if key in pack.words and key not in _SAID_BEFORE
    )


handlers = (protocol_page,)
