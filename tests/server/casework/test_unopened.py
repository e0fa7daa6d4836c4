"""What arrives and never opens: an operator hears whom to ask, and nobody tries it for ever."""

import secrets
from dataclasses import replace
from hashlib import blake2b

from crypto import log as logs
from crypto.keys import Identity, week_of
from crypto.record import Kind, Record, seal_open
from server import checkup
from server.casework import mailroom, memory, received
from server.casework.tables import RecordRow, Share
from server.checkup import Check
from tests.coalition import HARBOUR, MONDAY, RIVER, Coalition
from tests.running import run

ENDS = int(MONDAY.timestamp()) + 40 * 86_400
WEEK = week_of(ENDS)


def altered(record: Record, owner: Identity) -> Record:
    """The record with a bit of its body changed by its own author, who signs that too."""
    body = record.body[:-1] + bytes([record.body[-1] ^ 1])
    stub = replace(record.stub, body_hash=_hash(b"cf-r1-body", body))
    signature = owner.sign(_hash(b"cf-r1-sign", stub.head + stub.body_hash))
    return Record(replace(stub, signature=signature), body)


def _hash(domain: bytes, content: bytes) -> bytes:
    return blake2b(content, digest_size=32, person=domain).digest()


async def opening(agencies: Coalition) -> Record:
    """Harbour opens a share with River that rests on no consent."""
    ids = secrets.token_bytes(16), secrets.token_bytes(16)
    owner = agencies[HARBOUR].identity
    link = logs.first_link(*ids, owner.public, agencies[RIVER].identity.public, ENDS)
    return seal_open(link, owner, WEEK, await week_public(agencies), b"{}", [b"no change"])[0]


async def week_public(agencies: Coalition) -> bytes:
    with agencies.at(RIVER):
        return (await agencies.desk(RIVER)).keyring.publics()[WEEK]


async def arrive(agencies: Coalition, record: Record) -> None:
    with agencies.at(RIVER):
        desk = await agencies.locked(RIVER)
        kept = await mailroom.keep([(record.stub.raw, record.body)], [], desk)
    assert kept.accepted == 1


async def why(agencies: Coalition) -> str:
    """What somebody signing in at River makes of the one part that arrived."""
    await agencies.do(RIVER, received.sort_in)
    with agencies.at(RIVER):
        (row,) = await Share.select(Share.why, Share.case_ref, Share.state)
    assert (row["case_ref"], row["state"]) == ("", "live")
    return str(row["why"])


async def parts(agencies: Coalition) -> Check:
    with agencies.at(RIVER):
        found = await checkup.look(await agencies.locked(RIVER))
    return next(one for one in found if one.name == "parts")


def test_the_doctor_counts_what_does_not_open_and_says_whom_to_ask(agencies: Coalition) -> None:
    async def story() -> None:
        before = await parts(agencies)
        await arrive(agencies, await opening(agencies))

        assert before.word == "ok"
        assert (await parts(agencies)).word == "ok"  # nobody has tried it yet
        assert await why(agencies) == received.UNOPENED
        after = await parts(agencies)
        assert after.word == "look"
        assert f"1 from {HARBOUR}" in after.sentence

    run(story())


def test_what_is_spoilt_is_not_tried_again(agencies: Coalition) -> None:
    async def story() -> None:
        good = await opening(agencies)
        await arrive(agencies, altered(good, agencies[HARBOUR].identity))
        assert await why(agencies) == received.SPOILT

        # With the body put right underneath, only another try could tell the difference.
        with agencies.at(RIVER):
            await RecordRow.update({RecordRow.body: good.body}, force=True)
        untried = await why(agencies)
        with agencies.at(RIVER):
            await Share.update({Share.why: ""}, force=True)
        memory.clear()  # as after the next lock
        tried = await why(agencies)

        assert (untried, tried) == (received.SPOILT, received.UNOPENED)
        assert (await parts(agencies)).word == "look"

    run(story())


def test_what_did_not_open_is_not_tried_again_before_the_next_lock(agencies: Coalition) -> None:
    async def story() -> None:
        good = await opening(agencies)
        await arrive(agencies, good)
        assert await why(agencies) == received.UNOPENED

        # With the body spoilt underneath, only another try could tell the difference.
        with agencies.at(RIVER):
            bad = altered(good, agencies[HARBOUR].identity).body
            await RecordRow.update({RecordRow.body: bad}, force=True)
        untried = await why(agencies)
        memory.clear()

        assert (untried, await why(agencies)) == (received.UNOPENED, received.SPOILT)

    run(story())


def test_what_its_owner_seals_again_is_tried_again(agencies: Coalition) -> None:
    async def story() -> None:
        owner = agencies[HARBOUR].identity
        spoilt = altered(await opening(agencies), owner)
        await arrive(agencies, spoilt)
        assert await why(agencies) == received.SPOILT

        link = logs.next_link(logs.follow(None, spoilt.stub), Kind.OPEN, ENDS)
        again = seal_open(link, owner, WEEK, await week_public(agencies), b"{}", [b"x"])[0]
        await arrive(agencies, again)

        assert (await parts(agencies)).word == "ok"
        assert await why(agencies) == received.UNOPENED

    run(story())
