"""What carries her yes to the plan: what is told to the meeting; a referral only until then."""

from dataclasses import replace

from server.casework import finds, ledger, received
from server.casework.consents import list_consents, passed_on_with
from server.casework.own import me
from server.casework.shared import last_day
from server.casework.tables import ConsentRow, Share
from server.node import audit
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import Consent, ConsentKind


async def lost_with(gone: Consent, desk: Desk) -> frozenset[str]:
    """Who gets the plan no more once this consent of ours is withdrawn; at the collector."""
    here = desk.node.identity
    if {gone.discloser, gone.collected_by} != {here}:
        return frozenset()
    same = (here, gone.recipient, gone.release_id)
    told = [
        one.consent
        for one in await list_consents(desk)
        if one.consent.id != gone.id
        and one.consent.kind is ConsentKind.TELL
        and (one.consent.discloser, one.consent.recipient, one.consent.release_id) == same
        and one.consent.live_on(desk.today)
    ]
    if gone.kind is not ConsentKind.TELL and told:
        return frozenset()
    riding = [one.consent for one in await passed_on_with(desk, gone.id)]
    return frozenset(
        one.recipient for one in riding if one.kind is ConsentKind.PLAN and one.live_on(desk.today)
    )


async def hand_over(desk: Desk) -> frozenset[str]:
    """Let every yes to the plan rest on what is told, once that is here; at the coordinating node.

    A yes adopted from a referral would die with it, and one whose part was closed and sent anew,
    because she took back something else of it, is hers still. Gives the cases of the latter.
    """
    loose = {row.id: row for row in await _loose(desk)}
    if not loose or await received.why_shut(desk):
        return frozenset()
    told = await received.live(
        desk,
        Share.exchange == ConsentKind.TELL.exchange,
        Share.release.is_in(sorted({row.release for row in loose.values()})),
    )
    reading = await received.open_unseen(told, desk)
    again = set()
    async with transaction():
        for share in told:
            if share.id not in reading.known:
                continue
            for one in finds.for_us(share, reading.known[share.id], desk):
                if one.consent.id in loose:
                    row = loose.pop(one.consent.id)
                    await _rest_on(one, row, desk)
                    again |= {row.case_ref} if row.fell else set()
    return frozenset(again)


async def _loose(desk: Desk) -> list[ConsentRow]:
    """Adopted consents to the plan that fell, or that rest on a share of another kind."""
    rows = await ConsentRow.objects().where(
        (ConsentRow.kind == ConsentKind.PLAN.value)
        & (ConsentRow.discloser == me(desk))
        & (ConsentRow.came_by != "")
        & (ConsentRow.state.is_in(list(ledger.PERMITS)) | ConsentRow.fell.eq(True))
    )
    if not rows:
        return []
    told = await Share.select(Share.id).where(
        Share.id.is_in([row.came_by for row in rows])
        & (Share.exchange == ConsentKind.TELL.exchange)
    )
    firm = {one["id"] for one in told}
    return [row for row in rows if row.fell or row.came_by not in firm]


async def _rest_on(one: finds.Waiting, row: ConsentRow, desk: Desk) -> None:
    held = ledger.opened(row, desk)
    consent = replace(
        one.consent,
        adopted_by=held.consent.adopted_by,
        ends=min(one.consent.ends, last_day(one.ends, desk)),
    )
    await ConsentRow.delete().where(ConsentRow.id == row.id)
    await ledger.enter(consent, one.release_ref, row.case_ref, held.people, one.share, desk)
    await audit.record("consent.carried", row.id, desk, case=row.case_ref, share=one.share)
