"""An invitation: a link that lets one agency fetch the coordinating card and hand over its own."""

import hmac
import secrets
from base64 import b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Final

from directory.errors import InvitationMistake

_TOKEN_BYTES: Final = 32
_PATH: Final = "/invitation"
_NOWHERE_ELSE: Final = frozenset(
    "?@\\ "
)  # with these a link can look like one place and be another


@dataclass(frozen=True, slots=True)
class Invitation:
    """Where a coalition's relay is, and the secret that opens its door once."""

    relay: str
    token: bytes = field(repr=False)

    @property
    def link(self) -> str:
        """The invitation as people hand it on; what follows the # reaches no server by itself."""
        token = urlsafe_b64encode(self.token).decode().rstrip("=")
        return f"{self.relay.rstrip('/')}{_PATH}#{token}"

    @property
    def knock(self) -> bytes:
        """What is said at the relay's door; the token itself is never sent."""
        return _hash(b"cf-inv-knock", self.token)

    @property
    def held(self) -> bytes:
        """What the relay keeps, to know the knock by: it can make neither knock nor token of it."""
        return held_as(self.knock)

    def mark(self, card: bytes) -> bytes:
        """A mark on a card that only somebody who holds the link can make."""
        return mark(self.mark_key, card)

    @property
    def mark_key(self) -> bytes:
        """What the inviting node keeps, to know the marks of its own invitation."""
        return _hash(b"cf-inv-mark", self.token)


def new(relay: str) -> Invitation:
    """A fresh invitation to the coalition of this relay."""
    return Invitation(relay, secrets.token_bytes(_TOKEN_BYTES))


def read(link: str) -> Invitation:
    """The invitation this link is; an InvitationMistake when it is none, or was cut short."""
    place, found, token = link.strip().partition("#")
    relay = place.removesuffix(_PATH)
    if not found or relay == place or not relay.startswith(("http://", "https://")):
        raise InvitationMistake
    if not relay.isprintable() or not _NOWHERE_ELSE.isdisjoint(relay):
        raise InvitationMistake
    try:
        raw = b64decode(f"{token}{'=' * (-len(token) % 4)}", altchars=b"-_", validate=True)
    except (NotBase64, ValueError):
        raise InvitationMistake from None
    if len(raw) != _TOKEN_BYTES:
        raise InvitationMistake
    return Invitation(relay, raw)


def held_as(knock: bytes) -> bytes:
    """What a relay that was told of this knock would hold."""
    return _hash(b"cf-inv-held", knock)


def mark(key: bytes, card: bytes) -> bytes:
    """The mark that this key makes on a card."""
    return blake2b(card, digest_size=32, key=key, person=b"cf-inv-card").digest()


def bears(card: bytes, given: bytes, key: bytes) -> bool:
    """Does this card bear the mark that this key makes?"""
    return hmac.compare_digest(given, mark(key, card))


def _hash(domain: bytes, content: bytes) -> bytes:
    return blake2b(content, digest_size=32, person=domain).digest()
