"""How long a record waits before it is tried again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from client_sync.outbox import next_try

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("attempts", "seconds"),
    [(0, 1), (1, 1), (2, 2), (3, 4), (9, 256), (10, 512), (11, 900), (50, 900), (10**9, 900)],
)
def test_each_failure_doubles_the_wait_up_to_a_quarter_of_an_hour(attempts, seconds):
    assert next_try(attempts, NOW, 0.0) == NOW + timedelta(seconds=seconds)


@given(st.integers(0, 10_000), st.floats(allow_nan=False))
def test_chance_spreads_the_wait_but_never_beyond_its_bounds(attempts, jitter):
    wait = next_try(attempts, NOW, jitter) - NOW

    assert timedelta(seconds=1) <= wait <= timedelta(minutes=15)
    assert wait >= 0.75 * (next_try(attempts, NOW, 0.0) - NOW)


def test_agencies_cut_off_together_do_not_come_back_together():
    assert next_try(20, NOW, 0.1) != next_try(20, NOW, 0.9)
