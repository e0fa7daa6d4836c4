"""Finding a partner from the command line."""

import sys
from typing import Any

import click

from directory.audience import Audience
from server.cli.line import Line, at_desk, line_options, table
from server.cli.listings import directory
from server.counted import agree
from server.listing import search
from server.listing.asked import FREE, OPEN
from server.listing.search import FACETS, Found, Result
from server.node.desk import Desk
from server.node.errors import Usage

_NAMES = (*FACETS, OPEN, FREE)


@directory.command("search")
@click.argument("text")
@click.option("--facet", "facets", multiple=True, metavar="NAME=VALUE", help="Narrow by a fact.")
@click.option("--page", type=click.IntRange(1, 1_000_000), default=1, show_default=True)
@line_options
def search_directory(line: Line, text: str, facets: tuple[str, ...], page: int) -> None:
    """Find a partner; TEXT is what is looked for, or - to read it from standard input."""
    wanted = sys.stdin.read().strip() if text == "-" else text
    chosen = _chosen(facets)

    async def act(desk: Desk) -> Found:
        return await search.find(wanted, chosen, Audience.PROFESSIONAL, page, desk)

    found = at_desk(line, act)
    line.say(_as_answer(found), *table([_as_row(one) for one in found.results]), *_last(found))


def _chosen(facets: tuple[str, ...]) -> dict[str, list[str]]:
    chosen: dict[str, list[str]] = {}
    for said in facets:
        name, equals, value = said.partition("=")
        if name not in _NAMES or not equals:
            raise Usage(f"Write --facet NAME=VALUE with a name of: {', '.join(_NAMES)}.")
        chosen.setdefault(name, []).append(value)
    return chosen


def _as_answer(found: Found) -> dict[str, Any]:
    return {
        "total": found.total,
        "services": found.services,
        "page": found.page,
        "pages": found.pages,
        "some_words": found.some_words,
        "instead": list(found.instead),
        "results": [
            {
                "organization": one.organization,
                "agency": one.agency,
                "name": one.itself.name,
                "services": [{"id": card.hsds_id, "name": card.name} for card in one.services],
                "matching": one.matching,
                "phone": _phone(one),
            }
            for one in found.results
        ],
        "facets": {
            name: [{"value": one.value, "count": one.count} for one in counts]
            for name, counts in found.facets.items()
        },
        "open_now": found.open_now.count,
        "free_now": found.free_now.count,
    }


def _as_row(one: Result) -> tuple[str, str, str]:
    return one.itself.name, ", ".join(card.name for card in one.services), _phone(one)


def _phone(one: Result) -> str:
    return next((card.phone for card in (*one.services, one.itself) if card.phone), "")


def _last(found: Found) -> list[str]:
    instead = [f"Looked for {', '.join(found.instead)} instead."] if found.instead else []
    if not found.total:
        return ["Nobody in the directory matches."]
    return [*instead, f"{agree(found.total, 'partner')}, page {found.page} of {found.pages}."]
