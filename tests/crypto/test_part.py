import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings

from crypto import errors
from crypto.errors import CryptoError, Malformed, NotARecipient, Tampered, UnknownVersion, WeakKey
from crypto.keys import new_week_key
from crypto.part import (
    Link,
    blob_name,
    open_part,
    open_sealed_part,
    read_open_part,
    seal_part,
    week_of_part,
)

HARBOUR, RIVER, BRIGID = b"\x01" * 32, b"\x02" * 32, b"\x03" * 32
LINK = Link(HARBOUR, RIVER, 7)
WEEK = new_week_key(202716)
CHANGES = (b"a change", b"another")
VECTORS = sorted((Path(__file__).parents[1] / "vectors" / "part-v1").glob("*.json"))


@given(st.lists(st.binary(max_size=200), max_size=8).map(tuple))
def test_an_open_part_gives_back_its_changes(changes):
    assert read_open_part(open_part(changes)) == changes


@given(st.lists(st.binary(max_size=200), max_size=8).map(tuple))
def test_a_shut_part_opens_for_the_agency_it_was_shut_for(changes):
    shut = seal_part(changes, LINK, WEEK.week, WEEK.public)

    assert week_of_part(shut) == 202716
    assert open_sealed_part(shut, LINK, WEEK.secret, WEEK.public) == changes


@pytest.mark.parametrize(
    "link", [Link(BRIGID, RIVER, 7), Link(HARBOUR, BRIGID, 7), Link(HARBOUR, RIVER, 8)]
)
def test_a_part_does_not_pass_for_another(link):
    shut = seal_part(CHANGES, LINK, WEEK.week, WEEK.public)

    with pytest.raises(Tampered):
        open_sealed_part(shut, link, WEEK.secret, WEEK.public)


def test_another_agencys_key_does_not_open_a_part():
    other = new_week_key(202716)
    shut = seal_part(CHANGES, LINK, WEEK.week, WEEK.public)

    with pytest.raises(NotARecipient):
        open_sealed_part(shut, LINK, other.secret, other.public)


def test_every_altered_byte_of_a_shut_part_is_noticed():
    shut = seal_part(CHANGES, LINK, WEEK.week, WEEK.public)

    for at in range(len(shut)):
        altered = shut[:at] + bytes([shut[at] ^ 1]) + shut[at + 1 :]
        with pytest.raises(CryptoError):
            open_sealed_part(altered, LINK, WEEK.secret, WEEK.public)


def test_a_wrap_that_holds_no_key_is_noticed():
    shut = seal_part(CHANGES, LINK, WEEK.week, WEEK.public)
    short = bindings.crypto_box_seal(b"", WEEK.public)
    padding = b"\x00" * (80 - len(short))

    with pytest.raises(NotARecipient):
        open_sealed_part(shut[:8] + short + padding + shut[88:], LINK, WEEK.secret, WEEK.public)


def test_the_same_part_never_looks_the_same_twice_and_sizes_say_little():
    shut = seal_part((b"yes",), LINK, WEEK.week, WEEK.public)
    again = seal_part((b"yes",), LINK, WEEK.week, WEEK.public)
    other = seal_part((b"no",), LINK, WEEK.week, WEEK.public)

    assert shut != again
    assert len(shut) == len(again) == len(other)


def test_a_part_is_shut_for_no_weak_key():
    with pytest.raises(WeakKey):
        seal_part(CHANGES, LINK, WEEK.week, bytes(32))


@pytest.mark.parametrize(
    "link", [Link(b"", RIVER, 1), Link(HARBOUR, b"", 1), Link(HARBOUR, RIVER, 0)]
)
def test_a_link_without_its_parts_seals_nothing(link):
    with pytest.raises(Malformed):
        seal_part(CHANGES, link, WEEK.week, WEEK.public)


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", Malformed),
        (b"CFT2" + bytes(200), UnknownVersion),
        (b"CFE1" + bytes(200), Malformed),
        (b"CFT1" + bytes(100), Malformed),
    ],
)
def test_what_is_no_shut_part_is_refused(content, error):
    with pytest.raises(error):
        open_sealed_part(content, LINK, WEEK.secret, WEEK.public)


@pytest.mark.parametrize(
    ("content", "error"), [(b"", Malformed), (b"CFE2xx", UnknownVersion), (b"CFE1xx", Malformed)]
)
def test_what_is_no_open_part_is_refused(content, error):
    with pytest.raises(error):
        read_open_part(content)


def test_a_blob_is_named_by_its_bytes():
    assert blob_name(b"words") == blob_name(b"words") != blob_name(b"other words")


@pytest.mark.parametrize("path", VECTORS, ids=lambda path: path.stem)
def test_a_part_comes_out_as_its_vector_says(path):
    vector = json.loads(path.read_text())
    content = bytes.fromhex(vector["raw"])
    link = Link(
        bytes.fromhex(vector["owner"]), bytes.fromhex(vector["recipient"]), vector["number"]
    )

    def read() -> tuple[bytes, ...]:
        if vector["kind"] == "open":
            return read_open_part(content)
        secret, public = bytes.fromhex(vector["week_secret"]), bytes.fromhex(vector["week_public"])
        return open_sealed_part(content, link, secret, public)

    if vector["expect"] == "accepted":
        assert [one.hex() for one in read()] == vector["changes"]
        assert blob_name(content).hex() == vector["name"]
        return
    with pytest.raises(CryptoError) as refused:
        read()

    assert type(refused.value) is getattr(errors, vector["expect"])


def test_the_vectors_are_there():
    assert len(VECTORS) == 8
