"""Consents: what a release makes here, what waits to be adopted, and their renewal and refusal."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from server.casework import ledger, passed_on, received, refs, releases, walling
from server.casework.errors import NothingToAdopt, PeopleUnmatched
from server.casework.finds import ReceivedFind, Waiting, received_finds, waiting_here
from server.casework.ledger import PERMITS, Held
from server.casework.own import load, whole_ref
from server.casework.quarantine import Confirmed, confirm, refuse_while_closed, remaining
from server.casework.releases import Recorded, record_release, renew
from server.casework.shared import last_day
from server.casework.signers import refuse_violent_signers
from server.casework.tables import ConsentRow, Share
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import Consent, ConsentState

__all__ = [
    "Confirmed",
    "ConsentEntry",
    "ReceivedFind",
    "Recorded",
    "adopt",
    "confirm",
    "list_consents",
    "passed_on_with",
    "received_finds",
    "record_release",
    "refuse",
    "renew",
]

_WORDS = {
    ConsentState.GIVEN: "in force",
    ConsentState.RENEWED: "in force, renewed",
    ConsentState.REFUSED: "not adopted",
    ConsentState.EXPIRED: "ended",
    ConsentState.WITHDRAWN: "withdrawn",
    ConsentState.INVALIDATED: "replaced by a renewed one",
}


@dataclass(frozen=True, slots=True)
class ConsentEntry:
    """One consent as the list shows it; via_share says in which share it came, if in one."""

    consent: Consent
    state: str
    case_ref: str | None
    via_share: str | None
    to_adopt: bool
    to_confirm: bool = False


async def list_consents(desk: Desk, ref: str | None = None) -> list[ConsentEntry]:
    """The consents that live here, and those that wait for a person to adopt them."""
    require(desk, Act.LIST_CONSENTS)
    desk.unlocked()
    case_ref = None if ref is None else await whole_ref(ref, desk)
    rows = await ConsentRow.objects().order_by(ConsentRow.ends)
    unconfirmed = await remaining(desk)
    entries = [
        _entry(held, held.consent.id in unconfirmed, desk)
        for held in (
            ledger.opened(row, desk)
            for row in rows
            if row.case_ref == case_ref or (case_ref is None and _listed(row, unconfirmed))
        )
        if ledger.may_know(held, desk)
    ]
    waits = await _waits(desk)
    entries = [one for one in entries if one.consent.id not in waits]
    return entries + [
        ConsentEntry(
            one.consent, "waiting to be adopted", one.release_ref, one.share, to_adopt=True
        )
        for one in waits.values()
        if case_ref in {None, one.release_ref}
    ]


async def passed_on_with(desk: Desk, carrying: str | None = None) -> list[ConsentEntry]:
    """Other agencies' consents of releases signed here; all, or those that ride with this one."""
    require(desk, Act.LIST_CONSENTS)
    entries = []
    own = None if carrying is None else (await ledger.find(carrying, desk)).consent
    for one in await passed_on.listed(desk):
        consent = one.consent
        if own and (own.release_id, own.recipient) != (consent.release_id, consent.discloser):
            continue
        words = "passed on" if consent.live_on(desk.today) else _WORDS.get(consent.state, "ended")
        entries.append(ConsentEntry(consent, words, one.case_ref, None, to_adopt=False))
    return entries


def _listed(row: ConsentRow, unconfirmed: Collection[str]) -> bool:
    """Consents of test handoffs are kept apart, but none hides that has yet to be confirmed."""
    return not refs.is_invented(row.case_ref) or row.id in unconfirmed


async def adopt(id: str, ref: str, people: Mapping[str, str], desk: Desk) -> Consent:
    """Take on a consent that came by a share, for our own case of the same survivor."""
    require(desk, Act.ADOPT_CONSENT)
    refuse_while_closed(desk)
    case_ref = await whole_ref(ref, desk)
    waiting = await _waiting(id, desk)
    async with transaction():
        case = await load(case_ref, desk)
        await _still_here(waiting, desk)
        matched = _matched(waiting, people, case.body.people)
        signer = waiting.consent.signer
        refuse_violent_signers(
            case.body, [matched.get(signer.person or "", signer.person)], signer.name
        )
        adopted = replace(
            waiting.consent,
            adopted_by=desk.who,
            # What came by a share dies with it, so nothing shared under it may outlive it.
            ends=min(waiting.consent.ends, last_day(waiting.ends, desk)),
        )
        await ledger.enter(adopted, waiting.release_ref, case_ref, matched, waiting.share, desk)
        await releases.know_of(adopted.release_id, case_ref, desk)
        await walling.join(case_ref, waiting.release_ref, desk)
        await audit.record(
            Act.ADOPT_CONSENT.value, id, desk, case=case_ref, release=adopted.release_id
        )
    return adopted


async def refuse(id: str, desk: Desk) -> None:
    """Do not adopt it. Nothing leaves under it, and nobody is told, not even that."""
    require(desk, Act.REFUSE_CONSENT)
    waiting = await _waiting(id, desk)
    refused = replace(waiting.consent, state=ConsentState.REFUSED)
    async with transaction():
        await _still_here(waiting, desk)
        await ledger.enter(refused, waiting.release_ref, "", {}, waiting.share, desk)
        await audit.record(Act.REFUSE_CONSENT.value, id, desk)


async def _waits(desk: Desk) -> dict[str, Waiting]:
    """What waits to be adopted; also what was adopted once, fell with its share and came again."""
    settled = await ledger.settled()
    waits: dict[str, Waiting] = {}
    for one in await waiting_here(desk):
        if one.consent.id not in settled:
            waits.setdefault(one.consent.id, one)
    return waits


async def _waiting(id: str, desk: Desk) -> Waiting:
    for waiting in await waiting_here(desk):
        if waiting.consent.id == id:
            return waiting
    raise NothingToAdopt


async def _still_here(waiting: Waiting, desk: Desk) -> None:
    """Between reading and writing, the share may have ended or a colleague may have been first."""
    if await ConsentRow.exists().where(
        (ConsentRow.id == waiting.consent.id) & ConsentRow.fell.eq(False)
    ):
        raise NothingToAdopt
    if not await received.live(desk, Share.id == waiting.share):
        raise NothingToAdopt


def _matched(waiting: Waiting, people: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Release person → own person, for everybody the consent names and somebody recognised."""
    about = waiting.consent.about
    matched = dict(people) or {person: person for person in about if person in own}
    if waiting.consent.survivor not in matched or not set(matched) <= about:
        raise PeopleUnmatched
    if not set(matched.values()) <= own.keys() or len(set(matched.values())) < len(matched):
        raise PeopleUnmatched
    for released, ours in matched.items():
        role = waiting.people.get(released)
        if role is not None and own[ours] != role:
            raise PeopleUnmatched
    return matched


def _entry(held: Held, to_confirm: bool, desk: Desk) -> ConsentEntry:
    consent = held.consent
    over = consent.state.value in PERMITS and not consent.ends >= desk.today
    words = "ended" if over else _WORDS.get(consent.state, consent.state.value)
    return ConsentEntry(
        consent,
        f"{words}; to be confirmed after the restore" if to_confirm else words,
        held.case_ref or None,
        held.came_by or None,
        to_adopt=False,
        to_confirm=to_confirm,
    )
