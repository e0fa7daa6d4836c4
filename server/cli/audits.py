"""Look whether the record of what was done is whole, and whether this node is in order."""

import click

from server import checkup
from server.cli.line import Line, at_desk, at_locked_desk, line_options, table
from server.counted import agree
from server.node import audit as acts
from server.node.access import Act, require
from server.node.audit import AuditVerdict
from server.node.desk import Desk
from server.node.errors import RefusedAct


@click.group("audit")
def audit() -> None:
    """The record of who did what."""


@audit.command("verify")
@line_options
def verify(line: Line) -> None:
    """Recompute the chain of audit entries, and name the first that does not fit."""

    async def act(desk: Desk) -> AuditVerdict:
        require(desk, Act.VERIFY_AUDIT)
        return await acts.verify()

    verdict = at_desk(line, act)
    line.say(
        {"ok": verdict.ok, "count": verdict.count, "first_broken": verdict.first_broken},
        f"{agree(verdict.count, 'entry', 'entries')}, each in its place.",
    ) if verdict.ok else line.say(
        {"ok": False, "count": verdict.count, "first_broken": verdict.first_broken}
    )
    if not verdict.ok:
        raise RefusedAct(
            f"Entry {verdict.first_broken} of the audit was changed or is missing. Keep this "
            "folder as it is, and compare it with your last backup."
        )


@click.command("doctor")
@click.option("--clock-is-right", is_flag=True, help="The clock jumped forward, and is right now.")
@line_options
def doctor(line: Line, clock_is_right: bool) -> None:
    """Look at this node as an operator would, and say of each thing ok or look.

    With --clock-is-right, which needs an operator's --as: what ended by that clock is destroyed.
    """
    if clock_is_right:
        at_desk(line, checkup.confirm_clock)
    found = at_locked_desk(line, checkup.look)
    line.say(
        {"checks": [{"name": c.name, "word": c.word, "sentence": c.sentence} for c in found]},
        *table([(check.word, check.name, check.sentence) for check in found]),
    )


COMMANDS = (audit, doctor)
