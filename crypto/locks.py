"""Locks: at rest the seed exists only in these, one for each of the staff and one on paper."""

import struct
import threading
import unicodedata
from dataclasses import dataclass
from hashlib import blake2b

from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from crypto.errors import (
    Malformed,
    NotEnoughMemory,
    TooLarge,
    UnknownVersion,
    WrongPassphrase,
)
from crypto.keys import KEY_BYTES, Identity, kdf

LEAST_PASSPHRASE = 12
MOST_PASSPHRASE = 1_024
ARGON2_PASSES = 3
ARGON2_BYTES = 256 * 2**20
# A lock that asks for less was weakened; one that asks for more would hold the machine up.
FLOOR = (ARGON2_PASSES, ARGON2_BYTES)
CAP = (10, 2**30)

_MAGIC = b"CFL1"
_PAPER_MAGIC = b"CFP1"
_HEADER = struct.Struct(">4sIQ16s")  # version, passes, bytes of memory, salt
_NONCE_BYTES = bindings.crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
_SEALED_BYTES = KEY_BYTES + bindings.crypto_aead_xchacha20poly1305_ietf_ABYTES
LOCK_BYTES = _HEADER.size + _NONCE_BYTES + _SEALED_BYTES
PAPER_LOCK_BYTES = len(_PAPER_MAGIC) + _NONCE_BYTES + _SEALED_BYTES

# The one piece of state in this package: a derivation takes 256 MiB, so two never run at once.
_one_at_a_time = threading.Lock()

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_READ_AS = str.maketrans("OIL", "011", "- \t\r\n")
_PAPER_SYMBOLS, _PAPER_GROUP = 56, 7
_CHECKSUM_BYTES = 3


@dataclass(frozen=True, slots=True)
class _Cost:
    passes: int
    memory: int


def check_passphrase(passphrase: str) -> None:
    """Raise Malformed, with a plain sentence, if this passphrase may not be chosen."""
    if len(passphrase.strip()) < LEAST_PASSPHRASE:
        raise Malformed(f"A passphrase has at least {LEAST_PASSPHRASE} characters.")
    _normal(passphrase)


def lock(seed: bytes, passphrase: str) -> bytes:
    """Lock the seed under a passphrase of somebody on the staff."""
    _check_seed(seed)
    check_passphrase(passphrase)
    salt = bindings.randombytes(bindings.crypto_pwhash_SALTBYTES)
    header = _HEADER.pack(_MAGIC, ARGON2_PASSES, ARGON2_BYTES, salt)
    key = _derive(_normal(passphrase), salt, _Cost(ARGON2_PASSES, ARGON2_BYTES))
    return header + _shut(seed, header, key)


def unlock(lock: bytes, passphrase: str) -> Identity:
    """Open a lock; WrongPassphrase also when the lock was altered, for the two look the same."""
    if lock[:4] != _MAGIC:
        raise UnknownVersion if lock[:3] == _MAGIC[:3] else Malformed
    if len(lock) != LOCK_BYTES:
        raise Malformed
    _, passes, memory, salt = _HEADER.unpack_from(lock)
    if not (FLOOR[0] <= passes <= CAP[0] and FLOOR[1] <= memory <= CAP[1]):
        raise TooLarge("This lock asks for less or more work than is safe, so it was not opened.")
    key = _derive(_normal(passphrase), salt, _Cost(passes, memory))
    return Identity(_open(lock[_HEADER.size :], lock[: _HEADER.size], key))


def new_paper_code() -> str:
    """Make the recovery code that is written on paper once: 8 groups of 7 symbols."""
    secret = bindings.randombytes(KEY_BYTES)
    number = int.from_bytes(secret + _checksum(secret), "big")
    places = reversed(range(_PAPER_SYMBOLS))
    symbols = "".join(_CROCKFORD[number >> 5 * place & 31] for place in places)
    starts = range(0, _PAPER_SYMBOLS, _PAPER_GROUP)
    return "-".join(symbols[start : start + _PAPER_GROUP] for start in starts)


def paper_lock(seed: bytes, code: str) -> bytes:
    """Lock the seed under the paper code: a found paper without this lock opens nothing."""
    _check_seed(seed)
    return _PAPER_MAGIC + _shut(seed, _PAPER_MAGIC, _paper_key(code))


def paper_unlock(lock: bytes, code: str) -> Identity:
    """Open the paper lock; Malformed says where the code was mistyped."""
    key = _paper_key(code)
    if lock[:4] != _PAPER_MAGIC:
        raise UnknownVersion if lock[:3] == _PAPER_MAGIC[:3] else Malformed
    if len(lock) != PAPER_LOCK_BYTES:
        raise Malformed
    return Identity(_open(lock[len(_PAPER_MAGIC) :], _PAPER_MAGIC, key))


def _paper_key(code: str) -> bytes:
    symbols = code.upper().translate(_READ_AS)
    if len(symbols) != _PAPER_SYMBOLS:
        raise Malformed(f"The code has {_PAPER_SYMBOLS} symbols; {len(symbols)} were typed.")
    number = 0
    for place, symbol in enumerate(symbols):
        if symbol not in _CROCKFORD:
            raise Malformed(
                f"Group {place // _PAPER_GROUP + 1} of the code holds a symbol no code has."
            )
        number = number << 5 | _CROCKFORD.index(symbol)
    whole = number.to_bytes(KEY_BYTES + _CHECKSUM_BYTES, "big")
    secret = whole[:KEY_BYTES]
    if _checksum(secret) != whole[KEY_BYTES:]:
        raise Malformed("The code was mistyped somewhere; compare it with the paper once more.")
    # 256 random bits cannot be guessed, so no slow derivation stands before them.
    return kdf(secret, 0, b"cf-paper")


def _checksum(secret: bytes) -> bytes:
    return blake2b(secret, digest_size=_CHECKSUM_BYTES, person=b"cf-paper-check").digest()


def _normal(passphrase: str) -> bytes:
    """Give the same bytes however a keyboard composes an accented letter."""
    try:
        written = unicodedata.normalize("NFKC", passphrase).encode()
    except UnicodeEncodeError:
        raise Malformed("The passphrase holds something that is not a letter.") from None
    if len(written) > MOST_PASSPHRASE:
        raise Malformed(f"A passphrase has at most {MOST_PASSPHRASE} bytes.")
    return written


def _derive(passphrase: bytes, salt: bytes, cost: _Cost) -> bytes:
    with _one_at_a_time:
        try:
            return bindings.crypto_pwhash_alg(
                KEY_BYTES,
                passphrase,
                salt,
                cost.passes,
                cost.memory,
                bindings.crypto_pwhash_ALG_ARGON2ID13,
            )
        except SodiumError:
            raise NotEnoughMemory from None


def _shut(seed: bytes, header: bytes, key: bytes) -> bytes:
    nonce = bindings.randombytes(_NONCE_BYTES)
    return nonce + bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(seed, header, nonce, key)


def _open(box: bytes, header: bytes, key: bytes) -> bytes:
    nonce, sealed = box[:_NONCE_BYTES], box[_NONCE_BYTES:]
    try:
        return bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed, header, nonce, key)
    except SodiumError:
        raise WrongPassphrase from None


def _check_seed(seed: bytes) -> None:
    if len(seed) != KEY_BYTES:
        raise Malformed("A seed is 32 bytes.")
