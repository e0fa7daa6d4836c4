"""A member of staff, as everything else knows them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.node.access import Role
from server.node.tables import Staff


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who works here; version rises when their roles, passphrase or membership change."""

    id: str
    name: str
    roles: frozenset[Role]
    version: int


def from_row(row: Mapping[str, Any]) -> StaffMember:
    """The member a row speaks of."""
    return StaffMember(row["staff_id"], row["name"], read_roles(row["roles"]), row["version"])


def read_roles(text: str) -> frozenset[Role]:
    """Roles as a column keeps them."""
    return frozenset(Role(value) for value in text.split(",") if value)


def write_roles(roles: frozenset[Role]) -> str:
    """Roles as a column keeps them."""
    return ",".join(sorted(role.value for role in roles))


def fold(name: str) -> str:
    """A name as it is compared: without case, without spaces at its ends or doubled inside."""
    return " ".join(name.split()).casefold()


async def active() -> list[dict[str, Any]]:
    """The rows of everybody who works here now, in the order they came."""
    rows: list[dict[str, Any]] = (
        await Staff.select().where(Staff.removed_at.is_null()).order_by(Staff.id)
    )
    return rows


async def still(member: StaffMember) -> StaffMember | None:
    """The member as they stand now, or nothing once anything about them changed."""
    row = await Staff.select().where(Staff.staff_id == member.id).first()
    if row is None or row["removed_at"] is not None or row["version"] != member.version:
        return None
    return from_row(row)
