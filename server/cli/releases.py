"""One signed release becomes directed consents; one word ends them."""

from pathlib import Path

import click

from server.casework import consents as acts
from server.casework import withdrawals
from server.casework.consents import Recorded
from server.casework.withdrawals import Withdrawn
from server.cli.consents import as_answer
from server.cli.line import Line, at_desk, line_options, read_form, table
from server.counted import agree
from server.node.desk import Desk
from server.node.errors import Usage
from tiers.release_form import read_release


@click.group("release")
def release() -> None:
    """What a survivor signed."""


@release.command("record")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--case", "ref", help="The case it belongs to, where the file names none.")
@line_options
def record(line: Line, file: Path, ref: str | None) -> None:
    """Record one signed release (casefold-release-1): its find, tell and plan consents."""
    form = read_release(read_form(file))
    case_ref = form.case_ref or ref
    if case_ref is None:
        raise Usage("Say which case the release belongs to: --case REF, or case_ref in the file.")

    async def act(desk: Desk) -> Recorded:
        return await acts.record_release(form, case_ref, desk)

    recorded = at_desk(line, act)
    line.say(
        {
            "release": recorded.release_id,
            "case_ref": case_ref,
            "consents": [as_answer(consent) for consent in recorded.consents],
        },
        f"Release {recorded.release_id} makes {agree(len(recorded.consents), 'consent')}:",
        *table([("  " + c.id, c.kind.value, str(c.ends)) for c in recorded.consents]),
    )


@click.command("withdraw")
@click.argument("consent", required=False)
@click.option("--release", "release_id", help="All of a release, wherever its parts are.")
@line_options
def withdraw(line: Line, consent: str | None, release_id: str | None) -> None:
    """Take a withdrawal: a word is enough. It stands before anything is sent."""
    if (consent is None) == (release_id is None):
        raise Usage("Name one consent, or --release ID for all of it.")

    async def act(desk: Desk) -> Withdrawn:
        return await withdrawals.withdraw(desk, consent=consent, release=release_id)

    ended = at_desk(line, act)
    gone, closed = agree(len(ended.consents), "consent"), agree(len(ended.closed), "share")
    waiting = agree(len(ended.waiting), "agency has", "agencies have")
    line.say(
        {
            "release": ended.release,
            "whole": ended.whole,
            "consents": list(ended.consents),
            "closed": list(ended.closed),
            "waiting": list(ended.waiting),
        },
        f"Withdrawn: {gone}, {closed} closed here.",
        f"{waiting} yet to confirm: 'casefold consent receipts' says who.",
    )


COMMANDS = (release, withdraw)
