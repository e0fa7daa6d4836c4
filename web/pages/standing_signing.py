"""Signing the directory together: what waits, in words; who signs; a suspension by one alone."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, post
from litestar.params import FromPath

from server.counted import agree
from server.node import proposals, restrictions, signers, standing_words, successions
from server.node.access import Act, may, require
from server.node.desk import Desk
from server.node.errors import NotFound
from server.node.proposals import Proposal
from web.forms import typed
from web.pages.words import agency_names
from web.workplace import AnyRequest, AtWork, go, once, place

_HERE = "/partners/standing"


@dataclass(frozen=True, slots=True)
class ProposalPart:
    """One change that waits, and what this agency may do about it."""

    id: str
    changes: tuple[str, ...]
    signed: str
    missing: str
    own: bool
    answered: bool


@dataclass(frozen=True, slots=True)
class SignerOption:
    """One agency that signs, or could."""

    row: str
    name: str
    signs: bool


@dataclass(frozen=True, slots=True)
class SuccessionLine:
    """One agency that has named a new identity as its own."""

    row: str
    name: str


@dataclass(frozen=True, slots=True)
class SigningPart:
    """Who signs, what waits for them, and who may choose them."""

    token: str
    sentence: str
    warning: str
    proposals: tuple[ProposalPart, ...]
    may_sign: bool
    options: tuple[SignerOption, ...]
    k: int
    successions: tuple[SuccessionLine, ...]


async def signing_part(desk: Desk, token: str) -> SigningPart:
    """What the page shows of signing together, and of keys that are to be new."""
    waiting = await proposals.waiting(desk)
    named = await successions.waiting(desk) if desk.node.coordinating else []
    directory = desk.directory
    several = len(directory.signers) > 1
    chooses = desk.node.coordinating and may(desk.roles, Act.CHANGE_PARTNER)
    return SigningPart(
        token=token,
        sentence=(
            f"{agency_names(tuple(directory.signers), desk)} sign the directory; "
            f"{directory.k} of them whatever gives somebody more, any one whatever takes away."
        )
        if several
        else "The coordinating node signs the directory alone.",
        warning="All of them must sign: if one key is lost, nobody can be given more any longer."
        if standing_words.alone(directory)
        else "",
        proposals=tuple(_proposal(one, desk) for one in waiting),
        may_sign=desk.node.identity in directory.voters and may(desk.roles, Act.SIGN_DIRECTORY),
        options=tuple(
            SignerOption(agency.identity[:16], agency.name, agency.id in directory.signers)
            for agency in directory.entries
            if not agency.coordinating and not agency.suspended
        )
        if chooses
        else (),
        k=directory.k,
        successions=tuple(
            SuccessionLine(one.agency.identity[:16], one.agency.name) for one in named
        )
        if may(desk.roles, Act.ENROL)
        else (),
    )


def _proposal(one: Proposal, desk: Desk) -> ProposalPart:
    return ProposalPart(
        one.id,
        standing_words.sentences(one.differences, desk),
        agency_names(one.signed_by, desk),
        f"Lacks {agree(one.missing, 'signature')}.",
        one.own,
        one.answered,
    )


@post("/partners/standing/sign/{proposal:str}")
async def sign(request: AnyRequest, proposal: FromPath[str], desk: AtWork) -> Response[Any]:
    """Sign what the page said, or put it aside."""
    require(desk, Act.SIGN_DIRECTORY)
    form = await typed(request)

    async def act() -> Response[Any]:
        if form.word("answer") == "leave":
            await proposals.leave(proposal, desk)
            return go(request, _HERE, "Put aside. It can still be signed.")
        await proposals.sign(proposal, desk)
        place(request).syncer.kick()
        return go(request, _HERE, "Signed. The signature is on its way.")

    return await once(request, form, act)


@post("/partners/standing/signers")
async def choose(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Who signs from the next number on, and how many of them it takes."""
    require(desk, Act.CHANGE_PARTNER)
    form = await typed(request)
    count = form.need("signers-k", "Write how many must sign.")
    if count and not count.isdecimal():
        form.wrong("signers-k", "Write a number, such as 2.")
    form.settle()
    rows = form.words("signer")
    chosen = [one.id for one in desk.directory.entries if one.identity[:16] in rows]

    async def act() -> Response[Any]:
        after = await signers.set_signers(chosen, int(count), desk)
        waits = after.number == desk.directory.number
        said = "It waits for the others' signatures." if waits else "Published. It holds from now."
        return go(request, _HERE, said)

    return await once(request, form, act)


@post("/partners/standing/{row:str}/suspend")
async def suspend(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Suspend an agency at once, by telephone."""
    require(desk, Act.SUSPEND_PARTNER)
    form = await typed(request)
    agency = next((one for one in desk.directory.entries if one.identity[:16] == row), None)
    if agency is None:
        raise NotFound

    async def act() -> Response[Any]:
        done = await restrictions.suspend(agency.id, desk)
        place(request).syncer.kick()
        said = "is suspended" if done else "is being suspended; it is on its way to everybody"
        return go(request, _HERE, f"{agency.name} {said}.")

    return await once(request, form, act)


@post("/partners/standing/{row:str}/succeed")
async def succeed(request: AnyRequest, row: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take in the new identity an agency has named, after its words were read aloud."""
    require(desk, Act.ENROL)
    form = await typed(request)
    words = form.need(f"succeed-words-{row}", "Type the eight words they read to you.")
    form.settle()
    agency = next((one for one in desk.directory.entries if one.identity[:16] == row), None)
    if agency is None:
        raise NotFound

    async def act() -> Response[Any]:
        await successions.accept(agency.id, words, desk)
        return go(request, _HERE, f"{agency.name} has a new identity. What was shared has ended.")

    return await once(request, form, act)


handlers = (sign, choose, suspend, succeed)
