"""What follows an edit: every live share whose consent clears the field gets the words too."""

from collections.abc import Mapping, Sequence

from client_sync import document
from server.casework import ending, sealing
from server.casework.case_body import Merged
from server.casework.mailroom import Asked, ask, bring_up_to_date, live_shares, say
from server.casework.own import OwnCase
from server.casework.tables import Share
from server.casework.travelling import release_people
from server.node import audit
from server.node.desk import Desk
from tiers.fragment import Place, Written
from tiers.gate import Cleared, Reason, Withheld


async def follow_edit(
    case: OwnCase, merged: Merged, heads: Mapping[str, Sequence[str]], desk: Desk
) -> tuple[str, ...]:
    """Write an edit into every live share that may carry it; gives the agencies it goes to."""
    reached: list[str] = []
    for row, held in await live_shares(case.row.case_ref, desk):
        asked = await ask(case, held, row.recipient, row.exchange, desk)
        if isinstance(asked.decision, Withheld):
            if await _withheld(row, asked.decision, desk):
                reached.append(row.recipient)
            continue
        if await _write_edit(row, asked.decision, asked, merged, heads.get(row.id), desk):
            await say("share.changed", row, asked.decision, desk)
            reached.append(row.recipient)
    return tuple(dict.fromkeys(reached))


async def follow_people(case: OwnCase, desk: Desk) -> tuple[str, ...]:
    """Who the people are, or why we may tell of one, has changed: ask the gate about each share."""
    reached: list[str] = []
    for row, held in await live_shares(case.row.case_ref, desk):
        asked = await ask(case, held, row.recipient, row.exchange, desk)
        if isinstance(asked.decision, Withheld):
            if await _withheld(row, asked.decision, desk):
                reached.append(row.recipient)
            continue
        if await bring_up_to_date(row, asked.decision, desk):
            await say("share.changed", row, asked.decision, desk)
            reached.append(row.recipient)
    return tuple(dict.fromkeys(reached))


async def _write_edit(  # noqa: PLR0917 - an edit has as many parts as it has
    row: Share,
    cleared: Cleared,
    asked: Asked,
    merged: Merged,
    drawn_from: Sequence[str] | None,
    desk: Desk,
) -> bool:
    assert asked.held is not None  # noqa: S101 - a Cleared rests on a consent
    renamed = release_people(merged.body.people, asked.held)
    said = document.read(sealing.own_lane(row, desk).changes, desk.unlocked().identity.public)
    beside: dict[Place, Written | Sequence[Written] | None] = {}
    plain: dict[Place, Written | Sequence[Written] | None] = {}
    for place, written in merged.changed.items():
        there = Place(place.section, renamed.get(place.about, place.about), place.field)
        now = cleared.fragment.fields.get(there)
        if now is None and there not in said.fields:
            continue
        if place in merged.beside and now is not None:
            beside[there] = written
        # Last of all the lane says what the record says, whichever page the words came from.
        plain[there] = now
    if not beside and not plain:
        return False
    new_person = {place.about for place in plain} - {*said.people, ""}
    if row.needs_key or new_person or not sealing.has_key(row, desk):
        await sealing.next_epoch(row, cleared, desk)
        return True
    return await sealing.write(row, [(drawn_from, beside), (None, plain)], desk)


async def _withheld(row: Share, withheld: Withheld, desk: Desk) -> bool:
    """Nothing may go today: what was said before goes, or the edit waits for a day when it may."""
    if withheld.reason is Reason.SIGNER_USES_VIOLENCE:
        # A signature that turns out to be the person using violence's never stood.
        await ending.close_own([row], "signer not allowed", ending.Endings(), desk)
        return False
    if withheld.reason is Reason.NOTHING_TO_SHARE and sealing.has_key(row, desk):
        said = document.read(sealing.own_lane(row, desk).changes, desk.unlocked().identity.public)
        if not await sealing.write(row, [(None, dict.fromkeys(said.fields))], desk):
            return False
        await audit.record("share.changed", row.id, desk, to=row.recipient, fields=0)
        return True
    # The next round asks the gate again and, once it clears, seals all of it anew.
    await Share.update({Share.needs_key: True}).where(Share.id == row.id)
    return False


async def heads_of(case_ref: str, desk: Desk) -> dict[str, tuple[str, ...]]:
    """For each live share of this case, the version its lane is at."""
    return {
        row.id: sealing.own_lane(row, desk).heads for row, _ in await live_shares(case_ref, desk)
    }


async def would_reach(case: OwnCase, desk: Desk) -> dict[Place, tuple[str, ...]]:
    """For each field of the form, filled in or not: which agencies receive an edit of it."""
    blank = (Written("", "1970-01-01T00:00:00Z", ""),)
    body = case.body
    fields = {
        Place(section.id, person, form.id): blank
        for section in desk.pack.sections.values()
        for person, role in body.people.items()
        if role in section.about
        for form in section.fields
    }
    reach: dict[Place, list[str]] = {}
    for row, held in await live_shares(case.row.case_ref, desk):
        asked = await ask(case, held, row.recipient, row.exchange, desk, fields)
        if isinstance(asked.decision, Withheld):
            continue
        back = {there: own for own, there in release_people(body.people, held).items()}
        for place in asked.decision.fragment.fields:
            here = Place(place.section, back.get(place.about, place.about), place.field)
            reach.setdefault(here, []).append(row.recipient)
    return {place: tuple(dict.fromkeys(to)) for place, to in reach.items()}
