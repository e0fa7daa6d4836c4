"""Partners: the signed directory as a list, and changes to it."""

from pathlib import Path
from typing import Any

import click

from directory.agency import Agency
from directory.liaison import Liaison, Signatory
from directory.snapshot import Directory
from server.cli.cards import read_day
from server.cli.line import Line, at_desk, line_options, read_file, table
from server.counted import agree
from server.node import coalition
from server.node.coalition import Change, Partner
from server.node.desk import Desk
from server.node.errors import Usage
from server.node.steps import document_hash
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
        "liaisons": [one.to_entry() for one in agency.liaisons],
        "signatories": [one.to_entry() for one in agency.signatories],
        "agreement_hash": agency.agreement_hash,
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
        f"Directory {number}, {agree(len(found), 'agency', 'agencies')}",
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
@click.option("--agreement-signed", help="The day it was signed, if not today.")
@click.option(
    "--document", type=click.Path(path_type=Path), help="The signed agreement; only its hash goes."
)
@click.option(
    "--signatory", "signatories", nargs=2, multiple=True, metavar="NAME ROLE", help="Who signed it."
)
@click.option(
    "--liaison",
    "liaisons",
    nargs=5,
    multiple=True,
    metavar="PLACE NAME ROLE PHONE TRAINED",
    help="PLACE is primary, alternate or out_of_hours; TRAINED a day, or “-”.",
)
@click.option("--no-liaison", multiple=True, metavar="PLACE", help="Nobody is there any more.")
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
    agreement_signed: str | None,
    document: Path | None,
    signatories: tuple[tuple[str, str], ...],
    liaisons: tuple[tuple[str, str, str, str, str], ...],
    no_liaison: tuple[str, ...],
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
        agreement_signed=None if agreement_signed is None else read_day(agreement_signed),
        agreement_hash=None if document is None else document_hash(read_file(document)),
        signatories=tuple(Signatory(name, _or_nothing(role)) for name, role in signatories),
        liaisons=tuple(_liaison(*one) for one in liaisons),
        no_liaison=frozenset(no_liaison),
    )
    if wanted == Change():
        raise Usage("Say what should change, e.g. --agreement-until 2031-05-04.")

    async def act(desk: Desk) -> tuple[Directory, bool]:
        following = await coalition.change_partner(agency, wanted, desk)
        return following, following.number == desk.directory.number

    following, waits = at_desk(line, act)
    line.say(
        {"directory": following.number, "waits": waits},
        "This waits for the signatures of others: see partner proposals."
        if waits
        else f"Directory {following.number} is published.",
    )


def _liaison(place: str, name: str, role: str, phone: str, trained: str) -> Liaison:
    trained_on = None if trained in {"", "-"} else read_day(trained)
    return Liaison(place, name, _or_nothing(role), phone, trained_on)


def _or_nothing(text: str) -> str:
    return "" if text == "-" else text


COMMANDS = (partner,)
