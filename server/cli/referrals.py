"""Referrals: what an agency asks the coordinating node to take up, and what leaves with it."""

from collections.abc import Sequence
from typing import Any

import click

from server.cli.line import Line, at_desk, line_options, names, read_words, table
from server.meeting import referring
from server.meeting.referral_goes import Goes
from server.meeting.referring import ReferralLine, ReferralView, Referred
from server.node.desk import Desk
from tiers.gate import Cleared


@click.group("referral")
def referral() -> None:
    """What this agency asks the coordinating node to take up."""


@referral.command("start")
@click.argument("ref", required=False)
@line_options
def start(line: Line, ref: str | None) -> None:
    """Begin a referral of this case, or of somebody new. Nothing leaves by this."""

    async def act(desk: Desk) -> str:
        return await referring.start(ref, desk)

    begun = at_desk(line, act)
    line.say({"case_ref": begun}, f"A referral is begun ({begun}). Nothing has left this node.")


@referral.command("list")
@line_options
def list_referrals(line: Line) -> None:
    """The referrals this agency is making, or made."""

    async def act(desk: Desk) -> Sequence[ReferralLine]:
        return await referring.listed(desk)

    found = at_desk(line, act)
    rows = [
        {
            "case_ref": one.ref,
            "short": one.short,
            "state": one.state,
            "made_at": one.made_at.isoformat(),
            "sent_at": one.sent_at.isoformat() if one.sent_at else None,
        }
        for one in found
    ]
    line.say({"referrals": rows}, *table([(one.short, one.state, one.name) for one in found]))


@referral.command("show")
@click.argument("ref")
@line_options
def show(line: Line, ref: str) -> None:
    """How far a referral is, what is missing, and what would leave if it were sent now."""

    async def act(desk: Desk) -> tuple[ReferralView, list[str], str, Desk]:
        view = await referring.state(ref, desk)
        to = [names([one.agency], desk) for one in view.goes]
        return view, to, desk.pack.action_terms.never_told, desk

    view, to, never_told, desk = at_desk(line, act)
    line.say(_as_answer(view, desk), *_as_lines(view, to, desk), never_told)


@referral.command("waiting")
@click.argument("ref")
@line_options
def waiting(line: Line, ref: str) -> None:
    """She has not been asked yet; why comes on standard input. Nothing leaves."""
    why = read_words()

    async def act(desk: Desk) -> str:
        await referring.waiting(ref, why, desk)
        return desk.pack.words["nothing_leaves"]

    line.say({"state": referring.WAITING}, at_desk(line, act))


@referral.command("declined")
@click.argument("ref")
@line_options
def declined(line: Line, ref: str) -> None:
    """She says no; her words, if any, come on standard input. Nothing leaves."""
    words = read_words()

    async def act(desk: Desk) -> str:
        await referring.declined(ref, words, desk)
        return desk.pack.words["nothing_leaves"]

    line.say({"state": referring.DECLINED}, at_desk(line, act))


@referral.command("send")
@click.argument("ref")
@line_options
def send(line: Line, ref: str) -> None:
    """Send what she released to the coordinating node, and to the others as the protocol says."""

    async def act(desk: Desk) -> tuple[Referred, str, str, str]:
        done = await referring.send(ref, desk)
        sent = names(dict.fromkeys(one.agency for one in done.sent), desk)
        kept = names(dict.fromkeys(one.agency for one in done.withheld), desk)
        return done, sent, kept, desk.pack.action_terms.never_told

    done, sent, kept, never_told = at_desk(line, act)
    line.say(
        {
            "case_ref": done.ref,
            "sent": [_where(one) for one in done.sent],
            "withheld": [_where(one) for one in done.withheld],
        },
        f"Sealed for {sent}. It goes now, or when the connection is back.",
        *([f"Nothing went to {kept}."] if kept else []),
        never_told,
    )


def _where(one: Goes) -> dict[str, str]:
    return {"to": one.agency, "exchange": one.exchange}


def _as_answer(view: ReferralView, desk: Desk) -> dict[str, Any]:
    met = {row.id for row in view.reached.met}
    return {
        "case_ref": view.record.ref,
        "short": view.record.short,
        "state": view.state,
        "steps": [
            {"step": step.id, "done": step.done, "missing": list(step.missing)}
            for step in view.steps
        ],
        "thresholds": [
            {"threshold": row.id, "reached": row.id in met} for row in desk.pack.thresholds.values()
        ],
        "band": view.reached.band,
        "below": view.reached.route,
        "clocks": [{"title": one.title, "due": one.due.isoformat()} for one in view.clocks],
        "goes": [
            {**_where(one), "now": not one.later, "sections": _sections(one)} for one in view.goes
        ],
    }


def _sections(one: Goes) -> list[str]:
    if not isinstance(one.decision, Cleared):
        return []
    return sorted({place.section for place in one.decision.fragment.fields})


def _as_lines(view: ReferralView, to: Sequence[str], desk: Desk) -> list[str]:
    lines = [f"Referral of {view.record.short}, {view.state}"]
    for step in view.steps:
        missing = f" (still empty: {', '.join(step.missing)})" if step.missing else ""
        lines.append(f"  {'done' if step.done else 'open'}  {step.title}{missing}")
    met = {row.id for row in view.reached.met}
    for row in desk.pack.thresholds.values():
        lines.append(f"  {'reached' if row.id in met else 'not reached'}: {row.title}")
    if view.reached.route:
        kind = desk.pack.agency_kinds[view.reached.route]
        lines.append(
            f"Below the threshold ({view.reached.band}) the protocol would send her to: {kind}"
        )
    for one, name in zip(view.goes, to, strict=True):
        when = "when it is asked for" if one.later else "now"
        lines.append(f"To {name}, {when}: {', '.join(_sections(one)) or 'nothing'}")
    return lines


COMMANDS = (referral,)
