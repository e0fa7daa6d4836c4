"""Asked: what others ask this agency of somebody, and what a person here does with it."""

import sys
from collections.abc import Sequence
from typing import Any

import click

from server.casework.mailroom import Sent
from server.cli.line import MOST_BYTES, Line, at_desk, line_options, table
from server.meeting import answering, finds_due
from server.meeting import asked as acts
from server.meeting.answering import Attends, Question, Searched
from server.meeting.asked import Asking
from server.meeting.finds_due import FindsDue, FindsSent
from server.node.access import Act, may
from server.node.desk import Desk
from server.node.errors import BadFile, NothingCleared
from tiers.gate import Withheld


@click.group("asked")
def asked() -> None:
    """What other agencies ask this one, each because a survivor said so."""


@asked.command("list")
@line_options
def list_asked(line: Line) -> None:
    """What waits and what was done, and the cases in which identity may go now. Opens nothing."""

    async def act(desk: Desk) -> tuple[Sequence[Asking], Sequence[FindsDue]]:
        due = await finds_due.finds_due(desk) if may(desk.roles, Act.SHARE) else ()
        return await acts.queue(desk), due

    found, due = at_desk(line, act)
    line.say(
        {
            "asked": [_line(one) for one in found],
            "finds_due": [
                {"case_ref": one.ref, "asked_on": one.asked_on.isoformat(), "agencies": one.names}
                for one in due
            ],
        },
        *table([(one.short, one.from_name, _by(one), one.state) for one in found]),
        *(f"{one.short}: who she is may now go to {', '.join(one.names)}." for one in due),
    )


@asked.command("show")
@click.argument("named")
@line_options
def show(line: Line, named: str) -> None:
    """Open one question, by its case or its own number."""

    async def act(desk: Desk) -> Question:
        return await answering.read(named, desk)

    one = at_desk(line, act)
    told = [
        {"section": at.section, "about": at.about, "field": at.field, "value": written[-1].value}
        for at, written in sorted(one.find.fields.items())
    ]
    line.say(
        {
            **_line(one.line),
            "people": dict(one.find.people),
            "told": told,
            "to_take_up": [consent.id for consent in one.to_take_up],
            "own_case": one.own_ref or None,
        },
        f"Case {one.line.short}, from {one.line.from_name}: {one.line.state}.",
        *table([(one["about"], one["section"], one["field"], one["value"]) for one in told]),
    )


@asked.command("search")
@click.argument("named")
@line_options
def search(line: Line, named: str) -> None:
    """Look through this agency's own records. What is found is kept nowhere and never leaves."""

    async def act(desk: Desk) -> Sequence[Searched]:
        return await answering.search(named, desk)

    found = at_desk(line, act)
    line.say(
        {
            "found": [
                {
                    "person": one.person,
                    "matches": [
                        {"case_ref": m.ref, "person": m.person, "because": list(m.because)}
                        for m in one.matches
                    ],
                }
                for one in found
            ]
        },
        *(
            f"{one.person}: {match.ref} {match.person}, {'; '.join(match.because)}"
            for one in found
            for match in one.matches
        ),
        *([] if any(one.matches for one in found) else ["Nobody alike in your own records."]),
    )


@asked.command("take-up")
@click.argument("named")
@click.option("--case", "ref", default="", help="This agency's own case; a new one if left out.")
@click.option("--person", "people", multiple=True, help="THEIRS=OURS, for each person matched.")
@line_options
def take_up(line: Line, named: str, ref: str, people: tuple[str, ...]) -> None:
    """Take it up for a case of ours, or a new one. Nothing is sent by this."""
    matched = dict(one.partition("=")[::2] for one in people)

    async def act(desk: Desk) -> str:
        return await answering.take_up(named, ref, matched, desk)

    own = at_desk(line, act)
    line.say({"case_ref": own}, f"Taken up ({own}). Nothing has left this node.")


@asked.command("attend")
@click.argument("named")
@line_options
def attend(line: Line, named: str) -> None:
    """Name who will attend: name, role and telephone, a line each, on standard input."""
    said = [*_words().splitlines(), "", "", ""]
    who = Attends(said[0].strip(), said[1].strip(), said[2].strip())
    if not who.name:
        raise BadFile("Write the name of whoever will attend on the first line.")

    async def act(desk: Desk) -> Sequence[str]:
        return await answering.attend(named, who, desk)

    reached = at_desk(line, act)
    words = "It is on its way." if reached else "It goes with our part, once that is sent."
    line.say({"reached": list(reached)}, f"Written down. {words}")


@asked.command("send")
@click.argument("named")
@line_options
def send(line: Line, named: str) -> None:
    """Send our part: what the record says under the headings and the release lets us tell."""
    _say_sent(line, at_desk(line, lambda desk: answering.send(named, desk)))


@asked.command("nothing-known")
@click.argument("named")
@line_options
def nothing_known(line: Line, named: str) -> None:
    """Say that nothing is known: an answer, so only once it was taken up."""
    _say_sent(line, at_desk(line, lambda desk: answering.nothing_known(named, desk)))


@asked.command("leave")
@click.argument("named")
@line_options
def leave(line: Line, named: str) -> None:
    """Give no answer. Nothing leaves, and to everybody else it looks the same as unread."""
    at_desk(line, lambda desk: answering.leave(named, desk))
    line.say({"state": "left"}, "Left. Nothing leaves this node, and nobody is told.")


@asked.command("send-finds")
@click.argument("ref")
@line_options
def send_finds(line: Line, ref: str) -> None:
    """Tell the agencies her release names who she is, once the coordinating node has asked."""

    async def act(desk: Desk) -> FindsSent:
        return await finds_due.send_finds(ref, desk)

    done = at_desk(line, act)
    line.say(
        {"sent": list(done.sent), "withheld": dict(done.withheld)},
        *(
            [f"Sealed for {', '.join(done.sent)}."]
            if done.sent
            else ["Nothing has left this node."]
        ),
        *(f"Not to {name}: {why}" for name, why in done.withheld),
    )


def _say_sent(line: Line, done: Sent | Withheld) -> None:
    if isinstance(done, Withheld):
        raise NothingCleared(f"Nothing has left this node. {done.reason.value}")
    fields = len(done.cleared.fragment.fields)
    line.say(
        {"share": done.share, "new": done.new, "changed": done.changed, "fields": fields},
        "Sealed. It goes now, or when the connection is back."
        if done.changed
        else "All of this is there already.",
    )


def _line(one: Asking) -> dict[str, Any]:
    return {
        "number": one.share,
        "case_ref": one.case_ref,
        "from": one.from_name,
        "came_at": one.came_at.isoformat(),
        "answer_by": one.answer_by.isoformat() if one.answer_by else None,
        "until": one.until.isoformat(),
        "state": one.state,
        "waits": one.waits,
    }


def _by(one: Asking) -> str:
    return f"by {one.answer_by:%Y-%m-%d %H:%M} UTC" if one.answer_by else "told, not asked"


def _words() -> str:
    """A person's name never stands on a command line, where every process list shows it."""
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise BadFile("This is too long.")
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise BadFile("What came on standard input is not text.") from None


COMMANDS = (asked,)
