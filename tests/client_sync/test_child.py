"""Peers' bytes meet Automerge in a process that is thrown away; this one must always live on."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from client_sync.answer import BROKE, Unsafe
from client_sync.child import Batch, Chamber
from client_sync.document import change, compose, read
from client_sync.errors import ChamberClosed, UnsafeChange
from client_sync.guard import check
from client_sync.lane import Lane, register
from tests.client_sync.batches import OTHER, composed, good
from tests.client_sync.lanes import OWNER, at, chunk, cleared, content_of, forged, one_put, wrote


@pytest.fixture(scope="module")
def chamber() -> Iterator[Chamber]:
    with Chamber() as open_chamber:
        yield open_chamber


@pytest.fixture
def fresh() -> Iterator[Chamber]:
    """A chamber that has read nothing yet: the only child of its cell is the one that waits."""
    with Chamber() as open_chamber:
        yield open_chamber


def children_of(number: int) -> list[int]:
    path = Path(f"/proc/{number}/task/{number}/children")
    if not path.exists():
        pytest.skip("this system does not list a process's children")
    return [int(child) for child in path.read_text().split()]


def cell_of(chamber: Chamber) -> int:
    cell = chamber._cell
    assert cell is not None
    return cell.pid


def waiting_child_of(chamber: Chamber) -> int:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        if children := children_of(cell_of(chamber)):
            return children[0]
    raise AssertionError("the cell keeps no child ready")


def test_a_lane_is_read_as_in_this_process(chamber):
    first = compose(cleared({at("a"): (wrote("one"), wrote("two")), at("b"): (wrote("é"),)}), OWNER)
    changes = first.changes + change(first.changes, first.heads, {at("b"): None}, OWNER).new

    said = chamber.read([Batch("share", OWNER, changes)])

    assert said == {"share": read(changes, OWNER)}


def test_many_shares_of_many_owners_are_each_read_as_themselves(chamber):
    batch = [
        good(f"{owner[0]}-{n}", owner, f"word {n}") for n in range(120) for owner in (OWNER, OTHER)
    ]

    said = chamber.read(batch)

    assert said == {one.share: read(one.changes, one.owner) for one in batch}


def test_nothing_asked_is_nothing_said(chamber):
    assert chamber.read([]) == {}


def test_an_unsafe_share_harms_no_other(chamber):
    batch = [
        good("1"),
        Batch("2", OWNER, (b"damaged",)),
        Batch("3", OWNER, good().changes[:0]),
        good("4"),
    ]

    said = chamber.read(batch)

    assert isinstance(said["1"], Lane)
    assert isinstance(said["2"], Unsafe)
    assert isinstance(said["3"], Unsafe)
    assert isinstance(said["4"], Lane)


def test_a_share_larger_than_any_honest_one_is_refused_unread(chamber):
    heavy = tuple(
        forged(one_put(value=bytes([65 + n]) * 3_000_000), actor=OWNER[:8] + bytes(7) + bytes([n]))
        for n in range(8)
    )

    said = chamber.read([good("1"), Batch("2", OWNER, heavy), good("3")])

    assert isinstance(said["2"], Unsafe)
    assert "larger" in said["2"].reason
    assert isinstance(said["1"], Lane)
    assert isinstance(said["3"], Lane)


def test_a_large_honest_share_is_read(chamber):
    fields = {at(f"field-{n}"): (wrote(f"{n}" * 10_000),) for n in range(100)}
    one = Batch("large", OWNER, compose(cleared(fields), OWNER).changes)

    said = chamber.read([one])["large"]

    assert isinstance(said, Lane)
    assert said.fields == dict(sorted(fields.items()))


def test_a_share_that_takes_too_long_is_the_only_one_refused(fresh):
    # Six thousand colleagues each wrote one field unseen by all others: sound, and endless to read.
    slow = composed()
    first = check(slow.changes[0], OWNER)
    written = register(wrote("v")).encode()
    columns = {0x01: b"\x7f\x01", 0x02: b"\x7f\x05", **one_put(b"risks/survivor/a", written)}
    crowd = tuple(
        forged(
            columns,
            deps=[first.hash],
            actor=OWNER[:8] + number.to_bytes(8, "big"),
            others=[first.actor],
            start=first.last + 1,
        )
        for number in range(6_000)
    )

    few = Batch("few", OWNER, slow.changes + crowd[:5])
    all_of_them = Batch("all", OWNER, slow.changes + crowd)
    said = fresh.read([good("1"), all_of_them, few, good("other", OTHER)])

    assert said["all"] == BROKE
    assert isinstance(said["few"], Lane)
    assert isinstance(said["1"], Lane)
    assert isinstance(said["other"], Lane)


def test_a_change_that_makes_automerge_panic_is_refused(chamber):
    # It overwrites an operation nobody made: sound to look at, and nothing the guard can know.
    dangling = {**one_put(), 0x70: b"\x7f\x01", 0x71: b"\x7f\x00", 0x73: b"\x7f\x03"}
    orphan = {0x01: b"\x7f\x00", 0x02: b"\x7f\x03", **one_put()}

    for columns in (dangling, orphan):
        said = chamber.read([good("1"), Batch("2", OWNER, (forged(columns, start=9),))])

        assert isinstance(said["1"], Lane)
        assert isinstance(said["2"], Unsafe)


@pytest.mark.fuzz
def test_four_hundred_hostile_batches_never_end_the_parent_and_never_say_what_was_not_sent(chamber):
    chance = random.Random(3)  # noqa: S311 - the same each run
    honest = good()
    first = composed()
    longer = first.changes + change(first.changes, first.heads, {at("a"): None}, OWNER).new
    contents = [content_of(raw) for raw in longer]
    refused = read_anyway = 0
    cell = cell_of(chamber)
    for number in range(400):
        hostile = Batch("hostile", OWNER, _past_the_guard(contents, chance))
        said = chamber.read([honest, hostile] if number % 2 else [hostile, honest])

        assert said["good"] == read(honest.changes, OWNER)
        if isinstance(said["hostile"], Unsafe):
            refused += 1
            continue
        read_anyway += 1
        assert said["hostile"] == read(hostile.changes, OWNER)

    assert refused > 50
    assert read_anyway > 10
    assert cell_of(chamber) == cell


def _past_the_guard(contents: list[bytes], chance: random.Random) -> tuple[bytes, ...]:
    """A share of which one change was altered so that the guard alone lets it through."""
    while True:
        index = chance.randrange(len(contents))
        spoiled = bytearray(contents[index])
        for _ in range(chance.randint(1, 2)):
            spoiled[chance.randrange(len(spoiled))] = chance.randrange(256)
        changes = [chunk(content) for content in contents]
        changes[index] = chunk(bytes(spoiled))
        try:
            check(changes[index], OWNER)
        except UnsafeChange:
            continue
        return tuple(changes[: index + 1]) if chance.random() < 0.7 else tuple(changes)


def test_a_child_that_does_not_answer_is_ended_and_the_share_read_again(fresh):
    os.kill(waiting_child_of(fresh), signal.SIGSTOP)
    before = time.monotonic()

    said = fresh.read([good()])

    assert isinstance(said["good"], Lane)
    assert 1.5 < time.monotonic() - before < 15


def test_a_child_ended_from_outside_costs_no_share(fresh):
    os.kill(waiting_child_of(fresh), signal.SIGKILL)

    assert isinstance(fresh.read([good()])["good"], Lane)


def test_a_cell_ended_from_outside_is_started_again(fresh):
    cell = cell_of(fresh)
    os.kill(cell, signal.SIGKILL)

    assert isinstance(fresh.read([good()])["good"], Lane)
    assert cell_of(fresh) != cell


def test_the_child_holds_no_descriptor_but_its_two_pipes_and_has_its_limits(fresh):
    child = waiting_child_of(fresh)
    deadline = time.monotonic() + 5
    opened: list[str] = []
    limits: dict[str, list[str]] = {}

    while time.monotonic() < deadline and limits.get("Max file size") != ["0", "0"]:
        rows = Path(f"/proc/{child}/limits").read_text().splitlines()
        limits = {row[:26].strip(): row[26:].split()[:2] for row in rows}
        with suppress(FileNotFoundError):  # one was closed while they were listed
            opened = sorted(str(one.readlink()) for one in Path(f"/proc/{child}/fd").iterdir())

    assert opened[:3] == ["/dev/null"] * 3
    assert all(name.startswith("pipe:") for name in opened[3:])
    assert len(opened) == 5
    assert limits["Max open files"] == ["0", "0"]
    assert limits["Max core file size"] == ["0", "0"]
    assert limits["Max cpu time"] == ["2", "2"]
    assert limits["Max address space"] == [str(512 * 2**20)] * 2


def test_the_cell_is_given_no_environment_and_ends_with_its_parent():
    program = (
        "import time\nfrom client_sync.child import Chamber\n"
        "c = Chamber(); c.start(); print(c._cell.pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        env={**os.environ, "CASEFOLD_TEST": "canary"},
    ) as parent:
        assert parent.stdout is not None
        cell = int(parent.stdout.readline())
        assert b"canary" not in Path(f"/proc/{cell}/environ").read_bytes()
        parent.kill()
    deadline = time.monotonic() + 5
    while Path(f"/proc/{cell}/stat").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{cell}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
            break

    state = Path(f"/proc/{cell}/stat")
    assert not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z"


def test_a_closed_chamber_reads_nothing_and_leaves_no_process():
    chamber = Chamber()
    chamber.start()
    cell = cell_of(chamber)

    chamber.close()
    chamber.close()

    assert not Path(f"/proc/{cell}").exists()
    with pytest.raises(ChamberClosed):
        chamber.read([good()])


def test_several_threads_may_ask_at_once(chamber):
    said: dict[str, Lane | Unsafe] = {}

    def ask(name: str) -> None:
        said.update(chamber.read([good(name, word=name)]))

    threads = [threading.Thread(target=ask, args=(f"share {n}",)) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(said) == 12
    for name, lane in said.items():
        assert isinstance(lane, Lane)
        assert lane.fields[at("a")] == (wrote(name),)
