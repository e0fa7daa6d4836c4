"""A stolen laptop: any one who signs the directory suspends an agency alone, by telephone."""

from dataclasses import replace

from piccolo.columns.combination import And

from crypto.errors import CryptoError
from directory import snapshot
from directory.errors import DirectoryError
from directory.snapshot import Directory
from server.node import audit, coalition, database
from server.node.access import Act, require
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import RefusedAct, sentence
from server.node.tables import Restriction


async def suspend(name: str, desk: Desk) -> bool:
    """Suspend an agency; True if the directory says so already, else with the next sync."""
    require(desk, Act.SUSPEND_PARTNER)
    agency = coalition.find(name, desk)
    if desk.node.identity not in desk.directory.restrictors:
        raise RefusedAct(
            "Only agencies that sign the directory can suspend. Call the coordinating agency."
        )
    if agency.suspended:
        return True
    if desk.node.coordinating:
        await coalition.publish_change(agency.id, Change(suspended=True), Act.SUSPEND_PARTNER, desk)
        return True
    desk.unlocked()
    async with database.transaction():
        if not await _waits(agency.id):
            at = int(desk.now.timestamp())
            await Restriction.insert(Restriction(agency=agency.id, who=desk.who, at=at))
        await audit.record(Act.SUSPEND_PARTNER.value, agency.id, desk)
    return False


async def waiting() -> list[str]:
    """The agencies whose suspension the relay does not have yet."""
    rows = await Restriction.select(Restriction.agency).where(_open()).order_by(Restriction.id)
    return [row["agency"] for row in rows]


def drawn(agencies: list[str], desk: Desk) -> Directory | None:
    """The next directory with these suspended, signed by this agency alone; None if it says so."""
    entries = [
        replace(entry, suspended=entry.suspended or entry.id in agencies)
        for entry in desk.directory.entries
    ]
    if list(desk.directory.entries) == entries:
        return None
    identity = desk.unlocked().identity
    before = desk.directory
    # No later last day than there was: what takes away should not also make it last.
    until = max(before.valid_until, desk.today)
    try:
        return snapshot.publish(before, entries, identity, desk.today, until, before.pack)
    except (CryptoError, DirectoryError) as error:
        raise RefusedAct(sentence(error)) from error


async def done(desk: Desk) -> None:
    """The directory in force says what was asked."""
    await Restriction.update({Restriction.done_at: int(desk.now.timestamp())}).where(_open())


async def refused(why: str) -> None:
    """The relay will not take it; whoever looks is told why."""
    await Restriction.update({Restriction.refused: why}).where(_open())


def _open() -> And:
    return Restriction.done_at.is_null() & (Restriction.refused == "")


async def _waits(agency: str) -> bool:
    return agency in await waiting()
