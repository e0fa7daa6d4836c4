"""The intake of a coordinating node: referrals taken up, decided, asked about, closed, reopened."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from server.cli.line import Line, at_desk, line_options, read_words, table
from server.meeting import deciding, intake_case
from server.meeting import intake as acts
from server.meeting.intake import QueueLine
from server.meeting.intake_case import IntakeCase
from server.node.desk import Desk
from server.node.errors import Usage


@click.group("intake")
def intake() -> None:
    """Referrals at the coordinating node, with the clock each one has."""


@intake.command("list")
@line_options
def list_intake(line: Line) -> None:
    """Every case somebody referred, what is due first."""

    async def act(desk: Desk) -> Sequence[QueueLine]:
        return await acts.queue(desk)

    found = at_desk(line, act)
    line.say(
        {"intake": [_as_answer(one) for one in found]},
        *table([(one.short, _standing(one), one.referred_name, _due(one)) for one in found]),
    )


@intake.command("show")
@click.argument("ref")
@line_options
def show(line: Line, ref: str) -> None:
    """One case: whether it reaches the threshold, who may vote, and what was decided."""

    async def act(desk: Desk) -> IntakeCase:
        return await intake_case.show(ref, desk)

    found = at_desk(line, act)
    met = [row.title for row in found.reached.met]
    line.say(
        {
            **_as_answer(found.line),
            "people": dict(found.people),
            "threshold_met": [row.id for row in found.reached.met],
            "band": found.reached.band,
            "too_few_voters": found.too_few,
            "voters": [
                {"agency": one.agency, "name": one.name, "why_not": one.why_not}
                for one in found.voters
            ],
            "motions": [{"motion": one.id, "question": one.question} for one in found.motions],
        },
        f"Case {found.line.short}: {_standing(found.line)}, from {found.line.referred_name}",
        f"Threshold: {', '.join(met) or 'not reached'}",
        *(f"{one.name}: {one.why_not or 'may vote'}" for one in found.voters),
        *([found.too_few] if found.too_few else []),
    )


@intake.command("take-up")
@click.argument("ref")
@click.option(
    "--bases",
    is_flag=True,
    help="Read on standard input why the plan may speak of other adults, a line each: CODE words.",
)
@line_options
def take_up(line: Line, ref: str, bases: bool) -> None:
    """Take a referral up: its plan begins at every agency she lets receive it."""
    said = _bases(read_words()) if bases else {}

    async def act(desk: Desk) -> QueueLine:
        return await acts.take_up(ref, desk, said)

    found = at_desk(line, act)
    line.say(_as_answer(found), f"Case {found.short} is taken up. Its plan begins.")


@intake.command("accept")
@click.argument("ref")
@line_options
def accept(line: Line, ref: str) -> None:
    """Accept a case that reaches the threshold. Where a team decides: motion put."""
    _do(line, ref, lambda desk: deciding.accept(ref, desk), "Accepted for hearing.")


@intake.command("decline")
@click.argument("ref")
@line_options
def decline(line: Line, ref: str) -> None:
    """Decline a case; the reasons come on standard input and go back with the plan."""
    words = read_words()
    _do(
        line, ref, lambda desk: deciding.decline(ref, words, desk), "Declined; the reasons go back."
    )


@intake.command("ask")
@click.argument("ref")
@line_options
def ask(line: Line, ref: str) -> None:
    """Ask the agencies she named: each sees from when, and by when."""
    _do(line, ref, lambda desk: acts.ask(ref, desk), "The agencies are asked.")


@intake.command("close")
@click.argument("ref")
@line_options
def close(line: Line, ref: str) -> None:
    """Close a case that was heard; words to go with it come on standard input."""
    words = read_words()
    _do(line, ref, lambda desk: deciding.close(ref, words, desk), "Closed.")


@intake.command("reopen")
@click.argument("ref")
@line_options
def reopen(line: Line, ref: str) -> None:
    """Take a closed or declined case up again; the reasons come on standard input."""
    words = read_words()
    _do(line, ref, lambda desk: acts.reopen(ref, words, desk), "Reopened: it is decided anew.")


def _do(line: Line, ref: str, step: Any, said: str) -> None:
    async def act(desk: Desk) -> QueueLine:
        await step(desk)
        return await acts.line_of(ref, desk)

    found = at_desk(line, act)
    line.say(_as_answer(found), said)


def _bases(text: str) -> dict[str, str]:
    said = dict(line.split(None, 1) for line in text.splitlines() if len(line.split(None, 1)) > 1)
    if not said:
        raise Usage("Write a line for each other adult: the code, and why the plan may say so.")
    return said


def _as_answer(one: QueueLine) -> dict[str, Any]:
    return {
        "case_ref": one.case_ref,
        "short": one.short,
        "status": one.status,
        "accepted": one.accepted,
        "ended": one.ended,
        "referred_by": one.referred_by,
        "received_at": one.received_at.isoformat(),
        "may_ask_at": _moment(one.may_ask_at),
        "ask_by": _moment(one.ask_by),
        "asked_at": _moment(one.asked_at),
        "late": one.late,
    }


def _standing(one: QueueLine) -> str:
    if one.ended:
        return "release ended"
    words = one.status.replace("_", " ")
    return f"{words}, accepted" if one.accepted else words


def _due(one: QueueLine) -> str:
    if one.ask_by is None:
        return ""
    by = f"ask by {one.ask_by:%d %b %H:%M} UTC"
    return f"late: {by}" if one.late else by


def _moment(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


COMMANDS = (intake,)
