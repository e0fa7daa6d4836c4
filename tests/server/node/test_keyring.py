import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crypto import keys
from crypto.errors import Tampered
from server.node.errors import DatabaseDamaged, Locked
from server.node.keyring import EpochKey, Keyring

NOW = int(datetime(2031, 5, 4, 12, tzinfo=UTC).timestamp())
AT_REST = bytes(range(32))
SHARE = "ab" * 16
WEEK = 7 * 86_400


@pytest.fixture
def keyring(tmp_path: Path) -> Keyring:
    keyring = Keyring(tmp_path / "keys.db", AT_REST)
    assert keyring.prepare()
    return keyring


def test_there_are_keys_for_twenty_six_weeks_ahead(keyring: Keyring):
    assert keyring.ensure_weeks(NOW)

    assert list(keyring.publics()) == keys.weeks_from(NOW)
    assert len(keyring.publics()) == 26
    assert not keyring.ensure_weeks(NOW)


def test_a_week_later_one_more_is_made_and_the_others_stay(keyring: Keyring):
    keyring.ensure_weeks(NOW)
    before = keyring.publics()

    assert keyring.ensure_weeks(NOW + WEEK)

    assert before.items() <= keyring.publics().items()
    assert len(keyring.publics()) == 27


def test_a_weeks_secret_opens_what_its_public_half_shut(keyring: Keyring):
    keyring.ensure_weeks(NOW)
    week = keys.week_of(NOW)

    secret = keyring.week_secret(week)

    assert secret is not None
    assert secret not in keyring.path.read_bytes()
    assert keyring.week_secret(week - 1) is None


def test_an_epoch_key_comes_back_as_it_was_put(keyring: Keyring):
    keyring.put_epoch(SHARE, 3, NOW + WEEK, b"k" * 32)

    assert keyring.epoch(SHARE, 3) == b"k" * 32
    assert keyring.epoch(SHARE, 2) is None
    assert keyring.shares() == {SHARE}
    assert b"k" * 32 not in keyring.path.read_bytes()


def test_locked_it_can_forget_but_not_remember(keyring: Keyring):
    keyring.ensure_weeks(NOW)
    keyring.put_epoch(SHARE, 1, NOW + WEEK, b"k" * 32)
    locked = Keyring(keyring.path)

    for asked in (
        lambda: locked.epoch(SHARE, 1),
        lambda: locked.week_secret(keys.week_of(NOW)),
        lambda: locked.put_epoch(SHARE, 2, NOW, b"k" * 32),
        lambda: locked.ensure_weeks(NOW + WEEK),
    ):
        with pytest.raises(Locked):
            asked()
    assert len(locked.publics()) == 26
    locked.forget_share(SHARE)

    assert keyring.epoch(SHARE, 1) is None


def test_what_has_ended_is_destroyed_locked_and_leaves_no_byte(keyring: Keyring):
    keyring.ensure_weeks(NOW, 1)
    keyring.put_epoch(SHARE, 1, NOW + 10, b"k" * 32)
    keyring.put_epoch("cd" * 16, 1, NOW + 10 * WEEK, b"l" * 32)
    with sqlite3.connect(keyring.path) as held:
        box = held.execute("SELECT secret FROM epoch_key WHERE share = ?", (SHARE,)).fetchone()[0]
    held.close()
    locked = Keyring(keyring.path)

    assert locked.expire(NOW + 9) == 0
    assert locked.expire(NOW + 10) == 1
    assert locked.expire(keys.week_ends(keys.week_of(NOW))) == 1

    assert keyring.epoch(SHARE, 1) is None
    assert keyring.epoch("cd" * 16, 1) == b"l" * 32
    assert keyring.week_secret(keys.week_of(NOW)) is None
    assert all(box not in file.read_bytes() for file in keyring.path.parent.iterdir())


def test_keys_of_epochs_that_were_replaced_are_destroyed(keyring: Keyring):
    for epoch in (1, 2, 3):
        keyring.put_epoch(SHARE, epoch, NOW + WEEK, bytes([epoch]) * 32)

    keyring.forget_before(SHARE, 3)

    assert [keyring.epoch(SHARE, epoch) for epoch in (1, 2, 3)] == [None, None, b"\x03" * 32]


def test_a_key_moved_to_another_place_does_not_open(keyring: Keyring):
    keyring.put_epoch(SHARE, 1, NOW + WEEK, b"k" * 32)
    with sqlite3.connect(keyring.path) as held:
        held.execute("UPDATE epoch_key SET epoch = 2")
    held.close()

    with pytest.raises(Tampered):
        keyring.epoch(SHARE, 2)


def test_only_this_user_reads_the_file_and_no_log_stays_beside_it(keyring: Keyring):
    keyring.ensure_weeks(NOW)

    assert keyring.path.stat().st_mode & 0o777 == 0o600
    assert [file.name for file in keyring.path.parent.iterdir()] == ["keys.db"]
    assert not keyring.prepare()


def test_a_file_that_is_no_keyring_is_named(tmp_path: Path):
    keyring = Keyring(tmp_path / "keys.db", AT_REST)
    keyring.path.write_bytes(b"something else entirely" * 200)

    with pytest.raises(DatabaseDamaged, match=r"keys\.db"):
        keyring.prepare()


def test_keys_put_together_come_back_together(keyring: Keyring):
    others = [EpochKey(f"{n:032x}", 1, NOW + WEEK, bytes([n]) * 32) for n in range(3)]

    keyring.put_epochs(others)

    wanted = [(one.share, 1) for one in others]
    assert keyring.epochs([*wanted, (SHARE, 1)]) == {
        (one.share, one.epoch): one.key for one in others
    }


def test_a_locked_node_that_lost_its_keys_goes_on(tmp_path: Path):
    locked = Keyring(tmp_path / "keys.db")

    assert locked.expire(NOW) == 0
    assert locked.shares() == frozenset()
    assert locked.path.stat().st_mode & 0o777 == 0o600
