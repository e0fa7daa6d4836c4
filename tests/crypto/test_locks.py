import resource
import struct
import threading
from pathlib import Path

import pytest

from crypto import locks
from crypto.errors import (
    Malformed,
    NotEnoughMemory,
    TooLarge,
    UnknownVersion,
    WrongPassphrase,
)
from crypto.keys import Identity

SEED = b"\x05" * 32
PASSPHRASE = "an invented passphrase é"


@pytest.fixture(scope="module")
def locked() -> bytes:
    return locks.lock(SEED, PASSPHRASE)


def test_a_lock_opens_with_its_passphrase_however_the_keyboard_writes_it(locked):
    composed_otherwise = "an invented passphrase e\u0301"

    assert locks.unlock(locked, composed_otherwise).public == Identity(SEED).public


def test_another_passphrase_opens_nothing_and_is_told_so(locked):
    with pytest.raises(WrongPassphrase, match="does not open this lock"):
        locks.unlock(locked, "another passphrase")


def test_a_lock_whose_cost_was_altered_does_not_open(locked):
    dearer = locked[:4] + struct.pack(">I", 4) + locked[8:]

    with pytest.raises(WrongPassphrase):
        locks.unlock(dearer, PASSPHRASE)


def test_a_lock_holds_nothing_of_the_seed_and_says_its_cost(locked):
    _, passes, memory = struct.unpack_from(">4sIQ", locked)

    assert SEED not in locked
    assert (passes, memory) == (3, 256 * 2**20)
    assert len(locked) == locks.LOCK_BYTES


@pytest.mark.parametrize(
    ("passes", "memory"),
    [
        (2, 256 * 2**20),
        (3, 256 * 2**20 - 1),
        (11, 256 * 2**20),
        (3, 2**30 + 1),
        (0, 0),
        (2**32 - 1, 2**64 - 1),
    ],
)
def test_a_lock_cannot_ask_for_too_little_or_too_much_work(locked, passes, memory):
    altered = locked[:4] + struct.pack(">IQ", passes, memory) + locked[16:]

    with pytest.raises(TooLarge):
        locks.unlock(altered, PASSPHRASE)


@pytest.mark.parametrize(
    ("lock", "error"),
    [
        (b"", Malformed),
        (b"CFP1" + bytes(120), Malformed),
        (b"CFL2" + bytes(120), UnknownVersion),
        (b"CFL1" + bytes(10), Malformed),
        (b"CFL1" + bytes(200), Malformed),
    ],
)
def test_what_is_not_a_lock_is_refused_by_name(lock, error):
    with pytest.raises(error):
        locks.unlock(lock, PASSPHRASE)


@pytest.mark.parametrize("passphrase", ["", "eleven char", " " * 40, "short       "])
def test_a_short_passphrase_is_refused_in_a_plain_sentence(passphrase):
    with pytest.raises(Malformed, match="at least 12 characters"):
        locks.check_passphrase(passphrase)
    with pytest.raises(Malformed):
        locks.lock(SEED, passphrase)


@pytest.mark.parametrize("passphrase", ["x" * 1_025, "\ud800" * 12])
def test_a_passphrase_that_cannot_be_taken_is_refused(locked, passphrase):
    with pytest.raises(Malformed):
        locks.check_passphrase(passphrase)
    with pytest.raises(Malformed):
        locks.unlock(locked, passphrase)


def test_twelve_characters_are_enough():
    locks.check_passphrase("twelve chars")


def test_only_a_whole_seed_is_locked():
    with pytest.raises(Malformed):
        locks.lock(b"short", PASSPHRASE)
    with pytest.raises(Malformed):
        locks.paper_lock(b"short", locks.new_paper_code())


def test_two_unlockings_wait_for_each_other(locked):
    opened = threading.Event()

    def unlock() -> None:
        locks.unlock(locked, PASSPHRASE)
        opened.set()

    thread = threading.Thread(target=unlock)
    with locks._one_at_a_time:
        thread.start()
        waited = not opened.wait(1.5)
    thread.join(60)

    assert waited
    assert opened.is_set()


def test_a_machine_without_memory_says_so(locked):
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    in_use = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()

    resource.setrlimit(resource.RLIMIT_AS, (in_use + 64 * 2**20, hard))
    try:
        with pytest.raises(NotEnoughMemory):
            locks.unlock(locked, PASSPHRASE)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))


def test_the_paper_code_opens_its_lock():
    code = locks.new_paper_code()

    identity = locks.paper_unlock(locks.paper_lock(SEED, code), code)

    assert identity.seed == SEED


def test_the_paper_code_is_eight_groups_of_seven_and_never_the_same():
    code, other = locks.new_paper_code(), locks.new_paper_code()

    assert [len(group) for group in code.split("-")] == [7] * 8
    assert not set(code) & set("ILOU")
    assert code != other


def test_the_paper_code_is_read_as_people_write_it():
    code = locks.new_paper_code()
    paper = locks.paper_lock(SEED, code)
    by_hand = code.replace("-", " ").lower().replace("0", "o").replace("1", "l")

    assert locks.paper_unlock(paper, f"  {by_hand}\n").seed == SEED


def test_every_single_mistyped_symbol_is_noticed():
    code = locks.new_paper_code()
    paper = locks.paper_lock(SEED, code)

    for place, symbol in enumerate(code):
        if symbol != "-":
            mistyped = code[:place] + ("7" if symbol != "7" else "8") + code[place + 1 :]
            with pytest.raises(Malformed, match="mistyped"):
                locks.paper_unlock(paper, mistyped)


@pytest.mark.parametrize(
    ("alter", "sentence"),
    [
        (lambda code: code[:-1], "55 were typed"),
        (lambda code: code + "7", "57 were typed"),
        (lambda code: code[:0], "0 were typed"),
        (lambda code: code[:8] + "U" + code[9:], "Group 2"),
        (lambda code: code[:8] + "é" + code[9:], "Group 2"),
        (lambda code: code[:8] + "\ud800" + code[9:], "Group 2"),
    ],
)
def test_a_mistyped_code_is_told_what_is_wrong(alter, sentence):
    code = locks.new_paper_code()

    with pytest.raises(Malformed, match=sentence):
        locks.paper_unlock(locks.paper_lock(SEED, code), alter(code))


def test_a_code_of_another_paper_opens_nothing():
    paper = locks.paper_lock(SEED, locks.new_paper_code())

    with pytest.raises(WrongPassphrase):
        locks.paper_unlock(paper, locks.new_paper_code())


@pytest.mark.parametrize(
    ("lock", "error"),
    [
        (b"", Malformed),
        (b"CFL1" + bytes(72), Malformed),
        (b"CFP2" + bytes(72), UnknownVersion),
        (b"CFP1" + bytes(71), Malformed),
        (b"CFP1" + bytes(72), WrongPassphrase),
    ],
)
def test_what_is_not_a_paper_lock_is_refused_by_name(lock, error):
    with pytest.raises(error):
        locks.paper_unlock(lock, locks.new_paper_code())
