"""What other nodes say openly, each kind taken by the room it belongs to, once, and by name."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from crypto import statement
from crypto.errors import CryptoError
from crypto.statement import Statement
from server.entry import adopting, taking
from server.node import audit, database, proposals, steps, successions
from server.node.desk import Desk
from server.node.errors import RefusedAct
from server.node.tables import Heard

Take = Callable[[Statement, str, Desk], Awaitable[None]]
"""Takes one statement of a member, named by its identity; RefusedAct says why it does not."""

NOT_A_MEMBER = "The directory this node believes names nobody who could sign this."
BROKEN = "This statement could not be read. Nothing of it was taken."
SUSPENDED = "The agency that signed this is suspended. Nothing it says is taken."

KINDS: Mapping[str, Take] = {
    "proposal": proposals.take_part,
    "cosign": proposals.take_signature,
    "succession": successions.take,
    "step": steps.take,
    "entry": taking.take,
    "listing": adopting.take,
}


@dataclass(frozen=True, slots=True)
class Taken:
    """How many statements were taken, and which were not, each with its reason."""

    accepted: int = 0
    refused: tuple[tuple[str, str], ...] = ()


def split(raws: Sequence[bytes]) -> tuple[list[bytes], list[bytes]]:
    """Those a room of this table takes, and all others, which are casework's to judge."""
    ours: list[bytes] = []
    others: list[bytes] = []
    for raw in raws:
        (ours if _kind(raw) in KINDS else others).append(raw)
    return ours, others


async def take(raws: Sequence[bytes], desk: Desk) -> Taken:
    """Take each statement once, in a transaction of its own; works locked."""
    accepted = 0
    refused: list[tuple[str, str]] = []
    for raw in raws:
        try:
            said = statement.read(raw)
        except CryptoError as error:
            refused.append(("", str(error)))
            continue
        ident = said.id.hex()
        if await Heard.exists().where(Heard.id == ident):
            continue
        try:
            async with database.transaction():
                await KINDS[said.kind](said, _member(said, desk), desk)
                await Heard.insert(Heard(id=ident, at=int(desk.now.timestamp())))
        except RefusedAct as error:
            refused.append((ident, error.sentence))
            await _name_refused(ident, said.kind, error.sentence, desk)
            continue
        except taking.UNREADABLE:
            # Whatever a member wrote, the node goes on with what others wrote.
            refused.append((ident, BROKEN))
            await _name_refused(ident, said.kind, BROKEN, desk)
            continue
        accepted += 1
    return Taken(accepted, tuple(refused))


async def _name_refused(ident: str, kind: str, why: str, desk: Desk) -> None:
    async with database.transaction():
        await Heard.insert(Heard(id=ident, at=int(desk.now.timestamp())))
        await audit.record("arrival.refused", ident, desk, kind=kind, why=why)


def _member(said: Statement, desk: Desk) -> str:
    agency = desk.directory.agency(said.signer.hex())
    if agency is None:
        raise RefusedAct(NOT_A_MEMBER)
    if agency.suspended:
        raise RefusedAct(SUSPENDED)
    return agency.id


def _kind(raw: bytes) -> str:
    """The kind a statement claims, before anything about it is believed."""
    try:
        return statement.kind_of(raw)
    except CryptoError:
        return ""
