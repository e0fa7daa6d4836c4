"""Bad input: one sentence that says what to do, nothing lost, and a node that goes on."""

import base64
import gzip
import json
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from client_sync.wire import Outcome, Packet, frame
from crypto import statement
from crypto.keys import new_week_key, week_of
from tests.journeys import browser
from tests.journeys.hostile import ENDS, WRONG_RECORDS, Hostile, packet
from tests.journeys.mistaken import CASES, EDITS, RELEASES, TEN_MEGABYTES, a_case, written
from tests.journeys.nodes import EXAMPLES, Ran, placed, served
from tests.journeys.seized import Seized
from tests.journeys.steps import agencies_in, share, sign, view
from tests.journeys.unharmed import (
    World,
    flipped,
    is_a_sentence,
    nothing_lost,
    refuses,
    relay_state,
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

NO_REF = "0" * 26
RIVERSIDE = ("--to", "Riverside Coordination", "--for", "meeting")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, original: tuple[Path, int]) -> Iterator[World]:
    made, port = original
    folder = tmp_path_factory.mktemp("bad-input") / "four"
    shutil.copytree(made, folder)
    with served(placed(folder, port, {})) as four:
        ref, _ = sign(four.centre, "ana", "ana-harbour-house")
        share(four.centre, ref, "Riverside Coordination", "meeting")
        four.sync(four.centre, four.coordinating)
        four.centre.serve()
        yield World(four, ref, Hostile.at(four.police, f"http://127.0.0.1:{port}"))


def _advice(wrong: str) -> list[str]:
    return ["update this node"] if wrong == "of a future version" else []


@pytest.mark.parametrize("wrong", CASES)
def test_a_case_file_that_is_wrong(world: World, tmp_path: Path, wrong: str) -> None:
    with nothing_lost(world.four.centre):
        ran = world.four.centre.run("case", "import", written(tmp_path, CASES[wrong]))

    refuses(ran, 6, *_advice(wrong))


@pytest.mark.parametrize("wrong", RELEASES)
def test_a_release_file_that_is_wrong(world: World, tmp_path: Path, wrong: str) -> None:
    code, content = RELEASES[wrong]

    with nothing_lost(world.four.centre):
        ran = world.four.centre.run(
            "release", "record", written(tmp_path, content), "--case", world.ref
        )

    refuses(ran, code, *_advice(wrong))


@pytest.mark.parametrize("wrong", EDITS)
def test_an_edit_that_is_wrong(world: World, wrong: str) -> None:
    with nothing_lost(world.four.centre):
        ran = world.four.centre.run("case", "edit", world.ref, stdin=json.dumps(EDITS[wrong]))

    refuses(ran, 6, *_advice(wrong))


def test_a_mangled_card(world: World, tmp_path: Path) -> None:
    good = world.four.hospital.card.read_text().strip()
    word, text = good.split(" ")
    raw = bytearray(base64.b64decode(text))
    flipped, newer = bytearray(raw), bytearray(raw)
    flipped[len(raw) // 2] ^= 1
    newer[3:4] = b"2"
    assert raw[:4] == b"CFS1"
    mangled = {
        "cut short": good[: len(good) // 2],
        "altered by a letter": f"{word} {base64.b64encode(flipped).decode()}",
        "of a newer signature": f"{word} {base64.b64encode(newer).decode()}",
        "of a future version": good.replace("casefold-card-1", "casefold-card-2"),
        "not a card": "hello",
    }

    for wrong, line in mangled.items():
        (tmp_path / "card").write_text(line)
        with nothing_lost(world.four.coordinating):
            ran = world.four.coordinating.run("words", str(tmp_path / "card"), locked=True)
        refuses(ran, 6)
        assert wrong != "of a newer signature" or "newer" in ran.error
    with nothing_lost(world.four.coordinating):
        ran = world.four.coordinating.run(
            *("enrol", str(tmp_path / "card"), "--tier", "3"),
            *("--agreement-until", "2032-04-30", "--words", "one two three"),
        )
    refuses(ran, 6)


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


def test_a_wrong_passphrase_or_recovery_code(world: World, tmp_path: Path) -> None:
    hospital = world.four.hospital
    good = hospital.passphrase_file.read_text()
    code = (hospital.folder / "paper-code").read_text().strip()
    mistyped = code[:-1] + ("0" if code[-1] != "0" else "1")
    another = (world.four.police.folder / "paper-code").read_text()
    (tmp_path / "new").write_text("nine new herons at the mill")

    def recover(written_code: str) -> Ran:
        (tmp_path / "code").write_text(written_code)
        return hospital.run(
            *("recover", "--recovery-code-file", str(tmp_path / "code")),
            *("--staff", hospital.staff, "--new-passphrase-file", str(tmp_path / "new")),
            locked=True,
        )

    with nothing_lost(hospital):
        hospital.passphrase_file.write_text("not the passphrase at all")
        refuses(hospital.run("case", "list"), 7)
        hospital.passphrase_file.write_text("")
        refuses(hospital.run("case", "list"), 7)
        hospital.passphrase_file.write_text(good)
        for wrong in (mistyped, another, "", "x" * 5000):
            refuses(recover(wrong), 7)

    assert hospital.done("case", "list") == {"cases": []}


def test_a_taken_port(world: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with nothing_lost(world.four.police):
            ran = world.four.police.run("serve", "--port", str(port), locked=True)

    refuses(ran, 2, str(port))


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
    assert len(Seized(riverside.data).rows("SELECT id FROM casework_share")) == 4
    assert seen.exit == 0
    assert agencies_in(seen.answer) == {"Harbour House"}
    assert "3 from Northfield Police" in checks["parts"]["sentence"]
    assert httpx.get(f"{riverside.url}/sign-in", timeout=60).status_code == 200


def test_ten_megabytes_typed_into_a_page(world: World) -> None:
    centre = world.four.centre
    signed_in = browser.sign_in(centre.url, centre.staff)
    path = f"/cases/{world.ref}/sections/risks/survivor"
    large = "x" * TEN_MEGABYTES

    def in_parts() -> Iterator[bytes]:
        yield b"threats="
        for _ in range(160):
            yield b"x" * 65_536

    with nothing_lost(centre):
        typed = signed_in.post(path, data={"threats": large, "base": "1", "heads": "{}"})
        unannounced = signed_in.post(
            path,
            content=in_parts(),
            headers={"content-type": "application/x-www-form-urlencoded"},
        )
        draft = signed_in.post("/drafts", data={"draft": "case/new", "name": large})
        field = signed_in.post(
            path, data={"threats": "x" * 70_000, "base": "1", "heads": "{}", "form": "1"}
        )
        brought = signed_in.post(
            "/cases/import",
            files={"file": ("form.json", json.dumps(a_case(format="casefold-case-2")))},
            data={"form": "2"},
        )

    for answer in (typed, unannounced, draft):
        assert answer.status_code == 413
        assert "larger" in answer.text
    for answer in (field, brought):
        assert answer.status_code == 422
    for answer in (typed, unannounced, draft, field, brought):
        assert "x" * 200 not in answer.text
    assert browser.look(signed_in, f"/cases/{world.ref}").status_code == 200
    signed_in.post("/lock")
    signed_in.close()
