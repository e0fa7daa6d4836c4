"""Consents: what may be told to whom until when, what waits for somebody, and taking it back."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import consents
from server.casework.consents import ConsentEntry
from server.counted import agree
from server.node.access import Act, may
from server.node.desk import Desk
from tiers.consent import Consent
from web.forms import Mistakes, Slip, new_token, typed
from web.frame import show
from web.pages import consent_adopt, consent_renew, consent_words, withdrawals
from web.pages.consent_adopt import AdoptPart
from web.pages.consent_renew import RenewPart
from web.pages.words import agency_name, section_title, short
from web.rendering import day, list_words
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
    id: str


@dataclass(frozen=True, slots=True)
class ConsentsPage:
    """Every consent that lives here; after a restore, first those that somebody has to confirm."""

    token: str
    behind: bool
    may_confirm: bool
    confirming: tuple[ConsentLine, ...]
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
    passed_on: tuple[ConsentLine, ...]
    adopt: AdoptPart | None
    renew: RenewPart | None
    share_href: str
    receipts_href: str
    case_href: str
    may_withdraw: bool
    more_parts: bool


@get("/consents")
async def consents_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Every consent that lives here."""
    entries = await consents.list_consents(desk)
    live = [one for one in entries if one.consent.live_on(desk.today) and not one.to_adopt]
    value = ConsentsPage(
        token=new_token(),
        behind=desk.node.behind,
        may_confirm=may(desk.roles, Act.CONFIRM_CONSENT),
        confirming=tuple(_line(one, desk) for one in live if one.to_confirm),
        waiting=tuple(_line(one, desk) for one in entries if one.to_adopt),
        live=tuple(_line(one, desk) for one in live if not one.to_confirm),
        ended=tuple(_line(one, desk) for one in entries if not one.to_adopt and one not in live),
    )
    return await show(request, desk, "/consents", "consents/page.html", value)


def _line(entry: ConsentEntry, desk: Desk) -> ConsentLine:
    consent = entry.consent
    return ConsentLine(
        href=f"/consents/{consent.id}",
        title=consent_words.title(consent, desk),
        sentence=consent_words.sentence(entry, desk),
        state=entry.state.capitalize(),
        tone="good" if consent.live_on(desk.today) else "",
        case=short(entry.case_ref or consent.case_ref or ""),
        id=consent.id,
    )


@get("/consents/{number:str}")
async def consent_page(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """One consent."""
    entry = await consent_words.find(number, desk)
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
        title=consent_words.title(consent, desk),
        sentence=consent_words.sentence(entry, desk),
        state=entry.state.capitalize(),
        tone="you" if entry.to_adopt else "good" if live else "",
        facts=_facts(consent, desk),
        passed_on=await _passed_on(entry, desk),
        adopt=await consent_adopt.part(entry, desk) if entry.to_adopt else None,
        renew=consent_renew.part(consent, desk),
        share_href=f"{href}/share" if may_send and may(desk.roles, Act.SHARE) else "",
        receipts_href=f"{href}/receipts" if may(desk.roles, Act.READ_RECEIPTS) else "",
        case_href=f"/cases/{entry.case_ref}" if entry.case_ref and mine else "",
        may_withdraw=live and may(desk.roles, Act.WITHDRAW),
        more_parts=bool(siblings) or consent.collected_by != desk.node.identity,
    )
    return await show(request, desk, "/consents", "consents/consent.html", value)


async def _passed_on(entry: ConsentEntry, desk: Desk) -> tuple[ConsentLine, ...]:
    """What rides with this one to the agency it goes to; each can be taken back alone."""
    consent, here = entry.consent, desk.node.identity
    if entry.to_adopt or consent.discloser != here or consent.collected_by != here:
        return ()
    return tuple(_line(one, desk) for one in await consents.passed_on_with(desk, consent.id))


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


@post("/consents/confirm")
async def confirm(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """After a restore: somebody looked at these, and none was taken back since the backup."""
    form = await typed(request)
    looked_at = form.words("consent")
    if not looked_at:
        raise Mistakes(Slip("to-confirm", "Tick each one that was not taken back."))

    async def act() -> Response[Any]:
        done = await consents.confirm(looked_at, desk)
        left = agree(len(done.remaining), "consent")
        said = (
            "Confirmed. This node opens and sends again."
            if done.open
            else f"Confirmed. {left} still to look through."
        )
        return go(request, "/consents", said)

    return await once(request, form, act)


handlers = (
    consents_page,
    confirm,
    consent_page,
    refuse,
    *withdrawals.handlers,
    *consent_adopt.handlers,
    *consent_renew.handlers,
)
