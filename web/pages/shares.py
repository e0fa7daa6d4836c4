"""Sharing: exactly what leaves, what stays and why, and then the button that says what it does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import cases, consents, mailroom
from server.casework.consents import ConsentEntry
from server.counted import agree
from server.node.access import Act, may, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.fragment import SURVIVOR, SYSTEM_SECTIONS, Fragment, Place, Written
from tiers.gate import Cleared, LeftOut, Withheld
from tiers.rows import row_of
from web.forms import Mistakes, Slip, new_token, typed
from web.frame import show
from web.pages.words import (
    about_words,
    agency_name,
    field_label,
    form_place,
    section_form,
    section_title,
    value_words,
)
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class LeavingLine:
    """One section that leaves, and when it was last written."""

    title: str
    about: str
    written: str


@dataclass(frozen=True, slots=True)
class StayingLine:
    """One section that stays here, and why."""

    title: str
    about: str
    reason: str


@dataclass(frozen=True, slots=True)
class SeenField:
    """One field as the other side will see it."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class SeenSection:
    """One section as the other side will see it."""

    title: str
    about: str
    fields: tuple[SeenField, ...]


@dataclass(frozen=True, slots=True)
class SharePage:
    """Check before it leaves."""

    token: str
    href: str
    back: str
    to: str
    short: str
    lede: str
    leaving: tuple[LeavingLine, ...]
    staying: tuple[StayingLine, ...]
    as_seen: tuple[SeenSection, ...]
    signed_on: date
    until: date
    why_nothing: str
    button: str
    may_send: bool


async def _entry(number: str, desk: Desk) -> ConsentEntry:
    for entry in await consents.list_consents(desk):
        if entry.consent.id == number and entry.case_ref:
            return entry
    raise NotFound


@get("/consents/{number:str}/share")
async def share_page(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """What would leave now, what stays here, and why."""
    entry = await _entry(number, desk)
    consent, ref = entry.consent, entry.case_ref or ""
    decision = await mailroom.preview(ref, consent.recipient, consent.kind.exchange, desk)
    record = await cases.read(ref, desk)
    to = agency_name(consent.recipient, desk)
    leaving = leaving_lines(decision, desk) if isinstance(decision, Cleared) else ()
    value = SharePage(
        token=new_token(),
        href=f"/consents/{number}/share",
        back=f"/cases/{record.ref}",
        to=to,
        short=record.short,
        lede=f"For: {consent.purpose}",
        leaving=leaving,
        staying=staying_lines(decision.left_out, record.fragment, desk),
        as_seen=as_seen_there(decision.fragment, desk) if isinstance(decision, Cleared) else (),
        signed_on=consent.signed_on,
        until=decision.until if isinstance(decision, Cleared) else consent.ends,
        why_nothing=decision.reason.value if isinstance(decision, Withheld) else "",
        button=f"Send {agree(len(leaving), 'section')} to {to}",
        may_send=may(desk.roles, Act.SHARE),
    )
    return await show(request, desk, "/cases", "shares/page.html", value)


def _groups(places: Iterable[Place], desk: Desk) -> list[tuple[str, str]]:
    order = list(desk.pack.sections)
    seen = {(one.section, one.about) for one in places if one.section not in SYSTEM_SECTIONS}
    return sorted(
        seen,
        key=lambda one: (
            order.index(one[0]) if one[0] in order else 99,
            one[1] != SURVIVOR,
            one[1],
        ),
    )


def leaving_lines(cleared: Cleared, desk: Desk) -> tuple[LeavingLine, ...]:
    """What leaves, section by section."""
    fragment = cleared.fragment
    lines = []
    for section, about in _groups(fragment.fields, desk):
        written = [
            one.at
            for at, values in fragment.fields.items()
            if (at.section, at.about) == (section, about)
            for one in values
        ]
        lines.append(
            LeavingLine(
                section_title(section, desk.pack), _about(about, fragment, desk), max(written)
            )
        )
    return tuple(lines)


def _about(person: str, fragment: Fragment, desk: Desk) -> str:
    return (
        "" if fragment.people.get(person) == SURVIVOR else about_words(person, fragment, desk.pack)
    )


def staying_lines(
    left_out: tuple[LeftOut, ...], fragment: Fragment, desk: Desk
) -> tuple[StayingLine, ...]:
    """What stays here, section by section, and why."""
    lines: dict[tuple[str, str, str], None] = {}
    for section, about in _groups((one.place for one in left_out), desk):
        for one in left_out:
            if (one.place.section, one.place.about) != (section, about):
                continue
            lines[
                section_title(section, desk.pack), _about(about, fragment, desk), one.reason.value
            ] = None
    return tuple(StayingLine(*line) for line in lines)


def as_seen_there(fragment: Fragment, desk: Desk) -> tuple[SeenSection, ...]:
    """What leaves, in the words the other side will see; each row of a section by itself."""
    parts = []
    for section, about in _groups(fragment.fields, desk):
        rows: dict[str, list[SeenField]] = {}
        here = [at for at in fragment.fields if (at.section, at.about) == (section, about)]
        for at in sorted(here, key=lambda one: form_place(one, desk.pack)):
            rows.setdefault(row_of(at)[0], []).extend(_seen(at, fragment.fields[at], desk))
        title, whom = section_title(section, desk.pack), _about(about, fragment, desk)
        for number, fields in enumerate(rows.values(), 1):
            counted = f"{title}, {number} of {len(rows)}" if len(rows) > 1 else title
            parts.append(SeenSection(counted, whom, tuple(fields)))
    return tuple(parts)


def _seen(at: Place, values: Iterable[Written], desk: Desk) -> list[SeenField]:
    form = section_form(at.section, desk.pack)
    shape = form.field(at.field) if form else None
    label = field_label(at, desk.pack)
    return [SeenField(label, value_words(shape, one.value)) for one in values]


@post("/consents/{number:str}/share")
async def share(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Ask the gate again, seal what it clears, and let it go."""
    require(desk, Act.SHARE)
    form = await typed(request)

    async def act() -> Response[Any]:
        entry = await _entry(number, desk)
        consent, ref = entry.consent, entry.case_ref or ""
        sent = await mailroom.send(ref, consent.recipient, consent.kind.exchange, desk)
        if isinstance(sent, Withheld):
            raise Mistakes(Slip("", sent.reason.value), title="Nothing has left this node")
        place(request).syncer.kick()
        to = agency_name(consent.recipient, desk)
        if not sent.changed:
            return go(request, f"/cases/{ref}", f"{to} has all of this already.")
        count = agree(len(_groups(sent.cleared.fragment.fields, desk)), "section")
        return go(
            request,
            f"/cases/{ref}",
            f"Sealed for {to}: {count}. It goes now, or when the connection is back.",
        )

    return await once(request, form, act)


handlers = (share_page, share)
