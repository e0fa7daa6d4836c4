"""Files of a directory, in whatever form they come: tables of rows that know where they stood."""

import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import Any, Final

from directory.hsds.naming import column_name, is_table, table_name
from server.listing.bounds import MOST_BYTES, MOST_ENTRIES, NotADirectory, check_entries
from server.listing.objects_read import read_json
from server.listing.spreadsheets import read_csv

_SHEETS: Final = frozenset({".csv", ".tsv", ".tab"})
_READ: Final = _SHEETS | {".json"}
_PACKAGE: Final = "datapackage.json"  # a description of the tables, which are read without it
_PART: Final = 1024 * 1024
_SHOWN: Final = 100  # letters of the names of tables that nobody knows

Tables = dict[str, list[dict[str, Any]]]
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Read:
    """What the files hold: tables as HSDS calls them where it knows them, and what was noticed."""

    name: str
    digest: str
    form: str
    tables: Tables
    notes: tuple[str, ...]


def read_path(path: Path, progress: Progress) -> Read:
    """A file, an archive, or a folder of files."""
    try:
        if path.is_dir():
            return _read(path.name, "a folder of CSV", list(_in_folder(path)), progress)
        return read_upload(path.name, _bounded(path), progress)
    except OSError as error:
        raise NotADirectory(f"{path} could not be read: {error.strerror}.") from None


def read_upload(name: str, raw: bytes, progress: Progress, most: int = MOST_BYTES) -> Read:
    """One file as somebody sent it: JSON, CSV, or an archive that opens to `most` bytes."""
    if zipfile.is_zipfile(BytesIO(raw)) and raw[:64].lstrip()[:1] not in (b"{", b"["):
        return _read(name, "a zip archive", _in_archive(raw, most), progress)
    suffix = PurePosixPath(name).suffix.lower()
    if suffix in _SHEETS:
        return _read(name, "CSV", [(name, raw)], progress)
    if suffix == ".json" or raw[:64].lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"["):
        stem = name if suffix == ".json" else f"{name}.json"
        return _read(name, "JSON", [(stem, raw)], progress)
    raise NotADirectory(
        f"{name} is neither JSON nor CSV nor a zip archive of these. Nothing was changed."
    )


def _bounded(path: Path) -> bytes:
    with path.open("rb") as opened:
        raw = opened.read(MOST_BYTES + 1)
    if len(raw) > MOST_BYTES:
        raise NotADirectory(f"{path.name} is larger than 512 MB.")
    return raw


def _in_folder(folder: Path) -> Iterator[tuple[str, bytes]]:
    files = [file for file in sorted(folder.iterdir()) if file.is_file()]
    if len(files) > MOST_ENTRIES:
        raise NotADirectory(f"The folder holds more than {MOST_ENTRIES} files.")
    if sum(file.stat().st_size for file in files) > MOST_BYTES:
        raise NotADirectory("What is in the folder is larger than 512 MB.")
    for file in files:
        read = file.suffix.lower() in _READ
        yield file.name, _bounded(file) if read else b""


def _in_archive(raw: bytes, most: int) -> list[tuple[str, bytes]]:
    try:
        with zipfile.ZipFile(BytesIO(raw)) as archive:
            entries = archive.infolist()
            check_entries(entries, most)
            files = [entry for entry in entries if not entry.is_dir()]
            return list(_opened(archive, files, most))
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError) as error:
        raise NotADirectory(f"The archive is damaged: {error}.") from None


def _opened(
    archive: zipfile.ZipFile, files: list[zipfile.ZipInfo], left: int
) -> Iterator[tuple[str, bytes]]:
    for entry in files:
        name = PurePosixPath(entry.filename).name
        if "__MACOSX" in entry.filename or PurePosixPath(name).suffix.lower() not in _READ:
            yield name, b""
            continue
        # What an entry says of its size is only what it says: count what comes out.
        made = BytesIO()
        with archive.open(entry) as opened:
            while part := opened.read(_PART):
                left -= len(part)
                if left < 0 or made.tell() + len(part) > entry.file_size:
                    raise NotADirectory("A file in the archive is larger than the archive says.")
                made.write(part)
        yield name, made.getvalue()


def _read(name: str, form: str, files: list[tuple[str, bytes]], progress: Progress) -> Read:
    digest = blake2b(digest_size=32)
    tables: Tables = {}
    notes: list[str] = []
    for called, raw in files:
        digest.update(called.encode() + len(raw).to_bytes(8, "big") + raw)
        suffix = PurePosixPath(called).suffix.lower()
        if suffix not in _READ or called.startswith("."):
            notes.append(f"{called} was not read: it is neither CSV nor JSON.")
            continue
        progress(f"Reading {called}")
        try:
            found, said = _tables(called, raw, suffix)
        except NotADirectory as mistake:
            if called.lower() != _PACKAGE:
                raise
            found, said = {}, [mistake.sentence]
        notes += said
        for table, rows in found.items():
            tables.setdefault(table, []).extend(rows)
    if not any(tables.values()):
        raise NotADirectory(f"There is no table of a directory in {name}. Nothing was changed.")
    if not any(rows and is_table(table) for table, rows in tables.items()):
        held = ", ".join(sorted(tables))[:_SHOWN]
        raise NotADirectory(
            f"{name} holds {held}, and HSDS knows no such table: organizations, services, "
            "locations and others are. Nothing was changed."
        )
    return Read(name, digest.hexdigest(), form, tables, tuple(notes))


def _tables(called: str, raw: bytes, suffix: str) -> tuple[Tables, list[str]]:
    if suffix == ".json":
        found, said = read_json(raw, called)
    else:
        rows, said = read_csv(raw, called)
        found = {PurePosixPath(called).stem: rows}
    named: Tables = {}
    for written, rows in found.items():
        columns = dict.fromkeys(column for row in rows for column in row)
        table = table_name(written, columns)
        renamed = {column: column_name(table, column) for column in columns}
        said += [
            f"{called}: the column {old} is read as {new}."
            for old, new in renamed.items()
            if old != new and old.strip().lower() != new
        ]
        named.setdefault(table, []).extend(_renamed(row, renamed) for row in rows)
    return named, said


def _renamed(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """The row under the names HSDS has; a column HSDS itself knows goes before one renamed."""
    made: dict[str, Any] = {}
    for column, value in sorted(row.items(), key=lambda pair: names[pair[0]] != pair[0]):
        name = names[column]
        if made.get(name) in (None, ""):
            made[name] = value
        elif value not in (None, "", made[name]):
            made[column] = value
    return made
