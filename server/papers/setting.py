"""Setting: a form and its values become a tagged PDF that a screen reader can read aloud."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import typst

from server.papers import marks
from server.papers.forms import Mark

_FORMS: Final = Path(__file__).parent


def head(mark: Mark, title: str) -> dict[str, Any]:
    """What every paper begins with: its title, its size, and the mark of whom it was made for."""
    return {
        "title": title,
        "sheet": mark.sheet,
        "mark": dict(marks.lines_of(mark)),
        "mark_for": mark.made_for,
    }


def pdf(form: str, said: Mapping[str, Any], made_at: datetime) -> bytes:
    """This paper as PDF/UA. Values go in as JSON and are set as words, whatever they hold."""
    try:
        return _set(form, said, made_at, accessible=True)
    except typst.TypstError:
        # A sign that no font of this machine draws is all the standard refuses: the paper is then
        # made all the same, tagged as before, with a box in that sign's place.
        return _set(form, said, made_at, accessible=False)


def _set(form: str, said: Mapping[str, Any], made_at: datetime, *, accessible: bool) -> bytes:
    made: bytes = typst.compile(
        _FORMS / form,
        root=_FORMS,
        sys_inputs={"paper": json.dumps(said)},
        pdf_standards="ua-1" if accessible else None,
        timestamp=int(made_at.timestamp()),
    )
    return made
