"""One agency's standing: all of it in place, how it came about, and the form that changes it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from directory.agency import Agency
from directory.liaison import PLACES, Liaison, Signatory
from server.node import coalition
from server.node.access import Act, may, require
from server.node.coalition import Change, Partner
from server.node.desk import Desk
from server.node.errors import NotFound
from server.node.standing_history import Turn, history
from server.node.standing_words import PLACE_WORDS
from server.node.steps import document_hash
from tiers.tier import Tier
from web.forms import Option, Typed, new_token, typed
from web.frame import frame_for, show
from web.pages.cards import SEAT, tier_of
from web.pages.standing_lines import StandingDetail, detail
from web.pages.words import tier_words
from web.rendering import page
from web.workplace import AnyRequest, AtWork, go, once


@dataclass(frozen=True, slots=True)
class LiaisonFields:
    """The fields of one liaison, as they stand."""

    place: str
    title: str
    name: str
    role: str
    phone: str
    trained: str


@dataclass(frozen=True, slots=True)
class ChangePart:
    """One agency's standing, and what the person here may do about it."""

    token: str
    detail: StandingDetail
    tiers: tuple[Option, ...]
    tier: str
    until: str
    signed: str
    seat: bool
    suspended: bool
    liaisons: tuple[LiaisonFields, ...]
    may_change: bool
    may_suspend: bool
    itself: bool


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """One agency's standing, and every directory in which it changed."""

    part: ChangePart
    turns: tuple[Turn, ...]


@get("/partners/standing/{row:str}/open")
async def open_row(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """All of one agency's standing, in place."""
    part = _part(await _partner(row, desk), desk)
    return page("standing/_open.html", part, await frame_for(request, desk, "/partners"))


@get("/partners/standing/{row:str}")
async def history_page(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[str]:
    """How one agency came to stand as it does."""
    one = await _partner(row, desk)
    value = HistoryPage(_part(one, desk), await history(one.agency.id, desk))
    return await show(request, desk, "/partners", "standing/history.html", value)


async def _partner(row: str, desk: Desk) -> Partner:
    found = await coalition.partners(desk)
    one = next((each for each in found if each.agency.identity[:16] == row), None)
    if one is None:
        raise NotFound
    return one


def _part(one: Partner, desk: Desk) -> ChangePart:
    agency = one.agency
    signs = desk.node.identity in desk.directory.restrictors
    may_change = desk.node.coordinating and may(desk.roles, Act.CHANGE_PARTNER)
    return ChangePart(
        token=new_token(),
        detail=detail(one, desk),
        tiers=tuple(Option(str(tier.value), tier_words(tier.value, desk.pack)) for tier in Tier),
        tier=str(agency.tier),
        until=_written(agency.agreement_until),
        signed=_written(agency.agreement_signed),
        seat=SEAT in agency.seats,
        suspended=agency.suspended,
        liaisons=_fields(agency),
        may_change=may_change,
        may_suspend=signs
        and not may_change
        and not agency.suspended
        and may(desk.roles, Act.SUSPEND_PARTNER),
        itself=one.itself,
    )


def _fields(agency: Agency) -> tuple[LiaisonFields, ...]:
    named = {one.place: one for one in agency.liaisons}
    nobody = Liaison("", "", "", "", None)
    return tuple(
        LiaisonFields(
            place,
            PLACE_WORDS[place],
            (who := named.get(place, nobody)).name,
            who.role,
            who.phone,
            _written(who.trained_on),
        )
        for place in PLACES
    )


def _written(value: date | None) -> str:
    return value.isoformat() if value else ""


@post("/partners/standing/{row:str}")
async def change(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Change how an agency stands, in the next directory."""
    require(desk, Act.CHANGE_PARTNER)
    form = await typed(request)
    agency = (await _partner(row, desk)).agency
    wanted = await _wanted(form, row, agency)
    form.settle()

    async def act() -> Response[Any]:
        after = await coalition.change_partner(agency.identity, wanted, desk)
        waits = after.number == desk.directory.number
        said = (
            "The change waits for the signatures of others; they see it with their next sync."
            if waits
            else "The change is published. It reaches everybody with their next sync."
        )
        return go(request, "/partners/standing", said)

    return await once(request, form, act)


async def _wanted(form: Typed, row: str, agency: Agency) -> Change:
    tier, seat = tier_of(form.word(f"tier-{row}")), form.ticked("seat")
    suspended = form.ticked("suspended")
    liaisons, gone = _liaisons(form, row, agency)
    document = form.files.get(f"document-{row}")
    raw = await document.read() if document is not None else b""
    signatories = _signatories(form.whole(f"signatories-{row}"))
    return Change(
        tier=tier if tier.value != agency.tier else None,
        seat=SEAT if seat and SEAT not in agency.seats else None,
        no_seat=SEAT in agency.seats and not seat,
        agreement_until=_day(form, f"until-{row}", agency.agreement_until),
        agreement_signed=_day(form, f"signed-{row}", agency.agreement_signed),
        suspended=suspended if suspended != agency.suspended else None,
        remove=form.ticked("remove"),
        agreement_hash=document_hash(raw) if raw else None,
        signatories=signatories,
        liaisons=liaisons,
        no_liaison=gone,
    )


def _day(form: Typed, name: str, before: date | None) -> date | None:
    """The day typed, when it is another than before."""
    if form.word(name) == _written(before):
        return None
    return form.day(name, "Write a day, such as 2027-03-14.")


def _liaisons(form: Typed, row: str, agency: Agency) -> tuple[tuple[Liaison, ...], frozenset[str]]:
    named = {one.place: one for one in agency.liaisons}
    found, gone = [], set()
    for place in PLACES:
        words = {
            part: form.word(f"{place}-{part}-{row}")
            for part in ("name", "role", "phone", "trained")
        }
        if not words["name"] and not words["phone"]:
            gone |= {place} & named.keys()
            continue
        form.need(f"{place}-name-{row}", "Write who is called.")
        form.need(f"{place}-phone-{row}", "Write the number to call.")
        trained = form.day(f"{place}-trained-{row}", "Write a day.") if words["trained"] else None
        who = Liaison(place, words["name"], words["role"], words["phone"], trained)
        if named.get(place) != who:
            found.append(who)
    return tuple(found), frozenset(gone)


def _signatories(text: str) -> tuple[Signatory, ...]:
    lines = [line.partition(",") for line in text.splitlines() if line.strip()]
    return tuple(Signatory(name.strip(), role.strip()) for name, _, role in lines)


handlers = (open_row, history_page, change)
