"""Staff of this node: who may sign in, and as what."""

from pathlib import Path

import click

from server.casework import ties
from server.cli.line import (
    Line,
    at_desk,
    at_locked_desk,
    line_options,
    read_file,
    read_passphrase,
    table,
)
from server.node import staff as acts
from server.node.access import Role
from server.node.desk import Desk
from server.node.member import StaffMember

_ROLES = [role.value for role in Role]
_new_passphrase = click.option(
    "--new-passphrase-file", type=click.Path(path_type=Path), help="Never prompt."
)


def _as_answer(member: StaffMember) -> dict[str, object]:
    return {
        "id": member.id,
        "name": member.name,
        "roles": sorted(role.value for role in member.roles),
    }


@click.group("staff")
def staff() -> None:
    """Add, list and remove members of staff."""


@staff.command("add")
@click.option("--name", required=True)
@click.option("--role", "roles", required=True, multiple=True, type=click.Choice(_ROLES))
@_new_passphrase
@line_options
def add(line: Line, name: str, roles: tuple[str, ...], new_passphrase_file: Path | None) -> None:
    """Add a member of staff, with a passphrase of their own."""
    chosen = frozenset(Role(role) for role in roles)
    words = read_passphrase(new_passphrase_file, f"New passphrase of {name}", again=True)

    async def act(desk: Desk) -> StaffMember:
        return await ties.add_colleague(name, chosen, words, desk)

    member = at_desk(line, act)
    line.say(_as_answer(member), f"{name} may sign in as {', '.join(sorted(roles))}.")


@staff.command("list")
@line_options
def list_staff(line: Line) -> None:
    """Who may sign in, and as what."""
    members = at_desk(line, acts.list_staff)
    rows = [(member.name, ", ".join(sorted(r.value for r in member.roles))) for member in members]
    line.say({"staff": [_as_answer(member) for member in members]}, *table(rows))


@staff.command("remove")
@click.option("--name", required=True)
@line_options
def remove(line: Line, name: str) -> None:
    """Take a member of staff's lock away: they can no longer sign in."""

    async def act(desk: Desk) -> None:
        await acts.remove(name, desk)

    at_desk(line, act)
    line.say({"removed": name}, f"{name} can no longer sign in.")


@click.group("passphrase")
def passphrase() -> None:
    """One's own passphrase."""


@passphrase.command("change")
@_new_passphrase
@line_options
def change(line: Line, new_passphrase_file: Path | None) -> None:
    """Change the passphrase of the member of staff named with --as."""
    words = read_passphrase(new_passphrase_file, "New passphrase", again=True)

    async def act(desk: Desk) -> None:
        await acts.change_passphrase(words, desk)

    at_desk(line, act)
    line.say({"changed": line.signed_in()}, "From now on only the new passphrase opens this node.")


@click.command("recover")
@click.option("--recovery-code-file", type=click.Path(path_type=Path), required=True)
@click.option("--staff", "name", required=True, help="Whose passphrase is set anew.")
@_new_passphrase
@line_options
def recover(
    line: Line, recovery_code_file: Path, name: str, new_passphrase_file: Path | None
) -> None:
    """Set a passphrase anew with the paper code. All staff are told that it was used."""
    code = read_file(recovery_code_file).decode("utf-8", errors="replace").strip()
    words = read_passphrase(new_passphrase_file, f"New passphrase of {name}", again=True)

    async def act(desk: Desk) -> None:
        await acts.recover(code, name, words, desk.settings)

    at_locked_desk(line, act)
    line.say({"recovered": name}, f"{name} may sign in with the new passphrase.")


COMMANDS = (staff, passphrase, recover)
