"""The state of sync, in words, and a button for the impatient."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.node.access import Act, require
from server.node.desk import Desk
from server.sync import SyncReport, sync_once, unconfirmed
from web import events
from web.forms import new_token, typed
from web.frame import show
from web.pages.words import agency_name
from web.rendering import day
from web.workplace import AnyRequest, AtWork, Workplace, go, once, place


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about sync."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class SyncPage:
    """How sync stands."""

    token: str
    sentence: str
    facts: tuple[Fact, ...]
    confirming: tuple[str, ...]


@get("/sync")
async def sync_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """How sync stands."""
    here = place(request)
    value = SyncPage(new_token(), *await _state(here, desk), tuple(await _confirming(desk)))
    return await show(request, desk, "/sync", "sync/page.html", value)


async def _state(here: Workplace, desk: Desk) -> tuple[str, tuple[Fact, ...]]:
    state = await here.syncer.state()
    waiting = "Something sealed" if state.waiting else "Nothing"
    number = desk.directory.number
    directory = (
        f"Number {number}, good until {day(desk.directory.valid_until)}" if number else "None yet"
    )
    carrier = (
        agency_name(desk.node.relay_identity, desk)
        if desk.node.joined
        else "None: this node has not joined a coalition"
    )
    return state.not_let_in or f"{state.words}.", (
        Fact("Waiting to go", waiting),
        Fact(
            "Connection",
            "There" if state.reachable and state.enrolled else "Not there now; everything is kept",
        ),
        Fact("Directory", directory),
        Fact("Carried by", carrier),
    )


async def _confirming(desk: Desk) -> list[str]:
    lines = []
    for one in await unconfirmed(desk):
        name = agency_name(one.agency, desk)
        since = f" since {day(one.since.date())}" if one.since else ""
        words = (
            "holds something else than this node does"
            if one.differs
            else f"has not confirmed{since}"
        )
        lines.append(f"{name} {words}")
    return lines


@post("/sync")
async def sync_now(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """One round now."""
    require(desk, Act.SYNC)
    form = await typed(request)

    async def act() -> Response[Any]:
        report = await sync_once(desk)
        events.ring()
        return go(request, "/sync", _told(report))

    return await once(request, form, act)


def _told(report: SyncReport) -> str:
    if report.unreachable:
        return "The relay does not answer. Everything is kept, and goes when it does."
    if report.not_let_in:
        return report.not_let_in
    went = "What waited went" if report.pushed else "Nothing waited"
    came = "something came" if report.pulled else "nothing came"
    words = f"Done. {went}, and {came}."
    if report.refused:
        words += f" Not taken: {'; '.join(sorted({one.reason for one in report.refused}))}"
    return words


handlers = (sync_page, sync_now)
