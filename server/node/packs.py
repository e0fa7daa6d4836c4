"""Protocol packs as texts: those that come with Casefold, and those a coalition wrote."""

import json
import re
import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from server.calendar import meetings
from server.calendar.days import UnknownHolidays
from server.calendar.meetings import NoSuchRule
from server.node.errors import BadFile
from tiers.pack_reading import line_of
from tiers.protocol import PackMistake, Protocol, read_pack

DEFAULT = "four-tiers"
WHOLE = "casefold-pack-1"
_LARGEST = 512 * 1024
_DEEPEST = 8
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,60}\Z")

Texts = tuple[tuple[str, str], ...]
"""The pack itself first, then its parents: (name, text) each."""


class _NoParent(Exception):
    """What a pack builds on is nowhere to be read."""


def shipped() -> tuple[str, ...]:
    """The names of the packs that come with Casefold."""
    folder = files("tiers") / "packs"
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def load(name_or_file: str = DEFAULT) -> Texts:
    """The text of this pack and of every pack it builds on, read once so that all of it holds."""
    if name_or_file in shipped():
        texts = _with_parents(name_or_file, _shipped_text(name_or_file), None)
        meetings.check(read(texts))
        return texts
    path = Path(name_or_file).expanduser()
    text = _file_text(path, name_or_file)
    texts = _whole(text) or _with_parents(path.stem, text, path.parent)
    # The person who wrote the file is told of the file, however its pack is called.
    _check_calendar(_read(((path.name, texts[0][1]), *texts[1:])), path.name, texts[0][1])
    return texts


def _check_calendar(found: Protocol, file: str, text: str) -> None:
    for row in found.meetings.values():
        try:
            meetings.check_series(row, found.timezone)
        except (NoSuchRule, UnknownHolidays) as wrong:
            key = "holidays" if isinstance(wrong, UnknownHolidays) else "rrule"
            line = line_of(text, ("meetings", row.id, key))
            raise BadFile(f"{file}, line {line}: {wrong}") from wrong


def whole(texts: Texts) -> str:
    """A pack and all it builds on as one file, which reads the same under any later Casefold."""
    return json.dumps({"format": WHOLE, "texts": texts}, ensure_ascii=False, indent=1) + "\n"


def read(texts: Sequence[tuple[str, str]]) -> Protocol:
    """The protocol these texts describe."""
    return _read(tuple(texts))


@lru_cache(maxsize=16)
def _read(texts: Texts) -> Protocol:
    (name, text), *parents = texts
    try:
        return read_pack(text, name, dict(parents))
    except PackMistake as mistake:
        raise BadFile(str(mistake)) from mistake


def _with_parents(name: str, text: str, beside: Path | None) -> Texts:
    texts = [(name, text)]
    while (parent := _parent(texts[-1][1])) and parent not in dict(texts):
        if len(texts) >= _DEEPEST:
            raise BadFile("This pack builds on too many others, one upon another.")
        try:
            texts.append((parent, _parent_text(parent, beside)))
        except _NoParent as missing:
            name, text = texts[-1]
            raise BadFile(f"{name}, line {line_of(text, ('parent',))}: {missing}") from missing
    return tuple(texts)


def _whole(text: str) -> Texts | None:
    """The texts in a file that whole() wrote; None when it is an ordinary pack."""
    if not text.lstrip().startswith("{"):
        return None
    try:
        kept = json.loads(text)
        if kept["format"] != WHOLE:
            raise BadFile("This pack was written by a newer Casefold; update this node.")
        texts = tuple((name, each) for name, each in kept["texts"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadFile("This is not a whole pack as casefold pack save writes it.") from None
    strings = all(isinstance(part, str) for pair in texts for part in pair)
    if not strings or not 1 <= len(texts) <= _DEEPEST:
        raise BadFile("This is not a whole pack as casefold pack save writes it.")
    return texts


def _file_text(path: Path, called: str) -> str:
    if not path.is_file():
        raise BadFile(
            f"There is no pack called {called}, and no such file. "
            f"Packs that come with Casefold: {', '.join(shipped())}."
        )
    if path.stat().st_size > _LARGEST * 2:
        raise BadFile("This file is too large to be a protocol pack.")
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile("The pack file could not be read as text in UTF-8.") from error


def _parent_text(name: str, beside: Path | None) -> str:
    if name in shipped():
        return _shipped_text(name)
    if beside is not None and _NAME.match(name) and (beside / f"{name}.toml").is_file():
        return _file_text(beside / f"{name}.toml", name)
    raise _NoParent(
        f"“parent”: {name} does not come with Casefold, and no file {name}.toml stands beside "
        f"this one; write any of: {', '.join(shipped())}, or the name of a file beside it."
    )


def _shipped_text(name: str) -> str:
    return (files("tiers") / "packs" / f"{name}.toml").read_text(encoding="utf-8")


def _parent(text: str) -> str | None:
    try:
        parent = tomllib.loads(text).get("parent")
    except (ValueError, RecursionError):
        return None  # read() names the line
    return parent if isinstance(parent, str) else None
