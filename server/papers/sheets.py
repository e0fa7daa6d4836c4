"""Actions and attendance as sheets: XLSX of constant text alone, or CSV that runs nothing."""

import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date
from typing import Final

from xlsxwriter import Workbook

from server.papers import cells, marks
from server.papers.forms import ActionLine, AttendanceLine, Mark

_LONGEST: Final = 32_767  # a longer text is left out of the file by its format, without a word
_WIDEST: Final = 60
# In memory: nothing of a case is ever a file in a folder for temporary ones.
_OPTIONS: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
_ACTIONS: Final = (
    *("Case", "Heard on", "Person concerned", "Action", "Agency", "Owner", "Due", "Status"),
    *("Update", "Done on", "Outcome", "On file"),
)
_ATTENDANCE: Final = (
    *(
        "Agency",
        "Who",
        "Attendance",
        "Has to attend",
        "Observer",
        "Statement signed",
        "Information sent",
    ),
    "Remarks",
)

Rows = Sequence[Sequence[str]]


def actions_xlsx(lines: Iterable[ActionLine], mark: Mark) -> bytes:
    """The actions as a spreadsheet."""
    return _xlsx("Actions", _ACTIONS, [_action(one) for one in lines], mark)


def actions_csv(lines: Iterable[ActionLine], mark: Mark) -> bytes:
    """The actions as CSV, the mark after the last of them."""
    return _csv(_ACTIONS, [_action(one) for one in lines], mark)


def attendance_xlsx(lines: Iterable[AttendanceLine], mark: Mark) -> bytes:
    """Who was at a meeting, as a spreadsheet."""
    return _xlsx("Attendance", _ATTENDANCE, [_attending(one) for one in lines], mark)


def attendance_csv(lines: Iterable[AttendanceLine], mark: Mark) -> bytes:
    """Who was at a meeting, as CSV, the mark after the last line."""
    return _csv(_ATTENDANCE, [_attending(one) for one in lines], mark)


def _action(one: ActionLine) -> Sequence[str]:
    return (
        *(one.case, _day(one.heard_on), one.person, one.action, one.owner_agency, one.owner),
        *(_day(one.due), one.status, one.update, _day(one.done_on), one.outcome, one.on_file),
    )


def _attending(one: AttendanceLine) -> Sequence[str]:
    signed = _yes(one.statement) if one.observer else ""
    return (
        *(one.agency, one.who, one.state, _yes(one.must), _yes(one.observer), signed),
        *(_yes(one.information_sent), one.note),
    )


def _day(day: date | None) -> str:
    """A day that sorts as text."""
    return day.isoformat() if day else ""


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _csv(head: Sequence[str], rows: Rows, mark: Mark) -> bytes:
    last = [(words,) for words in marks.lines_of(mark).values() if words]
    return cells.as_csv(head, [*rows, *last]).encode()


def _xlsx(title: str, head: Sequence[str], rows: Rows, mark: Mark) -> bytes:
    made = io.BytesIO()
    with Workbook(made, _OPTIONS) as book:
        book.set_properties({"title": title, "created": mark.made_at.astimezone(UTC)})
        # The quote prefix keeps a cell text even after somebody edits it.
        plain = book.add_format({"text_wrap": True, "valign": "top", "quote_prefix": True})
        strong = book.add_format({"bold": True, "valign": "top", "quote_prefix": True})
        sheet = book.add_worksheet(title)
        sheet.set_landscape()
        sheet.hide_gridlines(0)
        said = [words for words in marks.lines_of(mark).values() if words]
        for at, words in enumerate(said):
            sheet.write_string(at, 0, _text(words), strong)
        top = len(said) + 1
        for across, words in enumerate(head):
            sheet.write_string(top, across, words, strong)
            sheet.set_column(across, across, _width([words, *(row[across] for row in rows)]))
        for down, row in enumerate(rows, top + 1):
            for across, words in enumerate(row):
                sheet.write_string(down, across, _text(words), plain)
        sheet.freeze_panes(top + 1, 0)
        sheet.repeat_rows(top)
        sheet.autofilter(top, 0, top + len(rows), len(head) - 1)
        sheet.set_footer("&C" + mark.restricted.replace("&", "&&") + " · &P/&N")
    return made.getvalue()


def _text(words: str) -> str:
    said = cells.visible(words)
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


def _width(column: Sequence[str]) -> int:
    return min(_WIDEST, max(10, *(len(words) + 2 for words in column)))
