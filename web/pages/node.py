"""This node, for the person who keeps it running."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from litestar import Response, get, post

from server import checkup
from server.counted import agree
from server.node.access import Act, Role, may, require
from server.node.errors import NotPermitted
from web.forms import new_token, typed
from web.frame import show
from web.workplace import AnyRequest, AtWork, go, once


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One thing that was looked at."""

    name: str
    words: str
    ok: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing about this node."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class NodePage:
    """The state of this node, today, on this machine."""

    token: str
    sentence: str
    jumped_to: datetime | None
    checks: tuple[CheckLine, ...]
    facts: tuple[Fact, ...]


def _named(name: str) -> str:
    return name if "." in name else name.capitalize()


@get("/node")
async def node_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """What casefold doctor says, as a page."""
    require(desk, Act.DOCTOR)
    if Role.OPERATOR not in desk.roles:
        raise NotPermitted
    checks = tuple(
        CheckLine(_named(one.name), one.sentence, one.word == "ok")
        for one in await checkup.look(desk)
    )
    wrong = sum(not one.ok for one in checks)
    settings = desk.settings
    facts = (
        Fact("Name", desk.node.name),
        Fact("What it is", "Coordinating node" if desk.node.coordinating else "Agency node"),
        Fact("Protocol pack", f"{desk.pack.title}, version {desk.pack.version}"),
        Fact("Answers to", ", ".join(settings.hosts)),
        Fact("Locks after", f"{settings.idle_minutes} quiet minutes"),
        Fact("Database", "PostgreSQL" if settings.database_url else "SQLite, in the node's folder"),
    )
    sentence = f"{agree(wrong, 'thing')} to look at." if wrong else "Everything is in order."
    jumped = desk.time.jumped and may(desk.roles, Act.CONFIRM_CLOCK)
    value = NodePage(new_token(), sentence, desk.now if jumped else None, checks, facts)
    return await show(request, desk, "/node", "node/page.html", value)


@post("/node/clock")
async def clock_is_right(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Somebody looked at another clock and says that this one is right."""
    require(desk, Act.CONFIRM_CLOCK)
    form = await typed(request)

    async def act() -> Response[Any]:
        await checkup.confirm_clock(desk)
        return go(request, "/node", "The clock is believed again. What has ended is destroyed now.")

    return await once(request, form, act)


handlers = (node_page, clock_is_right)
