"""Bringing an agency in: the steps as a checklist both sides see, and what a tier will mean."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from directory.agency import Agency
from directory.snapshot import Directory
from server.node import audit, coalition, database, steps
from server.node.access import Act, require
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import RefusedAct, Usage
from server.node.steps import LEAVING, REHEARSED, Said
from tiers.pack_agreement import OnboardingStep
from tiers.tier import Tier

JOINING: Final = "joining"
TAKES_PART: Final = "takes part"
LAPSED: Final = "lapsed"
SUSPENDED: Final = "suspended"


@dataclass(frozen=True, slots=True)
class Line:
    """One step of the checklist, and what either side has said of it."""

    step: OnboardingStep
    said: tuple[Said, ...]

    @property
    def done(self) -> bool:
        """Has somebody done it, and nobody taken that back since?"""
        latest = max(self.said, key=lambda one: one.at, default=None)
        return latest is not None and latest.done

    @property
    def tier(self) -> Tier | None:
        """The tier that was last said to be chosen, while the step that chooses it is done."""
        named = [one for one in self.said if self.done and one.done and one.tier is not None]
        return max(named, key=lambda one: one.at).tier if named else None


@dataclass(frozen=True, slots=True)
class Checklist:
    """How far one agency's joining has come."""

    agency: Agency
    standing: str
    lines: tuple[Line, ...]
    rehearsed: Said | None
    leaving: Said | None

    @property
    def done(self) -> int:
        """How many steps are done."""
        return sum(line.done for line in self.lines)

    @property
    def still_open(self) -> tuple[str, ...]:
        """The titles of the steps that are not done."""
        return tuple(line.step.title for line in self.lines if not line.done)

    @property
    def chosen(self) -> Tier | None:
        """The tier that both sides see as chosen."""
        return next((line.tier for line in self.lines if line.tier is not None), None)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a tier will mean for an agency, before it is chosen."""

    tier: Tier
    title: str
    may: tuple[str, ...]
    duties: tuple[str, ...]
    carries: Mapping[str, tuple[str, ...]]  # title of the exchange → titles of the sections
    seats: Mapping[str, str]  # title of the exchange → the seat it needs besides


async def checklists(desk: Desk) -> list[Checklist]:
    """Every joining this node has a side in: all agencies', or our own."""
    require(desk, Act.READ_ONBOARDING)
    entries = desk.directory.entries
    if desk.node.coordinating:
        return [await _checklist(one, desk) for one in entries if one.id != desk.node.identity]
    return [await _checklist(one, desk) for one in entries if one.id == desk.node.identity]


async def checklist(name: str, desk: Desk) -> Checklist:
    """The checklist of this agency; at an agency's own node there is only its own."""
    require(desk, Act.READ_ONBOARDING)
    return await _checklist(_side(name, desk), desk)


async def record(name: str, said: Said, desk: Desk) -> None:
    """Say of one step who did it, when and with which document; the other side sees it too."""
    require(desk, Act.RECORD_STEP)
    if said.step not in {step.key for step in desk.pack.onboarding}:
        steps_known = ", ".join(step.key for step in desk.pack.onboarding)
        raise Usage(f"The pack knows no step {said.step}. It knows: {steps_known}.")
    if said.on > desk.today:
        raise Usage("This day has not come yet. A step is written down once it is done.")
    if said.done and not said.who.strip():
        raise Usage("Say who did it.")
    agency = _side(name, desk)
    async with database.transaction():
        await steps.say(agency.id, said, desk)
        await audit.record(
            Act.RECORD_STEP.value, agency.id, desk, step=said.step, document=said.document
        )


async def note_rehearsal(agency: str, note: str, desk: Desk) -> None:
    """Write into the checklist that a test handoff went there, was ended, and was confirmed."""
    who = desk.staff.name if desk.staff else desk.node.name
    said = Said(REHEARSED, desk.node.identity, done=True, who=who, on=desk.today, note=note)
    await steps.say(agency, said, desk)


async def complete(name: str, change: Change, desk: Desk, *, steps_open: bool = False) -> Directory:
    """The agreement is signed and the tier chosen: the agency takes part from the next snapshot.

    The steps are the coalition's own affair and hold nobody up; but while any is open, whoever
    completes the joining says that they know it (`steps_open`), or it is refused.
    """
    require(desk, Act.CHANGE_PARTNER)
    if change.tier is None or change.agreement_until is None:
        raise Usage("Say the tier and the last day of the agreement.")
    found = await checklist(name, desk)
    if found.still_open and not steps_open:
        still = "; ".join(found.still_open)
        raise Usage(
            f"Steps are still open: {still}. If both sides mean it to take part all the same, "
            "say so with --steps-open, or the tick on its page."
        )
    return await coalition.change_partner(name, change, desk)


def meaning(tier: Tier, desk: Desk) -> Meaning:
    """What this tier may do, owes, send and see, looked up in the pack."""
    row = desk.pack.tiers[tier]
    titles = {key: section.title for key, section in desk.pack.sections.items()}
    carries = {
        exchange.title: tuple(
            title for key, title in titles.items() if key in exchange.carries[tier]
        )
        for exchange in desk.pack.exchanges.values()
    }
    seats = {
        exchange.title: exchange.seat for exchange in desk.pack.exchanges.values() if exchange.seat
    }
    return Meaning(tier, row.title, row.may, row.duties, carries, seats)


def standing(agency: Agency, desk: Desk) -> str:
    """How this agency stands, in a word."""
    if agency.suspended:
        return SUSPENDED
    if agency.agreement_until is None:
        return JOINING
    return LAPSED if agency.agreement_until < desk.today else TAKES_PART


async def _checklist(agency: Agency, desk: Desk) -> Checklist:
    said = await steps.said_of(agency.id)
    lines = tuple(
        Line(step, tuple(one for one in said if one.step == step.key))
        for step in desk.pack.onboarding
    )
    return Checklist(
        agency,
        standing(agency, desk),
        lines,
        _latest(said, REHEARSED),
        _latest(said, LEAVING),
    )


def _latest(said: list[Said], step: str) -> Said | None:
    return max((one for one in said if one.step == step), key=lambda one: one.at, default=None)


def _side(name: str, desk: Desk) -> Agency:
    """The agency meant; an agency has a side in its own joining only."""
    if desk.node.coordinating:
        agency = coalition.find(name, desk)
        if agency.id == desk.node.identity:
            raise RefusedAct("The coordinating node does not join itself.")
        return agency
    own = desk.directory.agency(desk.node.identity)
    if own is None:
        raise RefusedAct(
            "The directory does not name this agency yet: it comes with the sync after enrolment."
        )
    return own
