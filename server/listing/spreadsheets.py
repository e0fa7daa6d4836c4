"""CSV as people save it: any usual encoding, comma, semicolon or tab, ragged or with a mark."""

import csv
import io
from collections.abc import Iterator
from typing import Any, Final

from charset_normalizer import from_bytes

from directory.hsds.assess import PARTIAL
from directory.hsds.older import FROM, WHY
from server.listing.bounds import MOST_COLUMNS, MOST_ROWS, NotADirectory

_SAMPLE: Final = 256 * 1024
_MARKS: Final = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_USUAL: Final = "cp1252"
_LATIN: Final = ("cp1250", "mac_roman")
_UNSURE: Final = 0.05
_LIKELY: Final = [
    *(_USUAL, *_LATIN, "cp1251", "cp1253", "cp1255", "cp1256"),
    *("shift_jis", "gb18030", "big5", "euc_kr", "euc_jp"),
]
_SEPARATORS: Final = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_LONGEST_CELL: Final = 4 * 1024 * 1024


def read_text(raw: bytes, called: str) -> tuple[str, list[str]]:
    """The text of a file, and what had to be said of its encoding."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            said = [] if encoding == "utf-8-sig" else [f"{called} is in {encoding.upper()}."]
            return _decode(raw, encoding, called), said
    try:
        return raw.decode("utf-8"), []
    except UnicodeDecodeError:
        return _guessed(raw, called)


def _guessed(raw: bytes, called: str) -> tuple[str, list[str]]:
    # The guess is made of the part that is not plain ASCII, where the encodings differ.
    first = next(at for at, byte in enumerate(raw) if byte > 0x7F)
    start = max(0, first - _SAMPLE // 2)
    best = from_bytes(raw[start : start + _SAMPLE], cp_isolation=_LIKELY).best()
    encoding = best.encoding if best is not None else _USUAL
    # A few accents read alike in several encodings; then the usual one is the likeliest.
    if best is not None and (
        _USUAL in best.could_be_from_charset or (encoding in _LATIN and best.chaos > _UNSURE)
    ):
        encoding = _USUAL
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError:
        encoding, text = _USUAL, raw.decode(_USUAL, errors="replace")
    said = f"{called} is not UTF-8; it was read as {encoding.replace('_', '-')}."
    if "\ufffd" in text:
        said += " Some signs could not be read and stand as \ufffd."
    return text, [said]


def _decode(raw: bytes, encoding: str, called: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise NotADirectory(f"{called} begins as {encoding.upper()} and then is not.") from None


def read_csv(raw: bytes, called: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The rows of a CSV file, each with its number, and what is to be said of the whole."""
    text, said = read_text(raw, called)
    lines = io.StringIO(text.replace("\x00", ""), newline="")
    separator = _separator(text)
    if separator is None:  # Excel's own first line, which names it
        separator = lines.readline()[4:5] or ","
    if separator != ",":
        said.append(f"{called} parts its cells with {_SEPARATORS.get(separator, separator)}.")
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows = list(_rows(csv.reader(lines, delimiter=separator), called))
    except csv.Error as error:
        raise NotADirectory(f"{called} is not CSV: {error}.") from None
    return rows, said


def _separator(text: str) -> str | None:
    head = text[:65536].partition("\n")[0]
    if head.lower().startswith("sep=") and len(head.strip()) <= 5:
        return None
    outside = "".join(head.split('"')[::2])
    return max(_SEPARATORS, key=lambda sign: (outside.count(sign), sign == ","))


def _rows(reader: Iterator[list[str]], called: str) -> Iterator[dict[str, Any]]:
    heading = _heading(next(reader, []), called)
    for number, cells in enumerate(reader, 1):
        if number > MOST_ROWS:
            raise NotADirectory(f"{called} has more than {MOST_ROWS:,} rows.")
        if not cells:  # an empty line is no row; one of empty cells is, and is reported
            continue
        row: dict[str, Any] = dict(zip(heading, cells, strict=False))
        row[FROM], row[PARTIAL] = (called, number), True
        more = [cell for cell in cells[len(heading) :] if cell.strip()]
        if more:
            row["more_cells"] = "; ".join(more)
            row[WHY] = ["It has more cells than the heading; the rest is kept beside the row."]
        yield row


def _heading(cells: list[str], called: str) -> list[str]:
    if len(cells) > MOST_COLUMNS:
        raise NotADirectory(f"{called} has more than {MOST_COLUMNS} columns.")
    names: list[str] = []
    for at, cell in enumerate(cells, 1):
        name = cell.strip().lstrip("\ufeff") or f"column_{at}"
        # The marks of a row on its way in begin with @; no file may set them.
        name = name.lstrip("@") or f"column_{at}"
        names.append(name if name not in names else f"{name}_{at}")
    return names
