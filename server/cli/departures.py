"""Looking back once a year, and leaving."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from server.casework import leaving
from server.casework.leaving import Leaving, WhatEnds
from server.cli.line import Line, at_desk, line_options, read_form, table
from server.node import selfreview
from server.node.desk import Desk
from server.node.errors import BadFile, RefusedAct
from server.node.selfreview import Review

_FORMAT = "casefold-self-review-1"


@click.command("leave")
@click.option("--look", is_flag=True, help="Only say what would happen.")
@click.option("--finish", is_flag=True, help="Do not wait any longer for who has not confirmed.")
@click.option("--show", is_flag=True, help="How far leaving has come.")
@line_options
def leave(line: Line, *, look: bool, finish: bool, show: bool) -> None:
    """Leave the coalition: what is shared ends with receipts, this agency's own records stay."""

    async def what(desk: Desk) -> WhatEnds:
        return await leaving.what_ends(desk)

    async def act(desk: Desk) -> Leaving:
        if finish:
            await leaving.finish(desk)
        if finish or show:
            found = await leaving.departure(desk)
            if found is None:
                raise RefusedAct("This agency has left no coalition.")
            return found
        return await leaving.leave(desk)

    if look:
        _say_what(line, at_desk(line, what))
        return
    _say_how_far(line, at_desk(line, act))


def _say_what(line: Line, found: WhatEnds) -> None:
    line.say(
        {
            "coalition": found.coalition,
            "shared": found.shared,
            "holders": list(found.holders),
            "received": found.received,
            "consents": found.consents,
            "kept": found.kept,
        },
        f"Leaving {found.coalition} would",
        f"  close {found.shared} parts that others hold: {', '.join(found.holders) or 'nobody'}",
        f"  destroy {found.received} parts of others that are here, and send receipts",
        f"  end {found.consents} consents",
        f"  keep this agency's own {found.kept} cases, and open them as before",
    )


def _say_how_far(line: Line, found: Leaving) -> None:
    line.say(
        {
            "coalition": found.coalition,
            "closed": found.closed,
            "confirmed": dict(found.confirmed),
            "waiting": list(found.waiting),
            "finished": bool(found.finished_at),
        },
        f"{'Left' if found.finished_at else 'Leaving'} {found.coalition}: "
        f"{found.closed} parts closed.",
        *table([(f"  {name}", f"destroyed {count}") for name, count in found.confirmed]),
        *(f"  {name} has yet to confirm" for name in found.waiting),
        *([] if found.finished_at else ["Sync until all have confirmed; then this node has left."]),
    )


@click.group("self-review")
def self_review() -> None:
    """The yearly look at the duties that hold at every tier."""


@self_review.command("record")
@click.argument("file", type=click.Path(path_type=Path))
@line_options
def record(line: Line, file: Path) -> None:
    """Write a self-review down from a form (casefold-self-review-1)."""
    found = _read(read_form(file))

    async def act(desk: Desk) -> Review:
        return await selfreview.record(found, desk)

    made = at_desk(line, act)
    line.say(_as_answer(made), f"Recorded on {made.done_on} by {made.who}.")


@self_review.command("list")
@line_options
def list_reviews(line: Line) -> None:
    """Every self-review, and when the next is due."""

    async def act(desk: Desk) -> tuple[list[Review], str]:
        return await selfreview.reviews(desk), (await selfreview.due_on(desk)).isoformat()

    found, due = at_desk(line, act)
    rows = [
        (str(one.done_on), one.who, answer.duty, answer.kept, answer.words)
        for one in found
        for answer in one.answers
    ]
    line.say(
        {"due_on": due, "reviews": [_as_answer(one) for one in found]},
        f"The next is due on {due}.",
        *table(rows),
    )


def _read(form: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    duties = form.get("duties")
    if form.get("format") != _FORMAT or not isinstance(duties, dict):
        raise BadFile(f'This is not a self-review: write "format": "{_FORMAT}" and "duties".')
    try:
        return {str(key): (str(one["kept"]), str(one["words"])) for key, one in duties.items()}
    except (KeyError, TypeError):
        raise BadFile('Each duty needs "kept" (yes, partly, no) and "words".') from None


def _as_answer(one: Review) -> dict[str, Any]:
    return {
        "review": one.id,
        "done_on": one.done_on.isoformat(),
        "who": one.who,
        "answers": [
            {"duty": a.duty, "sentence": a.sentence, "kept": a.kept, "words": a.words}
            for a in one.answers
        ],
    }


COMMANDS = (leave, self_review)
