"""Bad records and unknown names, on each kind of database: one sentence, and nothing is lost."""

import gzip
from collections.abc import Callable, Iterator

import httpx
import pytest

from client_sync.wire import Outcome, Packet, frame
from crypto import statement
from crypto.keys import new_week_key, week_of
from tests.journeys.conftest import Original
from tests.journeys.hostile import ENDS, WRONG_RECORDS, Hostile, packet
from tests.journeys.nodes import EXAMPLES
from tests.journeys.seized import Seized
from tests.journeys.steps import agencies_in, view
from tests.journeys.unharmed import (
    World,
    flipped,
    is_a_sentence,
    nothing_lost,
    refuses,
    relay_state,
    told_once,
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

NO_REF = "0" * 26
RIVERSIDE = ("--to", "Riverside Coordination", "--for", "meeting")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, original_on_each: Original) -> Iterator[World]:
    with told_once(original_on_each.again(tmp_path_factory.mktemp("bad") / "four").four) as made:
        yield made


@pytest.mark.parametrize(
    "words",
    [
        ("case", "show", NO_REF),
        ("case", "show", "'; drop table casework_case; --"),
        ("share", NO_REF, *RIVERSIDE),
        ("view", NO_REF),
        ("withdraw", "0" * 32),
        ("consent", "receipts", "0" * 32),
        ("share", "REF", "--to", "Nobody We Know", "--for", "meeting"),
    ],
    ids=lambda words: " ".join(words)[:30],
)
def test_an_unknown_case_consent_or_agency(world: World, words: tuple[str, ...]) -> None:
    named = [world.ref if word == "REF" else word for word in words]

    with nothing_lost(world.four.centre):
        ran = world.four.centre.run(*named)

    refuses(ran, 5)


def test_a_flipped_bit_in_a_case(world: World) -> None:
    centre = world.four.centre
    other = centre.done("case", "import", str(EXAMPLES / "joan-harbour-house.json"))["case_ref"]

    with flipped(centre, "casework_case", f"case_ref = '{world.ref}'"), nothing_lost(centre):
        refuses(centre.run("case", "show", world.ref), 6)
        refuses(centre.run("share", world.ref, *RIVERSIDE), 6)
        assert centre.run("case", "show", other).exit == 0

    assert centre.run("case", "show", world.ref).exit == 0


def test_a_flipped_bit_in_what_was_received(world: World) -> None:
    riverside = world.four.coordinating
    view(world.four, world.ref)

    with flipped(riverside, "casework_record", "kind = 1"):
        ran = riverside.run("view", world.ref)
        shut = ran.answer["shut"] if ran.answer else []

        assert ran.exit == 0
        assert agencies_in(ran.answer) == set()
        assert [one["agency"] for one in shut] == ["Harbour House"]
        assert is_a_sentence(shut[0]["reason"])

    assert agencies_in(view(world.four, world.ref)) == {"Harbour House"}


@pytest.mark.parametrize("wrong", WRONG_RECORDS)
def test_a_record_the_relay_refuses(world: World, wrong: Callable[[Hostile], Packet]) -> None:
    before = relay_state(world.four)

    with nothing_lost(world.four.coordinating):
        (result,) = world.hostile.push(wrong(world.hostile))

    assert result.outcome is Outcome.REFUSED
    assert is_a_sentence(result.reason)
    assert relay_state(world.four) == before


def test_what_a_relay_will_not_read(world: World) -> None:
    bomb = gzip.compress(bytes(200 * 2**20), 9)
    receipt = statement.sign("receipt", {"to": []}, world.hostile.identity)
    before = relay_state(world.four)
    wrong = [
        (415, "/records", bomb, {"content_encoding": "gzip"}),
        (400, "/records", bomb, {}),
        (413, "/records", bytes(9 * 2**20), {}),
        (400, "/records", frame([Packet(b"x")])[:-1], {}),
        (400, "/statement", b"CFS2" + receipt[4:], {}),
        (400, "/statement", receipt[:-1], {}),
        (413, "/statement", bytes(5_000), {}),
        (403, "/directory", b"CFS2" + bytes(500), {}),
    ]

    with nothing_lost(world.four.coordinating):
        for status, path, content, headers in wrong:
            answered, said = world.hostile.ask("PUT", path, content, **headers)
            assert (answered, path) == (status, path)
            assert said["reason"]

    assert relay_state(world.four) == before
    world.four.centre.done("sync")


def test_bombs_and_wrong_keys_that_only_the_recipient_can_see(world: World) -> None:
    hostile, riverside = world.hostile, world.four.coordinating
    stranger = new_week_key(week_of(ENDS))
    sent = [
        *hostile.bomb(),
        hostile.opening((gzip.compress(bytes(2**20)), b"\x85\x6f\x4a\x83" + bytes(60)))[0],
        hostile.opening(week_public=stranger.public)[0],
    ]

    results = hostile.push(*map(packet, sent))
    riverside.done("sync", "--until-idle")
    seen = riverside.run("view", world.ref)
    checks = {one["name"]: one for one in riverside.done("doctor", locked=True)["checks"]}

    assert {one.outcome for one in results} == {Outcome.ACCEPTED}  # a relay cannot look inside
    assert len(Seized.of(riverside).rows("SELECT id FROM casework_share")) == 4
    assert seen.exit == 0
    assert agencies_in(seen.answer) == {"Harbour House"}
    assert "3 from Northfield Police" in checks["parts"]["sentence"]
    assert httpx.get(f"{riverside.url}/sign-in", timeout=60).status_code == 200
