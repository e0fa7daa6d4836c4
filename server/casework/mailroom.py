"""The mailroom: the one door out and in. The gate stands in the way out; the way in is keeping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from client_sync import document, lane
from server.casework import ending, ledger, resting, sealing, walls
from server.casework.expiry import expire
from server.casework.keeping import Kept, Refusal, keep
from server.casework.ledger import Held
from server.casework.outgoing import (
    Stretch,
    Waiting,
    put_again,
    put_off,
    refused,
    sent,
    waiting,
)
from server.casework.own import OwnCase, load, me, named_agency, unix, whole_ref
from server.casework.post import (
    put_off_statements,
    queue_statement,
    statement_refused,
    statement_sent,
    waiting_statements,
)
from server.casework.quarantine import caught_up, refuse_while_closed
from server.casework.shared import SharedPart, shared_with
from server.casework.tables import Share
from server.casework.travelling import in_release_words, riding_with
from server.node import audit, pack_shelf
from server.node.access import Act, require
from server.node.database import transaction
from server.node.desk import Desk
from tiers.consent import Consent, ConsentKind
from tiers.fragment import Place, Written
from tiers.gate import Cleared, Party, Withheld, decide
from tiers.protocol import Protocol
from tiers.reason import Reason

__all__ = [
    "Asked",
    "Kept",
    "Refusal",
    "Sent",
    "SharedPart",
    "Stretch",
    "Waiting",
    "caught_up",
    "expire",
    "keep",
    "preview",
    "put_again",
    "put_off",
    "put_off_statements",
    "queue_statement",
    "refused",
    "send",
    "send_unasked",
    "sent",
    "shared_with",
    "statement_refused",
    "statement_sent",
    "waiting",
    "waiting_statements",
]


@dataclass(frozen=True, slots=True)
class Sent:
    """What was put on its way: all of it, under which share, and whether anything was new."""

    share: str
    cleared: Cleared
    new: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """What the gate was asked, and what it said."""

    decision: Cleared | Withheld
    held: Held | None
    case: OwnCase


async def preview(ref: str, to: str, exchange: str, desk: Desk) -> Cleared | Withheld:
    """Exactly what send() would put in a share now, what stays here, and why."""
    require(desk, Act.PREVIEW_SHARE)
    asked = await _question(await whole_ref(ref, desk), named_agency(to, desk), exchange, desk)
    return asked.decision


async def send(ref: str, to: str, exchange: str, desk: Desk) -> Sent | Withheld:
    """Ask the gate; seal what it clears, or what changed since, and put it in the outbox."""
    require(desk, Act.SHARE)
    return await send_unasked(ref, to, exchange, desk)


async def send_unasked(ref: str, to: str, exchange: str, desk: Desk) -> Sent | Withheld:
    """The same for the node itself at work, after somebody who may share said so."""
    refuse_while_closed(desk)
    case_ref = await whole_ref(ref, desk)
    recipient = named_agency(to, desk)
    async with transaction():
        asked = await _question(case_ref, recipient, exchange, desk)
        decision = asked.decision
        if isinstance(decision, Withheld):
            reason = decision.reason.name
            await audit.record("share.withheld", case_ref, desk, to=recipient, reason=reason)
            return decision
        result = await _put(asked, decision, desk)
        if decision.consent.kind is ConsentKind.FIND:
            await _tell_who_was_asked(decision.consent, asked.case, desk)
    return result


async def _question(case_ref: str, recipient: str, exchange: str, desk: Desk) -> Asked:
    case = await load(case_ref, desk)
    held = await ledger.in_force(case_ref, recipient, _kinds(exchange, desk), desk)
    return await ask(case, held, recipient, exchange, desk)


async def ask(  # noqa: PLR0917 - the question has as many parts as it has
    case: OwnCase,
    held: Held | None,
    recipient: str,
    exchange: str,
    desk: Desk,
    unwritten: Mapping[Place, tuple[Written, ...]] | None = None,
) -> Asked:
    """Ask the gate about the whole record, and about fields nobody has written yet."""
    record = case.body.fragment(case.row.case_ref)
    record = replace(record, closed=await resting.closed_places(record.fields, desk))
    if unwritten:
        record = replace(record, fields={**unwritten, **record.fields})
    if held is not None:
        record = in_release_words(record, held)
        riding = await riding_with(held, desk)
        record = replace(record, fields={**record.fields, **riding})
    consent = None if held is None else held.consent
    decision = decide(
        record,
        _party(me(desk), desk),
        _party(recipient, desk),
        consent,
        exchange,
        desk.pack,
        desk.today,
        carrier=desk.node.relay_identity,
        agreed=desk.directory.pack,
        signed_under=await _signed_under(consent, desk),
    )
    if isinstance(decision, Cleared) and not walls.may_send(case.row.case_ref, recipient, desk):
        decision = Withheld(Reason.WALLED, ())
    return Asked(decision, held, case)


async def _signed_under(consent: Consent | None, desk: Desk) -> Protocol | None:
    """The pack whose words were read to her; a change of protocol widens nothing she signed."""
    if consent is None:
        return None
    return await pack_shelf.signed_under(consent.pack, desk.pack, desk.node)


def _party(identity: str, desk: Desk) -> Party:
    agency = desk.directory.agency(identity)
    return Party(identity, None if agency is None else agency.standing(desk.directory))


def _kinds(exchange: str, desk: Desk) -> Sequence[ConsentKind]:
    """The kind of consent an exchange rests on: what the meeting is told, or what it hands back."""
    told = ConsentKind.PLAN if desk.node.coordinating else ConsentKind.TELL
    return [kind for kind in (ConsentKind.FIND, told) if kind.exchange == exchange]


async def _put(asked: Asked, cleared: Cleared, desk: Desk) -> Sent:
    live = await live_share(cleared.consent.id, desk)
    case_ref = asked.case.row.case_ref
    if live is None:
        row = await sealing.open_new(cleared, case_ref, desk)
        await say(Act.SHARE.value, row, cleared, desk)
        return Sent(row.id, cleared, new=True, changed=True)
    changed = await bring_up_to_date(live, cleared, desk)
    if changed:
        await say("share.changed", live, cleared, desk)
    return Sent(live.id, cleared, new=False, changed=changed)


async def say(act: str, row: Share, cleared: Cleared, desk: Desk) -> None:
    await audit.record(
        act,
        row.id,
        desk,
        to=row.recipient,
        consent=row.consent,
        exchange=row.exchange,
        until=cleared.until.isoformat(),
        sections=sorted({place.section for place in cleared.fragment.fields}),
        fields=len(cleared.fragment.fields),
    )


async def open_under(held: Held, case: OwnCase, exchange: str, desk: Desk) -> bool:
    """Begin a share under this consent if the gate clears it; the caller is in a transaction."""
    asked = await ask(case, held, held.consent.recipient, exchange, desk)
    if isinstance(asked.decision, Withheld):
        return False
    await _put(asked, asked.decision, desk)
    return True


async def live_share(consent: str, desk: Desk) -> Share | None:
    row: Share | None = (
        await Share.objects()
        .where(
            (Share.consent == consent)
            & (Share.owner == me(desk))
            & (Share.state == ending.LIVE)
            & (Share.ends > unix(desk))
        )
        .first()
    )
    return row


async def bring_up_to_date(row: Share, cleared: Cleared, desk: Desk) -> bool:
    """Write what changed since; what may no longer be said leaves the history with a new epoch."""
    owner = desk.unlocked().identity.public
    said = document.read(sealing.own_lane(row, desk).changes, owner)
    edits = lane.edits_between(said, cleared.fragment)
    still_ours = {left.place for left in cleared.left_out}
    narrowed = any(edit is None and place in still_ours for place, edit in edits.items())
    same_people = dict(said.people) == dict(cleared.fragment.people)
    if row.needs_key or narrowed or not same_people or not sealing.has_key(row, desk):
        await sealing.next_epoch(row, cleared, desk)
        return True
    return await sealing.write(row, [(None, edits)], desk)


async def _tell_who_was_asked(find: Consent, case: OwnCase, desk: Desk) -> None:
    """The coordinator's view may say who was asked only if our own tell says so."""
    for held in await ledger.for_case(case.row.case_ref, desk):
        consent = held.consent
        if consent.kind is not ConsentKind.TELL or consent.release_id != find.release_id:
            continue
        row = await live_share(consent.id, desk)
        if row is None:
            continue
        asked = await ask(case, held, consent.recipient, row.exchange, desk)
        if isinstance(asked.decision, Withheld):
            # The next round asks the gate again and, once it clears, seals all of it anew.
            await Share.update({Share.needs_key: True}).where(Share.id == row.id)
            continue
        await bring_up_to_date(row, asked.decision, desk)


async def live_shares(case_ref: str, desk: Desk) -> list[tuple[Share, Held]]:
    """Our live shares of this case, each with the consent it rests on."""
    rows = await Share.objects().where(
        (Share.case_ref == case_ref)
        & (Share.owner == me(desk))
        & (Share.state == ending.LIVE)
        & (Share.ends > unix(desk))
    )
    held = {one.consent.id: one for one in await ledger.for_case(case_ref, desk)}
    return [(row, held[row.consent]) for row in rows if row.consent in held]
