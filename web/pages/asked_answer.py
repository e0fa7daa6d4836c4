"""What is done with a question: search, take up, attend, send, nothing known, or leave it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from server.casework import cases
from server.casework.mailroom import Sent
from server.meeting import answering
from server.meeting.answering import Attends, Searched
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.gate import Withheld
from web.forms import Mistakes, Slip, typed
from web.frame import frame_for
from web.pages.consent_adopt import MatchLine, MatchPart, match_lines
from web.pages.words import about_words, capital, person_words
from web.rendering import page
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class AlikeLine:
    """Somebody in our own records who may be the one asked about, and why."""

    href: str
    case: str
    about: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PersonFound:
    """One person asked about, and who of ours that may be."""

    about: str
    matches: tuple[AlikeLine, ...]


@dataclass(frozen=True, slots=True)
class FoundPart:
    """What the search of our own records gave; shown once and kept nowhere."""

    people: tuple[PersonFound, ...]


@post("/asked/{number:str}/search")
async def search(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Look through our own records."""
    require(desk, Act.ANSWER_REQUEST)
    found = await answering.search(number, desk)
    part = FoundPart(tuple([await _person(one, desk) for one in found]))
    return page("asked/_found.html", part, await frame_for(request, desk, "/asked"))


async def _person(one: Searched, desk: Desk) -> PersonFound:
    lines = []
    for match in one.matches:
        record = await cases.read(match.ref, desk)
        about = capital(about_words(match.person, record.fragment, desk.pack))
        lines.append(AlikeLine(f"/cases/{record.ref}", record.short, about, match.because))
    return PersonFound(capital(person_words(one.person, one.role, desk.pack)), tuple(lines))


@get("/asked/{number:str}/people")
async def people_part(
    request: AnyRequest, number: FromPath[str], desk: AtWork, case: FromQuery[str] = ""
) -> Response[Any]:
    """The people of the chosen case, to be matched by hand; a new case has hers."""
    require(desk, Act.ADOPT_CONSENT)
    match: tuple[MatchLine, ...] = ()
    if case not in {"", "new"}:
        question = await answering.read(number, desk)
        for consent in question.to_take_up[:1]:
            match = await match_lines(consent, case, desk)
    return page(
        "consents/_match_shown.html", MatchPart(match), await frame_for(request, desk, "/asked")
    )


@post("/asked/{number:str}/take-up")
async def take_up(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take the part up, for one of our cases or a new one."""
    require(desk, Act.ADOPT_CONSENT)
    form = await typed(request)
    ref = form.need("case", "Choose which of your cases this is, or a new one.")
    form.settle()
    people = {
        name.removeprefix("person-"): values[-1]
        for name, values in form.fields.items()
        if name.startswith("person-") and values[-1]
    }
    if ref != "new" and not people:
        raise Mistakes(Slip("case", "Say who the survivor is in your case."))

    async def act() -> Response[Any]:
        own = "" if ref == "new" else ref
        await answering.take_up(number, own, {} if ref == "new" else people, desk)
        return go(request, f"/asked/{number}", "Taken up. Nothing has been sent yet.")

    return await once(request, form, act)


@post("/asked/{number:str}/attend")
async def attend(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Name who will attend for us."""
    form = await typed(request)
    name = form.need("attends-name", "Write the name of whoever will attend.")
    form.settle()

    async def act() -> Response[Any]:
        who = Attends(name, form.word("attends-role"), form.word("attends-phone"))
        reached = await answering.attend(number, who, desk)
        place(request).syncer.kick()
        said = "Saved, and on its way." if reached else "Saved. It goes with our part."
        return go(request, f"/asked/{number}", said)

    return await once(request, form, act)


@post("/asked/{number:str}/send")
async def send(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Ask the gate, seal what it clears, and let it go."""
    require(desk, Act.SHARE)
    return await _sent(request, number, answering.send, desk)


@post("/asked/{number:str}/nothing-known")
async def nothing_known(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Say that nothing is known: an answer like any other."""
    require(desk, Act.SHARE)
    return await _sent(request, number, answering.nothing_known, desk)


async def _sent(
    request: AnyRequest,
    number: str,
    way: Callable[[str, Desk], Awaitable[Sent | Withheld]],
    desk: Desk,
) -> Response[Any]:
    form = await typed(request)

    async def act() -> Response[Any]:
        done = await way(number, desk)
        if isinstance(done, Withheld):
            raise Mistakes(Slip("", done.reason.value), title="Nothing has left this node")
        place(request).syncer.kick()
        said = "Sealed. It goes now, or when the connection is back."
        return go(request, "/asked", said if done.changed else "All of this is there already.")

    return await once(request, form, act)


@post("/asked/{number:str}/leave")
async def leave(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Give no answer."""
    form = await typed(request)

    async def act() -> Response[Any]:
        await answering.leave(number, desk)
        return go(request, "/asked", "Left. Nothing leaves this node, and nobody is told.")

    return await once(request, form, act)


@post("/asked/{number:str}/reopen")
async def reopen(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Put it back among those that wait."""
    form = await typed(request)

    async def act() -> Response[Any]:
        await answering.reopen(number, desk)
        return go(request, f"/asked/{number}")

    return await once(request, form, act)


handlers = (search, people_part, take_up, attend, send, nothing_known, leave, reopen)
