"""Papers and calendar addresses by command: written once, for their owner alone."""

import stat
from pathlib import Path

import pytest

from server.meeting.exporting import NoSuchForm
from server.meeting.feeds import NoSuchFeed
from server.node.errors import NotFound, Usage
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
