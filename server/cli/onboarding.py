"""Bringing an agency in: the checklist that both sides see."""

from datetime import date
from pathlib import Path
from typing import Any

import click

from directory.snapshot import Directory
from server.cli.cards import read_day
from server.cli.line import Line, at_desk, line_options, read_file, table
from server.cli.rehearsals import rehearse
from server.node import onboarding as acts
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.onboarding import Checklist
from server.node.steps import Said, document_hash
from tiers.tier import Tier

_agency = click.argument("agency", required=False, default="")


@click.group("onboarding")
def onboarding() -> None:
    """The steps by which an agency begins to take part."""


@onboarding.command("list")
@line_options
def list_checklists(line: Line) -> None:
    """How far each agency's joining has come; at an agency, its own."""

    async def act(desk: Desk) -> list[Checklist]:
        return await acts.checklists(desk)

    found = at_desk(line, act)
    line.say(
        {"agencies": [_summary(one) for one in found]},
        *table(
            [
                (
                    one.agency.name,
                    one.standing,
                    f"{one.done} of {len(one.lines)} steps",
                    _notes(one),
                )
                for one in found
            ]
        ),
    )


@onboarding.command("show")
@_agency
@line_options
def show(line: Line, agency: str) -> None:
    """The checklist of one agency; at an agency, its own."""

    async def act(desk: Desk) -> Checklist:
        return await acts.checklist(agency, desk)

    found = at_desk(line, act)
    line.say(
        {**_summary(found), "steps": [_step(one) for one in found.lines]},
        f"{found.agency.name}: {found.standing}. {found.done} of {len(found.lines)} steps.",
        *table(
            [
                (
                    "done" if one.done else "open",
                    one.step.key,
                    one.step.title,
                    "; ".join(_said_words(said) for said in one.said),
                )
                for one in found.lines
            ]
        ),
        *([_notes(found)] if _notes(found) else []),
    )


@onboarding.command("step")
@click.argument("step")
@click.option("--agency", default="", help="Whose joining (coordinating node).")
@click.option("--who", default="", help="Who did it.")
@click.option("--on", "on", help="The day it was done; without it, today.")
@click.option("--document", type=click.Path(path_type=Path), help="Its hash is told, not the file.")
@click.option("--called", default="", help="What people call the document.")
@click.option("--note", default="")
@click.option("--tier", type=click.IntRange(1, 4), help="Which was chosen (the step tier).")
@click.option("--undo", is_flag=True, help="It turned out not to be done.")
@line_options
def record(  # noqa: PLR0917  # the command's parts, in its order
    line: Line,
    step: str,
    agency: str,
    who: str,
    on: str | None,
    document: Path | None,
    called: str,
    note: str,
    tier: int | None,
    *,
    undo: bool,
) -> None:
    """Write down that a step was done, by whom, when, and with which document."""
    raw = None if document is None else read_file(document)
    day: date | None = None if on is None else read_day(on)

    async def act(desk: Desk) -> Checklist:
        said = Said(
            step=step,
            by=desk.node.identity,
            done=not undo,
            who=who or (desk.staff.name if desk.staff else ""),
            on=day or desk.today,
            document="" if raw is None else document_hash(raw),
            called=called or ("" if document is None else document.name),
            note=note,
            tier=None if tier is None else Tier(tier),
        )
        await acts.record(agency, said, desk)
        return await acts.checklist(agency, desk)

    found = at_desk(line, act)
    line.say(
        {**_summary(found), "steps": [_step(one) for one in found.lines]},
        f"Written down. {found.done} of {len(found.lines)} steps are done; the other side sees it "
        "with the next sync.",
    )


@onboarding.command("meaning")
@click.option("--tier", required=True, type=click.IntRange(1, 4))
@line_options
def meaning(line: Line, tier: int) -> None:
    """What a tier will mean, before it is chosen: what it may do, owes, sends and sees."""

    async def act(desk: Desk) -> acts.Meaning:
        return acts.meaning(Tier(tier), desk)

    found = at_desk(line, act)
    line.say(
        {
            "tier": tier,
            "title": found.title,
            "may": list(found.may),
            "duties": list(found.duties),
            "carries": {title: list(rows) for title, rows in found.carries.items()},
            "seats": dict(found.seats),
        },
        f"Tier {tier}: {found.title}",
        *(f"  may {one}" for one in found.may),
        *(f"  owes: {one}" for one in found.duties),
        *(
            f"  {title}: {', '.join(rows) or 'nothing'}"
            + (f" (needs the seat “{found.seats[title]}” too)" if title in found.seats else "")
            for title, rows in found.carries.items()
        ),
    )


@onboarding.command("complete")
@click.argument("agency")
@click.option("--tier", required=True, type=click.IntRange(1, 4))
@click.option("--agreement-until", required=True, help="A day, 2031-05-04.")
@click.option("--document", type=click.Path(path_type=Path), help="The signed agreement's hash.")
@click.option("--seat", help="A seat granted by name, e.g. meeting.")
@click.option("--steps-open", is_flag=True, help="Although steps are open, as both sides know.")
@line_options
def complete(  # noqa: PLR0917  # the command's parts, in its order
    line: Line,
    agency: str,
    tier: int,
    agreement_until: str,
    document: Path | None,
    seat: str | None,
    *,
    steps_open: bool,
) -> None:
    """The agreement is signed: this agency takes part from now on (coordinating node).

    Steps that are open are named, and then it wants --steps-open.
    """
    change = Change(
        tier=Tier(tier),
        agreement_until=read_day(agreement_until),
        agreement_hash=None if document is None else document_hash(read_file(document)),
        seat=seat,
    )

    async def act(desk: Desk) -> Directory:
        return await acts.complete(agency, change, desk, steps_open=steps_open)

    published = at_desk(line, act)
    line.say({"directory": published.number}, f"Directory {published.number} is published.")


def _summary(one: Checklist) -> dict[str, Any]:
    return {
        "agency": one.agency.id,
        "name": one.agency.name,
        "standing": one.standing,
        "done": one.done,
        "of": len(one.lines),
        "test_handoff": one.rehearsed.on.isoformat() if one.rehearsed else None,
        "leaving": one.leaving.on.isoformat() if one.leaving else None,
    }


def _step(one: acts.Line) -> dict[str, Any]:
    return {
        "step": one.step.key,
        "title": one.step.title,
        "done": one.done,
        "said": [
            {
                "by": said.by,
                "done": said.done,
                "who": said.who,
                "on": said.on.isoformat(),
                "document": said.document,
                "called": said.called,
                "note": said.note,
                "tier": said.tier.value if said.tier else None,
            }
            for said in one.said
        ],
    }


def _said_words(said: Said) -> str:
    words = f"{said.who}, {said.on}" if said.done else f"taken back by {said.who}, {said.on}"
    if said.done and said.tier is not None:
        words = f"{words}, tier {said.tier.value}"
    return f"{words}, {said.called} {said.document[:8]}" if said.document else words


def _notes(one: Checklist) -> str:
    notes = [f"test handoff {one.rehearsed.on}"] if one.rehearsed else []
    return ", ".join([*notes, f"leaves, said on {one.leaving.on}"] if one.leaving else notes)


onboarding.add_command(rehearse)
COMMANDS = (onboarding,)
