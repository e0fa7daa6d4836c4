"""Share, sync and view: what leaves this node, what arrives, and what the parts say together."""

from collections.abc import Iterable
from typing import Any

import click

from client_sync.case_view import CaseView, Contribution
from server import sync as syncing
from server.casework import mailroom, meetings
from server.casework.meetings import Viewed
from server.cli.line import Line, at_desk, at_locked_desk, line_options, table
from server.counted import agree
from server.node.desk import Desk
from server.node.errors import NothingCleared, Unreachable
from server.sync import SyncReport
from tiers.fragment import Place
from tiers.gate import Cleared, LeftOut, Withheld


def _place(place: Place) -> dict[str, str]:
    return {"section": place.section, "about": place.about, "field": place.field}


def _left_out(rows: Iterable[LeftOut]) -> list[dict[str, str]]:
    return [
        {**_place(row.place), "reason": row.reason.name.lower(), "sentence": row.reason.value}
        for row in rows
    ]


def _withheld(decision: Withheld) -> dict[str, Any]:
    return {
        "outcome": "withheld",
        "reason": decision.reason.name.lower(),
        "sentence": decision.reason.value,
        "withheld": _left_out(decision.left_out),
    }


def _cleared(decision: Cleared, outcome: str) -> dict[str, Any]:
    return {
        "outcome": outcome,
        "consent": decision.consent.id,
        "to": decision.recipient,
        "until": decision.until.isoformat(),
        "leaves": [
            {**_place(place), "values": [w.value for w in written]}
            for place, written in sorted(decision.fragment.fields.items())
        ],
        "withheld": _left_out(decision.left_out),
    }


def _cleared_lines(decision: Cleared, words: str) -> list[str]:
    leaves = sorted(decision.fragment.fields)
    return [
        f"{words} {agree(len(leaves), 'field')}, until {decision.until}:",
        *table([("  " + p.section, p.about, p.field) for p in leaves]),
        f"Stays here: {agree(len(decision.left_out), 'field')}",
        *table(
            [
                ("  " + row.place.section, row.place.about, row.place.field, row.reason.value)
                for row in decision.left_out
            ]
        ),
    ]


@click.command("share")
@click.argument("ref")
@click.option("--to", required=True, metavar="AGENCY", help="Its name, or the start of its id.")
@click.option("--for", "exchange", required=True, type=click.Choice(["meeting", "handoff"]))
@click.option("--dry-run", is_flag=True, help="Show exactly what would leave, and send nothing.")
@line_options
def share(line: Line, ref: str, to: str, exchange: str, *, dry_run: bool) -> None:
    """Ask the gate, and send what one live consent clears."""
    if dry_run:
        _preview(line, ref, to, exchange)
        return

    async def act(desk: Desk) -> mailroom.Sent | Withheld:
        return await mailroom.send(ref, to, exchange, desk)

    sent = at_desk(line, act)
    if isinstance(sent, Withheld):
        _refuse(line, sent)
        return
    outcome = "shared" if sent.new else "changed" if sent.changed else "unchanged"
    line.say(
        {"share": sent.share, **_cleared(sent.cleared, outcome)},
        *_cleared_lines(sent.cleared, "Leaves this node:"),
    )


def _preview(line: Line, ref: str, to: str, exchange: str) -> None:
    async def act(desk: Desk) -> Cleared | Withheld:
        return await mailroom.preview(ref, to, exchange, desk)

    decision = at_desk(line, act)
    if isinstance(decision, Withheld):
        _refuse(line, decision)
        return
    line.say(_cleared(decision, "would share"), *_cleared_lines(decision, "Would leave this node:"))


def _refuse(line: Line, decision: Withheld) -> None:
    line.say(_withheld(decision))
    raise NothingCleared(f"Nothing leaves this node. {decision.reason.value}")


@click.command("sync")
@click.option("--until-idle", is_flag=True, help="Go on until nothing waits and nothing arrives.")
@line_options
def sync(line: Line, *, until_idle: bool) -> None:
    """Push what waits, pull what arrived. Works locked (without --as) and unlocked."""

    act = syncing.sync_until_idle if until_idle else syncing.sync_once
    report: SyncReport = at_locked_desk(line, act) if line.staff is None else at_desk(line, act)
    line.say(
        {
            "pushed": report.pushed,
            "pulled": report.pulled,
            "refused": [{"id": row.id, "reason": row.reason} for row in report.refused],
            "receipts": report.receipts,
            "waiting": report.waiting,
            "enrolled": not report.not_enrolled,
        },
        f"{report.pushed} sent, {report.pulled} received, {report.receipts} receipts, "
        f"{report.waiting} waiting.",
        *(f"Refused: {row.reason}" for row in report.refused),
        *([report.not_let_in] if report.not_let_in else []),
    )
    if report.unreachable:
        raise Unreachable


@click.command("view")
@click.argument("ref")
@line_options
def view(line: Line, ref: str) -> None:
    """The merged view of a case: each agency's part beside the others', opened and recorded."""

    async def act(desk: Desk) -> Viewed:
        return await meetings.view_with_gaps(ref, desk)

    viewed = at_desk(line, act)
    line.say(
        {
            **viewed.view.plain(),
            "shut": [
                {"agency": one.agency_name, "agency_id": one.agency, "reason": one.reason}
                for one in viewed.shut
            ],
        },
        *view_lines(viewed.view),
        *(f"Stays shut: {one.agency_name}. {one.reason}" for one in viewed.shut),
    )


def view_lines(seen: CaseView) -> list[str]:
    lines = [f"Case {seen.case_ref}, as of {seen.as_of}"]
    for section, parts in seen.sections.items():
        rows = dict.fromkeys(_as_row(part) for part in parts)  # two consents may tell the same
        lines += ["", section, *table(list(rows))]
    lines += [f"They differ: {p.section}, {p.about}, {p.field}" for p in seen.differ]
    lines += [f"Asked on {one.asked_on}, not answered: {one.name}" for one in seen.asked]
    lines += [f"Ended on {one.on}: {one.name}" for one in seen.ended]
    return lines


def _as_row(part: Contribution) -> tuple[str, ...]:
    values = " / ".join(part.values)
    return f"  {part.agency}", part.about, part.field, values, f"until {part.until}"


COMMANDS = (share, sync, view)
