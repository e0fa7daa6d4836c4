"""The floor: what bare libsodium and one SQLite transaction take for the same bytes, no more."""

import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

from nacl import bindings

_TAG = 16
_NONCE = 24
_STUB = 301  # what a record's stub adds to each row


@dataclass(frozen=True, slots=True)
class Spent:
    """Seconds by the clock on the wall, and seconds of processor."""

    seconds: float
    cpu: float

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.seconds + other.seconds, self.cpu + other.cpu)

    def __truediv__(self, by: float) -> "Spent":
        return Spent(self.seconds / by, self.cpu / by)


@dataclass(frozen=True, slots=True)
class Floor:
    """Seconds nobody can go below: up seals and signs, down verifies and opens; both store."""

    seal_and_sign: Spent
    verify_and_open: Spent
    store: Spent

    @property
    def up(self) -> Spent:
        return self.seal_and_sign + self.store

    @property
    def down(self) -> Spent:
        return self.verify_and_open + self.store


def floor(bodies: Sequence[int], folder: Path) -> Floor:
    """The floor for records whose bodies have these sizes, on this machine, now."""
    public, secret = bindings.crypto_sign_keypair()
    key = bindings.randombytes(32)
    plain = [bindings.randombytes(max(1, size - _TAG)) for size in bodies]
    nonces = [bindings.randombytes(_NONCE) for _ in bodies]
    digests = [bindings.randombytes(32) for _ in bodies]
    sealed: list[bytes] = []
    signed: list[bytes] = []

    def seal_and_sign() -> None:
        for text, nonce, digest in zip(plain, nonces, digests, strict=True):
            sealed.append(
                bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(text, None, nonce, key)
            )
            signed.append(bindings.crypto_sign(digest, secret))

    def verify_and_open() -> None:
        for text, nonce, digest in zip(sealed, nonces, signed, strict=True):
            bindings.crypto_sign_open(digest, public)
            bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(text, None, nonce, key)

    return Floor(
        seal_and_sign=_took(seal_and_sign),
        verify_and_open=_took(verify_and_open),
        store=_store(sealed, folder),
    )


def _store(bodies: Sequence[bytes], folder: Path) -> Spent:
    connection = sqlite3.connect(folder / "floor.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE record (g INTEGER PRIMARY KEY, stub BLOB, body BLOB)")
    stub = bytes(_STUB)

    def write() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO record (stub, body) VALUES (?, ?)", ((stub, body) for body in bodies)
        )
        connection.execute("COMMIT")

    try:
        return _took(write)
    finally:
        connection.close()
        for file in folder.glob("floor.db*"):
            file.unlink()


def _took(act: Callable[[], None]) -> Spent:
    began, busy = perf_counter(), process_time()
    act()
    return Spent(perf_counter() - began, process_time() - busy)
