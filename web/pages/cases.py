"""The list of cases, and entering one: by hand or from a file."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.casework import cases, consents, drafts, walling
from server.counted import agree
from server.node.access import Act, may, require
from server.node.desk import Desk
from tiers.case_form import read_case
from tiers.fragment import CHILD, IDENTITY, OTHER_AT_RISK, PERSON_USING_VIOLENCE, SURVIVOR
from web.forms import Mistakes, Option, Slip, Typed, new_token, typed
from web.frame import show
from web.pages import case
from web.pages.drafts import kept
from web.pages.words import agency_names
from web.rendering import Tag, day
from web.workplace import AnyRequest, AtWork, go, once

_DRAFT = "case/new"
_MOST = 8


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case in the list."""

    href: str
    name: str
    short: str
    tags: tuple[Tag, ...]
    facts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CasesPage:
    """Every case somebody may see."""

    cases: tuple[CaseLine, ...]
    waiting: int
    may_enter: bool
    may_see_referrals: bool
    walls: int


@dataclass(frozen=True, slots=True)
class FirstField:
    """One thing asked before a case exists."""

    name: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class NewCasePage:
    """The form that begins a case."""

    token: str
    fields: tuple[FirstField, ...]
    counts: tuple[Option, ...]
    draft_place: str
    draft_kept: str
    values: Mapping[str, list[str]]

    def value(self, name: str) -> str:
        """What was typed here before."""
        found = self.values.get(name) or [""]
        return found[-1]


_FIRST = (
    FirstField("name", "Survivor's name", "Leave empty if it is safer not to write it."),
    FirstField("safe_phone", "Safe telephone"),
    FirstField("best_times", "Best times to call"),
)


@get("/cases")
async def list_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """The cases of this agency, and those it received."""
    lines = tuple(_line(one, desk) for one in await cases.list_cases(desk))
    return await show(
        request,
        desk,
        "/cases",
        "cases/page.html",
        CasesPage(
            lines,
            await _waiting(desk),
            may(desk.roles, Act.IMPORT_CASE),
            may(desk.roles, Act.READ_REFERRALS) and not desk.node.coordinating,
            await _walls(desk),
        ),
    )


async def _waiting(desk: Desk) -> int:
    if not may(desk.roles, Act.ADOPT_CONSENT):
        return 0
    return sum(entry.to_adopt for entry in await consents.list_consents(desk))


async def _walls(desk: Desk) -> int:
    """How many walls this node put that nobody has looked at yet."""
    if not may(desk.roles, Act.WALL):
        return 0
    return sum(wall.to_look_at for wall in await walling.list_walls(desk))


def _line(one: cases.CaseSummary, desk: Desk) -> CaseLine:
    tags = [] if one.own else [Tag("Received", "info")]
    facts = [agree(one.people, "person", "people")] if one.people else []
    if one.received_from:
        facts.append(f"From {agency_names(one.received_from, desk)}")
    if one.opened_on:
        facts.append(f"Opened {day(one.opened_on)}")
    href = f"/cases/{one.ref}" if one.own else f"/shared/{one.ref}"
    return CaseLine(href, one.name or f"Case {one.short}", one.short, tuple(tags), tuple(facts))


@get("/cases/new")
async def new_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """The form that begins a case, with what was half typed before."""
    require(desk, Act.IMPORT_CASE)
    draft = await kept(_DRAFT, desk)
    value = NewCasePage(
        token=new_token(),
        fields=_FIRST,
        counts=tuple(Option(str(n), str(n) if n else "None") for n in range(_MOST + 1)),
        draft_place=_DRAFT,
        draft_kept="before" if draft else "",
        values=draft or {},
    )
    return await show(request, desk, "/cases", "cases/new.html", value)


@post("/cases")
async def enter(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Begin a case with the people in it."""
    require(desk, Act.IMPORT_CASE)
    form = await typed(request)

    async def act() -> Response[Any]:
        read = read_case(_as_file(form), desk.pack)
        record = await cases.import_case(read, form.word("ref") or None, desk)
        await drafts.drop(_DRAFT, desk)
        return go(
            request, f"/cases/{record.ref}", "The case is entered. Nothing has left this node."
        )

    return await once(request, form, act)


def _as_file(form: Typed) -> dict[str, Any]:
    people = {SURVIVOR: SURVIVOR}
    for n in range(_count(form, "children")):
        people[f"child-{chr(ord('a') + n)}"] = CHILD
    if form.word("puv") != "no":
        people["puv"] = PERSON_USING_VIOLENCE
    for n in range(_count(form, "others")):
        people[f"other-{chr(ord('a') + n)}"] = OTHER_AT_RISK
    contact = {key: form.word(key) for key in ("safe_phone", "best_times") if form.word(key)}
    sections: dict[str, Any] = {}
    if form.word("name"):
        sections[IDENTITY] = {SURVIVOR: {"name": form.word("name")}}
    if contact:
        sections["safe_contact"] = {SURVIVOR: contact}
    return {"format": "casefold-case-1", "people": people, "sections": sections}


def _count(form: Typed, name: str) -> int:
    text = form.word(name)
    return min(int(text), _MOST) if text.isdecimal() else 0


@post("/cases/import")
async def bring_in(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Read a case file and keep it as this agency's own record."""
    require(desk, Act.IMPORT_CASE)
    form = await typed(request)
    file = form.files.get("file")
    raw = await file.read() if file else b""
    if not raw:
        raise Mistakes(Slip("file", "Choose the file of the case."))
    try:
        plain = json.loads(raw)
    except (ValueError, RecursionError):
        raise Mistakes(
            Slip("file", "This is not a case file: it could not be read as JSON. Nothing was kept.")
        ) from None

    async def act() -> Response[Any]:
        read = read_case(plain, desk.pack)
        record = await cases.import_case(read, form.word("file-ref") or read.case_ref, desk)
        return go(request, f"/cases/{record.ref}", "The case is here. Nothing has left this node.")

    return await once(request, form, act)


handlers = (list_page, new_page, enter, bring_in, *case.handlers)
