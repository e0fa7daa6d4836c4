"""The test handoff with an invented person: send, open theirs, end both."""

from typing import Any

import click

from server.casework import rehearsing
from server.casework.finds import ReceivedFind
from server.casework.rehearsing import Rehearsed, TestHandoff
from server.cli.line import Line, at_desk, line_options, table
from server.node.desk import Desk
from server.node.errors import NothingCleared, Usage
from tiers.gate import Withheld


@click.command("rehearse")
@click.option("--with", "partner", required=True, help="The other agency.")
@click.option("--open", "opens", is_flag=True, help="Open what they sent.")
@click.option("--end", "ends", is_flag=True, help="End all of it, in both directions.")
@click.option("--show", "shows", is_flag=True, help="Only say how it stands.")
@line_options
def rehearse(line: Line, partner: str, *, opens: bool, ends: bool, shows: bool) -> None:
    """Send an invented person to a partner; then open theirs, and end both."""
    if opens + ends + shows > 1:
        raise Usage("Give one of --open, --end and --show, or none of them to send.")
    if opens:
        _open(line, partner)
        return

    async def act(desk: Desk) -> Rehearsed | Withheld:
        if ends:
            return await rehearsing.end(partner, desk)
        if not shows:
            sent = await rehearsing.begin(partner, desk)
            if isinstance(sent, Withheld):
                return sent
        return await rehearsing.rehearsed_with(partner, desk)

    found = at_desk(line, act)
    if isinstance(found, Withheld):
        raise NothingCleared(f"Nothing leaves this node. {found.reason.value}")
    line.say(_rehearsed(found), *_rehearsed_words(found))


def _open(line: Line, partner: str) -> None:
    async def act(desk: Desk) -> tuple[ReceivedFind, ...]:
        return await rehearsing.open_arrived(partner, desk)

    found = at_desk(line, act)
    fields = [(place, written[-1].value) for one in found for place, written in one.fields.items()]
    line.say(
        {
            "arrived": [one.share for one in found],
            "fields": [
                {
                    "section": place.section,
                    "about": place.about,
                    "field": place.field,
                    "value": said,
                }
                for place, said in fields
            ],
        },
        *table([("  " + place.section, place.field, said) for place, said in fields]),
    )


def _rehearsed(found: Rehearsed) -> dict[str, Any]:
    return {
        "partner": found.partner,
        "name": found.name,
        "both_ways": found.both_ways,
        "handoffs": [
            {
                "share": one.share,
                "direction": one.direction,
                "sent": one.sent,
                "opened": one.opened,
                "ended": bool(one.ended_at),
                "proven": one.proven,
            }
            for one in found.handoffs
        ],
    }


def _rehearsed_words(found: Rehearsed) -> list[str]:
    lines = [f"{_way(one, found.name)}: {_how(one)}" for one in found.handoffs]
    if found.both_ways:
        lines.append("Both ways, ended, and proven by signed receipts.")
    return lines or [f"Nothing was rehearsed with {found.name} yet."]


def _way(one: TestHandoff, name: str) -> str:
    return f"to {name}" if one.direction == rehearsing.OUT else f"from {name}"


def _how(one: TestHandoff) -> str:
    if one.proven:
        return (
            "ended; its receipt is here" if one.direction == rehearsing.OUT else "ended; destroyed"
        )
    if one.ended_at:
        return "ended; waits for the receipt"
    if one.direction == rehearsing.IN:
        return "arrived, opened" if one.opened else "arrived"
    return "sent" if one.sent else "waits for the next sync"
