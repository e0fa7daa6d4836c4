"""What a person types and what a file holds: read strictly, and refused in one sentence."""

import getpass
import io
import json
import stat
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from crypto.errors import Malformed, WrongPassphrase
from server.cli import main
from server.cli.cards import read_card
from server.cli.line import (
    BadPassphraseFile,
    Line,
    parse_form,
    read_file,
    read_passphrase,
    table,
    write_secret,
)
from server.node import voice
from server.node.errors import (
    BadFile,
    NodeError,
    NoNodeHere,
    NothingCleared,
    NotPermitted,
    Usage,
)
from server.node.settings import Settings
from tests.commands import every_command
from tiers.reading import FormMistake


@pytest.mark.parametrize(
    "raw",
    [b"", b"{", b"[]", b'"words"', b'{"a": 1, "a": 2}', b"\xff{}", b"[" * 100_000, b"nul"],
)
def test_what_is_not_one_json_object_is_a_bad_file(raw: bytes) -> None:
    with pytest.raises(BadFile):
        parse_form(raw, "the form")


def test_a_form_is_read_as_it_stands() -> None:
    assert parse_form('{"name": "Zoë"}'.encode(), "the form") == {"name": "Zoë"}


def test_a_missing_file_is_said_by_its_name(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"nowhere\.json"):
        read_file(tmp_path / "nowhere.json")


def test_a_file_larger_than_anything_casefold_reads_is_refused(tmp_path: Path) -> None:
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(13 * 1024 * 1024)

    with pytest.raises(BadFile, match="12 MB"):
        read_file(huge)


def test_a_passphrase_is_its_files_line_without_the_lines_end(tmp_path: Path) -> None:
    file = tmp_path / "passphrase"
    file.write_text(" seven calm otters \n")

    assert read_passphrase(file, "Passphrase") == " seven calm otters "


@pytest.mark.parametrize("held", [b"", b"\n", b"\xff\xfe"])
def test_an_empty_or_unreadable_passphrase_file_ends_with_seven(
    tmp_path: Path, held: bytes
) -> None:
    file = tmp_path / "passphrase"
    file.write_bytes(held)

    with pytest.raises(BadPassphraseFile) as refused:
        read_passphrase(file, "Passphrase")

    assert refused.value.exit_code == 7


def test_without_a_terminal_that_hides_what_is_typed_nobody_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(getpass, "getpass", getpass.fallback_getpass)
    monkeypatch.setattr(sys, "stdin", io.StringIO("seven calm otters by the weir\n"))

    with pytest.raises(BadPassphraseFile, match="--passphrase-file"):
        read_passphrase(None, "Passphrase")

    assert capsys.readouterr().err == ""


def test_a_secret_is_written_for_its_owner_alone_and_never_over_another(tmp_path: Path) -> None:
    file = tmp_path / "paper"

    write_secret(file, "code")

    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    with pytest.raises(Usage):
        write_secret(file, "another")
    assert file.read_text() == "code"


def test_a_card_travels_as_one_line_of_text(tmp_path: Path) -> None:
    file = tmp_path / "card"
    file.write_text(voice.line(b"signed bytes") + "\n")

    assert "\n" not in voice.line(b"signed bytes")
    assert read_card(file) == b"signed bytes"


def test_a_command_under_card_is_asked_of_the_folder_named_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CASEFOLD_DATA", raising=False)
    file = tmp_path / "card"
    file.write_text(voice.line(b"signed bytes"))
    words = ["card", "succeed", str(file), "--data", str(tmp_path / "empty"), "--as", "Joy"]

    done = CliRunner().invoke(main.casefold, words)

    assert isinstance(done.exception, NoNodeHere)


@pytest.mark.parametrize("held", ["", "casefold-card-2 AAAA", "casefold-card-1 A*A=", "AAAA"])
def test_what_is_no_card_is_a_bad_file(tmp_path: Path, held: str) -> None:
    file = tmp_path / "card"
    file.write_text(held)

    with pytest.raises(BadFile):
        read_card(file)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Usage(), 2),
        (click.UsageError("No such option: --consent-override"), 2),
        (NothingCleared(), 3),
        (NodeError(), 5),
        (BadFile(), 6),
        (FormMistake("ends", "write a day."), 6),
        (Malformed(), 6),
        (WrongPassphrase(), 7),
        (NotPermitted(), 8),
        (ZeroDivisionError("anything"), 1),
    ],
)
def test_every_error_is_one_sentence_and_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    def act(**_: object) -> int:
        raise error

    monkeypatch.setattr(main.casefold, "main", act)

    with pytest.raises(SystemExit) as ended:
        main.main()

    said = capsys.readouterr()
    assert ended.value.code == code
    assert said.out == ""
    assert len(said.err.strip().splitlines()) == 1


def test_an_answer_is_one_json_object_or_lines(capsys: pytest.CaptureFixture[str]) -> None:
    here = Settings(data=Path("nowhere"))

    Line(here, None, None, as_json=True).say({"name": "Zoë"}, "Zoë")
    Line(here, None, None, as_json=False).say({"name": "Zoë"}, "Zoë", "may sign in")

    said = capsys.readouterr().out
    assert json.loads(said[: said.index("}") + 1]) == {"name": "Zoë"}
    assert said.endswith("Zoë\nmay sign in\n")


def test_columns_are_as_wide_as_they_need() -> None:
    assert table([("a", "b"), ("ccc", "d")]) == ["a    b", "ccc  d"]
    assert table([]) == []


def test_no_command_and_no_option_offers_a_way_around_the_gate() -> None:
    runner = CliRunner()
    words = [
        runner.invoke(main.casefold, [*name.split(), "--help"]).output for name in every_command()
    ]

    said = " ".join(words).lower()
    assert "--dry-run" in said
    assert not [word for word in ("override", "force", "bypass", "emergency") if word in said]
