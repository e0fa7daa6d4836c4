"""Imported organizations that are agencies now: said, taken back, and taken over by them."""

from typing import Any

import click

from server.cli.entries import entry
from server.cli.line import Line, at_desk, line_options, table
from server.cli.listings import directory
from server.entry import alike, claiming, offered
from server.entry.alike import Claimed, Suggestion
from server.entry.offered import Offer
from server.node.desk import Desk


@directory.command("claims")
@line_options
def claims(line: Line) -> None:
    """The imported organizations that are agencies now, and those that look as if they were."""

    async def act(desk: Desk) -> tuple[tuple[Claimed, ...], tuple[Suggestion, ...]]:
        return await alike.claimed(desk), await alike.suggestions(desk)

    said, like = at_desk(line, act)
    rows = [(one.organization, "is", one.name, f"{one.aside} rows kept aside") for one in said]
    rows += [
        (one.organization, "may be", one.name, f"{one.called}: {', '.join(one.because)}")
        for one in like
    ]
    line.say(
        {
            "claims": [
                {
                    "organization": one.organization,
                    "agency": one.agency,
                    "name": one.name,
                    "aside": one.aside,
                }
                for one in said
            ],
            "suggestions": [
                {
                    "organization": one.organization,
                    "called": one.called,
                    "agency": one.agency,
                    "name": one.name,
                    "because": list(one.because),
                }
                for one in like
            ],
        },
        *(table(rows) or ["No imported organization is an agency, or looks like one."]),
    )


@directory.command("claim")
@click.argument("organization")
@click.argument("agency")
@line_options
def claim(line: Line, organization: str, agency: str) -> None:
    """Say that the imported ORGANIZATION (its id) is this AGENCY: its own entry stands instead."""

    async def act(desk: Desk) -> int:
        return await claiming.claim(organization, agency, desk)

    aside = at_desk(line, act)
    line.say(
        {"organization": organization, "aside": aside},
        f"The agency's own entry stands in its place. {aside} imported rows are kept aside.",
    )


@directory.command("unclaim")
@click.argument("organization")
@line_options
def unclaim(line: Line, organization: str) -> None:
    """Take that back: the imported ORGANIZATION and the agency's entry stand side by side again."""

    async def act(desk: Desk) -> int:
        return await claiming.undo(organization, desk)

    stay = at_desk(line, act)
    line.say(
        {"organization": organization, "stay": stay},
        f"Both stand side by side again. {stay} rows the agency took over stay its own.",
    )


@entry.command("offered")
@line_options
def show_offers(line: Line) -> None:
    """What imported lists say of this agency and its own entry does not."""
    found = at_desk(line, offered.offers)
    line.say(
        {"offers": [_as_answer(one) for one in found]},
        *(
            table([(one.id, one.title, f"{one.rows} rows") for one in found])
            or ["No list says more of you than your entry."]
        ),
    )


@entry.command("take-over")
@click.argument("ids", nargs=-1, metavar="[TABLE/ID]…")
@line_options
def take_over(line: Line, ids: tuple[str, ...]) -> None:
    """Write what is offered into the own entry, all of it or these; nothing is sent yet."""

    async def act(desk: Desk) -> int:
        wanted = ids or tuple(one.id for one in await offered.offers(desk))
        return await offered.take_over(wanted, desk)

    rows = at_desk(line, act)
    line.say({"rows": rows}, f"{rows} rows are in your entry. Look at them, then send it.")


def _as_answer(one: Offer) -> dict[str, Any]:
    return {"id": one.id, "table": one.table, "title": one.title, "rows": one.rows}
