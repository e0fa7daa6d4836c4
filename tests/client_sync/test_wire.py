"""The framing between courier and relay: exact, bounded, and nothing left over."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sync.wire import (
    MAX_RECORDS,
    MAX_REQUEST,
    Misframed,
    Packet,
    Page,
    batches,
    frame,
    frame_page,
    framed_size,
    unframe,
    unframe_page,
)

PACKETS = st.lists(
    st.builds(Packet, st.binary(max_size=300), st.binary(max_size=600)), max_size=20
).map(tuple)
PAGES = st.builds(
    Page,
    PACKETS,
    st.lists(st.binary(max_size=300), max_size=10).map(tuple),
    st.text("0123456789abcdef.", max_size=60),
    st.booleans(),
    st.integers(0, 2**40),
    st.integers(0, 2**40),
)
SAMPLE = Page((Packet(b"stub", b"body"), Packet(b"other")), (b"said",), "7.ab", True, 3_600, 4)


@given(PACKETS)
def test_a_push_reads_back_as_it_was_framed(packets: tuple[Packet, ...]):
    assert unframe(frame(packets)) == packets


@given(PAGES)
def test_a_page_reads_back_as_it_was_framed(page: Page):
    assert unframe_page(frame_page(page)) == page


@pytest.mark.parametrize("cut", range(len(frame_page(SAMPLE))))
def test_a_page_cut_short_anywhere_is_refused(cut: int):
    with pytest.raises(Misframed):
        unframe_page(frame_page(SAMPLE)[:cut])


def test_a_byte_left_over_is_refused():
    with pytest.raises(Misframed):
        unframe(frame(SAMPLE.records) + b"\x00")
    with pytest.raises(Misframed):
        unframe_page(frame_page(SAMPLE) + b"\x00")


def test_a_count_that_promises_more_than_is_allowed_is_refused_before_anything_is_read():
    with pytest.raises(Misframed):
        unframe(b"CFB1" + (MAX_RECORDS + 1).to_bytes(4, "big"))
    with pytest.raises(Misframed):
        unframe(b"CFB1" + b"\xff" * 4)


def test_a_length_that_promises_more_than_there_is_costs_nothing():
    with pytest.raises(Misframed):
        unframe(b"CFB1" + b"\x00\x00\x00\x01" + b"\xff" * 6)


@pytest.mark.fuzz
def test_ten_thousand_mutated_pages_are_read_or_refused_and_nothing_else_happens():
    chance = random.Random(7)  # noqa: S311
    good = frame_page(SAMPLE)
    for _ in range(10_000):
        raw = bytearray(good)
        for _ in range(chance.randint(1, 4)):
            raw[chance.randrange(len(raw))] = chance.randrange(256)
        try:
            read = unframe_page(bytes(raw))
        except Misframed:
            continue
        assert frame_page(read) == bytes(raw)


def test_batches_keep_their_order_and_their_limits_and_cut_a_lane_last():
    lanes = [[Packet(bytes([at]) * 269, bytes(700))] * 7 for at in range(250)]

    pushes = list(batches(lanes))

    assert [packet for push in pushes for packet in push] == [one for lane in lanes for one in lane]
    for push in pushes:
        assert len(push) <= MAX_RECORDS
        assert len(frame(push)) <= MAX_REQUEST
        assert len(push) % 7 == 0


def test_a_lane_larger_than_a_push_is_cut():
    lane = [Packet(bytes(269), bytes(3 * 1024 * 1024))] * 5

    pushes = list(batches([lane]))

    assert [len(push) for push in pushes] == [2, 2, 1]
    assert framed_size(lane[0]) == 6 + 269 + 3 * 1024 * 1024
