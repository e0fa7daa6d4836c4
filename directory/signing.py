"""Several signatures under one directory: each signer signs what it says; they travel as one."""

from collections.abc import Mapping, Sequence
from typing import Any

from crypto import statement
from crypto.errors import TooLarge
from crypto.keys import Identity
from crypto.statement import MAX_DIRECTORY, MAX_STATEMENT, Statement
from directory.errors import SnapshotMistake
from directory.strict import Part

KIND = "directory"
COSIGN = "cosign"
MOST_SIGNERS = 20
_MAGIC = b"CFD1"
_LENGTH = 4
_PARTS = ("to", "number", "directory")


def cosign(body: Mapping[str, Any], signer: Identity, to: Sequence[str]) -> bytes:
    """One more signature under a directory's body, as a statement that can travel alone."""
    said = {"to": list(to), "number": body["number"], "directory": fingerprint(body)}
    return statement.sign(COSIGN, said, signer)


def fingerprint(body: Mapping[str, Any]) -> str:
    """What all signers of a directory sign, whichever of them publishes it."""
    return statement.body_hash(body).hex()


def read_cosign(said: Statement) -> tuple[int, str]:
    """The number and the fingerprint this statement signs for."""
    part = Part(said.body, _PARTS, SnapshotMistake)
    return part.number("number", 1, 2**53), part.digest("directory")


def bundle(signed: bytes, cosigned: Sequence[bytes]) -> bytes:
    """The signed directory with its other signatures; with none it stays as it is."""
    if not cosigned:
        return signed
    parts = (signed, *cosigned)
    raw = _MAGIC + b"".join(len(part).to_bytes(_LENGTH, "big") + part for part in parts)
    if len(raw) > MAX_DIRECTORY:
        raise TooLarge
    return raw


def unbundle(raw: bytes) -> tuple[Statement, frozenset[str]]:
    """The signed directory, and every identity whose signature under it holds."""
    if raw[: len(_MAGIC)] != _MAGIC:
        said = statement.read(raw, KIND)
        return said, frozenset({said.signer.hex()})
    if len(raw) > MAX_DIRECTORY:
        raise TooLarge
    signed, *others = _parts(raw)
    if not others or len(others) >= MOST_SIGNERS:
        raise SnapshotMistake("A bundle holds a directory and at least one signature more.")
    said = statement.read(signed, KIND)
    wanted = (said.body.get("number"), fingerprint(said.body))
    found = {said.signer.hex()}
    for other in others:
        beside = statement.read(other, COSIGN)
        if read_cosign(beside) != wanted:
            raise SnapshotMistake("A signature in this bundle is under another directory.")
        found.add(beside.signer.hex())
    if len(found) != 1 + len(others):
        raise SnapshotMistake("Somebody signed this directory twice; each signature counts once.")
    return said, frozenset(found)


def _parts(raw: bytes) -> list[bytes]:
    parts: list[bytes] = []
    at = len(_MAGIC)
    while at < len(raw):
        start = at + _LENGTH
        at = start + int.from_bytes(raw[at:start], "big")
        most = MAX_STATEMENT if parts else MAX_DIRECTORY
        if at > len(raw) or not 0 < at - start <= most:
            raise SnapshotMistake("This bundle of signatures is cut or too long.")
        parts.append(raw[start:at])
    if not parts:
        raise SnapshotMistake("This bundle of signatures is empty.")
    return parts
