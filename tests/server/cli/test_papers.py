"""Papers and calendar addresses by command: written once, for their owner alone."""

import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from server.meeting.exporting import NoSuchForm
from server.meeting.feeds import NoSuchFeed
from server.node.errors import NotFound, Usage
from tests import nodes, postgres
from tests.server.cli.test_acts import Line, line

__all__ = ["line"]


def test_actions_are_written_for_their_owner_alone_and_never_over_another(
    line: Line, tmp_path: Path
) -> None:
    file = tmp_path / "actions.csv"

    told = line.type("paper", "actions", "--out", str(file))

    assert told == {"file": str(file), "media_type": "text/csv"}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_bytes().startswith(b"\xef\xbb\xbfCase,")
    with pytest.raises(Usage, match="already"):
        line.type("paper", "actions", "--out", str(file))
    assert line.row("SELECT count(*) FROM audit_entry WHERE act = 'paper.export'") == [(1,)]


def test_a_sheet_is_xlsx_or_csv_and_nothing_else(line: Line, tmp_path: Path) -> None:
    with pytest.raises(NoSuchForm):
        line.type("paper", "actions", "--out", str(tmp_path / "actions.docx"))

    assert line.type("paper", "actions", "--out", str(tmp_path / "ACTIONS.XLSX"))
    assert not (tmp_path / "actions.docx").exists()


def test_a_paper_of_what_is_not_here_is_not_made(line: Line, tmp_path: Path) -> None:
    out = tmp_path / "paper.pdf"

    for words in (("agenda", "0" * 32), ("attendance", "0" * 32), ("plan", "7KQ42M")):
        with pytest.raises((NotFound, Usage)):
            line.type("paper", *words, "--out", str(out))

    assert not out.exists()


def test_a_paper_of_the_next_meeting_is_asked_for_as_every_command_asks(
    original: Callable[[postgres.Cluster | None, bool], nodes.Original], tmp_path: Path
) -> None:
    coordinator = Line(nodes.copy(original(None, True), tmp_path / "node", str), tmp_path)
    agenda, who = tmp_path / "agenda.pdf", tmp_path / "who.csv"
    coordinator.type("meeting", "plan", "team")

    coordinator.type("paper", "agenda", "next", "--out", str(agenda))
    coordinator.type("paper", "attendance", "next", "--out", str(who))

    assert agenda.read_bytes().startswith(b"%PDF")
    assert who.exists()


def test_an_address_is_made_listed_and_taken_back(line: Line) -> None:
    made = line.type("calendar", "feed", "make")
    listed = line.type("calendar", "feed", "list")["feeds"]
    gone = line.type("calendar", "feed", "revoke", made["feed"])

    assert made["path"].startswith("/calendar/")
    assert [(one["feed"], one["read_at"]) for one in listed] == [(made["feed"], None)]
    assert gone == {"revoked": made["feed"]}
    assert line.type("calendar", "feed", "list") == {"feeds": []}
    with pytest.raises(NoSuchFeed):
        line.type("calendar", "feed", "revoke", made["feed"])
