"""Results as this node first saw them: a result altered later shows, here and at every agency."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from hashlib import blake2b

from server.meeting.motion import Motion
from server.node import audit
from server.node.database import require_transaction, transaction
from server.node.desk import Desk
from server.node.tables import AuditEntry

_NOTED = "motion.noted"


def digest(motion: Motion) -> str:
    """A hash that stands for everything this motion and its result say."""
    said = json.dumps(asdict(motion), sort_keys=True, separators=(",", ":"))
    return blake2b(said.encode(), digest_size=32, person=b"cf-motion").hexdigest()


async def note(case_ref: str, motion: Motion, desk: Desk) -> None:
    """Write the result's mark into this node's chained audit; the caller is in a transaction."""
    require_transaction()
    await audit.record(
        _NOTED, case_ref, desk, motion=motion.id, result=motion.result, mark=digest(motion)
    )


async def altered(case_ref: str, motion: Motion, desk: Desk) -> bool:
    """Is a counted motion other than it was when this node first saw its result?"""
    noted = await _noted(case_ref)
    first = next((one["mark"] for one in noted if one["motion"] == motion.id), None)
    if first is not None:
        return bool(first != digest(motion))
    if not motion.open:
        async with transaction():
            await note(case_ref, motion, desk)
    return False


async def gone(case_ref: str, motions: Sequence[Motion]) -> bool:
    """Is a motion, whose result this node has seen, not among these any more?"""
    return bool({one["motion"] for one in await _noted(case_ref)} - {one.id for one in motions})


async def _noted(case_ref: str) -> list[dict[str, str]]:
    entries = (
        await AuditEntry.select(AuditEntry.detail)
        .where((AuditEntry.act == _NOTED) & (AuditEntry.subject == case_ref))
        .order_by(AuditEntry.n)
    )
    return [json.loads(entry["detail"]) for entry in entries]
