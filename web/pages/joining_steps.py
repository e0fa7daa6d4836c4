"""One agency's joining: the six steps as both sides see them, and what the tier will mean."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import rehearsing
from server.node import onboarding
from server.node.access import Act, may, require
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import NotFound
from server.node.onboarding import Checklist, Line, Meaning
from server.node.steps import Said, document_hash
from tiers.tier import Tier
from web.forms import Option, Typed, new_token, typed
from web.frame import show
from web.pages.rehearsal import RehearsalPart, rehearsal_part
from web.pages.words import tier_words
from web.rendering import day
from web.workplace import AnyRequest, AtWork, go, once, place

_SEAT = "meeting"


@dataclass(frozen=True, slots=True)
class SaidLine:
    """What one side said of a step."""

    side: str
    words: str
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
    meanings: tuple[MeaningCard, ...]
    may_record: bool
    today: str
    who: str
    completes: bool
    tiers: tuple[Option, ...]
    tier: str  # the one said to be chosen
    until: str
    commitments: tuple[str, ...]
    leaving: str
    rehearsal: RehearsalPart | None


@get("/partners/joining/{row:str}")
async def checklist_page(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[str]:
    """The checklist of one agency."""
    found = await _found(row, desk)
    completes = desk.node.coordinating and may(desk.roles, Act.CHANGE_PARTNER)
    until = desk.today + timedelta(days=desk.pack.agreement.term_days)
    value = ChecklistPage(
        token=new_token(),
        href=f"/partners/joining/{row}",
        name=found.agency.name,
        joining=found.standing == onboarding.JOINING,
        sentence=_sentence(found, desk),
        steps=tuple(_step(line, desk) for line in found.lines),
        meanings=tuple(_meaning(onboarding.meaning(tier, desk)) for tier in Tier),
        may_record=may(desk.roles, Act.RECORD_STEP),
        today=desk.today.isoformat(),
        who=desk.staff.name if desk.staff else "",
        completes=completes and found.standing == onboarding.JOINING,
        tiers=tuple(Option(str(one.value), tier_words(one.value, desk.pack)) for one in Tier),
        tier=_chosen(found, desk),
        until=until.isoformat(),
        commitments=desk.pack.agreement.commitments,
        leaving=day(found.leaving.on) if found.leaving else "",
        rehearsal=await _rehearsal(found, desk),
    )
    return await show(request, desk, "/partners", "joining/checklist.html", value)


async def _found(row: str, desk: Desk) -> Checklist:
    for one in await onboarding.checklists(desk):
        if one.agency.identity[:16] == row:
            return one
    raise NotFound


async def _rehearsal(found: Checklist, desk: Desk) -> RehearsalPart | None:
    """A test handoff is possible once the agency takes part."""
    if not may(desk.roles, Act.REHEARSE) or found.standing != onboarding.TAKES_PART:
        return None
    partner = found.agency.id if desk.node.coordinating else desk.node.relay_identity
    row = found.agency.identity[:16]
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
        chooses_tier=step.key == "tier",
    )


def _chosen(found: Checklist, desk: Desk) -> str:
    """The tier last written down as chosen; until then the one most agencies take part in."""
    said = (one for line in found.lines if line.step.key == "tier" for one in line.said if one.done)
    for one in sorted(said, key=lambda one: one.at, reverse=True):
        for tier in Tier:
            if one.note.startswith(tier_words(tier.value, desk.pack)):
                return str(tier.value)
    return str(Tier.REFERRAL.value)


def _said(one: Said, desk: Desk) -> SaidLine:
    agency = desk.directory.agency(one.by)
    side = desk.node.name if one.by == desk.node.identity else agency.name if agency else ""
    words = f"{one.who}, {day(one.on)}" if one.done else f"Not done after all: {day(one.on)}"
    return SaidLine(side, words, one.called, one.document, one.note)


def _meaning(one: Meaning) -> MeaningCard:
    sends = []
    for title, sections in one.carries.items():
        words = ", ".join(sections) or "nothing"
        if sections and title in one.seats:
            words += ". Only with a seat at the meeting, granted by name"
        sends.append((title, words))
    return MeaningCard(f"Tier {one.tier.value}: {one.title}", one.may, one.duties, tuple(sends))


@post("/partners/joining/{row:str}/step")
async def record(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Say of one step who did it, when, and with which document."""
    require(desk, Act.RECORD_STEP)
    form = await typed(request)
    step, undo = form.word("step"), form.ticked("undo")
    who = form.word("who") or (desk.staff.name if desk.staff else "")
    on = desk.today if undo else form.day(f"on-{step}", "Write the day it was done.")
    form.settle()
    raw = await _document(form)
    file = form.files.get("document")

    async def act() -> Response[Any]:
        found = await _found(row, desk)
        note = form.word("note")
        if tier := form.word("chosen"):
            note = f"{tier_words(_tier(tier).value, desk.pack)}. {note}".strip()
        said = Said(
            step=step,
            by=desk.node.identity,
            done=not undo,
            who=who,
            on=on,
            document=document_hash(raw) if raw else "",
            called=form.word("called") or (file.filename if file and raw else ""),
            note=note,
        )
        await onboarding.record(found.agency.id, said, desk)
        place(request).syncer.kick()
        words = "Written down. The other side sees it with the next sync."
        return go(request, f"/partners/joining/{row}", words)

    return await once(request, form, act)


async def _document(form: Typed) -> bytes:
    """The bytes of the chosen file: they are hashed here, and not kept."""
    file = form.files.get("document")
    return await file.read() if file else b""


@post("/partners/joining/{row:str}/complete")
async def complete(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """The agreement is signed and the tier chosen: the agency takes part."""
    require(desk, Act.CHANGE_PARTNER)
    form = await typed(request)
    until = form.day("until", "Write the last day of the agreement.")
    form.settle()
    seat = _SEAT if form.ticked("seat") else None
    raw = await _document(form)
    wanted = Change(
        tier=_tier(form.word("tier")),
        agreement_until=until,
        agreement_hash=document_hash(raw) if raw else None,
        seat=seat,
    )

    async def act() -> Response[Any]:
        found = await _found(row, desk)
        await onboarding.complete(found.agency.id, wanted, desk)
        place(request).syncer.kick()
        words = f"{found.agency.name} takes part. A test handoff shows that all of it works."
        return go(request, f"/partners/joining/{row}", words)

    return await once(request, form, act)


def _tier(text: str) -> Tier:
    return next((tier for tier in Tier if str(tier.value) == text), Tier.DIRECTORY)


handlers = (checklist_page, record, complete)
