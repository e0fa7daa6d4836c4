"""Partners: the signed directory as a list, and changes to it."""

from typing import Any

import click

from directory.agency import Agency
from directory.snapshot import Directory
from server.cli.cards import read_day
from server.cli.line import Line, at_desk, line_options, table
from server.node import coalition
from server.node.coalition import Change, Partner
from server.node.desk import Desk
from server.node.errors import Usage
from tiers.tier import Tier


def _as_answer(partner: Partner) -> dict[str, Any]:
    agency = partner.agency
    until = agency.agreement_until
    return {
        "agency": agency.id,
        "name": agency.name,
        "kind": agency.kind,
        "coordinating": agency.coordinating,
        "tier": agency.tier,
        "seats": sorted(agency.seats),
        "agreement_until": None if until is None else until.isoformat(),
        "suspended": agency.suspended,
        "verified_here": partner.verified_here,
        "itself": partner.itself,
    }


def _as_row(agency: Agency) -> tuple[str, str, str, str]:
    if agency.suspended:
        return agency.name, agency.kind, "suspended", ""
    seats = f"seat: {', '.join(sorted(agency.seats))}" if agency.seats else "no seat"
    return (
        agency.name,
        agency.kind,
        f"tier {agency.tier}",
        f"{seats}, until {agency.agreement_until}",
    )


@click.group("partner")
def partner() -> None:
    """The agencies of this coalition."""


@partner.command("list")
@line_options
def list_partners(line: Line) -> None:
    """Every agency in the directory this node believes."""

    async def act(desk: Desk) -> tuple[int, list[Partner]]:
        return desk.directory.number, await coalition.partners(desk)

    number, found = at_desk(line, act)
    line.say(
        {"directory": number, "agencies": [_as_answer(one) for one in found]},
        f"Directory {number}, {len(found)} agencies",
        *table([_as_row(one.agency) for one in found]),
    )


@partner.command("change")
@click.argument("agency")
@click.option("--tier", type=click.IntRange(1, 4))
@click.option("--seat", help="Grant a seat by name.")
@click.option("--no-seat", is_flag=True, help="Take every seat back.")
@click.option("--agreement-until", help="A day, 2031-05-04.")
@click.option(
    "--suspend/--resume", default=None, help="Suspend its key, or let it take part again."
)
@click.option("--remove", is_flag=True, help="Take the agency out of the directory.")
@line_options
def change(
    line: Line,
    agency: str,
    tier: int | None,
    seat: str | None,
    agreement_until: str | None,
    *,
    no_seat: bool,
    suspend: bool | None,
    remove: bool,
) -> None:
    """Change an agency's entry, and publish the next directory (coordinating node)."""
    if no_seat and seat:
        raise Usage("Grant a seat or take seats back, not both.")
    wanted = Change(
        tier=None if tier is None else Tier(tier),
        seat=seat,
        no_seat=no_seat,
        agreement_until=None if agreement_until is None else read_day(agreement_until),
        suspended=suspend,
        remove=remove,
    )
    if wanted == Change():
        raise Usage("Say what should change, e.g. --agreement-until 2031-05-04.")

    async def act(desk: Desk) -> Directory:
        return await coalition.change_partner(agency, wanted, desk)

    published = at_desk(line, act)
    line.say({"directory": published.number}, f"Directory {published.number} is published.")


COMMANDS = (partner,)
