"""Make a node: its keys, its card, its first member of staff, and on paper the way back in."""

import json
import secrets
from dataclasses import dataclass, field

from crypto import locks
from crypto.keys import Identity, new_node_key, new_seed
from directory import card as cards
from server.node import audit, clock, coalition, database, node, packs, staff, unlock_queue
from server.node.access import Role
from server.node.desk import Desk, desk_for, keys_for
from server.node.errors import NodeExists, Usage
from server.node.member import StaffMember
from server.node.settings import Settings
from server.node.tables import NodeRow
from tiers.protocol import Protocol

COORDINATING = "coordinating"


@dataclass(frozen=True, slots=True)
class Created:
    """A node that was just made. The recovery code exists nowhere else."""

    recovery_code: str = field(repr=False)
    desk: Desk


async def create(
    settings: Settings,
    *,
    name: str,
    staff_name: str,
    passphrase: str,
    kind: str = "",
    coordinating: bool = False,
    url: str = "",
    pack: str = packs.DEFAULT,
    rehearsal: bool = False,
) -> Created:
    """A new node in this folder, whose first member of staff is signed in at the desk returned."""
    texts = packs.load(pack)
    protocol = packs.read(texts)
    shown, person = staff.check_name(name), staff.check_name(staff_name)
    staff.check_passphrase(passphrase)
    if coordinating and not url.startswith(("http://", "https://")):
        raise Usage("A coordinating node needs --url, where agencies reach its relay.")
    agency_kind = _kind(kind, protocol, coordinating=coordinating)
    now = clock.clock_without_node(settings, rehearsal=rehearsal)
    await database.prepare(settings)
    if await node.exists():
        raise NodeExists

    seed, node_key = new_seed(), new_node_key()
    identity, code = Identity(seed), locks.new_paper_code()
    lock = await unlock_queue.make_lock(seed, passphrase)
    if settings.node_key_file.exists():
        settings.node_key_file.rename(
            settings.node_key_file.with_suffix(f".{secrets.token_hex(4)}")
        )
    node.write_node_key(settings, node_key)
    card = cards.make(
        cards.Card(
            name=shown,
            kind=agency_kind,
            identity=identity.public,
            node_key=node_key.public,
            coordinating=coordinating,
            relay=url or None,
            pack=protocol.digest,
            rehearsal=rehearsal,
            issued=int(now.timestamp()),
        ),
        identity,
    )
    async with database.transaction():
        if await node.exists():
            raise NodeExists
        await NodeRow.insert(
            NodeRow(
                name=shown,
                kind=agency_kind,
                identity=identity.public.hex(),
                node_key=node_key.public.hex(),
                coordinating=coordinating,
                rehearsal=rehearsal,
                relay_url=url,
                relay_identity=identity.public.hex() if coordinating else "",
                card=card,
                trusted_card=card if coordinating else b"",
                paper_lock=locks.paper_lock(seed, code),
                pack_name=texts[0][0],
                pack_texts=json.dumps(texts),
                created_at=int(now.timestamp()),
                high_water=int(now.timestamp()),
            )
        )
        roles = {Role.OPERATOR, Role.COORDINATOR if coordinating else Role.LIAISON}
        member = await staff.insert(person, frozenset(roles), lock, int(now.timestamp()))
    return Created(code, await _first_desk(settings, member, identity))


async def _first_desk(settings: Settings, member: StaffMember, identity: Identity) -> Desk:
    desk = await desk_for(settings, member, await keys_for(settings, identity))
    async with database.transaction():
        await audit.record("init", desk.node.identity, desk, rehearsal=desk.node.rehearsal)
        if desk.node.coordinating:
            await coalition.write_itself(desk)
    return await desk_for(settings, member, desk.keys)


def _kind(kind: str, protocol: Protocol, *, coordinating: bool) -> str:
    if coordinating:
        return COORDINATING
    known = [code for code in protocol.agency_kinds if code != COORDINATING]
    if kind in known:
        return kind
    if kind or not known:
        raise Usage(f"The pack knows no agency of kind {kind}. It knows: {', '.join(known)}.")
    return known[0]
