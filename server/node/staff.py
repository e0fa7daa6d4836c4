"""Who works here: added by an operator, each with a lock of their own over the one seed."""

import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from crypto import locks
from crypto.errors import CryptoError, WrongPassphrase
from crypto.keys import Identity
from server.node import attempts, audit, clock, database, unlock_queue
from server.node.access import Act, Role, require
from server.node.desk import Desk, locked_desk
from server.node.errors import NotFound, PassphraseWrong, RefusedAct, Usage
from server.node.member import StaffMember, active, fold, from_row, read_roles, write_roles
from server.node.settings import Settings
from server.node.signing_in import sign_in
from server.node.tables import AuditEntry, KnownDevice, Staff

__all__ = [
    "NOTICED",
    "Notice",
    "add",
    "change_passphrase",
    "check_name",
    "check_passphrase",
    "insert",
    "list_staff",
    "notices",
    "open_paper",
    "read_notices",
    "recover",
    "remove",
    "sign_in",
]

_LONGEST_NAME = 200
NOTICED = frozenset({"recover", "staff.add", "staff.remove"})


@dataclass(frozen=True, slots=True)
class Notice:
    """Something about who can open this node, which everybody who works here is shown."""

    n: int
    at: str
    sentence: str


async def list_staff(desk: Desk) -> list[StaffMember]:
    """Everybody who works here now."""
    require(desk, Act.LIST_STAFF)
    return [from_row(row) for row in await active()]


async def add(
    name: str,
    roles: frozenset[Role],
    passphrase: str,
    desk: Desk,
    before_they_sign_in: Callable[[StaffMember], Awaitable[None]] | None = None,
) -> StaffMember:
    """Give somebody a lock and roles; everybody else is told."""
    require(desk, Act.ADD_STAFF)
    if not roles:
        raise Usage("Give at least one role.")
    shown = check_name(name)
    check_passphrase(passphrase)
    await _refuse_taken(shown)
    lock = await unlock_queue.make_lock(desk.unlocked().identity.seed, passphrase)
    async with database.transaction():
        await _refuse_taken(shown)
        member = await insert(shown, roles, lock, int(desk.now.timestamp()))
        await audit.record(
            Act.ADD_STAFF.value, member.id, desk, roles=sorted(role.value for role in roles)
        )
        if before_they_sign_in is not None:
            await before_they_sign_in(member)
    return member


async def remove(name: str, desk: Desk) -> StaffMember:
    """Take somebody's lock away; their sessions end. What they have read they have read."""
    require(desk, Act.REMOVE_STAFF)
    async with database.transaction():
        row = await _held(name)
        others = [other for other in await active() if other["id"] != row["id"]]
        if not any(Role.OPERATOR in read_roles(other["roles"]) for other in others):
            raise RefusedAct(
                "This is the last operator. Add another before this one goes, or nobody could "
                "add or remove staff."
            )
        await Staff.update(
            {
                Staff.lock: b"",
                Staff.removed_at: int(desk.now.timestamp()),
                Staff.version: row["version"] + 1,
                # The name stays readable in the audit, and free to be used again.
                Staff.folded_name: f"{row['folded_name']} {row['staff_id']}",
            }
        ).where(Staff.id == row["id"])
        await KnownDevice.delete().where(KnownDevice.staff_id == row["staff_id"])
        await audit.record(Act.REMOVE_STAFF.value, row["staff_id"], desk)
    return from_row(row)


async def change_passphrase(passphrase: str, desk: Desk) -> StaffMember:
    """A new lock for the person at this desk; their other sessions end."""
    require(desk, Act.CHANGE_PASSPHRASE)
    check_passphrase(passphrase)
    assert desk.staff is not None  # noqa: S101  # require() has seen to it
    lock = await unlock_queue.make_lock(desk.unlocked().identity.seed, passphrase)
    async with database.transaction():
        row = await _held(desk.staff.name)
        member = await _relock(row, lock)
        await audit.record(Act.CHANGE_PASSPHRASE.value, member.id, desk)
    return member


async def recover(code: str, name: str, passphrase: str, settings: Settings) -> StaffMember:
    """A new passphrase by the paper code; written down, and shown to everybody who works here."""
    check_passphrase(passphrase)
    desk = await locked_desk(settings)
    identity = open_paper(desk.node.paper_lock, code)
    if identity.public.hex() != desk.node.identity:
        raise PassphraseWrong("This code belongs to another node.")
    await _held_or_nobody(name)
    lock = await unlock_queue.make_lock(identity.seed, passphrase)
    async with database.transaction():
        member = await _relock(await _held_or_nobody(name), lock)
        await audit.record(Act.RECOVER.value, member.id, desk)
    await attempts.note_success(name, "", await clock.now(settings), member.id)
    return member


async def notices(desk: Desk) -> list[Notice]:
    """What this person has not yet been told about who can open this node."""
    if desk.staff is None:
        return []
    row = await Staff.select(Staff.read_notices_to).where(Staff.staff_id == desk.staff.id).first()
    seen = int(row["read_notices_to"]) if row else 0
    entries = await (
        AuditEntry.select()
        .where((AuditEntry.n > seen) & AuditEntry.act.is_in(sorted(NOTICED)))
        .order_by(AuditEntry.n)
    )
    names = {row["staff_id"]: row["name"] for row in await Staff.select()}
    return [
        Notice(
            entry["n"], entry["at"], _told(entry["act"], names.get(entry["subject"], "Somebody"))
        )
        for entry in entries
        if entry["who"] != desk.staff.id
    ]


async def read_notices(up_to: int, desk: Desk) -> None:
    """This person has read the notices up to this one."""
    if desk.staff is None:
        return
    async with database.transaction():
        await Staff.update({Staff.read_notices_to: up_to}).where(
            (Staff.staff_id == desk.staff.id) & (Staff.read_notices_to < up_to)
        )


async def insert(name: str, roles: frozenset[Role], lock: bytes, at: int) -> StaffMember:
    """The row of a new member; the caller holds the transaction and writes the audit."""
    database.require_transaction()
    head, _ = await audit.head()
    member = StaffMember(secrets.token_hex(16), name, roles, version=1)
    await Staff.insert(
        Staff(
            staff_id=member.id,
            name=name,
            folded_name=fold(name),
            roles=write_roles(roles),
            lock=lock,
            version=member.version,
            added_at=at,
            read_notices_to=head + 1,
        )
    )
    return member


def check_name(name: str) -> str:
    """A name as it is shown, or a sentence about what is wrong with it."""
    shown = " ".join(name.split())
    if not shown or len(shown) > _LONGEST_NAME or not shown.isprintable():
        raise Usage(f"A name has 1 to {_LONGEST_NAME} letters.")
    return shown


def check_passphrase(passphrase: str) -> None:
    """Refuse a passphrase that is too short."""
    try:
        locks.check_passphrase(passphrase)
    except CryptoError as error:
        raise Usage(str(error)) from error


def open_paper(lock: bytes, code: str) -> Identity:
    """The identity under a paper code."""
    try:
        return locks.paper_unlock(lock, code)
    except WrongPassphrase as error:
        raise PassphraseWrong("This code belongs to another node, or to none.") from error
    except CryptoError as error:
        raise PassphraseWrong(str(error)) from error


async def _relock(row: dict[str, Any], lock: bytes) -> StaffMember:
    version = row["version"] + 1
    await Staff.update({Staff.lock: lock, Staff.version: version}).where(Staff.id == row["id"])
    return from_row({**row, "version": version})


async def _held(name: str) -> dict[str, Any]:
    row = await database.lock_row(
        Staff, (Staff.folded_name == fold(name)) & Staff.removed_at.is_null()
    )
    if row is None:
        raise NotFound("Nobody of that name works here. casefold staff list shows who does.")
    return row


async def _held_or_nobody(name: str) -> dict[str, Any]:
    row = next((row for row in await active() if row["folded_name"] == fold(name)), None)
    if row is None:
        raise NotFound("Nobody of that name works here.")
    return row


async def _refuse_taken(name: str) -> None:
    if any(row["folded_name"] == fold(name) for row in await active()):
        raise RefusedAct(
            "Somebody of that name works here already. Add something to tell them apart."
        )


def _told(act: str, name: str) -> str:
    if act == "recover":
        return f"The paper recovery code was used to give {name} a new passphrase."
    if act == "staff.add":
        return f"{name} was added and can open this node."
    return f"{name} was removed and can no longer open this node."
