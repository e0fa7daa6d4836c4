"""How the listing is cut up, and that whatever is not exactly that is refused."""

import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from directory.manifest import (
    BUCKETS,
    MOST_INFLATED,
    Item,
    ManifestMistake,
    bucket_of,
    named_in,
    read_bucket,
    read_chunk,
    read_root,
    write_bucket,
    write_chunk,
    write_root,
)

NAMES = [f"{number:064x}" for number in range(BUCKETS)]
IMPORTED = Item("o/3c0e", NAMES[1])
OWN = Item("a/" + "ab" * 32, NAMES[2], b"a signed statement")
ROWS = {"organizations": [{"id": "b", "name": "Harbour Centre"}, {"id": "a", "latitude": 1.5}]}


def packed(value: object) -> bytes:
    return b"CFM1" + zlib.compress(json.dumps(value).encode())


def test_a_root_names_its_buckets_in_order():
    assert read_root(write_root(NAMES)) == tuple(NAMES)


def test_a_bucket_names_its_chunks_and_the_agencies_own_words():
    assert set(read_bucket(write_bucket([IMPORTED, OWN]))) == {IMPORTED, OWN}


def test_the_same_rows_make_the_same_bytes_in_whatever_order_they_came():
    other = {"organizations": list(reversed(ROWS["organizations"])), "services": []}

    assert write_chunk(ROWS) == write_chunk(other)
    assert read_chunk(write_chunk(ROWS))["organizations"][0]["id"] == "a"


def test_a_relay_finds_what_a_root_and_a_bucket_name_and_nothing_in_a_chunk():
    assert named_in(write_root(NAMES)) == tuple(NAMES)
    assert set(named_in(write_bucket([IMPORTED, OWN]))) == {NAMES[1], NAMES[2]}
    assert named_in(write_chunk(ROWS)) == ()


def test_every_key_has_its_bucket():
    assert {bucket_of(f"o/{number}") for number in range(2_000)} == set(range(BUCKETS))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"CFM2",
        b"CFM1",
        b"CFM1 not packed",
        write_chunk(ROWS),
        write_root(NAMES)[:-3],
        write_root(NAMES) + b"more",
        packed({"root": NAMES[:-1]}),
        packed({"root": [*NAMES[:-1], "f"]}),
        packed({"root": NAMES, "bucket": []}),
        packed([]),
        b"CFM1" + zlib.compress(b"[" * 200_000),
        b"CFM1" + zlib.compress(bytes(MOST_INFLATED + 1)),
    ],
)
def test_what_is_no_root_is_refused(raw):
    with pytest.raises(ManifestMistake):
        read_root(raw)


@pytest.mark.parametrize(
    "rows",
    [
        [["O/up", NAMES[0], ""]],
        [["o/a", "f", ""]],
        [["o/a", NAMES[0], "not base64"]],
        [["o/a", NAMES[0], "aGk="]],
        [["a/a", NAMES[0], ""]],
        [["a/a", NAMES[0], "A" * 8_000]],
        [["o/a", NAMES[0], ""], ["o/a", NAMES[1], ""]],
        [["o/a", NAMES[0]]],
    ],
)
def test_what_is_no_bucket_is_refused(rows):
    with pytest.raises(ManifestMistake):
        read_bucket(packed({"bucket": rows}))


def test_more_rows_than_a_chunk_holds_are_refused():
    with pytest.raises(ManifestMistake):
        read_chunk(packed({"chunk": {"services": [{}] * 20_001}}))


def test_more_than_a_chunk_holds_is_not_written():
    with pytest.raises(ManifestMistake, match="more than one chunk"):
        write_chunk({"services": [{"id": "a", "description": "x" * MOST_INFLATED}]})


@given(st.data())
def test_altered_bytes_are_refused_and_never_break_a_reader(data):
    raw = bytearray(write_bucket([IMPORTED, OWN]))
    for _ in range(data.draw(st.integers(1, 4))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))

    for read in (read_root, read_bucket, read_chunk):
        try:
            read(bytes(raw))
        except ManifestMistake:
            continue
