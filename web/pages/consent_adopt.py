"""Taking up a part of somebody else's release: which of our cases it is, and who is who."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath, FromQuery

from server.casework import cases, consents
from server.casework.consents import ConsentEntry
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.consent import Consent
from tiers.fragment import Place
from web.forms import Mistakes, Option, Slip, typed
from web.frame import frame_for
from web.pages.words import (
    about_words,
    capital,
    field_label,
    people_in_order,
    person_words,
    section_form,
    value_words,
)
from web.rendering import page
from web.workplace import AnyRequest, AtWork, go, once


@dataclass(frozen=True, slots=True)
class IdentityLine:
    """One thing the collecting agency told, so that the right case is found by a person."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class MatchLine:
    """One person of the release, and who that may be in our case."""

    value: str
    words: str
    options: tuple[Option, ...]
    chosen: str


@dataclass(frozen=True, slots=True)
class AdoptPart:
    """What is needed to take a part up."""

    identity: tuple[IdentityLine, ...]
    cases: tuple[Option, ...]
    chosen: str
    match: tuple[MatchLine, ...]


@dataclass(frozen=True, slots=True)
class MatchPart:
    """The people of one case beside those of the release."""

    match: tuple[MatchLine, ...]


async def part(entry: ConsentEntry, desk: Desk) -> AdoptPart:
    """What came with this part, and the cases it could belong to."""
    own = [one for one in await cases.list_cases(desk) if one.own]
    chosen = next((one.ref for one in own if one.ref == entry.consent.case_ref), "")
    return AdoptPart(
        identity=await _identity(entry.consent, desk),
        cases=tuple(Option(one.ref, f"{one.name or 'Case'}, {one.short}") for one in own),
        chosen=chosen,
        match=await match_lines(entry.consent, chosen, desk) if chosen else (),
    )


async def _identity(consent: Consent, desk: Desk) -> tuple[IdentityLine, ...]:
    lines = []
    for find in await consents.received_finds(desk):
        if all(one.id != consent.id for one in find.waiting):
            continue
        for place, written in sorted(find.fields.items()):
            if written:
                lines.append(_told(place, written[-1].value, desk))
    return tuple(lines)


def _told(place: Place, value: str, desk: Desk) -> IdentityLine:
    form = section_form(place.section, desk.pack)
    field = form.field(place.field) if form else None
    about = "" if place.about == "survivor" else f" ({place.about})"
    return IdentityLine(f"{field_label(place, desk.pack)}{about}", value_words(field, value))


async def match_lines(consent: Consent, ref: str, desk: Desk) -> tuple[MatchLine, ...]:
    """Everybody the consent names, and who in our case that may be."""
    fragment = (await cases.read(ref, desk)).fragment
    options = tuple(
        Option(person, about_words(person, fragment, desk.pack))
        for person in people_in_order(fragment.people)
    )
    return tuple(
        MatchLine(
            person,
            f"{capital(person_words(person, _role(person), desk.pack))} in the release is",
            options,
            person if person in fragment.people else "",
        )
        for person in sorted(consent.about, key=lambda one: (one != consent.survivor, one))
    )


def _role(person: str) -> str:
    head = person.split("-", maxsplit=1)[0]
    return {"puv": "person_using_violence", "other": "other_at_risk"}.get(head, head)


@get("/consents/{number:str}/people")
async def people_part(
    request: AnyRequest, number: FromPath[str], desk: AtWork, case: FromQuery[str] = ""
) -> Response[Any]:
    """The people of the chosen case, to be matched by hand."""
    require(desk, Act.ADOPT_CONSENT)
    entry = next((e for e in await consents.list_consents(desk) if e.consent.id == number), None)
    match = await match_lines(entry.consent, case, desk) if entry and case else ()
    return page(
        "consents/_match_shown.html", MatchPart(match), await frame_for(request, desk, "/consents")
    )


@post("/consents/{number:str}/adopt")
async def adopt(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take the part up for one of our own cases."""
    require(desk, Act.ADOPT_CONSENT)
    form = await typed(request)
    ref = form.need("case", "Choose which of your cases this is.")
    form.settle()

    async def act() -> Response[Any]:
        people = {
            name.removeprefix("person-"): values[-1]
            for name, values in form.fields.items()
            if name.startswith("person-") and values[-1]
        }
        if not people:
            raise Mistakes(Slip("case", "Say who the survivor is in your case."))
        await consents.adopt(number, ref, people, desk)
        return go(
            request,
            f"/consents/{number}/share",
            "Taken up. Nothing has been sent yet: check what would leave.",
        )

    return await once(request, form, act)


handlers = (people_part, adopt)
