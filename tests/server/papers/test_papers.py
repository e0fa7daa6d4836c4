"""Agenda and matrix as PDF: readable by a screen reader, marked, and silent in their title."""

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from server.papers.agenda import agenda_pdf
from server.papers.forms import MatrixLine
from server.papers.matrix import matrix_pdf
from tests.server.papers.written import AGENDA, MARK, MATRIX

AGENDA_PDF, MATRIX_PDF = agenda_pdf(AGENDA), matrix_pdf(MATRIX)
PAPERS = [pytest.param(AGENDA_PDF, id="agenda"), pytest.param(MATRIX_PDF, id="plan")]


def read(paper: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(paper))


def words(paper: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(paper).pages).split())


def tags(paper: bytes) -> set[str]:
    """The kinds of part a screen reader finds."""
    found: set[str] = set()
    waiting = [read(paper).root_object["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop().get_object()
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            found.add(str(one.get("/S", "")))
            waiting += [one["/K"]] if "/K" in one else []
    return found


@pytest.mark.parametrize("paper", PAPERS)
def test_a_paper_is_tagged_for_screen_readers_and_says_its_language(paper: bytes):
    root = read(paper).root_object

    assert bool(root["/MarkInfo"]["/Marked"])
    assert str(root["/Lang"]).startswith("en")
    assert {"/H1", "/H2", "/Table", "/TH", "/TD"} <= tags(paper)
    assert b"pdfuaid:part>1" in read(paper).xmp_metadata.stream.get_data()


@pytest.mark.parametrize("paper", PAPERS)
def test_every_paper_says_for_whom_it_is_until_when_and_who_must_not_know(paper: bytes):
    said = words(paper)

    assert MARK.restricted in said
    assert "Made for Northfield Police by Maren, Thursday 12 March 2026, 12:00." in said
    assert "To be destroyed after 10 April 2026, or as soon as a consent is withdrawn." in said
    assert MARK.never_told in said


@pytest.mark.parametrize(("paper", "title"), [(AGENDA_PDF, "Agenda"), (MATRIX_PDF, "Plan")])
def test_the_title_a_window_shows_is_the_same_for_every_case(paper: bytes, title: str):
    about = read(paper).metadata

    assert about.title == title
    assert not about.subject
    assert not about.keywords


def test_the_agenda_carries_the_words_that_are_compared_aloud():
    said = words(AGENDA_PDF)

    assert "Harbour House river stone lamp oak" in said
    assert "The directory: acid moon tide fern" in said
    assert "7KQ-42M Harbour House No answer yet: Probation." in said
    assert "Something was withdrawn." in said
    assert "Observer. Statement not signed." in said


def test_a_row_whose_consent_ended_says_only_that():
    said = words(MATRIX_PDF)

    assert "Closed: a consent it rested on ended." in said
    assert "Something was withdrawn: what rested on it is closed" in said


def test_nothing_withdrawn_is_not_spoken_of():
    assert "withdrawn:" not in words(matrix_pdf(replace(MATRIX, withdrawn=False)))


def test_words_are_set_as_words_and_never_as_commands():
    typed = '#read("/etc/hostname") $x$ *strong* @ref <label> \\ "quoted" https://example.org'
    line = MatrixLine("victim (a)", risk=typed)

    said = words(matrix_pdf(replace(MATRIX, lines=(line,))))

    assert "".join(typed.split()) in "".join(said.split())


def test_a_sign_no_font_draws_does_not_keep_a_paper_from_being_made():
    paper = matrix_pdf(replace(MATRIX, lines=(MatrixLine("victim (a)", risk="A\U000f0000B"),)))

    assert {"/H1", "/Table"} <= tags(paper)


def test_an_empty_agenda_says_so():
    said = words(agenda_pdf(replace(AGENDA, lines=(), attending=())))

    assert "Nothing is on this agenda." in said
    assert "Nobody is expected yet." in said


def test_a_long_matrix_repeats_its_mark_on_every_sheet():
    lines = tuple(MatrixLine("victim (a)", risk=f"Risk number {n} " * 20) for n in range(60))

    pages = read(matrix_pdf(replace(MATRIX, lines=lines))).pages

    assert len(pages) > 2
    assert all(MARK.never_told in " ".join(page.extract_text().split()) for page in pages)


def test_the_same_values_make_the_same_words_on_letter_paper():
    mark = replace(MARK, sheet="us-letter")

    page = read(agenda_pdf(replace(AGENDA, mark=mark))).pages[0]

    assert (round(page.mediabox.width), round(page.mediabox.height)) == (612, 792)
