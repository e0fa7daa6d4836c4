"""Consents: what lives here, what waits for a person to adopt it, and who confirmed an ending."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from server.casework import consents as acts
from server.casework import withdrawals
from server.casework.consents import Confirmed, ConsentEntry, Recorded
from server.casework.withdrawals import Receipts
from server.cli.line import Line, at_desk, line_options, read_form, table
from server.node.desk import Desk
from server.node.errors import Usage
from tiers.consent import Consent
from tiers.release_form import read_release


def as_answer(consent: Consent) -> dict[str, Any]:
    """A consent as scripts read it."""
    return {
        "consent": consent.id,
        "release": consent.release_id,
        "kind": consent.kind.value,
        "discloser": consent.discloser,
        "recipient": consent.recipient,
        "sections": sorted(consent.sections),
        "about": sorted(consent.about),
        "signed_on": consent.signed_on.isoformat(),
        "ends": consent.ends.isoformat(),
        "state": consent.state.value,
    }


@click.group("consent")
def consent() -> None:
    """What may be told to whom, until when."""


@consent.command("list")
@click.argument("ref", required=False)
@line_options
def list_consents(line: Line, ref: str | None) -> None:
    """The consents that live here, and those that wait for somebody to adopt them."""

    async def act(desk: Desk) -> tuple[Sequence[ConsentEntry], Sequence[ConsentEntry]]:
        return await acts.list_consents(desk, ref), await acts.passed_on_with(desk)

    found, passed_on = at_desk(line, act)
    line.say(
        {
            "consents": [
                {
                    **as_answer(entry.consent),
                    "state_words": entry.state,
                    "case_ref": entry.case_ref,
                    "via_share": entry.via_share,
                    "to_adopt": entry.to_adopt,
                    "to_confirm": entry.to_confirm,
                }
                for entry in found
            ],
            "passed_on": [
                {**as_answer(entry.consent), "state_words": entry.state} for entry in passed_on
            ],
        },
        *table(
            [
                (e.consent.id, e.consent.kind.value, str(e.consent.ends), e.state, e.case_ref or "")
                for e in found
            ]
        ),
    )


@consent.command("adopt")
@click.argument("id")
@click.option("--case", "ref", required=True, help="This agency's own case of the same survivor.")
@click.option(
    "--person",
    "people",
    multiple=True,
    metavar="THEIRS=OURS",
    help="Who is who, for everybody, where the two cases use other codes: child-a=child-b.",
)
@line_options
def adopt(line: Line, id: str, ref: str, people: tuple[str, ...]) -> None:
    """Adopt a consent to tell, after matching the survivor by hand."""
    matched = dict(_pair(text) for text in people)

    async def act(desk: Desk) -> Consent:
        return await acts.adopt(id, ref, matched, desk)

    adopted = at_desk(line, act)
    line.say(as_answer(adopted), f"Adopted, until {adopted.ends}. Nothing was sent yet.")


@consent.command("renew")
@click.argument("id")
@click.option("--file", required=True, type=click.Path(path_type=Path))
@line_options
def renew(line: Line, id: str, file: Path) -> None:
    """Renew with a new signature, date and witness: a new consent, hence a new share."""
    form = read_release(read_form(file))

    async def act(desk: Desk) -> Recorded:
        return await acts.renew(id, form, desk)

    recorded = at_desk(line, act)
    line.say(
        {
            "release": recorded.release_id,
            "consents": [as_answer(one) for one in recorded.consents],
        },
        f"Renewed as release {recorded.release_id}.",
    )


@consent.command("refuse")
@click.argument("id")
@line_options
def refuse(line: Line, id: str) -> None:
    """Do not adopt a consent to tell. Nothing is sent, not even that it was refused."""

    async def act(desk: Desk) -> None:
        await acts.refuse(id, desk)

    at_desk(line, act)
    line.say({"refused": id}, "Refused. Nothing leaves under it, and nobody is told.")


@consent.command("confirm")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "each", is_flag=True, help="Every one that consent list marks.")
@line_options
def confirm(line: Line, ids: tuple[str, ...], each: bool) -> None:
    """After a restore: these consents were not taken back since the backup was made.

    Sync first. Look at each in consent list, and withdraw what does not hold any more. When none
    remains, the node shares and opens again.
    """
    if each == bool(ids):
        raise Usage("Name the consents that still hold, or say --all.")

    async def act(desk: Desk) -> Confirmed:
        return await acts.confirm(None if each else ids, desk)

    done = at_desk(line, act)
    line.say(
        {"confirmed": list(done.consents), "remaining": list(done.remaining), "open": done.open},
        f"Confirmed: {len(done.consents)}. To look through: {len(done.remaining)}.",
        *(["This node shares and opens again."] if done.open else []),
    )


@consent.command("receipts")
@click.argument("id")
@line_options
def receipts(line: Line, id: str) -> None:
    """Who confirmed that a part was destroyed, who has not, and what had been opened."""

    async def act(desk: Desk) -> Receipts:
        return await withdrawals.receipts(id, desk)

    found = at_desk(line, act)
    line.say(
        {
            "consent": id,
            "confirmed": [
                {
                    "share": row.share,
                    "agency": row.agency,
                    "name": row.agency_name,
                    "outcome": row.outcome,
                    "opened": row.opened,
                    "at": _moment(row.at),
                }
                for row in found.confirmed
            ],
            "waiting": list(found.waiting),
            "opened": found.opened,
        },
        *(
            f"{row.agency_name}: {row.outcome}, opened {row.opened} times"
            for row in found.confirmed
        ),
        *(f"{agency}: has not confirmed yet" for agency in found.waiting),
    )


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pair(text: str) -> tuple[str, str]:
    theirs, found, ours = text.partition("=")
    if not found or not theirs or not ours:
        raise Usage(f"--person {text}: write their code, an equals sign, and yours.")
    return theirs, ours


COMMANDS = (consent,)
