"""Cells of a sheet that only say something: none begins as a formula, none hides a sign."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Final

# What a spreadsheet reads as the start of a formula; the wide ones are read so in East Asia.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001


def visible(cell: str) -> str:
    """The cell without control characters and signs nobody sees."""
    return "".join(sign for sign in cell if sign.isprintable() or sign in "\n\t")


def harmless(cell: str) -> str:
    """The cell as text in any spreadsheet: a sign before it where it would have been a formula."""
    plain = visible(cell)
    return f"'{plain}" if plain.lstrip(" ").startswith(_FORMULA) else plain


def as_csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A sheet as CSV, marked as UTF-8 so that spreadsheets read every name right."""
    made = io.StringIO(newline="")
    writer = csv.writer(made)
    writer.writerow(head)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    return "\ufeff" + made.getvalue()
