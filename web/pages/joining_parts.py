"""One agency's joining as it is drawn, and the parts of it that change while the page is open."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from server.casework import rehearsing
from server.node import onboarding
from server.node.access import Act, may
from server.node.desk import Desk
from server.node.onboarding import Checklist, Line, Meaning
from server.node.steps import CHOOSES_TIER, Said
from tiers.tier import Tier
from web.forms import Option, new_token
from web.pages import changing
from web.pages.rehearsal import RehearsalPart, rehearsal_part
from web.pages.words import tier_words
from web.rendering import day

HEAD, COMPLETE, OPEN, REHEARSAL = (
    "joining-head",
    "joining-complete",
    "joining-open",
    "joining-rehearsal",
)
REHEARSED, REHEARSES = "rehearsal-now", "rehearsal-acts"


@dataclass(frozen=True, slots=True)
class SaidLine:
    """What one side said of a step."""

    side: str
    words: str
    tier: str  # the one chosen, in words
    document: str  # what the document is called
    hash: str
    note: str


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step, what each side has said of it, and the form that says it."""

    key: str
    title: str
    what: str
    asks_document: bool
    done: bool
    said: tuple[SaidLine, ...]
    chooses_tier: bool

    @property
    def now(self) -> str:
        """Where it stands on the page how far this step has come."""
        return f"step-{self.key}-now"

    @property
    def acts(self) -> str:
        """Where the buttons of its form stand."""
        return f"step-{self.key}-acts"


@dataclass(frozen=True, slots=True)
class MeaningCard:
    """What a tier will mean, before it is chosen."""

    title: str
    may: tuple[str, ...]
    duties: tuple[str, ...]
    sends: tuple[tuple[str, str], ...]  # the exchange, and what may be sent and seen in it


@dataclass(frozen=True, slots=True)
class ChecklistPage:
    """How far one agency's joining has come, and what can be done about it here."""

    token: str
    href: str
    name: str
    joining: bool
    sentence: str
    steps: tuple[StepLine, ...]
    still_open: tuple[str, ...]  # titles of steps
    meanings: tuple[MeaningCard, ...]
    may_record: bool
    today: str
    who: str
    completes: bool
    tiers: tuple[Option, ...]
    tier: str  # the one said to be chosen, or else the one most agencies take part in
    chosen: str  # the one said to be chosen, in words
    until: str
    commitments: tuple[str, ...]
    leaving: str
    rehearsal: RehearsalPart | None
    changed: frozenset[str] = frozenset()  # the parts an open page has not as they are
    said: str = ""

    @property
    def marks(self) -> Mapping[str, str]:
        """Each part that may change while the page is open, and the mark of what it says."""
        says: dict[str, object] = {HEAD: (self.name, self.sentence, self.leaving)}
        for step in self.steps:
            says |= {step.now: step, step.acts: step.done}
        says |= {COMPLETE: self.completes, REHEARSAL: self.rehearsal is not None}
        if self.completes:
            says[OPEN] = (self.still_open, self.chosen)
        if self.rehearsal is not None:
            part = replace(self.rehearsal, token="")
            says[REHEARSED] = (part.lines, part.arrived, part.proven)
            says[REHEARSES] = (part.may_send, part.may_end, part.answers, part.proven)
        return {id: changing.mark(one) for id, one in says.items()}


def since(value: ChecklistPage, changed: frozenset[str]) -> ChecklistPage:
    """This page with what is other than on the open one marked, and said in one sentence."""
    words = [step.title for step in value.steps if step.now in changed]
    if changed & {REHEARSAL, REHEARSED}:
        words.append("the test handoff")
    if not words and HEAD in changed:
        words.append("how this agency stands")
    return replace(value, changed=changed, said=changing.said(words))


async def checklist_part(row: str, found: Checklist, desk: Desk) -> ChecklistPage:
    """The checklist of one agency in words."""
    completes = desk.node.coordinating and may(desk.roles, Act.CHANGE_PARTNER)
    until = desk.today + timedelta(days=desk.pack.agreement.term_days)
    chosen = found.chosen
    return ChecklistPage(
        token=new_token(),
        href=f"/partners/joining/{row}",
        name=found.agency.name,
        joining=found.standing == onboarding.JOINING,
        sentence=_sentence(found, desk),
        steps=tuple(_step(line, desk) for line in found.lines),
        still_open=found.still_open,
        meanings=tuple(_meaning(onboarding.meaning(tier, desk)) for tier in Tier),
        may_record=may(desk.roles, Act.RECORD_STEP),
        today=desk.today.isoformat(),
        who=desk.staff.name if desk.staff else "",
        completes=completes and found.standing == onboarding.JOINING,
        tiers=tuple(Option(str(one.value), tier_words(one.value, desk.pack)) for one in Tier),
        tier=str((chosen or Tier.REFERRAL).value),
        chosen=tier_words(chosen.value, desk.pack) if chosen else "",
        until=until.isoformat(),
        commitments=desk.pack.agreement.commitments,
        leaving=day(found.leaving.on) if found.leaving else "",
        rehearsal=await _rehearsal(row, found, desk),
    )


async def _rehearsal(row: str, found: Checklist, desk: Desk) -> RehearsalPart | None:
    """A test handoff is possible once the agency takes part."""
    if not may(desk.roles, Act.REHEARSE) or found.standing != onboarding.TAKES_PART:
        return None
    partner = found.agency.id if desk.node.coordinating else desk.node.relay_identity
    return rehearsal_part(row, await rehearsing.rehearsed_with(partner, desk), desk)


def _sentence(one: Checklist, desk: Desk) -> str:
    words = {
        onboarding.JOINING: "Joining: the steps travel, and nothing about a person can yet.",
        onboarding.TAKES_PART: f"Takes part as {tier_words(one.agency.tier, desk.pack)}, "
        f"until {day(one.agency.agreement_until)}.",
        onboarding.LAPSED: f"The agreement lapsed on {day(one.agency.agreement_until)}.",
        onboarding.SUSPENDED: "Suspended: nothing goes to it or comes from it.",
    }
    return f"{words[one.standing]} {one.done} of {len(one.lines)} steps are done."


def _step(line: Line, desk: Desk) -> StepLine:
    step = line.step
    return StepLine(
        step.key,
        step.title,
        step.what,
        step.asks_document,
        line.done,
        tuple(_said(one, desk) for one in sorted(line.said, key=lambda one: one.at)),
        chooses_tier=step.key == CHOOSES_TIER,
    )


def _said(one: Said, desk: Desk) -> SaidLine:
    agency = desk.directory.agency(one.by)
    side = desk.node.name if one.by == desk.node.identity else agency.name if agency else ""
    words = f"{one.who}, {day(one.on)}" if one.done else f"Not done after all: {day(one.on)}"
    tier = tier_words(one.tier.value, desk.pack) if one.done and one.tier else ""
    return SaidLine(side, words, tier, one.called, one.document, one.note)


def _meaning(one: Meaning) -> MeaningCard:
    sends = []
    for title, sections in one.carries.items():
        words = ", ".join(sections) or "nothing"
        if sections and title in one.seats:
            words += ". Only with a seat at the meeting, granted by name"
        sends.append((title, words))
    return MeaningCard(f"Tier {one.tier.value}: {one.title}", one.may, one.duties, tuple(sends))
