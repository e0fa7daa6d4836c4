"""Walls that no import rule can hold: who may call what, read from the syntax tree."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("crypto", "tiers", "directory", "client_sync", "server", "web")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*.py")):
            if "piccolo_migrations" not in path.parts:
                yield str(path.relative_to(ROOT)), ast.parse(path.read_text())


def imported_by(node: ast.AST) -> set[str]:
    if isinstance(node, ast.Import):
        return {alias.name.split(".")[0] for alias in node.names}
    return {(node.module or "").split(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def callers_of(name: str) -> set[str]:
    found = set()
    for path, tree in sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name in {
                getattr(node.func, "id", None),
                getattr(node.func, "attr", None),
            }:
                found.add(path)
    return found


@pytest.mark.parametrize(
    ("call", "only"),
    [
        ("Cleared", {"tiers/gate.py"}),
        ("decide", {"server/casework/mailroom.py"}),
        ("seal_open", {"client_sync/share.py"}),
        ("seal_change", {"client_sync/share.py"}),
        ("seal_close", {"client_sync/share.py"}),
        ("open_body", {"client_sync/inbox.py"}),
        ("compose_entry", {"server/entry/composing.py", "server/entry/own.py"}),
        ("seal_part", {"server/entry/sending.py"}),
        ("open_sealed_part", {"server/entry/taking.py"}),
        ("Decision", {"server/meeting/deciding.py"}),
    ],
)
def test_a_door_has_one_keeper(call: str, only: set[str]) -> None:
    assert callers_of(call) == only


def test_where_a_case_stands_has_one_writer() -> None:
    writers = {
        path
        for path, tree in sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in {"update", "insert", "delete", "raw"}
        and getattr(node.value, "id", "") == "Intake"
    }

    assert writers == {"server/meeting/statuses.py"}


@pytest.mark.parametrize(
    ("library", "where"),
    [
        ("nacl", r"crypto/"),
        ("automerge", r"client_sync/document\.py"),
        ("httpx", r"client_sync/courier\.py"),
        ("httpx_sse", r"client_sync/courier\.py"),
        ("piccolo", r"server/"),
        ("jinja2", r"web/"),
    ],
)
def test_a_library_has_one_door(library: str, where: str) -> None:
    importers = {
        path for path, tree in sources() for node in ast.walk(tree) if library in imported_by(node)
    }

    assert importers, f"nobody imports {library}; take it out of pyproject.toml"
    assert [path for path in importers if not re.match(where, path)] == []


def test_no_word_offers_an_override() -> None:
    offered = re.compile(r"override|bypass|break.?glass|skip_(consent|gate)|force_share", re.I)

    names = {
        (path, name)
        for path, tree in sources()
        for node in ast.walk(tree)
        for name in (getattr(node, part, None) for part in ("name", "id", "arg"))
        if isinstance(name, str) and offered.search(name)
    }

    assert {(path, name) for path, name in names if name != "override"} == set()


def test_no_file_is_longer_than_three_hundred_lines() -> None:
    long = {
        path: len((ROOT / path).read_text().splitlines())
        for path, _ in sources()
        if len((ROOT / path).read_text().splitlines()) > 300
    }

    assert long == {}
