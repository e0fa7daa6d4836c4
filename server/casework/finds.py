"""What arrived with a share for us to act on: a survivor's identity, and consents to adopt."""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from server.casework import ledger, received, refs, walls
from server.casework.memory import Known
from server.casework.own import agency_name, me, unix
from server.casework.shared import last_day
from server.casework.tables import Share
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import Consent, ConsentKind, ConsentMistake
from tiers.fragment import RELEASES, SYSTEM_SECTIONS, Place, Written


@dataclass(frozen=True, slots=True)
class Waiting:
    """A consent that came by a share and permits nothing until a person adopts it."""

    consent: Consent
    release_ref: str
    share: str
    ends: int
    people: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ReceivedFind:
    """Somebody another agency asks us to find, and what it would let us tell."""

    share: str
    case_ref: str
    from_name: str
    until: date
    people: Mapping[str, str]
    fields: Mapping[Place, tuple[Written, ...]]
    waiting: tuple[Consent, ...]


async def waiting_here(desk: Desk) -> list[Waiting]:
    """Every consent in a live received share that is ours to adopt.

    One that rides with two shares stands first by what was told to the meeting: it dies with the
    share it is adopted from, and that is the one her yes to the plan belongs to.
    """
    rows = sorted(await _with_news(desk), key=_asks_only)
    reading = await received.open_shares(rows, desk)
    return [
        waiting
        for row in rows
        if row.id in reading.known and walls.may_know(row.case_ref, desk)
        for waiting in for_us(row, reading.known[row.id], desk)
    ]


def _asks_only(row: Share) -> tuple[bool, str]:
    return row.exchange == ConsentKind.FIND.exchange, row.id


async def received_finds(
    desk: Desk, *, invented: bool = False, only: Collection[str] | None = None
) -> tuple[ReceivedFind, ...]:
    """The finds that reached us (of `only` these shares), opened; the look is written down first.

    Those of test handoffs are kept apart: they come only when they are asked for.
    """
    require(desk, Act.LIST_CONSENTS)
    desk.unlocked()
    await received.sort_in(desk)
    rows = [
        row
        for row in await received.live(desk, Share.exchange == ConsentKind.FIND.exchange)
        if refs.is_invented(row.case_ref) is invented
        and (only is None or row.id in only)
        and walls.may_know(row.case_ref, desk)
    ]
    if not rows or await received.why_shut(desk):
        return ()
    ids = sorted(row.id for row in rows)
    async with transaction():
        await audit.record("find.opened", "", desk, shares=ids)
        await Share.update(
            {Share.opened_count: Share.opened_count + 1, Share.opened_at: unix(desk)}
        ).where(Share.id.is_in(ids))
    reading = await received.open_shares(rows, desk)
    settled = await ledger.settled()
    return tuple(
        _find(row, reading.known[row.id], settled, desk)
        for row in rows
        if row.id in reading.known and walls.may_know(row.case_ref, desk)
    )


async def people_told(shares: Collection[str], desk: Desk) -> dict[str, Mapping[str, str]]:
    """Whom these live received shares speak of, and in which role, as far as they open."""
    rows = [row for row in await received.live(desk) if row.id in shares]
    reading = await received.open_shares(rows, desk)
    return {share: known.lane.people for share, known in reading.known.items()}


async def _with_news(desk: Desk) -> list[Share]:
    await received.sort_in(desk)
    return [row for row in await received.live(desk) if walls.may_know(row.case_ref, desk)]


def _find(row: Share, known: Known, settled: set[str], desk: Desk) -> ReceivedFind:
    return ReceivedFind(
        share=row.id,
        case_ref=known.lane.case_ref,
        from_name=agency_name(row.owner, desk),
        until=last_day(row.ends, desk),
        people=known.lane.people,
        fields={
            place: written
            for place, written in known.lane.fields.items()
            if place.section not in SYSTEM_SECTIONS
        },
        waiting=tuple(
            one.consent for one in for_us(row, known, desk) if one.consent.id not in settled
        ),
    )


def for_us(row: Share, known: Known, desk: Desk) -> Iterator[Waiting]:
    """The consents in it that are ours: what the collector itself sealed to us, for this case."""
    for place, written in known.lane.fields.items():
        if place.section != RELEASES:
            continue
        try:
            consent = Consent.from_terms(json.loads(written[-1].value))
        except (ValueError, RecursionError, ConsentMistake):
            continue
        if (
            consent.id == place.field
            and consent.discloser == me(desk)
            and consent.collected_by == row.owner == known.consent.collected_by
            and consent.release_id == row.release
            and consent.case_ref in {None, known.lane.case_ref}
            and consent.adopted_by is None
            and consent.live_on(desk.today)
        ):
            yield Waiting(consent, known.lane.case_ref, row.id, row.ends, known.lane.people)
