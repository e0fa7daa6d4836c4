"""The signed, numbered directory: who takes part, how far, and until when. It never goes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from crypto import statement
from crypto.keys import Identity
from directory.agency import Agency, read_entry
from directory.errors import (
    AmbiguousAgency,
    Forked,
    Gap,
    NotNewer,
    NotSignedEnough,
    NotTheCoordinator,
    SnapshotMistake,
    UnknownAgency,
)
from directory.signing import KIND, MOST_SIGNERS, bundle, unbundle
from directory.steps import Step, classify
from directory.strict import Part

__all__ = [
    "COORDINATING",
    "EMPTY",
    "KIND",
    "MAX_AGENCIES",
    "VALID_DAYS",
    "Directory",
    "Step",
    "adopt",
    "body_of",
    "classify",
    "draft",
    "kept",
    "missing_signatures",
    "publish",
    "publish_draft",
    "read_draft",
]

VALID_DAYS = 35
MAX_AGENCIES = 5000
COORDINATING = "coordinating"
_MAX_VALID_DAYS = 366
_PARTS = frozenset(
    ["number", "previous", "issued", "valid_until", "k", "pack", "entries", "signers"]
)
_NOTHING = "0" * 64
_MIN_PREFIX = 6


@dataclass(frozen=True, slots=True)
class Directory:
    """One numbered state of the coalition; the first entry is the coordinating node."""

    number: int
    previous: str
    issued: date
    valid_until: date
    k: int
    pack: str
    entries: tuple[Agency, ...]
    signers: tuple[str, ...]
    raw: bytes
    id: str
    signed_by: frozenset[str] = frozenset()  # of this number, by those who could sign it

    def agency(self, id: str) -> Agency | None:
        """The agency with this identity, if it is listed."""
        return next((entry for entry in self.entries if entry.id == id), None)

    def find(self, name_or_prefix: str) -> Agency:
        """The one agency meant by this name, the beginning of it, or of its identity."""
        sought = name_or_prefix.strip().casefold()
        for entry in self.entries:
            if sought in {entry.id, entry.name.casefold()}:
                return entry
        found = [entry for entry in self.entries if _begins(entry, sought)]
        if not sought or not found:
            raise UnknownAgency(f"The directory has no agency called “{name_or_prefix.strip()}”.")
        if len(found) > 1:
            names = ", ".join(entry.name for entry in found)
            raise AmbiguousAgency(f"This may be any of: {names}. Write more of the name.")
        return found[0]

    @property
    def coordinating(self) -> Agency:
        """The coordinating node, which is entry 1."""
        if not self.entries:
            raise UnknownAgency("There is no directory yet; sync, or join a coordinating node.")
        return self.entries[0]

    @property
    def restrictors(self) -> frozenset[str]:
        """Who may take something away in the next directory, alone: every signer at liberty."""
        suspended = {entry.id for entry in self.entries if entry.suspended}
        return frozenset(self.signers) - suspended

    @property
    def voters(self) -> frozenset[str]:
        """Whose signatures count towards k in the next directory.

        A suspended signer has no vote, unless fewer than k would be left: whoever stole one key
        could otherwise suspend all others, and nobody could ever put it right.
        """
        free = self.restrictors
        return free if len(free) >= self.k else frozenset(self.signers)


EMPTY = Directory(0, _NOTHING, date.min, date.min, 1, _NOTHING, (), (), b"", _NOTHING)


def draft(  # noqa: PLR0917 - the question has as many parts as it has
    prev: Directory,
    entries: Sequence[Agency],
    issued: date,
    valid_until: date,
    pack: str,
    signers: Sequence[str],
    k: int,
) -> dict[str, Any]:
    """What the next directory would say; nobody has signed it yet."""
    drawn = Directory(
        number=prev.number + 1,
        previous=prev.id,
        issued=issued,
        valid_until=valid_until,
        k=k,
        pack=pack,
        entries=tuple(entries),
        signers=tuple(signers),
        raw=b"",
        id="",
    )
    body = body_of(drawn)
    read_draft(body)  # what others would refuse is never signed
    return body


def body_of(directory: Directory) -> dict[str, Any]:
    """What this directory says, ready to be signed."""
    return {
        "number": directory.number,
        "previous": directory.previous,
        "issued": directory.issued.isoformat(),
        "valid_until": directory.valid_until.isoformat(),
        "k": directory.k,
        "pack": directory.pack,
        "entries": [entry.to_entry() for entry in directory.entries],
        "signers": list(directory.signers),
    }


def publish(  # noqa: PLR0917 - the question has as many parts as it has
    prev: Directory,
    entries: Sequence[Agency],
    identity: Identity,
    issued: date,
    valid_until: date,
    pack: str,
) -> Directory:
    """The next directory after this one, signed by one signer; NotSignedEnough if that is few."""
    signers = prev.signers or (identity.public.hex(),)
    body = draft(prev, entries, issued, valid_until, pack, signers, prev.k)
    return publish_draft(prev, statement.sign(KIND, body, identity), ())


def publish_draft(prev: Directory, signed: bytes, cosigned: Sequence[bytes]) -> Directory:
    """The next directory, as one of its signers signed it, with the others' signatures beside."""
    raw = bundle(signed, cosigned)
    said, _ = unbundle(raw)
    coordinating = prev.entries[0].id if prev.entries else said.signer.hex()
    return adopt(prev, raw, bytes.fromhex(coordinating))


def adopt(current: Directory, raw: bytes, trusted: bytes) -> Directory:
    """The directory in these bytes, if it rightly follows the current one; raises otherwise."""
    found = _opened(raw, trusted)
    known = frozenset({trusted.hex()}) if current.number == 0 else frozenset(current.signers)
    if not known & found.signed_by:
        raise NotTheCoordinator
    if found.number == current.number:
        if found.id == current.id:
            return current
        raise Forked((found.number,))
    if found.number < current.number:
        raise NotNewer
    if found.number == current.number + 1 and found.previous != current.id:
        raise Forked((current.number, found.number))
    _check_signed(current, found, trusted.hex())
    # A thief who dates one directory far ahead must not keep out all that come after.
    agreed = current.k > 1 and not missing_signatures(current, found.signed_by)
    if found.issued < current.issued and not agreed:
        raise NotNewer
    return found


def kept(raw: bytes, trusted: bytes) -> Directory:
    """A directory this node has adopted before, its signatures checked again."""
    found = _opened(raw, trusted)
    if found.signers == (trusted.hex(),) and trusted.hex() not in found.signed_by:
        raise NotTheCoordinator
    return found


def read_draft(body: object) -> Directory:
    """What this body would say as a directory; it carries no signature."""
    return _read(body, b"", b"", frozenset())


def missing_signatures(current: Directory, signed_by: frozenset[str]) -> int:
    """How many signatures a widening step still lacks."""
    return max(0, current.k - len(signed_by & current.voters))


def _check_signed(current: Directory, found: Directory, trusted: str) -> None:
    if current.number == 0:
        # The first one is pinned by card and words; so is any that hangs on that key alone.
        if found.number != 1 and (found.k, found.signers) != (1, (trusted,)):
            raise Gap
        return
    missing = missing_signatures(current, found.signed_by)
    if not missing:
        return
    if found.number != current.number + 1:
        raise Gap
    if classify(current, found) is Step.WIDENING:
        signatures = "one signature" if missing == 1 else f"{missing} signatures"
        raise NotSignedEnough(f"This directory gives somebody more and lacks {signatures}.")
    if not found.signed_by & current.restrictors:
        raise NotSignedEnough("Whoever signed this directory is suspended; it needs others.")


def _begins(entry: Agency, sought: str) -> bool:
    by_identity = len(sought) >= _MIN_PREFIX and entry.id.startswith(sought)
    return by_identity or entry.name.casefold().startswith(sought)


def _opened(raw: bytes, trusted: bytes) -> Directory:
    said, signed_by = unbundle(raw)
    found = _read(said.body, raw, said.id, signed_by)
    if found.entries[0].id != trusted.hex():
        if trusted.hex() not in signed_by:
            raise NotTheCoordinator
        raise SnapshotMistake("The first entry should be the coordinating node.")
    return found


def _read(body: object, raw: bytes, id: bytes, signed_by: frozenset[str]) -> Directory:
    part = Part(body, _PARTS, SnapshotMistake)
    found = Directory(
        number=part.number("number", 1, 2**53),
        previous=part.digest("previous"),
        issued=part.day("issued"),
        valid_until=part.day("valid_until"),
        k=part.number("k", 1, MOST_SIGNERS),
        pack=part.digest("pack"),
        entries=tuple(read_entry(row) for row in part.rows("entries", 1, MAX_AGENCIES)),
        signers=part.keys("signers", MOST_SIGNERS),
        raw=raw,
        id=id.hex(),
        signed_by=signed_by,
    )
    if not found.issued <= found.valid_until <= found.issued + timedelta(days=_MAX_VALID_DAYS):
        raise SnapshotMistake("The directory's last day should lie within a year of its first.")
    _check_entries(found.entries)
    _check_signers(found)
    return found


def _check_entries(entries: tuple[Agency, ...]) -> None:
    first = entries[0]
    if not first.coordinating or first.kind != COORDINATING:
        raise SnapshotMistake("The first entry should be the coordinating node.")
    if any(entry.coordinating for entry in entries[1:]):
        raise SnapshotMistake("There is one coordinating node, and it is the first entry.")
    names = {entry.name.casefold() for entry in entries}
    machine_keys = {key for entry in entries for key in (entry.identity, entry.node_key)}
    if len(names) != len(entries) or len(machine_keys) != 2 * len(entries):
        raise SnapshotMistake("Two entries share a name or a key; each agency has its own.")


def _check_signers(found: Directory) -> None:
    if not set(found.signers) <= {entry.id for entry in found.entries}:
        raise SnapshotMistake("Every signer is an agency of this directory.")
    if found.entries[0].id not in found.signers:
        raise SnapshotMistake("The coordinating node is always one of the signers.")
    if found.k > len(found.signers):
        raise SnapshotMistake("A directory cannot need more signatures than it has signers.")
