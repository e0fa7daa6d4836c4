"""How a caller proves the key of its machine."""

import hmac
import secrets
from dataclasses import dataclass
from time import monotonic
from typing import Final

from crypto.errors import BadSignature
from crypto.keys import verify
from server.relay.members import Member

CHALLENGE: Final = b"casefold relay challenge"
_CHALLENGE_LASTS: Final = 60.0
TOKEN_LASTS: Final = 3_600.0
_NONCE_BYTES: Final = 16 + 8 + 32  # random, time, and the relay's own mark


class BadChallenge(Exception):
    """The challenge is not this relay's, or it is more than a minute old. Ask for another."""

    def __init__(self) -> None:
        super().__init__(self.__doc__)


@dataclass(frozen=True, slots=True)
class _Issued:
    member: Member
    until: float


class Tokens:
    """Hour-long tokens, in the memory of one relay process: after a restart everyone asks again."""

    def __init__(self) -> None:
        self._mark = secrets.token_bytes(32)
        self._spent: dict[bytes, float] = {}
        self._issued: dict[bytes, _Issued] = {}

    def challenge(self) -> bytes:
        """A nonce that this relay will know again without having kept it."""
        fresh = secrets.token_bytes(16) + int(monotonic()).to_bytes(8, "big")
        return fresh + self._marked(fresh)

    def redeem(self, nonce: bytes, signature: bytes, relay: bytes, member: Member) -> bytes:
        """A token for whoever signed this relay's challenge with that member's node key."""
        now = monotonic()
        self._forget(now)
        fresh = nonce[:24]
        ours = len(nonce) == _NONCE_BYTES and hmac.compare_digest(nonce[24:], self._marked(fresh))
        if not ours or now - int.from_bytes(fresh[16:], "big") > _CHALLENGE_LASTS:
            raise BadChallenge
        verify(member.node_key, CHALLENGE + relay + nonce, signature)
        if nonce in self._spent:
            raise BadSignature
        self._spent[nonce] = now + _CHALLENGE_LASTS + 1
        token = secrets.token_bytes(32)
        self._issued[_kept(token)] = _Issued(member, now + TOKEN_LASTS)
        return token

    def member(self, token: bytes) -> Member | None:
        """Whose token this is, if it is one and its hour has not passed."""
        issued = self._issued.get(_kept(token))
        return issued.member if issued and monotonic() < issued.until else None

    def _marked(self, fresh: bytes) -> bytes:
        return hmac.digest(self._mark, fresh, "sha256")

    def _forget(self, now: float) -> None:
        self._spent = {nonce: until for nonce, until in self._spent.items() if until > now}
        self._issued = {key: one for key, one in self._issued.items() if one.until > now}


def _kept(token: bytes) -> bytes:
    """Looked up by digest, so that the time a look-up takes says nothing about a token."""
    return hmac.digest(b"casefold relay token", token, "sha256")
