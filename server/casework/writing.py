"""Writing of sections that have a page and an act of their own: the plan, ballots, answers."""

from collections.abc import Mapping

from server.casework import cases
from server.casework.cases import Edited
from server.casework.own import whole_ref
from server.casework.quarantine import refuse_while_closed
from server.node.access import Act, require
from server.node.database import in_transaction, transaction
from server.node.desk import Desk
from tiers.fragment import Place

__all__ = ["Edited", "write", "write_unasked"]


async def write(
    ref: str,
    edits: Mapping[Place, str | None],
    act: Act,
    desk: Desk,
    *,
    base: int | None = None,
    **facts: str | int | bool,
) -> Edited:
    """Save what an act of its own decided, drawn from revision `base` (None: the present one).

    Joins the transaction of its caller, or opens one; live shares that may carry it follow.
    """
    require(desk, act)
    return await write_unasked(ref, edits, act, desk, base=base, **facts)


async def write_unasked(
    ref: str,
    edits: Mapping[Place, str | None],
    act: Act,
    desk: Desk,
    *,
    base: int | None = None,
    **facts: str | int | bool,
) -> Edited:
    """The same for the node itself at work, after somebody allowed decided it elsewhere."""
    refuse_while_closed(desk)
    case_ref = await whole_ref(ref, desk)
    if in_transaction():
        return await cases.save(case_ref, edits, act, desk, base=base, facts=facts)
    async with transaction():
        return await cases.save(case_ref, edits, act, desk, base=base, facts=facts)
