"""How large a file of a directory may be, and every part of it, before anything is read."""

import stat
from typing import Final
from zipfile import ZipInfo

from server.node.errors import BadFile

MOST_BYTES: Final = 512 * 1024 * 1024  # of one file, and of all that is in an archive
MOST_UPLOADED: Final = 64 * 1024 * 1024  # of an archive sent by page: the worker serves others too
MOST_ENTRIES: Final = 200
MOST_ROWS: Final = 2_000_000
MOST_COLUMNS: Final = 500
_RATIO_FROM: Final = 1024 * 1024  # a small file may well shrink a hundredfold
_MOST_RATIO: Final = 100  # text shrinks ten to twenty times; a bomb a thousand


class NotADirectory(BadFile):
    """This is no directory of services in a form Casefold reads. Nothing was changed."""


def check_entries(entries: list[ZipInfo], most: int) -> None:
    """Refuse an archive that is too large, or is made to write where it should not."""
    if len(entries) > MOST_ENTRIES:
        raise NotADirectory(f"The archive holds more than {MOST_ENTRIES} files.")
    for entry in entries:
        _check_entry(entry)
    if sum(entry.file_size for entry in entries) > most:
        raise NotADirectory(f"What is in the archive is larger than {most // 2**20} MB.")


def _check_entry(entry: ZipInfo) -> None:
    name = entry.filename
    parts = name.replace("\\", "/").split("/")
    if name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name:
        raise NotADirectory("The archive names a file outside itself. Nothing was read.")
    if stat.S_ISLNK(entry.external_attr >> 16):
        raise NotADirectory("The archive holds a link instead of a file. Nothing was read.")
    if entry.flag_bits & 1:
        raise NotADirectory("The archive is locked with a password. Save it without one.")
    if entry.file_size > _RATIO_FROM and entry.file_size > _MOST_RATIO * max(
        entry.compress_size, 1
    ):
        raise NotADirectory("A file in the archive grows far too large when opened.")
