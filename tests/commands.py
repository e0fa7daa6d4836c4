"""Every command of the program, each with the words that call it."""

import click

from server.cli.main import casefold


def every_command() -> list[str]:
    """Returns "staff add" and the like; a command with nothing below it by its one name."""
    context = click.Context(casefold)
    found: list[str] = []
    for name in casefold.list_commands(context):
        command = casefold.get_command(context, name)
        assert command is not None, name
        below = command.commands if isinstance(command, click.Group) else {}
        found += [f"{name} {sub}" for sub in below] or [name]
    return found
