"""Invitations: a link that brings an agency in, with no file changing hands."""

import sys
from datetime import date, timedelta
from typing import Any

import click

from directory.card import Card
from directory.snapshot import Directory
from server.cli.cards import read_day
from server.cli.line import Line, at_desk, line_options, table
from server.node import invitations as acts
from server.node import invited
from server.node.desk import Desk
from server.node.errors import Usage
from server.node.invitations import Invited, Made
from server.node.invited import Opened
from tiers.tier import Tier

_STATES = {
    acts.OPEN: "not opened yet",
    acts.WAITING: "waits for the eight words",
    acts.ENROLLED: "enrolled",
    acts.REVOKED: "taken back",
    acts.ENDED: "ended unused",
}
_words = click.option("--words", required=True, help="The eight words, as heard by voice.")


@click.group("invitation")
def invitation() -> None:
    """Bring an agency in by a link that is good once."""


@invitation.command("make")
@click.option("--name", required=True, help="The agency it is meant for.")
@click.option("--until", help=f"Its last day; without it, {acts.USUAL_DAYS} days from today.")
@line_options
def make(line: Line, name: str, until: str | None) -> None:
    """Make a link for one agency, good once (coordinating node). It is shown only now."""

    async def act(desk: Desk) -> Made:
        usual = desk.today + timedelta(days=acts.USUAL_DAYS)
        return await acts.make(name, usual if until is None else read_day(until), desk)

    made = at_desk(line, act)
    line.say(
        {"invitation": made.id, "link": made.link, "until": made.until.isoformat()},
        made.link,
        f"Good once, until {made.until}. It is not shown again; sync, then hand it over.",
    )


@invitation.command("list")
@line_options
def list_invitations(line: Line) -> None:
    """Every invitation made here, and the words of whoever answered."""

    async def act(desk: Desk) -> list[Invited]:
        return await acts.listed(desk)

    found = at_desk(line, act)
    line.say(
        {"invitations": [_as_answer(one) for one in found]},
        *table([(one.name, _STATES[one.state], f"until {one.until}", _said(one)) for one in found]),
    )


@invitation.command("revoke")
@click.argument("invitation")
@line_options
def revoke(line: Line, invitation: str) -> None:
    """Take an invitation back (its number, or the agency's name)."""

    async def act(desk: Desk) -> Invited:
        return await acts.revoke((await acts.find(invitation, desk)).id, desk)

    found = at_desk(line, act)
    line.say(_as_answer(found), f"Taken back: from the next sync on {found.name}'s link is shut.")


@invitation.command("open")
@click.argument("link")
@line_options
def open_link(line: Line, link: str) -> None:
    """Open LINK (- reads it from standard input): the two cards change places, which uses it up."""
    text = sys.stdin.read() if link == "-" else link

    async def act(desk: Desk) -> Opened:
        return await invited.open_link(text, desk)

    found = at_desk(line, act)
    line.say(
        {
            "coordinating": found.card.id,
            "name": found.card.name,
            "relay": found.card.relay,
            "words": " ".join(found.words),
            "own_words": " ".join(found.own_words),
        },
        f"{found.card.name} invites this agency. Ring them on a number you already know.",
        f"They read to you:  {' '.join(found.words)}",
        f"You read to them:  {' '.join(found.own_words)}",
        'If theirs are the same: casefold invitation join --words "…"',
    )


@invitation.command("join")
@_words
@line_options
def join(line: Line, words: str) -> None:
    """Trust whoever invited this agency, once their words were read aloud."""

    async def act(desk: Desk) -> Card:
        return await invited.join(words, desk)

    joined = at_desk(line, act)
    line.say(
        {"coordinating": joined.id, "name": joined.name, "relay": joined.relay},
        f"This node trusts {joined.name}. The directory comes with the sync after enrolment.",
    )


@invitation.command("admit")
@click.argument("invitation")
@_words
@click.option("--tier", type=click.IntRange(1, 4), help="With the agreement; without it, joining.")
@click.option("--seat", "seats", multiple=True, help="A seat granted by name, e.g. meeting.")
@click.option("--agreement-until", help="A day, 2031-05-04, once the agreement is signed.")
@line_options
def admit(  # noqa: PLR0917  # the command's parts, in its order
    line: Line,
    invitation: str,
    words: str,
    tier: int | None,
    seats: tuple[str, ...],
    agreement_until: str | None,
) -> None:
    """Enrol the agency that answered an invitation (coordinating node).

    Without an agreement it is enrolled as joining: the steps travel, and nothing else does.
    """
    if (tier is None) != (agreement_until is None):
        raise Usage(
            "A tier comes with an agreement: give --tier and --agreement-until, or neither."
        )
    until: date | None = None if agreement_until is None else read_day(agreement_until)

    async def act(desk: Desk) -> tuple[Invited, Directory]:
        found = await acts.find(invitation, desk)
        chosen = Tier.DIRECTORY if tier is None else Tier(tier)
        return found, await acts.admit(found.id, words, chosen, frozenset(seats), until, desk)

    found, published = at_desk(line, act)
    how = "is joining" if until is None else f"takes part until {until}"
    line.say(
        {"agency": found.agency, "name": found.name, "directory": published.number},
        f"{found.card.name if found.card else found.name} {how}; it learns so at its next sync.",
    )


def _as_answer(one: Invited) -> dict[str, Any]:
    return {
        "invitation": one.id,
        "name": one.name,
        "until": one.until.isoformat(),
        "state": one.state,
        "problem": one.problem,
        "agency": one.agency,
        "card_name": one.card.name if one.card else "",
        "words": " ".join(one.card.words) if one.card else "",
    }


def _said(one: Invited) -> str:
    if one.problem:
        return one.problem
    if one.state != acts.WAITING or one.card is None:
        return ""
    return f"{one.card.name}: {' '.join(one.card.words)}"


COMMANDS = (invitation,)
