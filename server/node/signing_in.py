"""Unlocking is signing in: name and passphrase open the seed, or nobody learns which was wrong."""

from crypto.keys import Identity
from server.node import attempts, clock, unlock_queue
from server.node.errors import NoNodeHere, PassphraseWrong
from server.node.member import StaffMember, active, fold, from_row
from server.node.settings import Settings


async def sign_in(
    name: str, passphrase: str, settings: Settings, device: str = ""
) -> tuple[StaffMember, Identity]:
    """The member and the opened identity. Names that are not known cost and take the same."""
    rows = await active()
    if not rows:
        raise NoNodeHere
    row = next((row for row in rows if row["folded_name"] == fold(name)), None)
    now = await clock.now(settings)
    # For a name that is not known somebody else's lock is tried, and the answer thrown away.
    tried = row or rows[0]
    known = await attempts.knows(tried["staff_id"], device) and row is not None
    await attempts.take_try(name, device, now, known=known)
    identity = await unlock_queue.unlock(tried["lock"], passphrase, first=known or not device)
    if row is None:
        raise PassphraseWrong
    member = from_row(row)
    await attempts.note_success(name, device, now, member.id, known=known)
    return member, identity
