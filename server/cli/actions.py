"""Actions of this agency, and what became of them; at the coordinating node, those of all."""

from typing import Any

import click

from server.cli.line import Line, at_desk, line_options, read_words, table
from server.meeting import actions, monitor
from server.meeting.actions import ActionLine, Answered, Mine
from server.meeting.monitor import MonitorLine
from server.meeting.plan_view import NOT_DONE
from server.node.desk import Desk

_STATUSES = (
    "open",
    "in_progress",
    "completed",
    "not_possible_changed_circumstances",
    "not_done_by_agency",
    "declined",
)


@click.group("action")
def action() -> None:
    """Actions agreed at the meeting."""


@action.command("list")
@click.option("--all", "every", is_flag=True, help="Every case's, at the coordinating node.")
@click.option("--overdue", is_flag=True, help="Only what is past its day.")
@line_options
def list_actions(line: Line, *, every: bool, overdue: bool) -> None:
    """What is ours to do, what is due first."""
    if every:
        _monitor(line, overdue=overdue)
        return

    async def act(desk: Desk) -> Mine:
        return await actions.mine(desk)

    found = at_desk(line, act)
    own = [one for one in found.own if one.overdue or not overdue]
    line.say(
        {"own": [_plain(one) for one in own], "overseen": [_plain(one) for one in found.overseen]},
        *table([_words(one) for one in own]),
        *(["Overdue where we lead:"] if found.overseen else []),
        *table([_words(one) for one in found.overseen]),
    )


@action.command("answer")
@click.argument("ref")
@click.argument("row")
@click.option("--status", required=True, type=click.Choice(_STATUSES))
@click.option("--done-on", default="", metavar="DAY")
@line_options
def answer(line: Line, ref: str, row: str, status: str, done_on: str) -> None:
    """Say what became of an action; what was done, or why it was not, comes on standard input."""
    words = read_words()
    update, why = ("", words) if status in NOT_DONE else (words, "")

    async def act(desk: Desk) -> Answered:
        return await actions.answer(ref, row, status, desk, update=update, why=why, done_on=done_on)

    done = at_desk(line, act)
    line.say(
        {"row": row, "status": status, "reached": list(done.edited.reached), "stays": done.stays},
        f"Saved; it does not reach the meeting: {done.stays}"
        if done.stays
        else "Saved; it is on its way to the meeting.",
    )


def _monitor(line: Line, *, overdue: bool) -> None:
    async def act(desk: Desk) -> tuple[MonitorLine, ...]:
        return await monitor.monitor(desk, overdue=overdue)

    found = at_desk(line, act)
    line.say(
        {
            "actions": [
                {
                    "case_ref": one.case_ref,
                    "row": one.action.row,
                    "about": one.action.about,
                    "action": one.action.says("action"),
                    "owner": one.owner,
                    "due": one.action.says("due"),
                    "status": one.action.says("status"),
                    "overdue": one.overdue,
                    "update": one.told.says("update") if one.told else "",
                }
                for one in found
            ]
        },
        *table(
            [
                (
                    one.short,
                    one.action.row,
                    one.owner,
                    one.action.says("due"),
                    one.action.says("status") + (", overdue" if one.overdue else ""),
                    one.action.says("action"),
                )
                for one in found
            ]
        ),
    )


def _plain(one: ActionLine) -> dict[str, Any]:
    return {
        "case_ref": one.case_ref,
        "row": one.action.row,
        "about": one.action.about,
        "action": one.action.says("action"),
        "due": one.action.says("due"),
        "status": one.status,
        "overdue": one.overdue,
        "update": one.answered("update"),
        "why": one.answered("why"),
    }


def _words(one: ActionLine) -> tuple[str, ...]:
    late = ", overdue" if one.overdue else ""
    row = one.action
    return one.short, row.row, row.says("due"), one.status + late, row.says("action")


COMMANDS = (action,)
