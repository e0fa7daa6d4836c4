"""Contact cards: shown, read aloud, and used to enrol, join and verify."""

import functools
from datetime import date
from pathlib import Path
from typing import Any

import click

from directory.card import Card
from directory.snapshot import Directory
from server.cli.line import Line, at_desk, at_locked_desk, line_options, read_file
from server.node import coalition, successions, voice
from server.node.desk import Desk
from server.node.errors import Usage
from tiers.tier import Tier

_card = click.argument("file", metavar="CARD", type=click.Path(path_type=Path))
_words = click.option("--words", required=True, help="The eight words, as heard by voice.")


def read_card(file: Path) -> bytes:
    """The card in a file, as the partner's node printed it."""
    return voice.from_line(read_file(file).decode("utf-8", errors="replace"))


def read_day(text: str) -> date:
    """A day as people write it on a command line."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Usage(f"{text} is not a day such as 2031-05-04.") from None


def _as_day(_: click.Context, __: click.Parameter, text: str) -> date:
    return read_day(text)


@line_options
def _show(line: Line) -> None:
    """Print this node's signed contact card, one line of text for a partner."""

    async def act(desk: Desk) -> tuple[bytes, Card]:
        return desk.node.card, coalition.read_card(desk.node.card, desk)

    raw, read = at_locked_desk(line, act)
    line.say(
        {
            "card": voice.line(raw),
            "agency": read.id,
            "name": read.name,
            "kind": read.kind,
            "coordinating": read.coordinating,
            "relay": read.relay,
            "rehearsal": read.rehearsal,
            "words": " ".join(read.words),
        },
        voice.line(raw),
    )


@click.group("card", invoke_without_command=True)
@click.pass_context
@functools.wraps(_show)  # with its options; `card succeed` reads its own
def card(context: click.Context, /, **options: Any) -> None:
    if context.invoked_subcommand is None:
        _show(**options)


@card.command("succeed")
@click.argument("file", type=click.Path(path_type=Path))
@line_options
def succeed(line: Line, file: Path) -> None:
    """A new identity for this agency.

    At the new node, FILE is the old node's card: prints the line to take to the old node.
    At the old node, FILE is that line: signs it, and tells the coordinating node.
    """
    text = read_file(file).decode("utf-8", errors="replace").strip()
    if text.startswith(successions.LINE.strip()):

        async def agree(desk: Desk) -> Card:
            return await successions.agree(text, desk)

        agreed = at_desk(line, agree)
        line.say(
            {"agency": agreed.id, "words": " ".join(agreed.words)},
            "Signed; it goes with the next sync. The coordinating node asks for these words:",
            " ".join(agreed.words),
        )
        return
    raw = read_card(file)

    async def claim(desk: Desk) -> str:
        return await successions.claim(raw, desk)

    claimed = at_desk(line, claim)
    line.say({"succession": claimed}, claimed)


@click.command("words")
@_card
@line_options
def words(line: Line, file: Path) -> None:
    """The eight words of a card: both sides read them aloud, by voice, and compare."""
    raw = read_card(file)

    async def act(desk: Desk) -> Card:
        return coalition.read_card(raw, desk)

    read = at_locked_desk(line, act)
    line.say(
        {"words": " ".join(read.words), "agency": read.id, "name": read.name},
        " ".join(read.words),
    )


@click.command("enrol")
@_card
@click.option("--tier", required=True, type=click.IntRange(1, 4))
@click.option("--seat", "seats", multiple=True, help="A seat granted by name, e.g. meeting.")
@click.option(
    "--agreement-until",
    required=True,
    type=click.UNPROCESSED,
    callback=_as_day,
    help="A day, 2031-05-04.",
)
@_words
@line_options
def enrol(
    line: Line, *, file: Path, tier: int, seats: tuple[str, ...], agreement_until: date, words: str
) -> None:
    """Enrol an agency in the signed directory (coordinating node)."""
    raw = read_card(file)

    async def act(desk: Desk) -> tuple[Card, Directory]:
        published = await coalition.enrol(
            raw, Tier(tier), frozenset(seats), agreement_until, words, desk
        )
        return coalition.read_card(raw, desk), published

    enrolled, published = at_desk(line, act)
    line.say(
        {"agency": enrolled.id, "name": enrolled.name, "directory": published.number},
        f"{enrolled.name} is enrolled until {agreement_until}; it learns so at its next sync.",
    )


@click.command("join")
@_card
@_words
@line_options
def join(line: Line, file: Path, words: str) -> None:
    """Trust this coordinating node (agency); the directory comes with the next sync."""
    raw = read_card(file)

    async def act(desk: Desk) -> Card:
        return await coalition.join(raw, words, desk)

    joined = at_desk(line, act)
    line.say(
        {"coordinating": joined.id, "name": joined.name, "relay": joined.relay},
        f"This node trusts {joined.name}. Run sync to fetch the directory.",
    )


@click.command("verify")
@_card
@_words
@line_options
def verify(line: Line, file: Path, words: str) -> None:
    """Record that this agency heard a partner's eight words by voice."""
    raw = read_card(file)

    async def act(desk: Desk) -> Card:
        return await coalition.verify(raw, words, desk)

    verified = at_desk(line, act)
    line.say(
        {"agency": verified.id, "name": verified.name},
        f"{verified.name} is verified by voice.",
    )


COMMANDS = (card, words, enrol, join, verify)
