"""The consents that live at this agency: their terms, and who their people are in our case."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from server.casework import walls
from server.casework.bodies import read_body, shut_body
from server.casework.errors import NoSuchConsent
from server.casework.own import me, unix
from server.casework.tables import ConsentRow
from server.node.desk import Desk
from tiers.consent import Consent, ConsentKind, ConsentState, ends_at

PERMITS = (ConsentState.GIVEN.value, ConsentState.RENEWED.value)


@dataclass(frozen=True, slots=True)
class Held:
    """A consent of ours, the release's case, our own case, and release person → own person."""

    consent: Consent
    release_ref: str
    case_ref: str
    people: Mapping[str, str]
    came_by: str
    ended_at: int


async def enter(  # noqa: PLR0917 - a consent stands between this many things
    consent: Consent,
    release_ref: str,
    case_ref: str,
    people: Mapping[str, str],
    came_by: str,
    desk: Desk,
) -> None:
    """Write a consent down, in place of one that fell; the caller is in a transaction."""
    await ConsentRow.delete().where((ConsentRow.id == consent.id) & ConsentRow.fell.eq(True))
    body = {
        "terms": consent.to_terms(),
        "release_ref": release_ref,
        "people": dict(people),
    }
    await ConsentRow.insert(
        ConsentRow(
            id=consent.id,
            release=consent.release_id,
            kind=consent.kind.value,
            discloser=consent.discloser,
            recipient=consent.recipient,
            case_ref=case_ref,
            came_by=came_by,
            ends=ends_at(consent.ends, desk.pack.timezone),
            state=consent.state.value,
            ended_at=0,
            fell=False,
            body=shut_body("consent", consent.id, body, desk),
        )
    )


def opened(row: ConsentRow, desk: Desk) -> Held:
    """What this row says, with the state and the end it has today."""
    body = read_body("consent", row.id, row.body, desk)
    consent = Consent.from_terms({**body["terms"], "state": row.state})
    return Held(
        consent, body["release_ref"], row.case_ref, body["people"], row.came_by, row.ended_at
    )


async def match(held: Held, people: Mapping[str, str], desk: Desk) -> None:
    """Remember who the release's people are in our case; the caller is in a transaction."""
    ident = held.consent.id
    row = await ConsentRow.objects().where(ConsentRow.id == ident).first()
    if row is None:
        raise NoSuchConsent
    body = {**read_body("consent", ident, row.body, desk), "people": dict(people)}
    await ConsentRow.update({ConsentRow.body: shut_body("consent", ident, body, desk)}).where(
        ConsentRow.id == ident
    )


def may_know(held: Held, desk: Desk) -> bool:
    """Does no wall stand between this person and the cases this consent speaks of?"""
    return not (walls.is_hidden(held.case_ref, desk) or walls.is_hidden(held.release_ref, desk))


def may_see(row: ConsentRow, desk: Desk) -> bool:
    """The same of a row; a locked node can ask about our own case only."""
    if desk.keys is None:
        return not walls.is_hidden(row.case_ref, desk)
    return may_know(opened(row, desk), desk)


async def find(consent: str, desk: Desk) -> Held:
    """The consent with this number, for somebody who may know of its case."""
    row = await ConsentRow.objects().where(ConsentRow.id == consent).first()
    held = None if row is None else opened(row, desk)
    if held is None or not may_know(held, desk):
        raise NoSuchConsent
    return held


async def for_case(case_ref: str, desk: Desk) -> list[Held]:
    """Every consent tied to this case of ours."""
    rows = await ConsentRow.objects().where(ConsentRow.case_ref == case_ref)
    return [opened(row, desk) for row in rows]


async def in_force(case_ref: str, to: str, kinds: Sequence[ConsentKind], desk: Desk) -> Held | None:
    """The consent under which we may tell this agency of this case, or the last there was."""
    rows = await ConsentRow.objects().where(
        (ConsentRow.case_ref == case_ref)
        & (ConsentRow.discloser == me(desk))
        & (ConsentRow.recipient == to)
        & (ConsentRow.kind.is_in([kind.value for kind in kinds]))
    )
    if not rows:
        return None
    now = unix(desk)
    live = [row for row in rows if row.state in PERMITS and row.ends > now]
    latest = max(live or rows, key=lambda row: (row.ends, row.id))
    return opened(latest, desk)


async def settled() -> set[str]:
    """The consents about which nobody here is asked, or asked again: all but those that fell."""
    rows = await ConsentRow.select(ConsentRow.id).where(ConsentRow.fell.eq(False))
    return {row["id"] for row in rows}


async def fall(consents: Sequence[str]) -> None:
    """Note that these ended because their share did; her word has not taken them back."""
    if consents:
        await ConsentRow.update({ConsentRow.fell: True}).where(ConsentRow.id.is_in(list(consents)))


async def end(consents: Iterable[str], state: ConsentState, desk: Desk) -> list[str]:
    """Mark these consents ended, whatever they said; gives those that were still in force."""
    wanted = list(consents)
    if not wanted:
        return []
    await ConsentRow.update({ConsentRow.fell: False}).where(ConsentRow.id.is_in(wanted))
    live = ConsentRow.id.is_in(wanted) & ConsentRow.state.is_in(list(PERMITS))
    rows = await ConsentRow.select(ConsentRow.id).where(live)
    ids = [row["id"] for row in rows]
    if ids:
        await ConsentRow.update(
            {ConsentRow.state: state.value, ConsentRow.ended_at: unix(desk)}
        ).where(ConsentRow.id.is_in(ids))
    return ids
