"""A file somebody sent: looked at first, kept shut meanwhile, and taken in once they accept."""

import asyncio

from server.listing import importing
from server.listing.bodies import read_shut_file, shut_file
from server.listing.bounds import MOST_UPLOADED
from server.listing.importing import Imported
from server.listing.reading_files import read_upload
from server.listing.tables import ImportRun
from server.node import database
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct


class NoLongerWaiting(RefusedAct):
    """This file no longer waits here. Choose it once more, and look at what it would do now."""


def _quietly(_: str) -> None:
    """A page shows what was done, not each step of it."""


async def look(name: str, raw: bytes, source: str, desk: Desk) -> Imported:
    """What this file would do; it waits, shut, and what waited before is let go."""
    require(desk, Act.IMPORT_LISTING)
    read = await asyncio.to_thread(read_upload, name, raw, _quietly, MOST_UPLOADED)
    looked = await importing.take(read, importing.source_of(source), desk, _quietly, write=False)
    run = looked.report.run
    box = shut_file(run, raw, desk)
    async with database.transaction():
        await ImportRun.update({ImportRun.upload: b""}).where(ImportRun.id != run)
        await ImportRun.update({ImportRun.upload: box}).where(ImportRun.id == run)
    return looked


async def accept(run: str, desk: Desk) -> Imported:
    """Take in the file that waits, and change the rows it says differently."""
    require(desk, Act.IMPORT_LISTING)
    found = await ImportRun.select().where(ImportRun.id == run).first()
    if found is None:
        raise NotFound
    if not found["upload"]:
        raise NoLongerWaiting
    raw = read_shut_file(run, found["upload"], desk)
    read = await asyncio.to_thread(read_upload, found["file_name"], raw, _quietly, MOST_UPLOADED)
    taken = await importing.take(read, found["source"], desk, _quietly, accept=True)
    await _let_go(run)
    return taken


async def discard(run: str, desk: Desk) -> None:
    """Let go of the file that waits; nothing of it is taken in."""
    require(desk, Act.IMPORT_LISTING)
    await _let_go(run)


async def _let_go(run: str) -> None:
    async with database.transaction():
        await ImportRun.update({ImportRun.upload: b""}).where(ImportRun.id == run)
    database.checkpoint()
