"""Withdrawals: a spoken word is enough, it stands before anything is sent, and holders confirm."""

from collections.abc import Sequence
from dataclasses import dataclass

from crypto.statement import read
from server.casework import ending, ledger, passed_on, walls
from server.casework.errors import NoSuchConsent
from server.casework.finds import Waiting, waiting_here
from server.casework.own import agency_name, me
from server.casework.post import queue_withdrawn
from server.casework.quarantine import lift_if_done
from server.casework.shared import opened_by
from server.casework.tables import ConsentRow, Release, Share, StatementRow
from server.node import audit
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from server.node.errors import Usage
from tiers.consent import ConsentState

_NAMED_AT_ONCE = 40  # identities that fit a statement


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """What a withdrawal ended here, and the agencies that have yet to confirm."""

    release: str
    whole: bool
    consents: tuple[str, ...]
    closed: tuple[str, ...]
    waiting: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A holder's signed word that its part is destroyed, and how often it had been opened."""

    share: str
    agency: str
    agency_name: str
    outcome: str
    opened: int
    at: int


@dataclass(frozen=True, slots=True)
class Receipts:
    """Who confirmed an ending, who has not, and what had been opened before."""

    consent: str
    confirmed: tuple[Confirmation, ...]
    waiting: tuple[str, ...]
    opened: int


async def withdraw(desk: Desk, consent: str | None = None, release: str | None = None) -> Withdrawn:
    """Take the survivor's withdrawal of one consent, or of a whole release. No reason is asked."""
    require(desk, Act.WITHDRAW)
    if (consent is None) == (release is None):
        raise Usage("Name one consent or one release.")
    endings = ending.Endings()
    riding = await passed_on.find(consent, desk) if consent and desk.keys else None
    shares: Sequence[Share]
    if release is not None:
        shares = await _whole_release(release, endings, desk)
    elif riding is not None:
        release, shares = riding.consent.release_id, await _riding(riding, endings, desk)
    else:
        release, shares = await _one_consent(consent or "", endings, desk)
    await ending.shred(endings, desk)
    await lift_if_done(desk)
    if riding is not None and endings.ended:
        await passed_on.send_anew(riding, shares, desk)
    return Withdrawn(
        release=release,
        whole=consent is None,
        consents=tuple(endings.consents),
        closed=endings.shares,
        waiting=tuple(sorted({row.recipient for row in await _unconfirmed(shares, desk)})),
    )


async def receipts(id: str, desk: Desk) -> Receipts:
    """For a consent, a release or a share of ours: who has confirmed, and who has not."""
    require(desk, Act.READ_RECEIPTS)
    riding = await passed_on.find(id, desk) if desk.keys else None
    ended = list(riding.shares) if riding else []
    rows = await Share.objects().where(
        (Share.owner == me(desk))
        & ((Share.consent == id) | (Share.release == id) | Share.id.is_in([id, *ended]))
    )
    consent = await ConsentRow.objects().where(ConsentRow.id == id).first()
    whole = await Release.objects().where(Release.id == id).first()
    _knowable([*rows, consent, whole, riding], desk)
    confirmed = await _confirmations([row.id for row in rows], desk)
    counts: dict[str, int] = {}
    for agency in {row.recipient for row in rows}:
        counts |= await opened_by(agency)
    return Receipts(
        consent=id,
        confirmed=tuple(confirmed),
        waiting=tuple(sorted({row.recipient for row in await _unconfirmed(rows, desk)})),
        opened=sum(counts.get(row.id, 0) for row in rows),
    )


async def confirmed_by(shares: Sequence[str], desk: Desk) -> list[Confirmation]:
    """The signed receipts for these shares of ours."""
    return await _confirmations(shares, desk)


async def _whole_release(release: str, endings: ending.Endings, desk: Desk) -> Sequence[Share]:
    async with transaction():
        shares = await Share.objects().where(Share.release == release)
        row = await Release.objects().where(Release.id == release).first()
        _knowable([*shares, row], desk)
        await audit.record(Act.WITHDRAW.value, release, desk, whole=True)
        await ending.end_release(release, shares, endings, desk)
        parties = {agency for row in shares for agency in (row.owner, row.recipient)}
        others = sorted(parties - {me(desk)})
        for start in range(0, len(others), _NAMED_AT_ONCE):
            await queue_withdrawn(release, others[start : start + _NAMED_AT_ONCE], desk)
    return [row for row in shares if row.owner == me(desk)]


async def _riding(one: passed_on.PassedOn, endings: ending.Endings, desk: Desk) -> Sequence[Share]:
    """Another agency's part of a release that was signed here."""
    async with transaction():
        await audit.record(Act.WITHDRAW.value, one.consent.id, desk, whole=False)
        return await passed_on.take_back(one, endings, desk)


async def _one_consent(
    consent: str, endings: ending.Endings, desk: Desk
) -> tuple[str, Sequence[Share]]:
    waiting = [one for one in await waiting_here(desk) if one.consent.id == consent]
    async with transaction():
        row = await ConsentRow.objects().where(ConsentRow.id == consent).first()
        held = await Share.objects().where(
            (Share.consent == consent) & (Share.recipient == me(desk))
        )
        _knowable([row, *held, *waiting], desk)
        await audit.record(Act.WITHDRAW.value, consent, desk, whole=False)
        if waiting and (row is None or row.fell):
            # Not adopted and now taken back: nobody here may adopt it any more.
            gone = waiting[0].consent
            await ledger.enter(gone, waiting[0].release_ref, "", {}, waiting[0].share, desk)
        await ending.end_consents([consent], ConsentState.WITHDRAWN, "withdrawn", endings, desk)
        await ending.destroy_received(held, "withdrawn", endings, desk)
        mine = await Share.objects().where((Share.consent == consent) & (Share.owner == me(desk)))
    known = [row.release] if row is not None else [one.release for one in held]
    known += [one.consent.release_id for one in waiting]
    return known[0], mine


_Here = Share | ConsentRow | Release | passed_on.PassedOn | Waiting | None


def _knowable(found: Sequence[_Here], desk: Desk) -> None:
    """Go on if any of these is here, and none is of a case this person may not know of."""
    if not any(found) or any(one is not None and _is_hidden(one, desk) for one in found):
        raise NoSuchConsent


def _is_hidden(
    one: Share | ConsentRow | Release | passed_on.PassedOn | Waiting, desk: Desk
) -> bool:
    match one:
        case Waiting():
            return False  # only what may be known waits
        case ConsentRow():
            return not ledger.may_see(one, desk)
    return walls.is_hidden(one.case_ref, desk)


async def _confirmations(shares: Sequence[str], desk: Desk) -> list[Confirmation]:
    if not shares:
        return []
    rows = await (
        StatementRow.objects()
        .where(
            (StatementRow.kind == "receipt")
            & (StatementRow.direction == "in")
            & StatementRow.share.is_in(list(shares))
        )
        .order_by(StatementRow.at)
    )
    found: dict[str, Confirmation] = {}
    for row in rows:
        said = read(bytes(row.signed), "receipt").body
        found.setdefault(
            row.share,
            Confirmation(
                row.share,
                row.signer,
                agency_name(row.signer, desk),
                str(said["outcome"]),
                int(said["opened"]),
                int(said["at"]),
            ),
        )
    return list(found.values())


async def _unconfirmed(rows: Sequence[Share], desk: Desk) -> list[Share]:
    """Shares of ours that ended and whose holder has not said so."""
    ended = [row.id for row in rows if row.owner == me(desk)]
    now = await Share.objects().where(Share.id.is_in(ended)) if ended else []
    confirmed = {one.share for one in await _confirmations(ended, desk)}
    return [row for row in now if row.state != ending.LIVE and row.id not in confirmed]
