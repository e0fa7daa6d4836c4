"""By which pack each agency works: agencies say so when it changes, the coordinating node keeps it.

A contact card names the pack an agency began with. Whoever works by another tells the coordinating
node alone, signed as a step is, and once: nothing is said every hour, and nothing to other members.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from crypto import statement
from directory import card as cards
from directory.agency import Agency
from server.node import audit, database, packs, steps
from server.node.desk import Desk
from server.node.joining_tables import Step
from server.node.pack_tables import PackRow
from server.node.steps import WORKS_BY, Said
from server.node.tables import AuditEntry, PartnerCard
from tiers.pack_both import label

_TOLD = "pack.tell"
_RESTORED = "restored.noticed"
_FIGURES = 10


@dataclass(frozen=True, slots=True)
class WorksBy:
    """The pack one agency works by, as far as this node has been told."""

    agency: Agency
    digest: str  # empty where nothing is known
    pack: str  # its id; empty where this node never had it and was not told
    version: int | None
    since: date | None
    same: bool  # is it the pack the directory names?

    @property
    def known(self) -> bool:
        """Has this node been told at all?"""
        return bool(self.digest)


async def tend(desk: Desk) -> None:
    """Tell the coordinating node if this agency works by another pack than it was told of."""
    if await _is_news(desk):
        async with database.transaction():
            await tell(desk)


async def tell(desk: Desk) -> None:
    """Say to the coordinating node which pack is worked by here; the caller is in a transaction."""
    database.require_transaction()
    if not _may_tell(desk):
        return
    name, digest = label(desk.pack), desk.pack.digest
    here = desk.node.identity
    said = Said(WORKS_BY, here, done=True, who="", on=desk.today, document=digest, called=name)
    await steps.say(here, said, desk)
    await audit.record(_TOLD, digest, desk)


async def agencies(desk: Desk) -> tuple[WorksBy, ...]:
    """Each agency of the directory, seen from the coordinating node alone; works locked."""
    if not desk.node.coordinating:
        return ()
    said = await _said()
    rows = await PartnerCard.select(PartnerCard.identity, PartnerCard.signed)
    first = {row["identity"]: bytes(row["signed"]) for row in rows if row["identity"] not in said}
    names = await _names(desk)
    return tuple(
        _works_by(one, said.get(one.id), first.get(one.id), names, desk)
        for one in desk.directory.entries
        if one.id != desk.node.identity
    )


def _works_by(
    agency: Agency, said: Said | None, card: bytes | None, names: Mapping[str, str], desk: Desk
) -> WorksBy:
    if said is not None:
        digest, since, called = said.document, said.on, said.called
    elif card is not None:
        began = cards.read(card)
        moment = datetime.fromtimestamp(began.issued, UTC)
        digest, since, called = (
            began.pack,
            moment.astimezone(ZoneInfo(desk.pack.timezone)).date(),
            "",
        )
    else:
        return WorksBy(agency, "", "", None, None, same=False)
    pack, version = _apart(names.get(digest, called))
    return WorksBy(agency, digest, pack, version, since, same=digest == desk.directory.pack)


def _apart(name: str) -> tuple[str, int | None]:
    """A label's id and version; what an agency calls a pack unknown here may be no label."""
    pack, _, number = name.rpartition(" ")
    if pack and number.isdecimal() and len(number) < _FIGURES:
        return pack, int(number)
    return name, None


async def _names(desk: Desk) -> dict[str, str]:
    """The packs this node has had, id and version by digest."""
    rows = await PackRow.select(PackRow.digest, PackRow.label)
    own = [desk.pack, packs.read(desk.node.pack_texts)]
    return {row["digest"]: row["label"] for row in rows} | {one.digest: label(one) for one in own}


async def _said() -> dict[str, Said]:
    """What each agency said last, by its identity."""
    rows = await Step.objects().where(Step.step == WORKS_BY).order_by(Step.at)
    return {
        row.agency: steps.read(statement.read(bytes(row.signed), "step").body, row.by)
        for row in rows
        if row.by == row.agency
    }


async def _is_news(desk: Desk) -> bool:
    if not _may_tell(desk) or desk.node.behind:
        return False
    last = (await _said()).get(desk.node.identity)
    known = cards.read(desk.node.card).pack if last is None else last.document
    return known != desk.pack.digest or await _restored_since()


def _may_tell(desk: Desk) -> bool:
    own = desk.directory.agency(desk.node.identity)
    return not desk.node.coordinating and own is not None and not own.suspended


async def _restored_since() -> bool:
    """A backup may have forgotten both a newer pack and that it was told of."""
    row = await (
        AuditEntry.select(AuditEntry.act)
        .where(AuditEntry.act.is_in([_TOLD, _RESTORED]))
        .order_by(AuditEntry.n, ascending=False)
        .first()
    )
    return row is not None and row["act"] == _RESTORED
