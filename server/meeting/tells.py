"""Our own tell of a case whose plan reached us: what an answer of ours to the meeting rests on."""

from server.casework import ledger, mailroom
from server.casework.ledger import Held
from server.casework.own import coordinating, me
from server.casework.tables import ConsentRow
from server.node.desk import Desk
from server.node.errors import RefusedAct
from tiers.consent import ConsentKind


class NothingLeaves(RefusedAct):
    """No consent of yours to tell the meeting lives for this case. Nothing was saved or sent."""


class NothingSentYet(RefusedAct):
    """Nothing of yours has gone to the meeting about this case yet. Send your part, then answer."""


async def all_live(desk: Desk) -> dict[str, Held]:
    """Our live tells to the meeting by the reference that the meeting knows the case by."""
    rows = await ConsentRow.objects().where(
        (ConsentRow.discloser == me(desk))
        & (ConsentRow.recipient == coordinating(desk))
        & (ConsentRow.kind == ConsentKind.TELL.value)
        & (ConsentRow.case_ref != "")
        & ConsentRow.state.is_in(list(ledger.PERMITS))
    )
    found = [ledger.opened(row, desk) for row in rows]
    live = sorted((one for one in found if one.consent.live_on(desk.today)), key=_until)
    return {one.release_ref: one for one in live}


async def to_answer(case_ref: str, desk: Desk) -> Held:
    """The tell under which an answer reaches the meeting now, or a stop that says what lacks."""
    held = (await all_live(desk)).get(case_ref)
    if held is None:
        raise NothingLeaves
    if await mailroom.live_share(held.consent.id, desk) is None:
        raise NothingSentYet
    return held


def own_person(held: Held, person: str) -> str:
    """Who a person of the plan is in our own case."""
    return held.people.get(person, person)


def _until(held: Held) -> tuple[str, str]:
    return held.consent.ends.isoformat(), held.consent.id
