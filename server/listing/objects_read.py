"""JSON of a directory: full objects, a page of an interface, or tables by name."""

import json
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any, Final

from directory.hsds.naming import table_name
from directory.hsds.nesting import flatten_all, parts
from directory.hsds.objects import OBJECTS
from directory.hsds.older import FROM
from server.listing.bounds import MOST_ROWS, NotADirectory
from server.listing.spreadsheets import read_text

_PAGE: Final = "contents"
_BY_HAND: Final = ("organizations", "services", "locations", *OBJECTS)

Tables = dict[str, list[dict[str, Any]]]


def read_json(raw: bytes, called: str) -> tuple[Tables, list[str]]:
    """The rows of a JSON file in flat tables, and what is to be said of the whole."""
    text, said = read_text(raw, called)
    try:
        value = json.loads(text, parse_constant=_no_number)
        return _tables(_clean(value), called, said), said
    except json.JSONDecodeError as error:
        raise NotADirectory(f"{called} is not JSON: see line {error.lineno}.") from None
    except RecursionError:
        raise NotADirectory(f"{called} is nested too deeply.") from None
    except ValueError as error:
        raise NotADirectory(f"{called} is not JSON: {error}.") from None


def _no_number(word: str) -> None:
    raise ValueError(f"{word} is no number")


def _clean(value: Any) -> Any:
    """The value without the @ before a name, which marks a row on its way in."""
    if isinstance(value, dict):
        return {name.lstrip("@") or "_": _clean(inside) for name, inside in value.items()}
    if isinstance(value, list):
        return [_clean(inside) for inside in value]
    return value


def _tables(value: Any, called: str, said: list[str]) -> Tables:
    stem = PurePosixPath(called).stem
    if isinstance(value, dict) and isinstance(value.get("resources"), list):
        return _package(value["resources"], called, said)
    if isinstance(value, dict) and isinstance(value.get(_PAGE), list):
        if not value.get("last_page", True) or not value.get("first_page", True):
            said.append(f"{called} is one page of several: the others are not in it.")
        value = value[_PAGE]
    if isinstance(value, list):
        return _objects({_guess(value, stem, called): value}, called)
    if not isinstance(value, dict):
        raise NotADirectory(f"{called} holds neither objects nor tables.")
    lists = {name: rows for name, rows in value.items() if isinstance(rows, list)}
    if "id" in value or not lists:
        return _objects({_guess([value], stem, called): [value]}, called)
    by_table: Tables = {}
    for name, rows in lists.items():
        table = table_name(
            name.removesuffix(".csv"), rows[0] if rows and isinstance(rows[0], dict) else ()
        )
        by_table.setdefault(table, []).extend(rows)
    found = _objects(by_table, called)
    left = sorted(value.keys() - lists.keys())
    if left:
        said.append(f"{called}: {', '.join(left)[:200]} is no table and was not read.")
    return found


def _package(resources: list[Any], called: str, said: list[str]) -> Tables:
    by_table: Tables = {}
    for one in resources:
        rows = one.get("data") if isinstance(one, dict) else None
        if isinstance(rows, list):
            by_table.setdefault(table_name(str(one.get("name") or ""), ()), []).extend(rows)
    found = _objects(by_table, called)
    if not found:
        said.append(f"{called} describes the tables; what they hold is in their own files.")
    return found


def _objects(lists: Mapping[str, list[Any]], called: str) -> Tables:
    known: Tables = {}
    unknown: Tables = {}
    for table, rows in lists.items():
        if len(rows) > MOST_ROWS:
            raise NotADirectory(f"{called} has more than {MOST_ROWS:,} objects.")
        objects = [row if isinstance(row, dict) else {"not_an_object": row} for row in rows]
        if table in OBJECTS:
            known[table] = objects
        else:
            at = f"{called}: {table}"
            unknown[table] = [{**row, FROM: (at, n)} for n, row in enumerate(objects, 1)]
    return {**flatten_all(known, f"{called}: "), **unknown}


def _guess(rows: list[Any], stem: str, called: str) -> str:
    """The table these objects belong to: the one the file is named for, or the likeliest."""
    names = {name for row in rows[:50] if isinstance(row, dict) for name in row}
    named = table_name(stem.removesuffix("_list").removesuffix("_full"), names)
    if named in OBJECTS:
        return named
    likely = max(_BY_HAND, key=lambda table: (_fits(table, names), -_BY_HAND.index(table)))
    if _fits(likely, names) < 2:
        raise NotADirectory(f"{called} holds no objects of a directory that HSDS knows.")
    return likely


def _fits(table: str, names: set[str]) -> int:
    declared = OBJECTS[table]
    known = declared.fields.keys() | parts(table).keys() | declared.parents.keys()
    return len(names & known) - len(names - known)
