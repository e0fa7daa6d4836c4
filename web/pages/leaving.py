"""Leaving a coalition: what exactly will happen, how far it has come, and who has confirmed."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.casework import leaving
from server.casework.leaving import Leaving, WhatEnds
from server.counted import agree
from server.node import onboarding
from server.node.access import Act, require
from server.node.desk import Desk
from web.forms import Mistakes, Slip, new_token, typed
from web.frame import show
from web.rendering import day, list_words
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class Departing:
    """An agency that said it leaves, and where it is taken out of the directory."""

    name: str
    on: str
    href: str


@dataclass(frozen=True, slots=True)
class LeavingPage:
    """What leaving means here; what does not apply is empty."""

    token: str
    coalition: str
    will: tuple[str, ...]
    stays: tuple[str, ...]
    under_way: bool
    left: bool
    closed: str
    confirmed: tuple[str, ...]
    waiting: tuple[str, ...]
    coordinating: bool
    departing: tuple[Departing, ...]


@get("/partners/leaving")
async def leaving_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """One page for the agency that leaves, and one for the coordinating node."""
    if desk.node.coordinating:
        require(desk, Act.CHANGE_PARTNER)
        value = _empty(coordinating=True, departing=await _departing(desk))
        return await show(request, desk, "/partners", "joining/leaving.html", value)
    require(desk, Act.LEAVE)
    gone = await leaving.departure(desk)
    if gone is not None and (not gone.finished_at or not desk.node.joined):
        value = _under_way(gone)
    elif desk.node.joined:
        value = _ahead(await leaving.what_ends(desk))
    else:
        value = _empty()
    return await show(request, desk, "/partners", "joining/leaving.html", value)


def _empty(*, coordinating: bool = False, departing: tuple[Departing, ...] = ()) -> LeavingPage:
    return LeavingPage(
        token=new_token(),
        coalition="",
        will=(),
        stays=(),
        under_way=False,
        left=False,
        closed="",
        confirmed=(),
        waiting=(),
        coordinating=coordinating,
        departing=departing,
    )


def _ahead(found: WhatEnds) -> LeavingPage:
    return LeavingPage(
        token=new_token(),
        coalition=found.coalition,
        will=_will(found),
        stays=(
            f"This agency's own records stay, all of them: {agree(found.kept, 'case')}. "
            "They open as before.",
            "Staff, passphrases, keys and the audit stay as they are.",
            "What people have read, printed or copied by hand cannot be taken back.",
            "This node may join another coalition, or this one again, by a new invitation.",
        ),
        under_way=False,
        left=False,
        closed="",
        confirmed=(),
        waiting=(),
        coordinating=False,
        departing=(),
    )


def _will(found: WhatEnds) -> tuple[str, ...]:
    """What ends, each said only where there is something."""
    told = f"{found.coalition} is told, and takes this agency out of its directory."
    sentences = {
        f"{agree(found.shared, 'part')} of what this agency shared will be closed, and destroyed "
        f"by {list_words(found.holders)}. Each confirms with a signed receipt.": found.shared,
        f"{agree(found.received, 'part')} of what others shared with this agency will be "
        "destroyed here at once, and receipts go to them.": found.received,
        f"{agree(found.consents, 'consent')} will end with the coalition: nothing can be shared "
        "under them again.": found.consents,
        told: 1,
    }
    return tuple(sentence for sentence, count in sentences.items() if count)


def _under_way(found: Leaving) -> LeavingPage:
    return LeavingPage(
        token=new_token(),
        coalition=found.coalition,
        will=(),
        stays=(),
        under_way=not found.finished_at,
        left=bool(found.finished_at),
        closed=agree(found.closed, "part"),
        confirmed=tuple(f"{name} destroyed {agree(n, 'part')}" for name, n in found.confirmed),
        waiting=found.waiting,
        coordinating=False,
        departing=(),
    )


async def _departing(desk: Desk) -> tuple[Departing, ...]:
    return tuple(
        Departing(one.agency.name, day(one.leaving.on), "/partners/standing")
        for one in await onboarding.checklists(desk)
        if one.leaving is not None
    )


@post("/partners/leaving")
async def leave(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Leave: everything shared ends in one act."""
    require(desk, Act.LEAVE)
    form = await typed(request)
    if not form.ticked("sure"):
        raise Mistakes(Slip("sure", "Tick that this is decided."))

    async def act() -> Response[Any]:
        found = await leaving.leave(desk)
        place(request).syncer.kick()
        notice = f"This agency is leaving {found.coalition}. What was shared is closed."
        return go(request, "/partners/leaving", notice)

    return await once(request, form, act)


@post("/partners/leaving/finish")
async def finish(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Do not wait any longer for who has not confirmed."""
    require(desk, Act.LEAVE)
    form = await typed(request)

    async def act() -> Response[Any]:
        await leaving.finish(desk)
        return go(request, "/partners/leaving", "This node belongs to no coalition now.")

    return await once(request, form, act)


handlers = (leaving_page, leave, finish)
