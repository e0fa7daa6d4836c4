"""What an unlocked node seals unasked: keys, epochs that grew old, and plans whose rows closed."""

from client_sync import document
from server.casework import ending, ledger, resting, sealing, upkeep
from server.casework.errors import NoWeekKeyYet
from server.casework.mailroom import Asked, ask, live_share, live_shares, open_under, say
from server.casework.own import OwnCase, me, open_case
from server.casework.tables import Share
from server.casework.travelling import release_people
from server.node.database import transaction
from server.node.desk import Desk, locked_desk
from tiers.fragment import Place
from tiers.gate import Cleared


async def maintain(desk: Desk) -> None:
    """What an unlocked node does unasked: week keys, lost keys, and epochs that have grown old."""
    desk = await locked_desk(desk.settings, desk.unlocked())  # the node's own doing, not a person's
    await upkeep.publish_week_keys(desk)
    if desk.node.behind:
        return  # what is lost and what strayed shows only beside all that the relay holds
    await upkeep.ask_for_lost_keys(desk)
    await upkeep.close_strays(desk)
    if desk.node.quarantined:
        return
    await seal_due(desk)
    await _open_again(desk)


async def seal_due(desk: Desk) -> bool:
    """Begin the epochs that are due, also because a row of the plan closed; True if any was."""
    due = await upkeep.due_for_epoch(desk)
    for case_ref, share in due:
        endings = ending.Endings()
        async with transaction():
            await _renew_epoch(case_ref, share, endings, desk)
        await ending.shred(endings, desk)
    return bool(due)


async def _renew_epoch(case_ref: str, share: str, endings: ending.Endings, desk: Desk) -> None:
    for row, held in await live_shares(case_ref, desk):
        if row.id != share:
            continue
        case = await open_case(case_ref, desk)
        asked = await ask(case, held, row.recipient, row.exchange, desk)
        cleared = asked.decision
        if isinstance(cleared, Cleared) and await sealing.can_reopen(row, cleared, desk):
            await sealing.next_epoch(row, cleared, desk)
            await say("share.epoch", row, cleared, desk)
        elif await _says_what_closed(row, case, asked, desk):
            # It cannot be sealed anew, and may not go on saying what rested on a part that ended.
            await ending.close_own([row], resting.ROWS_CLOSED, endings, desk)
        return


async def _says_what_closed(row: Share, case: OwnCase, asked: Asked, desk: Desk) -> bool:
    fields = {place: field.written for place, field in case.body.fields.items()}
    assert asked.held is not None  # noqa: S101 - a live share rests on a consent
    names = release_people(case.body.people, asked.held)
    closed = {
        Place(place.section, names.get(place.about, place.about), place.field)
        for place in await resting.closed_places(fields, desk)
    }
    said = document.read(sealing.own_lane(row, desk).changes, desk.unlocked().identity.public)
    return not closed.isdisjoint(said.fields)


async def _open_again(desk: Desk) -> None:
    """What a locked node had to close whole opens again, without the rows that closed."""
    rows = await Share.objects().where(
        (Share.owner == me(desk))
        & (Share.state == ending.CLOSED)
        & (Share.why == resting.ROWS_CLOSED)
    )
    for row in rows:
        if await live_share(row.consent, desk) is not None:
            continue
        held = await ledger.find(row.consent, desk)
        if held.consent.state.value not in ledger.PERMITS:
            continue
        try:
            async with transaction():
                case = await open_case(held.case_ref, desk)
                await open_under(held, case, row.exchange, desk)
        except NoWeekKeyYet:
            continue  # the next round tries again
