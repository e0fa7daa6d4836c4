"""Which records are surely here already: those a share's log leads back to."""

import secrets

from crypto.keys import Identity, new_seed, new_week_key, week_of
from crypto.log import first_link, follow, next_link
from crypto.record import Kind, Record, seal_change, seal_open
from server.casework.checking import Arrived, led_back_to

_ENDS = 1_800_000_000


def _share(count: int) -> list[Arrived]:
    identity, week = Identity(new_seed()), new_week_key(week_of(_ENDS))
    link = first_link(
        secrets.token_bytes(16), secrets.token_bytes(16), identity.public, bytes(32), _ENDS
    )
    record, key = seal_open(link, identity, week.week, week.public, b"{}", [b"x"])
    log = follow(None, record.stub)
    records: list[Record] = [record]
    for _ in range(count - 1):
        record = seal_change(next_link(log, Kind.CHANGE, _ENDS), identity, key, [b"x"])
        log = follow(log, record.stub)
        records.append(record)
    return [Arrived(one.stub.id.hex(), one.stub, one.body) for one in records]


def test_all_that_a_log_leads_back_to_is_here_and_nothing_after_its_end() -> None:
    one, two = _share(4), _share(3)
    last = {one[2].stub.share.hex(): one[2].id}
    mixed = [two[0], one[3], one[0], two[2], one[2], one[1], two[1]]
    assert led_back_to(mixed, last) == {record.id for record in one[:3]}


def test_a_gap_in_the_chain_ends_what_is_surely_here() -> None:
    one = _share(4)
    last = {one[3].stub.share.hex(): one[3].id}
    assert led_back_to([one[0], one[1], one[3]], last) == {one[3].id}


def test_a_share_nobody_here_knows_has_nothing_here() -> None:
    assert led_back_to(_share(2), {}) == set()
