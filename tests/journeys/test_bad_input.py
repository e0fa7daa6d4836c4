"""Bad input: one sentence that says what to do, nothing lost, and a node that goes on."""

import base64
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys import browser
from tests.journeys.conftest import Original
from tests.journeys.mistaken import CASES, EDITS, RELEASES, TEN_MEGABYTES, a_case, written
from tests.journeys.nodes import Ran
from tests.journeys.unharmed import (
    World,
    nothing_lost,
    refuses,
    told_once,
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, original: Original) -> Iterator[World]:
    """A world on SQLite: most of this is refused before any database is asked."""
    with told_once(original.again(tmp_path_factory.mktemp("bad-input") / "four").four) as made:
        yield made


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
        newer_card = wrong in {"of a newer signature", "of a future version"}
        assert ("Update this node" in ran.error) is newer_card, wrong
    with nothing_lost(world.four.coordinating):
        ran = world.four.coordinating.run(
            *("enrol", str(tmp_path / "card"), "--tier", "3"),
            *("--agreement-until", "2032-04-30", "--words", "one two three"),
        )
    refuses(ran, 6)


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
