"""Signing the directory together: who signs, what waits for it, and a suspension by one alone."""

import click

from directory.snapshot import Directory
from server import rounds
from server.cli.line import Line, at_desk, line_options, names
from server.cli.partners import partner
from server.counted import agree
from server.node import proposals, restrictions, signers, standing_words, successions
from server.node.desk import Desk
from server.node.errors import NotFound, RefusedAct, Usage
from server.node.proposals import Proposal


@partner.command("signers")
@click.option("--k", type=int, help="How many of them must sign whatever gives somebody more.")
@click.argument("agencies", nargs=-1, metavar="[AGENCY]...")
@line_options
def set_signers(line: Line, agencies: tuple[str, ...], k: int | None) -> None:
    """Show who signs the directory, or say who signs from the next number on."""
    if agencies and k is None:
        raise Usage("Say how many must sign: --k 2.")

    async def act(desk: Desk) -> tuple[Directory, Directory, str]:
        after = desk.directory
        if k is not None:
            after = await signers.set_signers(agencies, k, desk)
        return desk.directory, after, names(after.signers, desk)

    before, after, named = at_desk(line, act)
    waits = k is not None and after.number == before.number
    line.say(
        {"directory": after.number, "k": after.k, "signers": list(after.signers), "waits": waits},
        "This waits for the signatures of the others."
        if waits
        else f"Directory {after.number}: {after.k} of {len(after.signers)} sign: {named}.",
        *_warning(after),
    )


def _warning(directory: Directory) -> tuple[str, ...]:
    if not standing_words.alone(directory):
        return ()
    return ("All of them must sign: if one key is lost, nobody can be given more any longer.",)


@partner.command("suspend")
@click.argument("agency")
@line_options
def suspend(line: Line, agency: str) -> None:
    """Suspend an agency at once, alone (any node that signs the directory)."""

    async def act(desk: Desk) -> tuple[bool, bool]:
        if await restrictions.suspend(agency, desk):
            return True, True
        report = await rounds.sync_once(desk)
        if report.refused:
            raise RefusedAct(report.refused[0].reason)
        return not await restrictions.waiting(), not report.unreachable

    done, reached = at_desk(line, act)
    said = "is suspended" if done else "will be suspended as soon as the relay can be reached"
    line.say({"suspended": done, "reached": reached}, f"{agency} {said}.")


@partner.command("proposals")
@line_options
def list_proposals(line: Line) -> None:
    """What waits for signatures, in words."""

    async def act(desk: Desk) -> list[tuple[Proposal, tuple[str, ...]]]:
        found = await proposals.waiting(desk)
        return [(one, standing_words.sentences(one.differences, desk)) for one in found]

    found = at_desk(line, act)
    line.say(
        {"proposals": [_as_answer(one, said) for one, said in found]},
        *(text for one, said in found for text in _as_lines(one, said)),
        *(() if found else ("Nothing waits for a signature.",)),
    )


def _as_answer(one: Proposal, said: tuple[str, ...]) -> dict[str, object]:
    return {
        "proposal": one.id,
        "own": one.own,
        "answered": one.answered,
        "missing": one.missing,
        "changes": list(said),
    }


def _as_lines(one: Proposal, said: tuple[str, ...]) -> tuple[str, ...]:
    state = "signed or put aside here" if one.answered and not one.own else "waits"
    lacks = agree(one.missing, "signature")
    return (f"{one.id[:12]}  {state}, lacks {lacks}", *(f"  {text}" for text in said))


@partner.command("sign")
@click.argument("proposal")
@line_options
def sign(line: Line, proposal: str) -> None:
    """Sign a proposal, once you have read what it changes (partner proposals)."""

    async def act(desk: Desk) -> str:
        found = [one for one in await proposals.waiting(desk) if not one.own]
        meant = [one for one in found if one.id.startswith(proposal.lower())]
        if len(meant) != 1 or not proposal:
            raise NotFound("There is no such proposal. See: casefold partner proposals.")
        await proposals.sign(meant[0].id, desk)
        return meant[0].id

    signed = at_desk(line, act)
    line.say({"proposal": signed}, "Signed. It goes to the coordinating node with the next sync.")


@partner.command("succeed")
@click.argument("agency")
@click.option("--words", required=True, help="The eight words of its new card, heard by voice.")
@line_options
def succeed(line: Line, agency: str, words: str) -> None:
    """Take in the new identity this agency has named (coordinating node); its shares close."""

    async def act(desk: Desk) -> tuple[int, bool]:
        after = await successions.accept(agency, words, desk)
        return after.number, after.number == desk.directory.number

    number, waits = at_desk(line, act)
    line.say(
        {"directory": number, "waits": waits},
        "This waits for the signatures of others."
        if waits
        else f"Directory {number} is published: {agency} has a new identity.",
    )
