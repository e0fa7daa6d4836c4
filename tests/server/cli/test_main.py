"""A command reads in only what it needs, and no command that was written is out of reach."""

import pkgutil
import subprocess
import sys
from importlib import import_module

import click

import server.cli
from server.cli.main import MODULES, casefold
from tests.commands import every_command


def _reached() -> set[click.Command]:
    context = click.Context(casefold)
    found: set[click.Command] = set()
    held = [casefold.get_command(context, name) for name in casefold.list_commands(context)]
    while held:
        command = held.pop()
        assert command is not None
        found.add(command)
        held += command.commands.values() if isinstance(command, click.Group) else ()
    return found


def test_every_command_that_is_written_can_be_called() -> None:
    reached = _reached()
    written = {
        f"{module.name}.{name}": value
        for module in pkgutil.iter_modules(server.cli.__path__)
        for name, value in vars(import_module(f"server.cli.{module.name}")).items()
        if isinstance(value, click.Command) and value is not casefold
    }

    assert [name for name, command in written.items() if command not in reached] == []
    assert "partner sign" in every_command()


def test_a_command_reads_in_its_own_modules_alone() -> None:
    said = subprocess.run(
        [sys.executable, "-c", _LOADED.format(words=["case", "--help"])],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    loaded = {
        name for name in said.splitlines()[-1].split() if name in set(sum(MODULES.values(), ()))
    }

    assert loaded == set(MODULES["case"])


_LOADED = """
import sys
from server.cli.main import casefold
casefold({words!r}, standalone_mode=False)
print(*(name.removeprefix("server.cli.") for name in sys.modules if name.startswith("server.cli.")))
"""
