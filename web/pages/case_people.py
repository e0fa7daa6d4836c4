"""The people of a case: one more when they become known, and why we may tell of another adult."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import cases, consents, people
from server.node.access import Act, may, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.fragment import CHILD, OTHER_ADULTS, OTHER_AT_RISK, PERSON_USING_VIOLENCE
from web.forms import Mistakes, Option, Slip, Typed, new_token, typed
from web.frame import show
from web.pages.words import (
    about_words,
    agency_names,
    capital,
    people_in_order,
    person_words,
    role_word,
)
from web.workplace import AnyRequest, AtWork, go, once

REFERRAL: Final = "referral"
_CODES: Final[Mapping[str, str]] = {
    CHILD: "child",
    PERSON_USING_VIOLENCE: "puv",
    OTHER_AT_RISK: "other",
}


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person, and for another adult the basis on which this agency tells of them."""

    id: str
    words: str
    adult: bool
    basis: str


@dataclass(frozen=True, slots=True)
class PeoplePage:
    """Everybody in a case."""

    ref: str
    token: str
    people: tuple[PersonLine, ...]
    roles: tuple[Option, ...]
    released: tuple[Option, ...]
    back: str = ""  # the page its forms lead back to; the case without one


@get("/cases/{ref:str}/people")
async def people_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Who is in this case."""
    require(desk, Act.EDIT_CASE)
    value = await people_part(await cases.read(ref, desk), desk)
    return await show(request, desk, "/cases", "cases/people.html", value)


async def people_part(record: cases.CaseRecord, desk: Desk, back: str = "") -> PeoplePage:
    """Everybody in this case, with the forms that add and that write a basis."""
    fragment = record.fragment
    lines = []
    for person in people_in_order(fragment.people):
        words = about_words(person, fragment, desk.pack)
        lines.append(
            PersonLine(
                id=person,
                words=words[:1].upper() + words[1:],
                adult=fragment.people[person] in OTHER_ADULTS,
                basis=fragment.bases.get(person, ""),
            )
        )
    return PeoplePage(
        ref=record.ref,
        token=new_token(),
        people=tuple(lines),
        roles=tuple(Option(role, role_word(role, desk.pack).capitalize()) for role in _CODES),
        released=await _released(record, desk),
        back=back,
    )


async def _released(record: cases.CaseRecord, desk: Desk) -> tuple[Option, ...]:
    """The people whom releases of other agencies name, where this case knows no such code."""
    if not may(desk.roles, Act.LIST_CONSENTS):
        return ()
    named: set[str] = set()
    for entry in await consents.list_consents(desk, record.ref):
        mine = entry.consent.discloser == desk.node.identity
        if mine and entry.consent.collected_by != desk.node.identity and not entry.to_adopt:
            named |= entry.consent.about
    roles = {code: role for role, code in _CODES.items()}
    return tuple(
        Option(one, capital(person_words(one, roles.get(one.split("-")[0], one), desk.pack)))
        for one in sorted(named - set(record.fragment.people))
    )


@post("/cases/{ref:str}/people")
async def add(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """One more person. Nothing about them leaves before a release names them."""
    require(desk, Act.EDIT_CASE)
    form = await typed(request)
    role = form.word("role")
    if role not in _CODES:
        raise Mistakes(Slip("role", "Say who this is."))

    async def act() -> Response[Any]:
        record = await cases.read(ref, desk)
        code = _next_code(_CODES[role], record.fragment.people)
        done = await people.add_person(record.ref, code, role, form.word("known-as"), desk)
        back = _back(form, record.ref) or f"/cases/{record.ref}"
        return go(request, back, _told("Added to the case.", done, desk))

    return await once(request, form, act)


def _next_code(head: str, taken: Mapping[str, str]) -> str:
    if head == "puv" and head not in taken:
        return head
    letters = (f"{head}-{chr(ord('a') + number)}" for number in range(26))
    free = next((code for code in letters if code not in taken), None)
    if free is None:
        raise Mistakes(Slip("role", "This case has all the people of this kind it can hold."))
    return free


@post("/cases/{ref:str}/people/{person:str}/basis")
async def basis(
    request: AnyRequest, ref: FromPath[str], person: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Why this agency may tell of another adult, in its own words; none takes it back."""
    require(desk, Act.EDIT_CASE)
    form = await typed(request)
    words = form.whole(f"basis-{person}").strip()

    async def act() -> Response[Any]:
        record = await cases.read(ref, desk)
        if record.fragment.people.get(person) not in OTHER_ADULTS:
            raise NotFound
        done = await people.set_basis(record.ref, person, words, desk)
        said = "The basis is written." if words else "The basis is taken back."
        back = _back(form, record.ref) or f"/cases/{record.ref}/people"
        return go(request, back, _told(said, done, desk))

    return await once(request, form, act)


def _back(form: Typed, ref: str) -> str:
    """Where a form leads back to; only ever a page of this node."""
    return f"/referrals/{ref}/people" if form.word("back") == REFERRAL else ""


def _told(said: str, done: people.Edited, desk: Desk) -> str:
    if not done.reached:
        return f"{said} Nothing has left this node."
    return f"{said} It goes to {agency_names(tuple(done.reached), desk)}."


handlers = (people_page, add, basis)
