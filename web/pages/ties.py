"""Ties: whom somebody here is close to, said once and held against every case."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import ties
from server.casework.own_search import Asked
from server.casework.ties import TieEntry
from server.node import staff
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import Option, Typed, new_token, typed
from web.frame import show
from web.workplace import AnyRequest, AtWork, go, once


@dataclass(frozen=True, slots=True)
class TieLine:
    """One tie as whoever said it reads it."""

    id: str
    title: str
    whose: str
    facts: tuple[str, ...]
    why: str
    at: str


@dataclass(frozen=True, slots=True)
class TiesPage:
    """The ties this person said."""

    token: str
    ties: tuple[TieLine, ...]
    colleagues: tuple[Option, ...]


@get("/ties")
async def ties_page(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """The ties I said, and one more."""
    value = TiesPage(
        token=new_token(),
        ties=tuple(_line(one) for one in await ties.list_ties(desk)),
        colleagues=await _colleagues(desk),
    )
    return await show(request, desk, "/staff", "walls/ties.html", value)


async def _colleagues(desk: Desk) -> tuple[Option, ...]:
    """For whom this person may say a tie besides themselves."""
    if not may(desk.roles, Act.WALL):
        return ()
    return tuple(
        Option(one.id, one.name) for one in await staff.list_staff(desk) if one.id != desk.who
    )


def _line(one: TieEntry) -> TieLine:
    known = (*one.asked.names, *one.asked.addresses, *one.asked.phones)
    return TieLine(
        id=one.id,
        title=known[0],
        whose="" if one.mine else one.name,
        facts=(*known[1:], *(f"born {born}" for born in one.asked.births)),
        why=one.why,
        at=one.at,
    )


@post("/ties")
async def say(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """One more tie."""
    form = await typed(request)
    asked = _asked(form)
    form.settle()

    async def act() -> Response[Any]:
        await ties.say(asked, form.whole("why"), desk, of=form.word("colleague"))
        return go(request, "/ties", "It is written down, and held against every case.")

    return await once(request, form, act)


def _asked(form: Typed) -> Asked:
    asked = Asked(
        names=_lines(form, "names"),
        births=(form.word("born"),) if form.word("born") else (),
        addresses=_lines(form, "addresses"),
        phones=_lines(form, "phones"),
    )
    if not (asked.names or asked.addresses or asked.phones):
        form.wrong("names", "Write a name, an address or a telephone.")
    if asked.births:
        form.day("born", "Write the day as 1990-05-31, or leave it empty.")
    return asked


def _lines(form: Typed, name: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in form.whole(name).splitlines() if line.strip())


@post("/ties/{tie:str}/take-back")
async def take_back(request: AnyRequest, tie: FromPath[str], desk: AtWork) -> Response[Any]:
    """Hold it against no case any more."""
    form = await typed(request)

    async def act() -> Response[Any]:
        await ties.take_back(tie, desk)
        return go(request, "/ties", "The tie is taken back.")

    return await once(request, form, act)


handlers = (ties_page, say, take_back)
