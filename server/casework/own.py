"""This agency's own rows of cases, read and written in one place for the acts above."""

from dataclasses import dataclass
from datetime import UTC, datetime

from crypto.keys import Identity, NodeKey
from directory.errors import DirectoryError
from server.casework import refs, walls
from server.casework.bodies import read_body, shut_body
from server.casework.case_body import CaseBody
from server.casework.errors import NoSuchAgency, NoSuchCase
from server.casework.tables import Case, Share
from server.node.desk import Desk
from server.node.keyring import Keyring


@dataclass(frozen=True, slots=True)
class OwnCase:
    """A case row and what its body says."""

    row: Case
    body: CaseBody


def me(desk: Desk) -> str:
    """This agency, as other agencies name it."""
    return desk.node.identity


def unix(desk: Desk) -> int:
    """The desk's time in seconds."""
    return int(desk.now.timestamp())


def sure(desk: Desk) -> int:
    """The time up to which what ended may be destroyed for good."""
    return int(desk.sure.timestamp())


def keyring(desk: Desk) -> Keyring:
    """The keys in keys.db; a locked desk can only destroy them."""
    return desk.keyring


def signer(desk: Desk) -> Identity | NodeKey:
    """Whoever can sign an ending here: the agency, or on a locked node its node key."""
    return desk.node.node_key if desk.keys is None else desk.keys.identity


def coordinating(desk: Desk) -> str:
    """The coordinating node's identity; nobody's while this node has no directory."""
    entries = desk.directory.entries
    return entries[0].identity if entries else ""


def agency_name(identity: str, desk: Desk) -> str:
    """What the directory calls this agency, or the start of its identity."""
    if identity == me(desk):
        return desk.node.name
    agency = desk.directory.agency(identity)
    return identity[:8] if agency is None else agency.name


def named_agency(text: str, desk: Desk) -> str:
    """The identity of the one agency this person means."""
    try:
        return desk.directory.find(text).identity
    except DirectoryError as error:
        raise NoSuchAgency(str(error)) from None


def stamp(desk: Desk) -> str:
    """The desk's time as words carry it."""
    return desk.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def iso(at: int) -> str:
    """A stored time as people's machines write it."""
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def whole_ref(text: str, desk: Desk) -> str:
    """The reference this person means, if they may know of that case."""
    wanted = refs.plain(text)
    if not wanted:
        raise NoSuchCase
    if refs.is_whole(wanted):
        return walls.seen_as(wanted, desk)
    # Matched here, not in SQL, so that no pattern is ever built from input.
    return refs.pick(wanted, await known_refs(desk))


async def known_refs(desk: Desk) -> list[str]:
    """Every case this node holds something about, that this person may know of."""
    own = await Case.select(Case.case_ref)
    received = (
        await Share.select(Share.case_ref)
        .where((Share.recipient == me(desk)) & (Share.case_ref != ""))
        .group_by(Share.case_ref)
    )
    known = {row["case_ref"] for row in [*own, *received]}
    return sorted(ref for ref in known if walls.may_know(ref, desk))


async def load(ref: str, desk: Desk) -> OwnCase:
    """The agency's own record of this case, for somebody who may know of it."""
    return await open_case(walls.seen_as(ref, desk), desk)


async def open_case(ref: str, desk: Desk) -> OwnCase:
    """The agency's own record of this case, for what the node does and nobody is shown."""
    row = await Case.objects().where(Case.case_ref == ref).first()
    if row is None:
        raise NoSuchCase
    return OwnCase(row, CaseBody.from_json(read_body("case", row.id, row.body, desk)))


async def keep(row: Case, body: CaseBody, revision: int, desk: Desk) -> None:
    """Write this body as the case's next revision."""
    shut = shut_body("case", row.id, body.to_json(), desk)
    await Case.update({Case.body: shut, Case.revision: revision}).where(Case.id == row.id)
    row.body = shut
    row.revision = revision
