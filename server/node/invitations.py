"""Invitations at the coordinating node: made, taken back, answered, and the agency enrolled."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from client_sync.courier import Courier
from client_sync.invited import HandedOver, handed_over
from directory import invitation as links
from directory.card import Card
from directory.snapshot import Directory
from server.node import audit, coalition, database, staff
from server.node.access import Act, require
from server.node.announcing import announce
from server.node.desk import Desk
from server.node.errors import NodeError, NotFound, RefusedAct, Usage
from server.node.joining_tables import Invitation
from server.node.voice import read_card
from tiers.consent import ends_at
from tiers.tier import Tier

MOST_DAYS: Final = 30
USUAL_DAYS: Final = 7
OPEN, WAITING, ENROLLED, REVOKED, ENDED = "open", "waiting", "enrolled", "revoked", "ended"
_NOT_BY_THE_LINK: Final = (
    "This card did not come by the link you gave. Take the invitation back and make another."
)


@dataclass(frozen=True, slots=True)
class Made:
    """An invitation that was just made. Its link exists nowhere else."""

    id: str
    link: str = field(repr=False)
    until: date


@dataclass(frozen=True, slots=True)
class Invited:
    """One invitation, how it stands, and the card that was handed over for it, if any."""

    id: str
    name: str
    until: date
    state: str
    made_at: int
    card: Card | None
    problem: str  # why the card that came cannot be used

    @property
    def agency(self) -> str:
        """The identity that answered, or nothing."""
        return "" if self.card is None else self.card.id


async def make(name: str, until: date, desk: Desk) -> Made:
    """A link for this agency, good once, until that day."""
    require(desk, Act.INVITE)
    if not desk.node.coordinating:
        raise RefusedAct("Only the coordinating node invites agencies.")
    shown = staff.check_name(name)
    if not desk.today <= until <= desk.today + timedelta(days=MOST_DAYS):
        raise Usage(
            f"An invitation ends within {MOST_DAYS} days; give a day that is still to come."
        )
    made = links.new(desk.node.relay_url)
    row = Invitation(
        id=secrets.token_hex(16),
        name=shown,
        held=made.held.hex(),
        mark_key=made.mark_key,
        until=int(ends_at(until, desk.pack.timezone)),
        made_at=int(desk.now.timestamp()),
        made_by=desk.who,
    )
    async with database.transaction():
        await Invitation.insert(row)
        await _tell_relay(row, made.mark(desk.node.card), desk, revoked=False)
        await audit.record(Act.INVITE.value, row.id, desk, until=until.isoformat())
    return Made(row.id, made.link, until)


async def listed(desk: Desk) -> list[Invited]:
    """Every invitation made here, newest first."""
    require(desk, Act.INVITE)
    rows = await Invitation.objects().order_by(Invitation.made_at, ascending=False)
    return [_invited(row, desk) for row in rows]


async def find(text: str, desk: Desk) -> Invited:
    """The one invitation that this id, its beginning, or the agency's name means; newest first."""
    wanted = text.strip().casefold()
    for one in await listed(desk):
        if wanted and (one.id.startswith(wanted) or one.name.casefold() == wanted):
            return one
    raise NotFound("There is no invitation of that name or number.")


async def revoke(id: str, desk: Desk) -> Invited:
    """Take an invitation back: its link opens nothing from the next sync on."""
    found = await find(id, desk)
    if found.state not in {OPEN, WAITING}:
        raise RefusedAct("This invitation is over already.")
    async with database.transaction():
        row = await _row(found.id)
        row.revoked_at = int(desk.now.timestamp())
        await Invitation.update({Invitation.revoked_at: row.revoked_at}).where(
            Invitation.id == row.id
        )
        await _tell_relay(row, links.mark(bytes(row.mark_key), desk.node.card), desk, revoked=True)
        await audit.record("invitation.revoke", row.id, desk)
    return _invited(row, desk)


async def admit(  # noqa: PLR0917  # what a person decides about an agency, in its order
    id: str,
    words: str,
    tier: Tier,
    seats: frozenset[str],
    agreement_until: date | None,
    desk: Desk,
) -> Directory:
    """Enrol the agency that answered, once its words were read aloud; no file changes hands."""
    require(desk, Act.ENROL)
    found = await find(id, desk)
    if found.problem:
        raise RefusedAct(found.problem)
    if found.state != WAITING:
        raise RefusedAct("Nobody waits at this invitation.")
    row = await _row(found.id)
    published = await coalition.enrol(bytes(row.card), tier, seats, agreement_until, words, desk)
    async with database.transaction():
        await Invitation.update({Invitation.admitted: found.agency}).where(
            Invitation.id == found.id
        )
    return published


async def fetch(desk: Desk, courier: Courier) -> int:
    """Bring in the cards that were handed over at the relay; works locked. How many were new."""
    if not desk.node.coordinating or not await Invitation.exists().where(
        (Invitation.answered_at == 0) & (Invitation.revoked_at == 0)
    ):
        return 0
    return await keep(await handed_over(courier), desk)


async def keep(cards: Sequence[HandedOver], desk: Desk) -> int:
    """Keep each card with the invitation it came by; one that is known already changes nothing."""
    new = 0
    async with database.transaction():
        for one in cards:
            row = await database.lock_row(Invitation, Invitation.held == one.held)
            if row is None or row["answered_at"] or row["revoked_at"]:
                continue
            await Invitation.update(
                {
                    Invitation.card: one.card,
                    Invitation.marked: links.bears(one.card, one.mark, bytes(row["mark_key"])),
                    Invitation.answered_at: max(1, int(desk.now.timestamp())),
                }
            ).where(Invitation.id == row["id"])
            await audit.record("invitation.answered", row["id"], desk)
            new += 1
    return new


async def _row(id: str) -> Invitation:
    row: Invitation | None = await Invitation.objects().where(Invitation.id == id).first()
    if row is None:
        raise NotFound
    return row


async def _tell_relay(row: Invitation, mark: bytes, desk: Desk, *, revoked: bool) -> None:
    body = {
        "to": [desk.node.identity],
        "held": row.held,
        "card": desk.node.card.hex(),
        "mark": mark.hex(),
        "until": row.until,
        "revoked": revoked,
        "at": int(desk.now.timestamp()),
    }
    await announce("invitation", body, desk.unlocked().identity, desk)


def _invited(row: Invitation, desk: Desk) -> Invited:
    card, problem = _card_of(row, desk)
    return Invited(
        id=row.id,
        name=row.name,
        until=_last_day(row.until, desk),
        state=_state(row, card, desk),
        made_at=row.made_at,
        card=card,
        problem=problem,
    )


def _card_of(row: Invitation, desk: Desk) -> tuple[Card | None, str]:
    if not row.answered_at:
        return None, ""
    if not row.marked:
        return None, _NOT_BY_THE_LINK
    try:
        return read_card(bytes(row.card), desk), ""
    except NodeError as error:
        return None, error.sentence


def _state(row: Invitation, card: Card | None, desk: Desk) -> str:
    if row.admitted or (card is not None and desk.directory.agency(card.id) is not None):
        return ENROLLED
    if row.revoked_at:
        return REVOKED
    if row.answered_at:
        return WAITING
    return ENDED if row.until <= int(desk.now.timestamp()) else OPEN


def _last_day(until: int, desk: Desk) -> date:
    moment = datetime.fromtimestamp(until, UTC).astimezone(ZoneInfo(desk.pack.timezone))
    return moment.date() - timedelta(days=1)
