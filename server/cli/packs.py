"""Protocol packs: is this file one, what does it change, and what does it say."""

import dataclasses
import os
from collections.abc import Mapping
from datetime import date, time
from enum import Enum
from pathlib import Path
from typing import Any

import click

from server.cli.line import Line, at_desk, at_locked_desk, line_options, say, table
from server.node import pack_changing, pack_shelf, pack_standing, packs, settings
from server.node.desk import Desk
from server.node.errors import Usage
from server.node.pack_changing import Adopted
from server.node.pack_standing import WorksBy
from server.node.packs import Texts
from tiers.pack_changes import between, from_parent
from tiers.pack_words import chapters

# Whoever writes a pack may have no node yet, so a folder is asked for only where it is needed.
_json = click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
_data = click.option(
    "--data", type=click.Path(path_type=Path), help="The folder of the node whose pack is meant."
)


@click.group("pack")
def pack() -> None:
    """The protocol a coalition works by: one file, checked before anything rests on it."""


@pack.command("check")
@click.argument("file")
@_json
def check(file: str, *, as_json: bool) -> None:
    """Is FILE a pack, and what does it say differently from its parent?"""
    texts = packs.load(file)
    found = packs.read(texts)
    differences = from_parent(texts)
    over = " over ".join(name for name, _ in texts[1:])
    say(
        as_json,
        {
            "id": found.id,
            "version": found.version,
            "title": found.title,
            "digest": found.digest,
            "parents": [name for name, _ in texts[1:]],
            "differences": [dataclasses.asdict(each) for each in differences],
        },
        f"{file} is in order: {found.title}, version {found.version}.",
        *([_built_on(over, bool(differences))] if over else []),
        *([f"  {each.words}" for each in differences] if over else []),
        f"Digest {found.digest}",
    )


def _built_on(parents: str, differs: bool) -> str:
    how = "differs from it so:" if differs else "says nothing differently."
    return f"It builds on {parents} and {how}"


@pack.command("show")
@click.argument("name_or_file", required=False)
@_data
@_json
def show(name_or_file: str | None, data: Path | None, *, as_json: bool) -> None:
    """A pack in plain words: one that comes with Casefold, a file, or this node's own."""
    texts, today = _asked(name_or_file, data)
    found = packs.read(texts)
    agencies = _agencies(data) if name_or_file is None else ()
    lines: list[str] = []
    for chapter in chapters(found, today):
        lines += [chapter.title, *(f"  {row}" for row in chapter.lines), ""]
    of_them = {"agencies": _as_rows(agencies)} if name_or_file is None else {}
    lines = [*lines, "Who works by it", *_told(agencies)] if agencies else lines[:-1]
    say(as_json, {**_plain(found), **of_them}, *lines)


@pack.command("list")
@_data
@_json
def list_packs(data: Path | None, *, as_json: bool) -> None:
    """The packs that come with Casefold; at a coordinating node also who works by which."""
    found = {name: packs.read(packs.load(name)) for name in packs.shipped()}
    agencies = _agencies(data)
    say(
        as_json,
        {
            "packs": [{"name": name, "title": each.title} for name, each in found.items()],
            "agencies": _as_rows(agencies),
        },
        *(f"{name}  {each.title}" for name, each in found.items()),
        *(["", "Who works by which", *_told(agencies)] if agencies else []),
    )


@pack.command("save")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--pack", "name_or_file", help="Another pack than the one this node works by.")
@_data
@_json
def save(file: Path, name_or_file: str | None, data: Path | None, *, as_json: bool) -> None:
    """Write a pack and all it builds on as one FILE, to hand to the other nodes."""
    texts, _ = _asked(name_or_file, data)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    except OSError as error:
        raise Usage(f"The file {file} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(packs.whole(texts))
    found = packs.read(texts)
    say(
        as_json,
        {"file": str(file), "id": found.id, "version": found.version, "digest": found.digest},
        f"{found.title}, version {found.version}, is in {file}.",
    )


@pack.command("adopt")
@click.argument("file")
@line_options
def adopt(line: Line, file: str) -> None:
    """Work by FILE from now on: at the coordinating node first, then at every agency."""
    texts = packs.load(file)

    async def act(desk: Desk) -> tuple[Adopted, Texts]:
        before = await pack_shelf.in_force(desk.node, desk.directory)
        return await pack_changing.adopt(texts, desk), before

    adopted, before = at_desk(line, act)
    found = adopted.pack
    told = (
        "is in force here."
        if adopted.in_force
        else "waits for the other signatures; until then the last one holds."
    )
    line.say(
        {
            "id": found.id,
            "version": found.version,
            "digest": found.digest,
            "in_force": adopted.in_force,
        },
        *(f"  {each.words}" for each in between(before, texts)),
        f"{found.title}, version {found.version}, {told}",
        "Consents signed before keep to what was allowed when they were signed.",
    )


def _asked(name_or_file: str | None, data: Path | None) -> tuple[Texts, date | None]:
    if name_or_file is not None:
        return packs.load(name_or_file), None

    async def act(desk: Desk) -> tuple[Texts, date]:
        return await pack_shelf.in_force(desk.node, desk.directory), desk.today

    here = settings.read(os.environ, data)
    return at_locked_desk(Line(here, None, None, as_json=False), act)


def _agencies(data: Path | None) -> tuple[WorksBy, ...]:
    """Who works by which pack, where a folder is named and it is a coordinating node's."""
    if data is None and not os.environ.get("CASEFOLD_DATA"):
        return ()
    here = settings.read(os.environ, data)
    if not here.node_key_file.exists():
        return ()
    return at_locked_desk(Line(here, None, None, as_json=False), pack_standing.agencies)


def _as_rows(agencies: tuple[WorksBy, ...]) -> list[dict[str, Any]]:
    return [
        {
            "agency": one.agency.id,
            "name": one.agency.name,
            "pack": one.pack,
            "version": one.version,
            "digest": one.digest,
            "since": one.since.isoformat() if one.since else None,
            "same": one.same,
        }
        for one in agencies
    ]


def _told(agencies: tuple[WorksBy, ...]) -> list[str]:
    return table([(f"  {one.agency.name}", *_works_by(one)) for one in agencies])


def _works_by(one: WorksBy) -> tuple[str, str, str]:
    if not one.known:
        return "not heard yet", "", ""
    version = "" if one.version is None else f", version {one.version}"
    words = f"{one.pack}{version}" or "one this node never had"
    return words, f"since {one.since}", "" if one.same else "not the one in force"


def _plain(value: Any) -> Any:
    """A protocol as JSON holds it: tables by their keys, sets in order, days as text."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(_plain(key)): _plain(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(_plain(each) for each in value)
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | time) else value


COMMANDS = (pack,)
