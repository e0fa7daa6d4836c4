"""“This imported organization is that agency”: said at the coordinating node, followed by all.

From then on the agency's own signed entry stands under the id the organization was imported with.
"""

from typing import Any, Final

from directory.hsds.ids import is_uuid
from directory.hsds.objects import Dataset
from server.entry import shelving
from server.entry.errors import NotAnEntry
from server.listing import claims
from server.listing.store import IMPORT
from server.listing.tables import AsideRow, Claim, ListingRow, TrustedRow
from server.node import audit, coalition, database
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import RefusedAct

KEY: Final = "c/"
_CLAIMS: Final = "claims"


async def claim(organization: str, agency: str, desk: Desk) -> int:
    """This imported organization is that agency; how many imported rows are kept aside for it."""
    _coordinating(desk)
    listed = coalition.find(agency, desk)
    async with database.transaction():
        await _may_be(organization, listed.id)
        await claims.begin(organization, listed.id, int(desk.now.timestamp()))
        aside = await claims.set_aside(organization, desk)
        await shelving.put_anew(listed.id, desk)
        database.checkpoint()
        await audit.record("listing.claim", organization, desk, agency=listed.id, rows=aside)
    return aside


async def undo(organization: str, desk: Desk) -> int:
    """It is not that agency: both are listed again; how many rows stay the agency's own.

    Those it took over: they are its own words now, and go only when it takes them away itself.
    """
    _coordinating(desk)
    async with database.transaction():
        agency = await claims.end(organization)
        if not agency:
            raise RefusedAct("No agency is said to be this organization.")
        await shelving.put_anew(agency, desk)
        stay = await claims.bring_back(organization, desk)
        await audit.record("listing.unclaim", organization, desk, agency=agency, stay=stay)
    return stay


def as_chunk(organization: str, agency: str, rows: Dataset) -> dict[str, list[dict[str, Any]]]:
    """What the listing says of this claim: which agency it is, and what lists say of it."""
    beside = {table: [dict(row) for row in some] for table, some in rows.items()}
    return {_CLAIMS: [{"id": organization, "agency": agency}], **beside}


async def take(key: str, rows: Dataset, desk: Desk) -> None:
    """The coordinating node's word on one organization, as it came; inside an act, locked too.

    The rows are kept by the agency they are offered to, and by nobody else.
    """
    organization, agency = _read(key, rows)
    await _for_no_other(organization, agency, desk)
    kept, _ = shelving.importable({name: some for name, some in rows.items() if name != _CLAIMS})
    ids = {f"{name}/{row['id']}" for name, some in kept.items() for row in some}
    await claims.take_away({*ids, f"{claims.ORGANIZATIONS}/{organization}"}, organization)
    before = await claims.end(organization)
    await claims.begin(organization, agency, int(desk.now.timestamp()))
    if before and before != agency:
        await shelving.put_anew(before, desk)
    await shelving.put_anew(agency, desk)
    await claims.keep(organization, kept if agency == desk.node.identity else {})
    await audit.record("listing.claimed", organization, desk, agency=agency)


async def let_go(organization: str, desk: Desk) -> None:
    """The coordinating node took its word back. Inside an act."""
    agency = await claims.end(organization)
    await AsideRow.delete().where(AsideRow.organization == organization)
    if agency:
        await shelving.put_anew(agency, desk)
        await audit.record("listing.unclaimed", organization, desk, agency=agency)


async def tend(desk: Desk) -> None:
    """What was shut when a claim came stands under its id once this node is unlocked."""
    agencies = await Claim.select(Claim.agency).output(as_list=True)
    for agency in sorted(set(agencies)):
        once = list(await claims.naming(agency))
        if await TrustedRow.exists().where(
            (TrustedRow.source == agency) & TrustedRow.organization.is_in(once)
        ):
            async with database.transaction():
                await shelving.put_anew(agency, desk)
                await audit.record("listing.move", agency, desk)


def _coordinating(desk: Desk) -> None:
    require(desk, Act.IMPORT_LISTING)
    if not desk.node.coordinating:
        raise RefusedAct("Only the coordinating node says which organization is which agency.")
    desk.unlocked()


async def _may_be(organization: str, agency: str) -> None:
    imported = ListingRow.source.like(f"{IMPORT}%") & (ListingRow.table == claims.ORGANIZATIONS)
    if not await ListingRow.exists().where(imported & (ListingRow.hsds_id == organization)):
        raise RefusedAct("No list brought an organization of this id, or it is an agency already.")
    if agency in (await claims.live()).values():
        raise RefusedAct("This agency is another organization already. Take that back first.")
    entry = f"{claims.ORGANIZATIONS}/{claims.own_id(agency)}"
    if not await ListingRow.exists().where(
        (ListingRow.id == entry) & (ListingRow.source == agency)
    ):
        raise RefusedAct("This agency has sent no entry of its own yet. Ask it to send one first.")


def _read(key: str, rows: Dataset) -> tuple[str, str]:
    said = rows.get(_CLAIMS, ())
    one = said[0] if len(said) == 1 else {}
    organization, agency = one.get("id"), one.get("agency")
    signs = isinstance(agency, str) and len(agency) == 64 and set(agency) <= set("0123456789abcdef")
    if not is_uuid(organization) or key != f"{KEY}{organization}" or not signs:
        raise NotAnEntry("The directory says of this organization nothing that can be read.")
    return str(organization), str(agency)


async def _for_no_other(organization: str, agency: str, desk: Desk) -> None:
    """No agency goes by an id that is another's; none by two, the one said last counts."""
    live = await claims.live()
    another = any(claims.own_id(one.id) == organization for one in desk.directory.entries)
    row = f"{claims.ORGANIZATIONS}/{organization}"
    found = await ListingRow.select(ListingRow.source).where(ListingRow.id == row).first()
    source = found["source"] if found else IMPORT
    taken = source.partition(":")[0] != IMPORT and source not in {agency, live.get(organization)}
    if another or taken:
        raise NotAnEntry("The directory gives an agency an id that is another's.")
    for of, one in live.items():
        if one == agency and of != organization:
            await claims.end(of)
