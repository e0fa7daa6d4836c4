"""Keys: one seed an agency, a node key that only restricts, week keys that make endings real."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache, lru_cache
from hashlib import blake2b

from mnemonic import Mnemonic
from nacl import bindings
from nacl.exceptions import CryptoError as SodiumError

from crypto.errors import BadSignature, Malformed, WeakKey

KEY_BYTES = 32
SIGNATURE_BYTES = 64
WEEKS_AHEAD = 26
_X25519_PRIME = 2**255 - 19


def kdf(key: bytes, n: int, ctx: bytes) -> bytes:
    """Derive the n-th key for this purpose; the same bytes as libsodium's crypto_kdf."""
    if len(key) != KEY_BYTES or len(ctx) > 8 or not 0 <= n < 2**64:
        raise Malformed("A key is derived from 32 bytes, a number and at most 8 letters.")
    return blake2b(key=key, salt=n.to_bytes(8, "little"), person=ctx, digest_size=32).digest()


def new_seed() -> bytes:
    """Make the 32 random bytes an agency is known by."""
    return bindings.randombytes(KEY_BYTES)


class _Signer:
    """An Ed25519 key pair that shows only its public half."""

    __slots__ = ("_signing", "public")

    def __init__(self, seed: bytes) -> None:
        if len(seed) != KEY_BYTES:
            raise Malformed("A secret key is 32 bytes.")
        self.public, self._signing = bindings.crypto_sign_seed_keypair(seed)

    def sign(self, message: bytes) -> bytes:
        """Sign a message, which the caller has given its own domain."""
        return bindings.crypto_sign(message, self._signing)[:SIGNATURE_BYTES]

    def __repr__(self) -> str:
        return f"{type(self).__name__}(public={self.public.hex()})"


class Identity(_Signer):
    """An agency while unlocked: it signs as the agency and shuts what lies on its disk."""

    __slots__ = ("at_rest", "seed")

    def __init__(self, seed: bytes) -> None:
        super().__init__(kdf(seed, 0, b"cf-sign"))
        self.seed = seed
        self.at_rest = kdf(seed, 0, b"cf-rest")


class NodeKey(_Signer):
    """The key of a machine, locked or not: it fetches, closes and confirms; it opens nothing."""

    __slots__ = ("secret",)

    def __init__(self, secret: bytes) -> None:
        super().__init__(secret)
        self.secret = secret


def new_node_key() -> NodeKey:
    """Make a node key."""
    return NodeKey(bindings.randombytes(KEY_BYTES))


def verify(public: bytes, message: bytes, signature: bytes) -> None:
    """Return if this key signed this message; otherwise raise BadSignature."""
    if len(public) != KEY_BYTES or len(signature) != SIGNATURE_BYTES:
        raise BadSignature
    try:
        bindings.crypto_sign_open(signature + message, public)
    except SodiumError:
        raise BadSignature from None


def check_public(public: bytes) -> None:
    """Raise WeakKey unless this is a whole, canonical Ed25519 key of the main group."""
    if len(public) != KEY_BYTES or not bindings.crypto_core_ed25519_is_valid_point(public):
        raise WeakKey


@lru_cache(maxsize=1_024)
def check_week_public(public: bytes) -> None:
    """Raise WeakKey unless this is a canonical X25519 key that a secret can be agreed with.

    A key that passed is remembered: everything sealed to one agency in one week asks again.
    """
    if len(public) != KEY_BYTES or int.from_bytes(public, "little") >= _X25519_PRIME:
        raise WeakKey
    try:
        # Every low-order point agrees on zero, which libsodium answers with a failure.
        bindings.crypto_scalarmult(b"\x01" * KEY_BYTES, public)
    except SodiumError:
        raise WeakKey from None


def week_of(ends: int) -> int:
    """Name the UTC ISO week, as year * 100 + week, that contains the last second before `ends`."""
    try:
        year, week, _ = datetime.fromtimestamp(ends - 1, UTC).isocalendar()
    except (OverflowError, ValueError, OSError):
        raise Malformed("This is not a date that a share can end on.") from None
    return year * 100 + week


def week_ends(week: int) -> int:
    """Give the unix second at which this week is over and its key is deleted."""
    try:
        after = date.fromisocalendar(*divmod(week, 100), 1) + timedelta(days=7)
    except (OverflowError, ValueError):
        raise Malformed("This is not the number of a week.") from None
    return int(datetime(after.year, after.month, after.day, tzinfo=UTC).timestamp())


def weeks_from(now: int, count: int = WEEKS_AHEAD) -> list[int]:
    """Name `count` weeks in order, the first being the one that contains `now`."""
    return [week_of(now + 1 + ahead * 7 * 86_400) for ahead in range(count)]


@dataclass(frozen=True, slots=True)
class WeekKey:
    """An X25519 key pair to which shares ending in this week are sealed."""

    week: int
    public: bytes
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        check_week_public(self.public)
        if len(self.secret) != KEY_BYTES:
            raise Malformed("A week's secret key is 32 bytes.")


def new_week_key(week: int) -> WeekKey:
    """Make the key of one week."""
    public, secret = bindings.crypto_box_keypair()
    return WeekKey(week, public, secret)


def words(identity: bytes, node_key: bytes) -> tuple[str, ...]:
    """Give the eight words two people read to each other to compare a card."""
    return _in_words(blake2b(identity + node_key, digest_size=32, person=b"cf-words").digest(), 8)


def short_words(digest: bytes) -> tuple[str, ...]:
    """Give four words of a hash, for print and for reading aloud in a meeting."""
    return _in_words(digest, 4)


def _in_words(digest: bytes, count: int) -> tuple[str, ...]:
    if len(digest) * 8 < count * 11:
        raise Malformed("There are too few bytes to put into words.")
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - count * 11)
    list_ = _english()
    return tuple(list_[number >> 11 * place & 2047] for place in reversed(range(count)))


@cache
def _english() -> tuple[str, ...]:
    return tuple(Mnemonic("english").wordlist)
