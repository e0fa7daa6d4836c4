"""Taking a consent or a whole release back in two presses, and who confirmed."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import carrying, consents, received, withdrawals
from server.counted import agree
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound
from web.forms import new_token, typed
from web.frame import frame_for, show
from web.pages import consent_words
from web.pages.words import agency_name, agency_names
from web.rendering import page
from web.workplace import AnyRequest, AtWork, go, once

_HERE = "From this moment nothing more goes under it, and these destroy what they hold:"
_ELSEWHERE = (
    "From this moment they may send nothing more under it, and whoever they told destroys it. What "
    "she still lets them know goes to them anew:"
)


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
    plan: str = ""  # who loses the plan with it


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
    nothing_yet: bool


@get("/consents/{number:str}/withdraw")
async def withdraw_part(request: AnyRequest, number: FromPath[str], desk: AtWork) -> Response[Any]:
    """The second press for one part."""
    require(desk, Act.WITHDRAW)
    entry = await consent_words.find(number, desk)
    consent = entry.consent
    elsewhere = desk.node.identity not in {consent.discloser, consent.recipient}
    holder = agency_name(consent.discloser if elsewhere else consent.recipient, desk)
    part = WithdrawPart(
        token=new_token(),
        href=f"/consents/{number}/withdraw",
        back=f"/consents/{number}",
        title="Withdraw this part now?",
        sentence=_ELSEWHERE if elsewhere else _HERE,
        holders=(holder,),
        button=f"Withdraw it from {holder}",
        plan=agency_names(await carrying.lost_with(entry.consent, desk), desk),
    )
    return page("consents/_withdraw.html", part, await frame_for(request, desk, "/consents"))


@get("/consents/{number:str}/withdraw-all")
async def withdraw_all_part(
    request: AnyRequest, number: FromPath[str], desk: AtWork
) -> Response[Any]:
    """The second press for the whole release."""
    require(desk, Act.WITHDRAW)
    entry = await consent_words.find(number, desk)
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
        sentence=(
            "From this moment nothing more goes under any part of it. Every agency that holds "
            "a part destroys it. Known here:"
        ),
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
        entry = await consent_words.find(number, desk)
        done = await withdrawals.withdraw(desk, release=entry.consent.release_id)
        here_syncs(request)
        return go(request, f"/consents/{number}/receipts", _withdrawn(done, desk))

    return await once(request, form, act)


def here_syncs(request: AnyRequest) -> None:
    """Let what was just decided leave at once."""
    request.app.state.place.syncer.kick()


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
    entry = await consent_words.find(number, desk)
    found = await withdrawals.receipts(number, desk)
    opened = (
        f"Opened {agree(found.opened, 'time')} in all."
        if found.opened
        else "Never opened, as far as they say."
    )
    live = entry.consent.live_on(desk.today)
    if live:
        opened = f"This consent is still in force. {opened}"
    value = ReceiptsPage(
        back=f"/consents/{number}",
        sentence=f"{consent_words.title(entry.consent, desk)}. {opened}",
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
        nothing_yet=live and not (found.confirmed or found.waiting),
    )
    return await show(request, desk, "/consents", "consents/receipts.html", value)


async def _releases(ref: str, desk: Desk) -> list[str]:
    """The releases under which something of this case is held here."""
    rows = await received.of_case(ref, desk)
    if not rows:
        raise NotFound
    return sorted({row.release for row in rows})


@get("/shared/{ref:str}/withdraw")
async def withdraw_shared_part(
    request: AnyRequest, ref: FromPath[str], desk: AtWork
) -> Response[Any]:
    """The second press where another agency's part is held: she may say it to anybody."""
    require(desk, Act.WITHDRAW)
    await _releases(ref, desk)
    part = WithdrawPart(
        token=new_token(),
        href=f"/shared/{ref}/withdraw",
        back=f"/shared/{ref}",
        title="Did the survivor take it all back?",
        sentence=(
            "Her word to you is enough. What is here is destroyed now, and every agency that "
            "holds a part of the release is told to destroy it."
        ),
        holders=(desk.node.name, "Every other agency the release named"),
        button="Withdraw the whole release",
    )
    return page("consents/_withdraw.html", part, await frame_for(request, desk, "/shared"))


@post("/shared/{ref:str}/withdraw")
async def withdraw_shared(request: AnyRequest, ref: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take the survivor's word where a part of the release is held."""
    require(desk, Act.WITHDRAW)
    form = await typed(request)

    async def act() -> Response[Any]:
        for release in await _releases(ref, desk):
            await withdrawals.withdraw(desk, release=release)
        here_syncs(request)
        return go(request, "/shared", "Withdrawn. What was here is destroyed; the others are told.")

    return await once(request, form, act)


handlers = (
    withdraw_shared_part,
    withdraw_shared,
    withdraw_part,
    withdraw_all_part,
    withdraw,
    withdraw_all,
    receipts_page,
)
