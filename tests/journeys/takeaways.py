"""What somebody takes away from a node as a file, read back as words."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from openpyxl import load_workbook
from pypdf import PdfReader

from tests.journeys.nodes import Node


def taken_away(node: Node, paper: str, *words: str, into: Path, ending: str = "pdf") -> str:
    """All that this paper says, made now."""
    file = new_file(into, ending)
    node.done("paper", paper, *words, "--out", str(file))
    return " ".join(_READ[ending](file).split())


def new_file(into: Path, ending: str) -> Path:
    """A file that is not there yet, for no paper is written over another."""
    return into / f"paper-{len(list(into.iterdir()))}.{ending}"


def _of_pdf(file: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(file).pages)


def _of_csv(file: Path) -> str:
    return file.read_text()


def _of_xlsx(file: Path) -> str:
    rows = (row for sheet in load_workbook(file) for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


_READ: Final[Mapping[str, Callable[[Path], str]]] = {
    "pdf": _of_pdf,
    "csv": _of_csv,
    "xlsx": _of_xlsx,
}
