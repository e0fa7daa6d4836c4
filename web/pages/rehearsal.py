"""The test handoff on the page of a joining: send, open theirs, end both, and see it proven."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from server.casework import rehearsing
from server.casework.rehearsing import Rehearsed, TestHandoff
from server.node import onboarding
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.fragment import Place
from tiers.gate import Withheld
from web import events
from web.forms import Mistakes, Slip, new_token, typed
from web.frame import frame_for
from web.rendering import Tag, page
from web.workplace import AnyRequest, AtWork, go, once


@dataclass(frozen=True, slots=True)
class HandoffLine:
    """One test handoff, in one direction."""

    way: str
    tag: Tag
    sentence: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class RehearsalPart:
    """Everything rehearsed with one partner, and what can be done next."""

    token: str
    href: str
    name: str
    lines: tuple[HandoffLine, ...]
    arrived: bool
    may_send: bool
    may_end: bool
    answers: bool
    proven: bool
    timezone: str


@dataclass(frozen=True, slots=True)
class ArrivedField:
    """One field of what arrived."""

    section: str
    label: str
    words: str


@dataclass(frozen=True, slots=True)
class ArrivedPart:
    """What a partner sent for a test, opened."""

    name: str
    fields: tuple[ArrivedField, ...]


def rehearsal_part(row: str, found: Rehearsed, desk: Desk) -> RehearsalPart:
    """How a rehearsal stands, in words."""
    live_out = any(one.direction == rehearsing.OUT for one in found.live)
    return RehearsalPart(
        token=new_token(),
        href=f"/partners/joining/{row}",
        name=found.name,
        lines=tuple(_line(one) for one in found.handoffs),
        arrived=bool(found.arrived),
        may_send=not live_out,
        may_end=bool(found.live),
        answers=bool(found.arrived),
        proven=found.both_ways,
        timezone=desk.pack.timezone,
    )


def _line(one: TestHandoff) -> HandoffLine:
    out = one.direction == rehearsing.OUT
    way = f"To {one.partner_name}" if out else f"From {one.partner_name}"
    opened = "" if not one.opened else " It was opened before."
    if one.proven:
        sentence = (
            f"Withdrawn and destroyed there: their signed receipt is here.{opened}"
            if out
            else "Withdrawn and destroyed here: our signed receipt has gone to them."
        )
        return HandoffLine(way, Tag("Proven", "good"), sentence, _at(one.confirmed_at))
    if one.ended_at:
        wait = "Waiting for their receipt." if out else "Our receipt goes with the next sync."
        return HandoffLine(way, Tag("Ended", "info"), wait, _at(one.ended_at))
    if out:
        words = "With their node." if one.sent else "Goes with the next sync."
        return HandoffLine(way, Tag("On its way", "info"), words, _at(one.began_at))
    words = "Opened here." if one.opened else "A test handoff arrived."
    return HandoffLine(way, Tag("Arrived", "you"), words, _at(one.began_at))


def _at(seconds: int) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


@post("/partners/joining/{row:str}/rehearse")
async def rehearse(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Send an invented person by the acts a real one goes by."""
    require(desk, Act.REHEARSE)
    form = await typed(request)

    async def act() -> Response[Any]:
        sent = await rehearsing.begin(await _partner(row, desk), desk)
        if isinstance(sent, Withheld):
            raise Mistakes(Slip("", sent.reason.value), title="Nothing leaves this node")
        events.changed(request)
        notice = "An invented person is on the way. Nobody real is meant, and no list shows it."
        return go(request, f"/partners/joining/{row}", notice)

    return await once(request, form, act)


@post("/partners/joining/{row:str}/arrived")
async def arrived(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Open what they sent; that it was opened is written down, as with any other."""
    require(desk, Act.REHEARSE)
    partner = await _partner(row, desk)
    found = await rehearsing.open_arrived(partner, desk)
    fields = tuple(
        _field(place, written[-1].value, desk)
        for one in found
        for place, written in sorted(one.fields.items())
    )
    events.ring()
    part = ArrivedPart(found[0].from_name, fields)
    return page("joining/_arrived.html", part, await frame_for(request, desk, "/partners"))


def _field(place: Place, value: str, desk: Desk) -> ArrivedField:
    section = desk.pack.sections[place.section]
    form = section.field(place.field)
    return ArrivedField(section.title, form.label if form else place.field, value)


@post("/partners/joining/{row:str}/end")
async def end(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Withdraw whatever is still open, in both directions."""
    require(desk, Act.REHEARSE)
    form = await typed(request)

    async def act() -> Response[Any]:
        await rehearsing.end(await _partner(row, desk), desk)
        events.changed(request)
        notice = "Withdrawn, in both directions. The receipts come by themselves."
        return go(request, f"/partners/joining/{row}", notice)

    return await once(request, form, act)


async def _partner(row: str, desk: Desk) -> str:
    """With whom the rehearsals of this joining are: the agency, or for it the coordinating node."""
    for one in await onboarding.checklists(desk):
        if one.agency.identity[:16] == row:
            return one.agency.id if desk.node.coordinating else desk.node.relay_identity
    raise NotFound


handlers = (rehearse, arrived, end)
