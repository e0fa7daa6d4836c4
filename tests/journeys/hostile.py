"""A member with a changed program: it signs as itself, and sends what no honest node would."""

import asyncio
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

import httpx
from nacl import bindings

from client_sync.courier import Courier, Result
from client_sync.wire import Packet
from crypto import statement
from crypto.keys import Identity, NodeKey, week_of
from crypto.log import first_link, follow, next_link
from crypto.record import Kind, Link, Record, seal_change, seal_open
from tests.journeys.nodes import PASSPHRASE, Node
from tests.journeys.seized import Seized

CHALLENGE = b"casefold relay challenge"
ENDS = 1_938_902_400  # 2031-06-11, midnight
TERMS = b'{"kind": "tell"}'


@dataclass(frozen=True)
class Hostile:
    """What a member can do to a relay with its own keys and a program of its own."""

    url: str
    identity: Identity
    node_key: NodeKey
    relay: bytes
    week_public: bytes

    @classmethod
    def at(cls, node: Node, url: str) -> "Hostile":
        """This node's keys in the hands of such a program; it knows the relay's week keys."""
        folder = Seized.of(node)
        ((relay,),) = folder.rows("SELECT relay_identity FROM node_row")
        published = folder.rows(
            "SELECT signed FROM casework_statement WHERE kind = 'week-keys' "  # noqa: S608
            f"AND direction = 'in' AND signer = '{relay}' ORDER BY at DESC"
        )
        keys = statement.read(bytes(published[0][0]), "week-keys").body["keys"]
        return cls(
            url,
            folder.identity(PASSPHRASE),
            folder.node_key(),
            bytes.fromhex(relay),
            bytes.fromhex(keys[str(week_of(ENDS))]),
        )

    def link(self) -> Link:
        """The first place of a share with the coordinating node that nothing rests on."""
        share, release = bindings.randombytes(16), bindings.randombytes(16)
        return first_link(share, release, self.identity.public, self.relay, ENDS)

    def opening(
        self, changes: Sequence[bytes] = (b"no change",), week_public: bytes = b""
    ) -> tuple[Record, bytes]:
        """A well-formed opening whose plaintext is whatever it likes."""
        week = week_of(ENDS)
        public = week_public or self.week_public
        return seal_open(self.link(), self.identity, week, public, TERMS, changes)

    def bomb(self) -> tuple[Record, Record]:
        """An opening, and a change of half a kilobyte that inflates to half a gigabyte."""
        opening, key = self.opening()
        log = follow(None, opening.stub)
        change = seal_change(next_link(log, Kind.CHANGE, ENDS), self.identity, key, (b"x",))
        inflating = zlib.compressobj(9)
        packed = b"".join(inflating.compress(bytes(2**20)) for _ in range(512)) + inflating.flush()
        padded = bindings.sodium_pad(packed, 256)
        sealed = bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(
            padded, change.stub.head, change.stub.nonce, key
        )
        return opening, self.signed(replace(change, body=sealed))

    def signed(self, record: Record, **other: object) -> Record:
        """The record with another body or stub, signed anew."""
        body_hash = _hash(b"cf-r1-body", record.body)
        stub = replace(record.stub, body_hash=body_hash, **other)  # type: ignore[arg-type]
        signature = self.identity.sign(_hash(b"cf-r1-sign", stub.head + stub.body_hash))
        return Record(replace(stub, signature=signature), record.body)

    def push(self, *packets: Packet) -> list[Result]:
        """Hand records over as a courier does."""

        async def pushed() -> list[Result]:
            relay = Courier(self.url, self.identity.public, self.node_key, self.relay)
            async with relay as courier:
                return await courier.push(packets)

        return asyncio.run(pushed())

    def ask(
        self, method: str, path: str, content: bytes, **headers: str
    ) -> tuple[int, dict[str, str]]:
        """Say anything to the relay with a valid token; its status and its words."""
        with httpx.Client(base_url=self.url, timeout=60, trust_env=False) as client:
            nonce = bytes.fromhex(client.get("/challenge").json()["nonce"])
            proof = {
                "identity": self.identity.public.hex(),
                "node_key": self.node_key.public.hex(),
                "nonce": nonce.hex(),
                "signature": self.node_key.sign(CHALLENGE + self.relay + nonce).hex(),
            }
            token = client.post("/token", json=proof).json()["token"]
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            answer = client.request(
                method,
                path,
                content=content,
                headers={"authorization": f"Bearer {token}", **named},
            )
            return answer.status_code, answer.json()


def packet(record: Record) -> Packet:
    """A record as it travels."""
    return Packet(record.stub.raw, record.body)


def _hash(domain: bytes, content: bytes) -> bytes:
    return blake2b(content, digest_size=32, person=domain).digest()


def _of_a_future(hostile: Hostile) -> Packet:
    good = hostile.opening()[0]
    return Packet(b"CFR2" + good.stub.raw[4:], good.body)


def _altered(hostile: Hostile) -> Packet:
    good = hostile.opening()[0]
    return Packet(good.stub.raw, good.body[:-1] + bytes([good.body[-1] ^ 1]))


def _of_another_week(hostile: Hostile) -> Packet:
    return packet(hostile.signed(hostile.opening()[0], ends=ENDS + 14 * 86_400))


def _of_another_owner(hostile: Hostile) -> Packet:
    return packet(hostile.signed(hostile.opening()[0], owner=hostile.relay))


def _cut_short(hostile: Hostile) -> Packet:
    return Packet(hostile.opening()[0].stub.raw[:-9])


WRONG_RECORDS = (_of_a_future, _altered, _of_another_week, _of_another_owner, _cut_short)
