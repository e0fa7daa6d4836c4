"""The signed, numbered directory: who takes part, how far, and until when. It never goes back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from crypto import statement
from crypto.keys import Identity
from directory.agency import Agency, read_entry
from directory.errors import (
    AmbiguousAgency,
    Forked,
    NotNewer,
    NotTheCoordinator,
    SnapshotMistake,
    UnknownAgency,
)
from directory.strict import Part

KIND = "directory"
VALID_DAYS = 35
MAX_AGENCIES = 5000
COORDINATING = "coordinating"
_MAX_VALID_DAYS = 366
_PARTS = frozenset(
    ["number", "previous", "issued", "valid_until", "k", "pack", "entries", "signers"]
)
_NOTHING = "0" * 64
_MIN_PREFIX = 6


class Step(Enum):
    """What the next directory does to the last: give somebody more, or only less."""

    WIDENING = "widening"
    RESTRICTING = "restricting"


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


EMPTY = Directory(0, _NOTHING, date.min, date.min, 1, _NOTHING, (), (), b"", _NOTHING)


def publish(  # noqa: PLR0917 - the question has as many parts as it has
    prev: Directory,
    entries: Sequence[Agency],
    identity: Identity,
    issued: date,
    valid_until: date,
    pack: str,
) -> Directory:
    """The next directory after this one, signed by the coordinating identity."""
    body = {
        "number": prev.number + 1,
        "previous": prev.id,
        "issued": issued.isoformat(),
        "valid_until": valid_until.isoformat(),
        "k": 1,
        "pack": pack,
        "entries": [entry.to_entry() for entry in entries],
        "signers": [identity.public.hex()],
    }
    _read(body, identity.public, b"", b"")  # what others would refuse is never signed
    return adopt(prev, statement.sign(KIND, body, identity), identity.public)


def adopt(current: Directory, raw: bytes, trusted: bytes) -> Directory:
    """The directory in these bytes, if it rightly follows the current one; raises otherwise."""
    signed = statement.read(raw, KIND)
    if signed.signer != trusted:
        raise NotTheCoordinator
    found = _read(signed.body, signed.signer, raw, signed.id)
    if found.number == current.number:
        if found.id == current.id:
            return current
        raise Forked((found.number,))
    if found.number < current.number:
        raise NotNewer
    if found.number == current.number + 1 and found.previous != current.id:
        raise Forked((current.number, found.number))
    if found.issued < current.issued:
        raise NotNewer
    return found


def classify(previous: Directory, following: Directory) -> Step:
    """Does this step give any agency something it did not have? Then it needs all k signatures."""
    if following.pack != previous.pack or following.k < previous.k:
        return Step.WIDENING
    before = {entry.id: entry for entry in previous.entries}
    for entry in following.entries:
        last = before.get(entry.id)
        if last is None or _gains(last, entry):
            return Step.WIDENING
    return Step.RESTRICTING


def _gains(last: Agency, entry: Agency) -> bool:
    """Has this agency more than before? Any change of tier, key, name or kind counts as more."""
    same = ("name", "kind", "node_key", "tier", "coordinating")
    if any(getattr(last, part) != getattr(entry, part) for part in same):
        return True
    if entry.seats - last.seats or (last.suspended and not entry.suspended):
        return True
    if last.verified_on is None and entry.verified_on is not None:
        return True
    return _agreed_more(last, entry)


def _agreed_more(last: Agency, entry: Agency) -> bool:
    if entry.agreement_signed is None or entry.agreement_until is None:
        return False
    if last.agreement_signed is None or last.agreement_until is None:
        return True
    later = entry.agreement_until > last.agreement_until
    return later or entry.agreement_signed < last.agreement_signed


def _begins(entry: Agency, sought: str) -> bool:
    by_identity = len(sought) >= _MIN_PREFIX and entry.id.startswith(sought)
    return by_identity or entry.name.casefold().startswith(sought)


def _read(body: object, signer: bytes, raw: bytes, id: bytes) -> Directory:
    part = Part(body, _PARTS, SnapshotMistake)
    found = Directory(
        number=part.number("number", 1, 2**53),
        previous=part.digest("previous"),
        issued=part.day("issued"),
        valid_until=part.day("valid_until"),
        k=part.number("k", 1, 1),
        pack=part.digest("pack"),
        entries=tuple(read_entry(row) for row in part.rows("entries", 1, MAX_AGENCIES)),
        signers=tuple(part.rows("signers", 1, 1)),
        raw=raw,
        id=id.hex(),
    )
    if found.signers != (signer.hex(),):
        raise SnapshotMistake("The directory names another signer than the one who signed it.")
    if not found.issued <= found.valid_until <= found.issued + timedelta(days=_MAX_VALID_DAYS):
        raise SnapshotMistake("The directory's last day should lie within a year of its first.")
    _check_entries(found.entries, signer)
    return found


def _check_entries(entries: tuple[Agency, ...], signer: bytes) -> None:
    first = entries[0]
    if first.id != signer.hex() or not first.coordinating or first.kind != COORDINATING:
        raise SnapshotMistake("The first entry should be the coordinating node that signs.")
    if any(entry.coordinating for entry in entries[1:]):
        raise SnapshotMistake("There is one coordinating node, and it is the first entry.")
    names = {entry.name.casefold() for entry in entries}
    machine_keys = {key for entry in entries for key in (entry.identity, entry.node_key)}
    if len(names) != len(entries) or len(machine_keys) != 2 * len(entries):
        raise SnapshotMistake("Two entries share a name or a key; each agency has its own.")
