"""The steps of bringing an agency in, as each side signs them and the other side keeps them."""

from dataclasses import dataclass
from datetime import date
from hashlib import blake2b
from typing import Any, Final

from crypto import statement
from crypto.statement import Statement
from server.node import database
from server.node.announcing import announce
from server.node.desk import Desk
from server.node.errors import RefusedAct, Usage
from server.node.joining_tables import Step
from tiers.tier import Tier

REHEARSED: Final = "test_handoff"
LEAVING: Final = "leaving"
WORKS_BY: Final = "works_by"  # the pack an agency works by, as its document
CHOOSES_TIER: Final = "tier"  # the one step that says which tier was chosen
# Said as steps are, and named by no pack.
_BESIDES: Final = frozenset({REHEARSED, LEAVING, WORKS_BY})
_HASH: Final = 64
_LONGEST: Final = {"who": 200, "called": 200, "note": 600}
_NOT_READABLE: Final = "This step lacks something it must say. Nothing was changed."


@dataclass(frozen=True, slots=True)
class Said:
    """What one side says of one step: who did it, when, and the hash of the document, if any."""

    step: str
    by: str  # the identity of the side that says so
    done: bool
    who: str
    on: date
    document: str = ""  # BLAKE2b-256 in hex, as `b2sum -l 256` prints it
    called: str = ""  # what people call the document
    note: str = ""
    tier: Tier | None = None  # the one chosen, where the step chooses one and said which
    at: int = 0


def document_hash(raw: bytes) -> str:
    """The hash by which both sides know that they speak of the same document."""
    return blake2b(raw, digest_size=32).hexdigest()


def known_steps(desk: Desk) -> frozenset[str]:
    """Every step that can be said in this coalition."""
    return frozenset(step.key for step in desk.pack.onboarding) | _BESIDES


async def say(agency: str, said: Said, desk: Desk) -> None:
    """Sign a step of this agency's joining and send it across; the caller is in a transaction."""
    database.require_transaction()
    _check(said, desk)
    other = agency if desk.node.coordinating else desk.node.relay_identity
    at = int(desk.now.timestamp())
    body: dict[str, Any] = {
        "to": [other],
        "agency": agency,
        "step": said.step,
        "done": said.done,
        "who": said.who,
        "on": said.on.isoformat(),
        "document": said.document,
        "called": said.called,
        "note": said.note,
        "at": at,
    }
    if said.tier is not None:
        body["tier"] = said.tier.value
    identity = desk.unlocked().identity
    ident = await announce("step", body, identity, desk)
    raw = statement.sign("step", body, identity)
    if not await Step.exists().where(Step.id == ident):
        by = desk.node.identity
        await Step.insert(Step(id=ident, agency=agency, by=by, step=said.step, signed=raw, at=at))


async def take(said: Statement, signer: str, desk: Desk) -> None:
    """Keep a step the other side signed; only the two sides of a joining speak of it."""
    agency = said.body.get("agency")
    ours = agency == signer if desk.node.coordinating else agency == desk.node.identity
    theirs = desk.node.coordinating or signer == desk.node.relay_identity
    if not isinstance(agency, str) or not ours or not theirs or signer == desk.node.identity:
        raise RefusedAct("Whoever signed this step has no part in that joining.")
    at = said.body.get("at")
    if not isinstance(at, int) or isinstance(at, bool):
        raise RefusedAct(_NOT_READABLE)
    try:
        _check(read(said.body, signer), desk)
    except (KeyError, TypeError, ValueError, Usage):
        raise RefusedAct(_NOT_READABLE) from None
    step = str(said.body["step"])
    await Step.insert(
        Step(id=said.id.hex(), agency=agency, by=signer, step=step, signed=said.raw, at=at)
    )


async def said_of(agency: str) -> list[Said]:
    """The latest each side said of each step of this agency's joining."""
    rows = await Step.objects().where(Step.agency == agency).order_by(Step.at)
    latest: dict[tuple[str, str], Said] = {}
    for row in rows:
        said = read(statement.read(bytes(row.signed), "step").body, row.by)
        latest[said.step, said.by] = said
    return list(latest.values())


def read(body: dict[str, Any], by: str) -> Said:
    """What the body of a signed step says; KeyError, TypeError or ValueError where it does not."""
    words = {name: body[name] for name in ("step", "who", "document", "called", "note")}
    if not all(isinstance(word, str) for word in words.values()):
        raise TypeError
    if not isinstance(body["done"], bool):
        raise TypeError
    on, tier = date.fromisoformat(body["on"]), _tier(body.get("tier"))
    return Said(by=by, done=body["done"], on=on, at=body["at"], tier=tier, **words)


def _tier(value: object) -> Tier | None:
    """The tier a body names; steps signed before there was this field name none."""
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    return Tier(value)


def _check(said: Said, desk: Desk) -> None:
    if said.step not in known_steps(desk):
        known = ", ".join(step.key for step in desk.pack.onboarding)
        raise Usage(f"The pack knows no step {said.step}. It knows: {known}.")
    if said.tier is not None and said.step != CHOOSES_TIER:
        raise Usage(f"A tier is chosen in the step {CHOOSES_TIER} alone.")
    for name, most in _LONGEST.items():
        text = getattr(said, name)
        if len(text) > most or not text.replace("\n", " ").isprintable():
            raise Usage(f"This is too long or holds signs that cannot be shown: {name}.")
    if said.document and (len(said.document) != _HASH or not _is_hex(said.document)):
        raise Usage("The hash of a document has 64 letters and figures.")


def _is_hex(text: str) -> bool:
    return all(letter in "0123456789abcdef" for letter in text)
