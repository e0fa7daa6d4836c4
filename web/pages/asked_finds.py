"""Who she is goes to the agencies her release names, once the coordinating node has asked."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import cases, mailroom
from server.counted import agree
from server.meeting import finds_due
from server.meeting.asked_errors import NotAskedYet
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.gate import Cleared, Withheld
from web.forms import new_token, typed
from web.frame import frame_for, show
from web.pages.shares import (
    LeavingLine,
    SeenSection,
    StayingLine,
    as_seen_there,
    leaving_lines,
    staying_lines,
)
from web.rendering import day, list_words, page
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class FindGoes:
    """What one agency would be told, and what stays here."""

    to: str
    leaving: tuple[LeavingLine, ...]
    staying: tuple[StayingLine, ...]
    as_seen: tuple[SeenSection, ...]
    why_nothing: str


@dataclass(frozen=True, slots=True)
class FindsPage:
    """Check before who she is leaves."""

    ref: str
    short: str
    token: str
    asked_on: str
    never_told: str
    parts: tuple[FindGoes, ...]
    button: str


@dataclass(frozen=True, slots=True)
class ChoicePart:
    """Does it go by itself once the coordinating node asks?"""

    ref: str
    token: str
    by_itself: bool


@get("/asked/finds/{ref:str}")
async def finds_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Exactly what leaves, to whom, before the button."""
    require(desk, Act.SHARE)
    due = next((one for one in await finds_due.finds_due(desk) if one.ref == ref), None)
    if due is None:
        raise NotAskedYet
    record = await cases.read(ref, desk)
    parts = []
    for agency, name in zip(due.agencies, due.names, strict=True):
        decision = await mailroom.preview(ref, agency, "handoff", desk)
        cleared = decision if isinstance(decision, Cleared) else None
        parts.append(
            FindGoes(
                to=name,
                leaving=leaving_lines(cleared, desk) if cleared else (),
                staying=staying_lines(decision.left_out, record.fragment, desk),
                as_seen=as_seen_there(cleared.fragment, desk) if cleared else (),
                why_nothing=decision.reason.value if isinstance(decision, Withheld) else "",
            )
        )
    going = [one.to for one in parts if one.leaving]
    value = FindsPage(
        ref=due.ref,
        short=due.short,
        token=new_token(),
        asked_on=day(due.asked_on),
        never_told=desk.pack.action_terms.never_told,
        parts=tuple(parts),
        button=f"Send her identity to {_to(going)}" if going else "",
    )
    return await show(request, desk, "/asked", "asked/finds.html", value)


def _to(names: list[str]) -> str:
    return names[0] if len(names) == 1 else agree(len(names), "agency", "agencies")


@post("/asked/finds/{ref:str}")
async def send_finds(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Seal her identity for each of them, and let it go."""
    form = await typed(request)

    async def act() -> Response[Any]:
        done = await finds_due.send_finds(ref, desk)
        place(request).syncer.kick()
        said = (
            f"Sealed for {list_words(done.sent)}." if done.sent else "Nothing has left this node."
        )
        kept = " ".join(f"Not to {name}: {why}" for name, why in done.withheld)
        return go(request, "/asked", f"{said} {kept}".strip())

    return await once(request, form, act)


@get("/asked/finds/{ref:str}/choice")
async def choice(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """The choice beside a referral, where the protocol keeps identity back until the request."""
    require(desk, Act.REFER)
    return await _choice(request, ref, desk)


@post("/asked/finds/{ref:str}/choice")
async def choose(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Send by itself once asked, or wait for a person."""
    form = await typed(request)

    async def act() -> Response[Any]:
        await finds_due.send_unasked(ref, form.ticked("by-itself"), desk)
        return await _choice(request, ref, desk)

    return await once(request, form, act)


async def _choice(request: AnyRequest, ref: str, desk: Desk) -> Response[Any]:
    part = ChoicePart(ref, new_token(), await finds_due.sends_unasked(ref, desk))
    return page("asked/_choice.html", part, await frame_for(request, desk, "/asked"))


handlers = (finds_page, send_finds, choice, choose)
