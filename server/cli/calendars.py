"""Meetings in a calendar: private addresses, made and taken back."""

import click

from server.cli.line import Line, at_desk, line_options, table
from server.meeting import feeds


@click.group("calendar")
def calendar() -> None:
    """When meetings are, for calendars outside Casefold."""


@calendar.group("feed")
def feed() -> None:
    """Private addresses at which a calendar reads when meetings are, and nothing else."""


@feed.command("make")
@line_options
def make(line: Line) -> None:
    """Make a private address; it is shown once. It answers while the node is locked."""
    made = at_desk(line, feeds.make)
    line.say(
        {"feed": made.id, "path": made.path},
        "Shown only now. After the address of this node, subscribe your calendar to:",
        made.path,
    )


@feed.command("list")
@line_options
def list_feeds(line: Line) -> None:
    """Your own addresses that still answer, by number; the addresses are kept nowhere."""
    found = at_desk(line, feeds.list_own)
    line.say(
        {
            "feeds": [
                {
                    "feed": one.id,
                    "made_at": one.made_at.isoformat(),
                    "read_at": one.read_at.isoformat() if one.read_at else None,
                }
                for one in found
            ]
        },
        *table(
            [
                (
                    one.id,
                    f"made {one.made_at:%Y-%m-%d}",
                    f"last read {one.read_at:%Y-%m-%d}" if one.read_at else "not read yet",
                )
                for one in found
            ]
        ),
    )


@feed.command("revoke")
@click.argument("number")
@line_options
def revoke(line: Line, number: str) -> None:
    """Take an address back: it answers like one that never was."""
    at_desk(line, lambda desk: feeds.revoke(number, desk))
    line.say({"revoked": number}, "That address answers no longer.")


COMMANDS = (calendar,)
