"""A case: the people, who sees what until when, and each section in place."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response, get
from litestar.params import FromPath

from server.casework import cases, consents, mailroom, meetings
from server.counted import agree
from server.meeting import referring
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import new_token
from web.frame import show
from web.pages import case_people, case_rows, case_section
from web.pages.case_parts import SectionPart, sections_of
from web.pages.words import about_words, name_of, people_in_order, people_words
from web.rendering import day
from web.workplace import AnyRequest, AtWork

_TONES = {"live": "good"}


@dataclass(frozen=True, slots=True)
class PartAct:
    """One thing that can be done about a part, as a link."""

    words: str
    href: str
    first: bool = False


@dataclass(frozen=True, slots=True)
class PartLine:
    """One agency, and what it may see or sees of this case."""

    agency: str
    state: str
    tone: str
    sentence: str
    acts: tuple[PartAct, ...]


@dataclass(frozen=True, slots=True)
class PersonGroup:
    """One person of the case: what is written about them, and what is not yet."""

    id: str
    about: str
    sections: tuple[SectionPart, ...]
    empty: tuple[SectionPart, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """Why this agency may tell about another adult, in its own words."""

    about: str
    words: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything this agency holds about one case."""

    ref: str
    short: str
    name: str
    people_words: str
    opened_on: date
    may_share: bool
    may_edit: bool
    may_release: bool
    may_wall: bool
    may_refer: bool
    referral_href: str
    token: str
    merged_href: str
    parts: tuple[PartLine, ...]
    groups: tuple[PersonGroup, ...]
    bases: tuple[Basis, ...]


@get("/cases/{ref:str}")
async def case_page(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """One case."""
    record = await cases.read(ref, desk)
    reach = await cases.reach(record.ref, desk)
    every = sections_of(record, reach, desk)
    survivor = next(iter(people_in_order(record.fragment.people)), "")
    value = CasePage(
        ref=record.ref,
        short=record.short,
        name=name_of(survivor, record.fragment) or f"Case {record.short}",
        people_words=people_words(record.fragment.people, desk.pack),
        opened_on=record.opened_on,
        may_share=may(desk.roles, Act.SHARE),
        may_edit=may(desk.roles, Act.EDIT_CASE),
        may_release=may(desk.roles, Act.RECORD_RELEASE),
        may_wall=may(desk.roles, Act.WALL),
        may_refer=may(desk.roles, Act.REFER) and not desk.node.coordinating,
        referral_href=await _referral(record.ref, desk),
        token=new_token(),
        merged_href=await _merged(record.ref, desk),
        parts=await _parts(record.ref, desk),
        groups=_groups(every, record, desk),
        bases=tuple(
            Basis(about_words(person, record.fragment, desk.pack), words)
            for person, words in record.fragment.bases.items()
        ),
    )
    return await show(request, desk, "/cases", "cases/case.html", value)


def _groups(
    every: tuple[SectionPart, ...], record: cases.CaseRecord, desk: Desk
) -> tuple[PersonGroup, ...]:
    groups = []
    for person in people_in_order(record.fragment.people):
        mine = [one for one in every if one.person == person]
        words = about_words(person, record.fragment, desk.pack)
        groups.append(
            PersonGroup(
                id=f"about-{person}",
                about=words[:1].upper() + words[1:],
                sections=tuple(one for one in mine if one.written),
                empty=tuple(one for one in mine if not one.written),
            )
        )
    return tuple(groups)


async def _merged(ref: str, desk: Desk) -> str:
    if not may(desk.roles, Act.VIEW_CASE):
        return ""
    shared = await meetings.shared_cases(desk)
    return f"/shared/{ref}" if any(one.ref == ref for one in shared) else ""


async def _referral(ref: str, desk: Desk) -> str:
    if not may(desk.roles, Act.READ_REFERRALS):
        return ""
    return "" if await referring.unfinished(ref, desk) is None else f"/referrals/{ref}"


async def _parts(ref: str, desk: Desk) -> tuple[PartLine, ...]:
    shared = await mailroom.shared_with(ref, desk)
    lines = [_shared_line(part) for part in shared]
    with_share = {part.consent for part in shared if part.state == "live"}
    if not may(desk.roles, Act.LIST_CONSENTS):
        return tuple(lines)
    for entry in await consents.list_consents(desk, ref):
        consent = entry.consent
        mine = consent.discloser == desk.node.identity
        if (
            mine
            and consent.live_on(desk.today)
            and consent.id not in with_share
            and not entry.to_adopt
        ):
            lines.append(_ready_line(entry, desk))
    return tuple(lines)


def _shared_line(part: mailroom.SharedPart) -> PartLine:
    acts = [PartAct("What it rests on", f"/consents/{part.consent}")] if part.consent else []
    if part.state == "live":
        sentence = f"Sees its part until {day(part.until)}."
        sentence += (
            f" It says it has opened it {agree(part.opened, 'time')}."
            if part.opened
            else " It has told of no opening yet; each agency tells hourly."
        )
        if not part.sent:
            sentence += " It is sealed and waits for the connection."
        return PartLine(part.agency_name, "In force", "good", sentence, tuple(acts))
    if part.consent:
        acts.append(PartAct("Who has confirmed", f"/consents/{part.consent}/receipts"))
    confirmed = (
        "It has confirmed." if part.confirmed else f"Waiting for {part.agency_name} to confirm."
    )
    return PartLine(
        part.agency_name,
        part.why.capitalize() if part.why else "Ended",
        "" if part.confirmed else "you",
        f"Sees nothing any more. {confirmed}",
        tuple(acts),
    )


def _ready_line(entry: consents.ConsentEntry, desk: Desk) -> PartLine:
    consent = entry.consent
    found = desk.directory.agency(consent.recipient)
    return PartLine(
        found.name if found else "An agency that has left the directory",
        "Not sent yet",
        "you",
        f"She said yes until {day(consent.ends)}. Nothing has been sent.",
        (
            PartAct("Check and send", f"/consents/{consent.id}/share", first=True),
            PartAct("What it rests on", f"/consents/{consent.id}"),
        ),
    )


handlers = (case_page, *case_people.handlers, *case_section.handlers, *case_rows.handlers)
