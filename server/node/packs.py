"""The protocol pack in force: read from a file once at init, and kept as text ever after."""

import tomllib
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from pathlib import Path

from server.node.errors import BadFile
from tiers.protocol import PackMistake, Protocol, read_pack

DEFAULT = "four-tiers"
_LARGEST = 512 * 1024
_DEEPEST = 8

Texts = tuple[tuple[str, str], ...]
"""The pack itself first, then its parents: (name, text) each."""


def shipped() -> tuple[str, ...]:
    """The names of the packs that come with Casefold."""
    folder = files("tiers") / "packs"
    names = [entry.name for entry in folder.iterdir() if entry.name.endswith(".toml")]
    return tuple(sorted(name.removesuffix(".toml") for name in names))


def load(name_or_file: str = DEFAULT) -> Texts:
    """The text of this pack and of every pack it builds on; read() says whether they hold."""
    name, text = _text(name_or_file)
    texts = [(name, text)]
    while (parent := _parent(texts[-1][1])) and parent not in dict(texts):
        if len(texts) >= _DEEPEST:
            raise BadFile("This pack builds on too many others, one upon another.")
        texts.append((parent, _shipped_text(parent)))
    read(tuple(texts))
    return tuple(texts)


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


def _text(name_or_file: str) -> tuple[str, str]:
    if name_or_file in shipped():
        return name_or_file, _shipped_text(name_or_file)
    path = Path(name_or_file).expanduser()
    if not path.is_file():
        raise BadFile(
            f"There is no pack called {name_or_file}, and no such file. "
            f"Packs that come with Casefold: {', '.join(shipped())}."
        )
    if path.stat().st_size > _LARGEST:
        raise BadFile("This file is too large to be a protocol pack.")
    try:
        return path.stem, path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile("The pack file could not be read as text in UTF-8.") from error


def _shipped_text(name: str) -> str:
    if name not in shipped():
        raise BadFile(f"This pack builds on {name}, which does not come with Casefold.")
    return (files("tiers") / "packs" / f"{name}.toml").read_text(encoding="utf-8")


def _parent(text: str) -> str | None:
    try:
        parent = tomllib.loads(text).get("parent")
    except (ValueError, RecursionError):
        return None  # read() names the line
    return parent if isinstance(parent, str) else None
