"""Consents: what may be told to whom until when, what waits for somebody here, and taking it back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import consents, withdrawals
from server.casework.consents import ConsentEntry
from server.node.access import Act, may, require
from server.node.desk import Desk
from server.node.errors import NotFound
from tiers.consent import Consent, ConsentKind
from web.forms import new_token, typed
from web.frame import frame_for, show
from web.pages import consent_adopt, consent_renew
from web.pages.consent_adopt import AdoptPart
from web.pages.consent_renew import RenewPart
from web.pages.words import agency_name, agency_names, section_title, short
from web.rendering import agree, day, list_words, page
from web.workplace import AnyRequest, AtWork, go, once


@dataclass(frozen=True, slots=True)
class ConsentLine:
    """One consent in a list."""

    href: str
    title: str
    sentence: str
    state: str
    tone: str
    case: str


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    """Every consent that lives here."""

    waiting: tuple[ConsentLine, ...]
    live: tuple[ConsentLine, ...]
    ended: tuple[ConsentLine, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing a consent says."""

    label: str
    words: str


@dataclass(frozen=True, slots=True)
class ConsentPage:
    """One consent, and what may be done about it."""

    token: str
    href: str
    title: str
    sentence: str
    state: str
    tone: str
    facts: tuple[Fact, ...]
    adopt: AdoptPart | None
    renew: RenewPart | None
    share_href: str
    receipts_href: str
    case_href: str
    may_withdraw: bool
    more_parts: bool


@dataclass(frozen=True, slots=True)
class WithdrawPart:
    """The second press: what will happen, and to whom."""

    token: str
    href: str
    back: str
    title: str
    sentence: str
    holders: tuple[str, ...]
    button: str


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One agency's signed word that it destroyed what it held."""

    agency: str
    outcome: str
    opened: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReceiptsPage:
    """Who confirmed, who has not, and what had been opened."""

    back: str
    sentence: str
    confirmed: tuple[ReceiptLine, ...]
    waiting: tuple[str, ...]


@get("/consents")
async def consents_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Every consent that lives here."""
    entries = await consents.list_consents(desk)
    live = [one for one in entries if one.consent.live_on(desk.today) and not one.to_adopt]
    value = ConsentsPage(
        waiting=tuple(_line(one, desk) for one in entries if one.to_adopt),
        live=tuple(_line(one, desk) for one in live),
        ended=tuple(_line(one, desk) for one in entries if not one.to_adopt and one not in live),
    )
    return await show(request, desk, "/consents", "consents/page.html", value)


def _line(entry: ConsentEntry, desk: Desk) -> ConsentLine:
    consent = entry.consent
    return ConsentLine(
        href=f"/consents/{consent.id}",
        title=_title(consent, desk),
        sentence=_sentence(entry, desk),
        state=entry.state.capitalize(),
        tone="good" if consent.live_on(desk.today) else "",
        case=short(entry.case_ref or consent.case_ref or ""),
    )


def _title(consent: Consent, desk: Desk) -> str:
    to, told = agency_name(consent.recipient, desk), agency_name(consent.discloser, desk)
    if consent.kind is ConsentKind.FIND:
        return f"{to} may be told who she is"
    if consent.kind is ConsentKind.TELL:
        return f"{told} may tell the meeting"
    return f"{to} may get the plan"


def _sentence(entry: ConsentEntry, desk: Desk) -> str:
    consent = entry.consent
    sections = list_words(
        [section_title(one, desk.pack).lower() for one in sorted(consent.sections)]
    )
    words = f"{agency_name(consent.discloser, desk)} to {agency_name(consent.recipient, desk)}: {sections}."
    if consent.live_on(desk.today):
        left = (consent.ends - desk.today).days
        return f"{words} Ends on {day(consent.ends)}, in {agree(left, 'day')}."
    return words


async def _find(number: str, desk: Desk) -> ConsentEntry:
    for entry in await consents.list_consents(desk):
        if entry.consent.id == number:
            return entry
    raise NotFound


@get("/consents/{number:str}")
async def consent_page(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """One consent."""
    entry = await _find(number, desk)
    consent, live = entry.consent, entry.consent.live_on(desk.today)
    mine = consent.discloser == desk.node.identity
    may_send = live and mine and not entry.to_adopt and bool(entry.case_ref)
    href = f"/consents/{consent.id}"
    siblings = [
        one
        for one in await consents.list_consents(desk)
        if one.consent.release_id == consent.release_id and one.consent.id != consent.id
    ]
    value = ConsentPage(
        token=new_token(),
        href=href,
        title=_title(consent, desk),
        sentence=_sentence(entry, desk),
        state=entry.state.capitalize(),
        tone="you" if entry.to_adopt else "good" if live else "",
        facts=_facts(consent, desk),
        adopt=await consent_adopt.part(entry, desk) if entry.to_adopt else None,
        renew=consent_renew.part(consent, desk),
        share_href=f"{href}/share" if may_send and may(desk.roles, Act.SHARE) else "",
        receipts_href=f"{href}/receipts" if may(desk.roles, Act.READ_RECEIPTS) else "",
        case_href=f"/cases/{entry.case_ref}" if entry.case_ref and mine else "",
        may_withdraw=live and may(desk.roles, Act.WITHDRAW),
        more_parts=bool(siblings) or consent.collected_by != desk.node.identity,
    )
    return await show(request, desk, "/consents", "consents/consent.html", value)


def _facts(consent: Consent, desk: Desk) -> tuple[Fact, ...]:
    pack = desk.pack
    sections = [section_title(one, pack) for one in sorted(consent.sections)]
    told = len(consent.excluded)
    adopted = consent.adopted_by or ""
    return tuple(
        fact
        for fact in (
            Fact("May tell", agency_name(consent.discloser, desk)),
            Fact("May be told", agency_name(consent.recipient, desk)),
            Fact("Sections", list_words(sections)),
            Fact("Ruled out", agree(told, "field") if told else ""),
            Fact("For", consent.purpose),
            Fact("Signed", f"{day(consent.signed_on)}, {consent.form}, witness {consent.witness}"),
            Fact("Ends", day(consent.ends)),
            Fact("Signed at", agency_name(consent.collected_by, desk)),
            Fact("Carried by", agency_name(consent.carrier, desk)),
            Fact("Taken up by", adopted),
        )
        if fact.words
    )


@get("/consents/{number:str}/withdraw")
async def withdraw_part(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """The second press for one part."""
    require(desk, Act.WITHDRAW)
    entry = await _find(number, desk)
    holder = agency_name(entry.consent.recipient, desk)
    part = WithdrawPart(
        token=new_token(),
        href=f"/consents/{number}/withdraw",
        back=f"/consents/{number}",
        title="Withdraw this part now?",
        sentence="From this moment nothing more goes under it, and these destroy what they hold:",
        holders=(holder,),
        button=f"Withdraw it from {holder}",
    )
    return page("consents/_withdraw.html", part, await frame_for(request, desk, "/consents"))


@get("/consents/{number:str}/withdraw-all")
async def withdraw_all_part(
    request: AnyRequest, number: FromPath[str], desk: AtWork
) -> Response[Any]:
    """The second press for the whole release."""
    require(desk, Act.WITHDRAW)
    entry = await _find(number, desk)
    release = entry.consent.release_id
    known = [one.consent for one in await consents.list_consents(desk)]
    holders = {one.recipient for one in known if one.release_id == release}
    holders |= {one.discloser for one in known if one.release_id == release}
    names = tuple(sorted(agency_name(one, desk) for one in holders - {desk.node.identity}))
    part = WithdrawPart(
        token=new_token(),
        href=f"/consents/{number}/withdraw-all",
        back=f"/consents/{number}",
        title="Withdraw the whole release now?",
        sentence="From this moment nothing more goes under any part of it. Every agency that holds a part destroys it. Known here:",
        holders=names,
        button="Withdraw the whole release",
    )
    return page("consents/_withdraw.html", part, await frame_for(request, desk, "/consents"))


@post("/consents/{number:str}/withdraw")
async def withdraw(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take one part back."""
    form = await typed(request)

    async def act() -> Response[Any]:
        done = await withdrawals.withdraw(desk, consent=number)
        here_syncs(request)
        return go(request, f"/consents/{number}/receipts", _withdrawn(done, desk))

    return await once(request, form, act)


@post("/consents/{number:str}/withdraw-all")
async def withdraw_all(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take the whole release back."""
    require(desk, Act.WITHDRAW)
    form = await typed(request)

    async def act() -> Response[Any]:
        entry = await _find(number, desk)
        done = await withdrawals.withdraw(desk, release=entry.consent.release_id)
        here_syncs(request)
        return go(request, f"/consents/{number}/receipts", _withdrawn(done, desk))

    return await once(request, form, act)


def here_syncs(request: AnyRequest) -> None:
    """Let what was just decided leave at once."""
    request.app.state.place.syncer.poke()


def _withdrawn(done: withdrawals.Withdrawn, desk: Desk) -> str:
    waiting = agency_names(tuple(done.waiting), desk)
    return (
        f"Withdrawn. Waiting for {waiting} to confirm."
        if waiting
        else "Withdrawn. Nobody holds anything of it."
    )


@get("/consents/{number:str}/receipts")
async def receipts_page(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Who confirmed, who has not, and what had been opened."""
    entry = await _find(number, desk)
    found = await withdrawals.receipts(number, desk)
    opened = (
        f"Opened {agree(found.opened, 'time')} in all."
        if found.opened
        else "Never opened, as far as they say."
    )
    if entry.consent.live_on(desk.today):
        opened = f"This consent is still in force. {opened}"
    value = ReceiptsPage(
        back=f"/consents/{number}",
        sentence=f"{_title(entry.consent, desk)}. {opened}",
        confirmed=tuple(
            ReceiptLine(
                one.agency_name,
                {
                    "destroyed": "Destroyed",
                    "expired": "Destroyed on the last day",
                    "withdrawn": "Destroyed",
                }.get(one.outcome, one.outcome.capitalize()),
                agree(one.opened, "time") if one.opened else "Never",
                datetime.fromtimestamp(one.at, UTC),
            )
            for one in found.confirmed
        ),
        waiting=tuple(agency_name(one, desk) for one in found.waiting),
    )
    return await show(request, desk, "/consents", "consents/receipts.html", value)


@post("/consents/{number:str}/refuse")
async def refuse(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """Do not take a part up; nobody is told."""
    form = await typed(request)

    async def act() -> Response[Any]:
        await consents.refuse(number, desk)
        return go(
            request, "/consents", "Not taken up. Nothing leaves under it, and nobody is told."
        )

    return await once(request, form, act)


handlers = (
    consents_page,
    consent_page,
    withdraw_part,
    withdraw_all_part,
    withdraw,
    withdraw_all,
    receipts_page,
    refuse,
    *consent_adopt.handlers,
    *consent_renew.handlers,
)
