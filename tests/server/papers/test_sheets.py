"""Sheets that run nothing: constant text in XLSX, escaped text in CSV, the mark in both."""

import csv
import io
import zipfile

import pytest
from openpyxl import load_workbook

from server.papers import cells
from server.papers.sheets import actions_csv, actions_xlsx, attendance_csv, attendance_xlsx
from tests.server.papers.written import ACTION, AGENDA, MARK, action

FORMULAS = [
    "=1+1",
    "+44 1632 960001",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "  =1+1",
    "\u200b=1+1",
    "\u202e=1+1",
    "\x00=1+1",
    "＝1+1",  # noqa: RUF001
    '=HYPERLINK("https://example.org","x")',
    "|calc",
    "%0A=1",
]


def rows_of(sheet: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("typed", FORMULAS)
def test_no_cell_of_a_csv_begins_as_a_formula(typed: str):
    rows = rows_of(actions_csv([action(typed)], MARK))

    (told,) = [row[3] for row in rows if row[0] == ACTION.case]
    assert told.startswith("'")
    assert told[1:] == cells.visible(typed)


@pytest.mark.parametrize("typed", FORMULAS)
def test_every_cell_of_a_spreadsheet_is_constant_text(typed: str):
    made = actions_xlsx([action(typed)], MARK)

    (sheet,) = load_workbook(io.BytesIO(made)).worksheets
    told = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in told} == {"s"}
    assert not [cell for cell in told if cell.hyperlink]
    assert cells.visible(typed) in [cell.value for cell in told]
    assert all(cell.quotePrefix for cell in told)


def test_a_spreadsheet_holds_no_formula_no_link_and_no_macro():
    made = actions_xlsx([action(one) for one in FORMULAS], MARK)

    with zipfile.ZipFile(io.BytesIO(made)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    assert not any(
        b"<f>" in part or b"<f " in part or b"hyperlink" in part for part in parts.values()
    )
    assert not any("vba" in name or "external" in name.lower() for name in parts)


def test_hidden_signs_are_taken_out_and_lines_stay():
    assert cells.visible("a\x07b\u202ec\nd\te") == "abc\nd\te"


def test_words_too_long_for_a_cell_are_shortened_and_not_dropped():
    made = actions_xlsx([action("a" * 40_000)], MARK)

    (sheet,) = load_workbook(io.BytesIO(made)).worksheets
    (told,) = [c.value for row in sheet.iter_rows() for c in row if str(c.value).startswith("aaa")]
    assert len(told) == 32_767
    assert told.endswith("…")


@pytest.mark.parametrize("made", [actions_xlsx([ACTION], MARK), attendance_xlsx([], MARK)])
def test_a_spreadsheet_says_first_whom_it_is_for_and_who_must_not_know(made: bytes):
    (sheet,) = load_workbook(io.BytesIO(made)).worksheets

    top = [sheet.cell(row, 1).value for row in range(1, 5)]
    assert top[0] == MARK.restricted
    assert top[1].startswith("Made for Northfield Police by Maren")
    assert top[2].startswith("To be destroyed after 10 April 2026")
    assert top[3] == MARK.never_told


@pytest.mark.parametrize("made", [actions_csv([ACTION], MARK), attendance_csv([], MARK)])
def test_a_csv_says_it_last_so_that_its_columns_stay_columns(made: bytes):
    rows = rows_of(made)

    assert len(rows[0]) > 5
    assert [row[0] for row in rows[-4:]][::3] == [MARK.restricted, MARK.never_told]


def test_days_are_written_so_that_they_sort():
    (_, line, *_) = rows_of(actions_csv([ACTION], MARK))

    assert line[1] == "2026-03-12"
    assert line[6] == "2026-04-02"


def test_attendance_tells_the_observers_apart_and_whether_they_signed():
    (_, first, second, *_) = rows_of(attendance_csv(AGENDA.attending, MARK))

    assert first == ["Harbour House", "Ines", "apologies", "yes", "no", "", "yes", ""]
    assert second == ["The university", "Wim", "expected", "no", "yes", "no", "no", ""]
