from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crypto import log as logs
from crypto.errors import Refused, RefusedReason
from crypto.log import Log
from crypto.record import NO_RECORD, Kind, Stub

ENDS = 1_800_000_000


def stub(**other):
    first = Stub(
        kind=Kind.OPEN,
        share=b"s" * 16,
        release=b"r" * 16,
        owner=b"o" * 32,
        recipient=b"t" * 32,
        epoch=1,
        seq=1,
        prev=NO_RECORD,
        ends=ENDS,
        nonce=b"n" * 24,
        body_hash=b"h" * 32,
        signature=b"x" * 64,
    )
    return replace(first, **other)


def after(log, kind, **other):
    link = logs.next_link(log, kind, other.pop("ends", log.ends))
    return stub(kind=kind, epoch=link.epoch, seq=link.seq, prev=link.prev, ends=link.ends, **other)


OPENED = logs.follow(None, stub())
CHANGED = logs.follow(OPENED, after(OPENED, Kind.CHANGE))
CLOSED = logs.follow(CHANGED, after(CHANGED, Kind.CLOSE))


def test_the_first_link_begins_a_log():
    link = logs.first_link(b"s" * 16, b"r" * 16, b"o" * 32, b"t" * 32, ENDS)

    assert (link.epoch, link.seq, link.prev, link.ends) == (1, 1, NO_RECORD, ENDS)
    begun = Log(
        link.share, link.release, link.owner, link.recipient, 1, 1, stub().id, ENDS, closed=False
    )
    assert begun == OPENED


def test_a_record_that_is_already_there_changes_nothing():
    assert logs.follow(OPENED, stub()) is OPENED
    assert logs.follow(CLOSED, after(CHANGED, Kind.CLOSE)) is CLOSED


def test_a_close_ends_the_log():
    assert CLOSED.closed
    assert CLOSED.seq == 3


def test_a_share_may_end_sooner():
    sooner = logs.follow(OPENED, after(OPENED, Kind.CHANGE, ends=ENDS - 1))

    assert sooner.ends == ENDS - 1


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"kind": Kind.CHANGE}, RefusedReason.NOT_OPENED),
        ({"kind": Kind.CLOSE}, RefusedReason.NOT_OPENED),
        ({"seq": 2}, RefusedReason.NOT_OPENED),
        ({"prev": b"p" * 32}, RefusedReason.NOT_OPENED),
        ({"epoch": 2}, RefusedReason.EPOCH),
    ],
)
def test_a_share_begins_with_its_first_opening(other, reason):
    with pytest.raises(Refused) as refused:
        logs.follow(None, stub(**other))

    assert refused.value.reason is reason
    assert str(refused.value) == reason.value


@pytest.mark.parametrize(
    ("log", "kind", "other", "reason"),
    [
        (OPENED, Kind.CHANGE, {"share": b"z" * 16}, RefusedReason.FOREIGN_SHARE),
        (OPENED, Kind.CHANGE, {"owner": b"z" * 32}, RefusedReason.FOREIGN_OWNER),
        (OPENED, Kind.CHANGE, {"recipient": b"z" * 32}, RefusedReason.FOREIGN_RECIPIENT),
        (OPENED, Kind.CHANGE, {"release": b"z" * 16}, RefusedReason.FOREIGN_RELEASE),
        (OPENED, Kind.CHANGE, {"seq": 3}, RefusedReason.GAP),
        (OPENED, Kind.CHANGE, {"seq": 1}, RefusedReason.FORK),
        (OPENED, Kind.CHANGE, {"prev": b"z" * 32}, RefusedReason.FORK),
        (OPENED, Kind.CHANGE, {"prev": NO_RECORD}, RefusedReason.FORK),
        (OPENED, Kind.CHANGE, {"epoch": 2}, RefusedReason.EPOCH),
        (OPENED, Kind.CHANGE, {"epoch": 0}, RefusedReason.EPOCH),
        (OPENED, Kind.CLOSE, {"epoch": 2}, RefusedReason.EPOCH),
        (OPENED, Kind.OPEN, {"epoch": 1}, RefusedReason.EPOCH),
        (OPENED, Kind.OPEN, {"epoch": 3}, RefusedReason.EPOCH),
        (OPENED, Kind.CHANGE, {"ends": ENDS + 1}, RefusedReason.ENDS_ROSE),
        (OPENED, Kind.OPEN, {"ends": ENDS + 1}, RefusedReason.ENDS_ROSE),
        (OPENED, Kind.CLOSE, {"ends": ENDS + 1}, RefusedReason.ENDS_ROSE),
    ],
)
def test_each_way_out_of_turn_has_its_name(log, kind, other, reason):
    with pytest.raises(Refused) as refused:
        logs.follow(log, replace(after(log, kind), **other))

    assert refused.value.reason is reason


@pytest.mark.parametrize("kind", list(Kind))
def test_nothing_follows_a_close(kind):
    following = stub(kind=kind, seq=4, prev=CLOSED.last_id, epoch=2 if kind is Kind.OPEN else 1)

    with pytest.raises(Refused, match="closed"):
        logs.follow(CLOSED, following)
    with pytest.raises(Refused, match="closed"):
        logs.next_link(CLOSED, kind, ENDS)


def test_an_owner_cannot_lengthen_a_share():
    with pytest.raises(Refused, match="never later"):
        logs.next_link(OPENED, Kind.CHANGE, ENDS + 1)


steps = st.lists(
    st.tuples(st.sampled_from([Kind.OPEN, Kind.CHANGE]), st.integers(0, 1_000)), max_size=12
)


def written(plan, *, closed):
    log, stubs = OPENED, [stub()]
    for number, (kind, sooner) in enumerate(plan):
        nonce = number.to_bytes(24, "big")
        stubs.append(after(log, kind, nonce=nonce, ends=log.ends - sooner))
        log = logs.follow(log, stubs[-1])
    if closed:
        stubs.append(after(log, Kind.CLOSE))
    return stubs


def replayed(stubs):
    log = None
    for each in stubs:
        log = logs.follow(log, each)
    return log


@given(steps, st.booleans())
def test_what_an_owner_writes_in_turn_is_always_accepted(plan, closed):
    stubs = written(plan, closed=closed)

    log = replayed(stubs)

    assert log.seq == len(stubs)
    assert log.epoch == sum(each.kind is Kind.OPEN for each in stubs)
    assert log.ends == min(each.ends for each in stubs)
    assert log.closed == closed


@given(steps, st.booleans(), st.data())
def test_in_any_other_order_something_is_refused(plan, closed, data):
    stubs = written(plan, closed=closed)

    shuffled = data.draw(st.permutations(stubs))

    if shuffled == stubs:
        assert replayed(shuffled).last_id == stubs[-1].id
        return
    with pytest.raises(Refused):
        replayed(shuffled)


@given(steps, st.data())
def test_no_record_can_be_left_out_before_a_later_one(plan, data):
    stubs = written(plan, closed=True)
    missing = data.draw(st.integers(0, len(stubs) - 2))

    with pytest.raises(Refused):
        replayed(stubs[:missing] + stubs[missing + 1 :])


@given(steps, st.data())
def test_an_older_record_is_never_taken_again_under_another_id(plan, data):
    stubs = written(plan, closed=False)
    log = replayed(stubs)
    older = data.draw(st.sampled_from(stubs))

    with pytest.raises(Refused) as refused:
        logs.follow(log, replace(older, nonce=b"z" * 24))

    assert refused.value.reason is RefusedReason.FORK
