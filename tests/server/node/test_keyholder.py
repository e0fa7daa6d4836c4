from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crypto.keys import Identity
from server.node.access import Role
from server.node.keyholder import Keyholder, Keys
from server.node.keyring import Keyring
from server.node.member import StaffMember

NOON = datetime(2031, 5, 4, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ROBIN = StaffMember("a" * 32, "Robin Vale", frozenset({Role.LIAISON}), 1)
SASHA = StaffMember("b" * 32, "Sasha Quill", frozenset({Role.ADVOCATE}), 1)
KEYS = Keys(Identity(bytes(32)), Keyring(Path("keys.db"), bytes(32)))


@pytest.fixture
def locked() -> list[str]:
    return []


@pytest.fixture
def holder(locked: list[str]) -> Keyholder:
    return Keyholder(5, lambda: locked.append("locked"))


def test_keys_are_held_while_anybody_is_signed_in(holder: Keyholder, locked: list[str]):
    holder.open("one", ROBIN, KEYS, NOON)
    holder.open("two", SASHA, KEYS, NOON)

    holder.close("one")
    assert holder.keys is KEYS
    assert locked == []

    holder.close("two")
    assert holder.keys is None
    assert locked == ["locked"]


def test_closing_twice_locks_once(holder: Keyholder, locked: list[str]):
    holder.open("one", ROBIN, KEYS, NOON)

    holder.close("one")
    holder.close("one")
    holder.close_all()

    assert locked == ["locked"]


def test_five_idle_minutes_lock(holder: Keyholder, locked: list[str]):
    holder.open("one", ROBIN, KEYS, NOON)

    holder.tick(NOON + 5 * MINUTE - timedelta(seconds=1))
    assert locked == []

    holder.tick(NOON + 5 * MINUTE)
    assert locked == ["locked"]
    assert holder.keys is None


def test_an_act_puts_the_lock_off(holder: Keyholder, locked: list[str]):
    holder.open("one", ROBIN, KEYS, NOON)
    holder.touch("one", NOON + 4 * MINUTE)

    holder.tick(NOON + 8 * MINUTE)

    assert locked == []
    assert holder.session("one", NOON + 8 * MINUTE) is not None


def test_asking_for_a_session_is_not_an_act(holder: Keyholder, locked: list[str]):
    holder.open("one", ROBIN, KEYS, NOON)

    for minute in range(5):
        assert holder.session("one", NOON + minute * MINUTE) is not None

    assert holder.session("one", NOON + 5 * MINUTE) is None
    assert locked == ["locked"]


def test_a_merged_view_in_use_holds_its_session_for_thirty_minutes(
    holder: Keyholder, locked: list[str]
):
    holder.open("one", ROBIN, KEYS, NOON)
    holder.hold("one", NOON + MINUTE)

    holder.tick(NOON + 30 * MINUTE)
    assert locked == []

    holder.tick(NOON + 31 * MINUTE)
    assert locked == ["locked"]


def test_a_view_that_was_left_holds_nothing(holder: Keyholder, locked: list[str]):
    holder.open("one", ROBIN, KEYS, NOON)
    holder.hold("one", NOON)
    holder.release("one")

    holder.tick(NOON + 5 * MINUTE)

    assert locked == ["locked"]


def test_after_eight_hours_everybody_signs_in_again(holder: Keyholder, locked: list[str]):
    holder.open("one", ROBIN, KEYS, NOON)
    for minute in range(0, 480, 4):
        holder.touch("one", NOON + minute * MINUTE)
        holder.hold("one", NOON + minute * MINUTE)
        holder.tick(NOON + minute * MINUTE)
    assert locked == []

    holder.tick(NOON + timedelta(hours=8))

    assert locked == ["locked"]


def test_somebody_removed_is_signed_out_everywhere(holder: Keyholder, locked: list[str]):
    holder.open("one", ROBIN, KEYS, NOON)
    holder.open("two", ROBIN, KEYS, NOON)
    holder.open("three", SASHA, KEYS, NOON)

    holder.close_member(ROBIN.id)

    assert holder.members == {SASHA.id}
    assert locked == []


def test_keys_are_never_printed():
    assert KEYS.identity.at_rest.hex() not in repr(KEYS)
    assert repr(KEYS.identity.at_rest) not in repr(KEYS)
