"""A tampering relay: 175,000 altered inputs, none accepted, and no error but ours."""

import random
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from crypto import locks, statement
from crypto import log as logs
from crypto import record as records
from crypto.at_rest import Place, reopen, shut
from crypto.errors import CryptoError, Refused
from crypto.record import STUB_BYTES, Record
from tests.crypto.agencies import HARBOUR, HARBOUR_NODE, LANTERN, MEADOW, open_share, receive

pytestmark = pytest.mark.fuzz


def altered(whole: bytes, others: list[bytes], chance: random.Random) -> bytes:
    """Flip, cut, lengthen, overwrite, repeat, or splice in what stands there in another."""
    at = chance.randrange(len(whole))
    to = min(len(whole), at + chance.choice((1, 4, 16, 32, 64, 200)))
    other = chance.choice(others)
    match chance.randrange(8):
        case 0 | 1:
            return whole[:at] + bytes([whole[at] ^ 1 << chance.randrange(8)]) + whole[at + 1 :]
        case 2:
            return whole[:at]
        case 3:
            return whole + chance.randbytes(chance.choice((1, 16, 256)))
        case 4:
            return whole[:at] + bytes(to - at) + whole[to:]
        case 5:
            return whole[:at] + chance.randbytes(to - at) + whole[to:]
        case 6:
            return whole[:to] + whole[at:]
        case _:
            return whole[:at] + other[at:to] + whole[to:]


def mutants(sound: list[bytes], others: list[bytes], count: int) -> Iterator[tuple[int, bytes]]:
    """Give so many inputs, none of them genuine, and which sound one each came from."""
    chance = random.Random(count)  # noqa: S311 - mutations, not keys
    made = 0
    while made < count:
        which = chance.randrange(len(sound))
        mutant = altered(sound[which], others, chance)
        if mutant != sound[which] and mutant not in others:
            made += 1
            yield which, mutant


def refusals(tries: Iterator[Callable[[], object]]) -> int:
    """Count what was refused by one of our errors; any other error ends the test."""
    refused = 0
    for attempt in tries:
        try:
            attempt()
        except CryptoError:
            refused += 1
    return refused


def test_no_altered_record_is_accepted():
    opening = open_share()
    share = opening.change(b"a" * 300).change(b"b").reopen().close()
    cousin = open_share(b"t").change(b"a" * 300).change(b"b").reopen().close()
    rival = open_share(b"u", LANTERN, MEADOW)
    steps = [opening.log]
    for record in share.records[1:]:
        steps.append(logs.follow(steps[-1], record.stub))
    before, sound = [None, *steps], [record.raw for record in share.records]
    keys = [opening.key] * 3 + [None, None]
    others = sound + [record.raw for record in cousin.records + rival.records]

    for at, raw in enumerate(sound):
        assert receive(before[at], raw, keys[at])[0] == steps[at]

    def attempts() -> Iterator[Callable[[], object]]:
        for which, mutant in mutants(sound, others, 50_000):
            yield lambda which=which, mutant=mutant: receive(before[which], mutant, keys[which])

    assert refusals(attempts()) == 50_000


def test_no_altered_body_opens_even_without_its_signature():
    share = open_share().change(b"a" * 300).change(b"b")
    other = open_share(b"t").change(b"a" * 300)
    stubs = [record.stub for record in share.records]
    sound = [record.body for record in share.records]
    others = sound + [record.body for record in other.records]

    def attempts() -> Iterator[Callable[[], object]]:
        for which, mutant in mutants(sound, others, 20_000):
            record = Record(stubs[which], mutant)
            yield lambda record=record: records.open_body(record, share.key)

    assert refusals(attempts()) == 20_000


def test_no_stub_out_of_its_turn_is_followed():
    share = open_share().change(b"a").change(b"b").reopen().change(b"c").close()
    cousin = open_share(b"t").change(b"a").change(b"b").reopen().change(b"c").close()
    stubs = [record.stub for record in share.records]
    steps = [None]
    for stub in stubs:
        steps.append(logs.follow(steps[-1], stub))
    pool = stubs + [record.stub for record in cousin.records]
    fields = ("kind", "share", "release", "owner", "recipient", "epoch", "seq", "prev", "ends")
    chance = random.Random(3)  # noqa: S311 - mutations, not keys

    refused = tried = 0
    while tried < 20_000:
        at, stub = chance.randrange(1, len(steps)), chance.choice(pool)
        if chance.random() < 0.8:
            part, giver = chance.choice(fields), chance.choice(pool)
            stub = replace(stub, **{part: getattr(giver, part)})
        if stub in (stubs[at - 1], *stubs[at : at + 1]) or is_a_twin(stub, stubs, at):
            continue  # the last again, the true next, or one that its signature alone betrays
        tried += 1
        try:
            logs.follow(steps[at], stub)
        except Refused:
            refused += 1

    assert refused == tried


def is_a_twin(stub: records.Stub, stubs: list[records.Stub], at: int) -> bool:
    """Is this in its turn, so that only the signature, not the log, tells it from the true one?"""
    if at == len(stubs):
        return False
    true = stubs[at]
    kinds = {stub.kind, true.kind} <= {records.Kind.CHANGE, records.Kind.CLOSE}
    kind = true.kind if kinds else stub.kind
    same = replace(
        stub, kind=kind, nonce=true.nonce, body_hash=true.body_hash, signature=true.signature
    )
    return same == true


def test_no_altered_statement_is_read():
    sound = [
        statement.sign("card", {"name": "Harbour", "kind": "shelter"}, HARBOUR),
        statement.sign("withdrawn", {"release": "72" * 16, "to": ["*"]}, HARBOUR_NODE),
        statement.sign("directory", {"number": 2, "entries": [{"a": 1}] * 20}, LANTERN),
    ]
    others = [*sound, statement.sign("receipt", {"release": "72" * 16, "to": ["*"]}, MEADOW)]

    def attempts() -> Iterator[Callable[[], object]]:
        for _, mutant in mutants(sound, others, 50_000):
            yield lambda mutant=mutant: statement.read(mutant)

    assert refusals(attempts()) == 50_000


def test_no_altered_box_reopens():
    key, place, elsewhere = (
        HARBOUR.at_rest,
        Place("1", "case", "1", "body"),
        Place("1", "c", "2", "b"),
    )
    sound = [shut(key, b"words", place), shut(key, b"longer words" * 20, place)]
    others = [*sound, shut(key, b"words", elsewhere), shut(LANTERN.at_rest, b"words", place)]

    def attempts() -> Iterator[Callable[[], object]]:
        for _, mutant in mutants(sound, others, 15_000):
            yield lambda mutant=mutant: reopen(key, mutant, place)
        for box in others[2:]:
            yield lambda box=box: reopen(key, box, place)

    assert refusals(attempts()) == 15_002


def test_no_altered_paper_lock_opens():
    code = locks.new_paper_code()
    sound = [locks.paper_lock(HARBOUR.seed, code)]
    others = [locks.paper_lock(LANTERN.seed, locks.new_paper_code()), *sound]

    def attempts() -> Iterator[Callable[[], object]]:
        for _, mutant in mutants(sound, others, 10_000):
            yield lambda mutant=mutant: locks.paper_unlock(mutant, code)

    assert refusals(attempts()) == 10_000


def test_no_altered_lock_header_gets_as_far_as_a_derivation():
    sound = [b"CFL1" + (3).to_bytes(4, "big") + (256 * 2**20).to_bytes(8, "big") + bytes(88)]

    def attempts() -> Iterator[Callable[[], object]]:
        for _, mutant in mutants(sound, [bytes(104)], 12_000):
            whole = len(mutant) == locks.LOCK_BYTES
            passes, memory = (int.from_bytes(mutant[at:to], "big") for at, to in ((4, 8), (8, 16)))
            if mutant[:4] == b"CFL1" and whole and 3 <= passes <= 10 and 2**28 <= memory <= 2**30:
                continue  # this one is stopped by the passphrase: test_locks
            yield lambda mutant=mutant: locks.unlock(mutant, "an invented passphrase")

    tries = list(attempts())

    assert len(tries) > 2_000
    assert refusals(iter(tries)) == len(tries)


def test_no_noise_is_taken_for_anything():
    chance = random.Random(4)  # noqa: S311 - noise, not keys
    magics = (b"CFR1", b"CFS1", b"CFB1", b"CFP1", b"")
    readers: list[Callable[[bytes], object]] = [
        lambda noise: receive(None, noise),
        statement.read,
        lambda noise: reopen(HARBOUR.at_rest, noise, Place("1", "case", "1", "body")),
        lambda noise: (
            records.parse_stub(noise[:STUB_BYTES])
            and records.check_stub(records.parse_stub(noise[:STUB_BYTES]), HARBOUR_NODE.public)
        ),
    ]

    def attempts() -> Iterator[Callable[[], object]]:
        for number in range(8_000):
            noise = magics[number % 5] + chance.randbytes(chance.randrange(700))
            yield lambda noise=noise, read=readers[number // 5 % 4]: read(noise)

    assert refusals(attempts()) == 8_000
