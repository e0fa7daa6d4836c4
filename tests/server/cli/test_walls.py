"""Walls and ties on the command line, at one node with two colleagues."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from server.node.errors import BadFile, NotFound, Usage
from tests import nodes, postgres
from tests.server.cli.test_acts import CASE, Line
from tiers.reading import FormMistake

TIE = {"format": "casefold-tie-1", "names": ["Bell, Asha", " "], "why": "my sister"}


@pytest.fixture
def line(
    original: Callable[[postgres.Cluster | None, bool], nodes.Original], tmp_path: Path
) -> Line:
    return Line(nodes.copy(original(None, False), tmp_path / "node", str), tmp_path)


def hired(line: Line, name: str) -> dict[str, object]:
    words = line.passphrase.with_name("new")
    words.write_text("four new words in a row")
    added: dict[str, object] = line.type(
        "staff", "add", "--name", name, "--role", "advocate", "--new-passphrase-file", str(words)
    )
    return added


def entered(line: Line, folder: Path) -> str:
    file = folder / "case.json"
    file.write_text(json.dumps(CASE))
    return str(line.type("case", "import", str(file))["case_ref"])


def test_a_tie_of_a_colleague_puts_a_wall(line: Line, tmp_path: Path) -> None:
    ref, dana = entered(line, tmp_path), hired(line, "Dana Frost")

    tie = line.type("tie", "say", "--staff", "Dana Frost", form=TIE)

    (wall,) = line.type("wall", "list", ref)["walls"]
    assert (tie["staff"], tie["names"]) == (dana["id"], ["Bell, Asha"])
    assert (wall["staff"], wall["by"], wall["to_look_at"]) == (dana["id"], "This node", True)
    assert wall["because"] == ["a tie: the same names, in another order"]


def test_a_tie_is_listed_and_taken_back_by_whoever_said_it(line: Line) -> None:
    tie = line.type("tie", "say", form=TIE)

    assert line.type("tie", "list")["ties"] == [tie]
    assert line.type("tie", "take-back", tie["id"]) == {"taken_back": tie["id"]}
    assert line.type("tie", "list") == {"ties": []}


def test_a_wall_is_looked_at_and_lifted(line: Line, tmp_path: Path) -> None:
    entered(line, tmp_path)
    hired(line, "Asha Bell, invented")

    (wall,) = line.type("wall", "list")["walls"]
    assert line.type("wall", "keep", wall["id"]) == {"kept": wall["id"]}
    assert line.type("wall", "list")["walls"][0]["to_look_at"] is False
    assert line.type("wall", "lift", wall["id"]) == {"lifted": wall["id"]}
    assert line.type("wall", "list") == {"walls": []}


def test_a_wall_is_put_by_name_and_a_colleague_may_be_hidden_from(
    line: Line, tmp_path: Path
) -> None:
    ref = entered(line, tmp_path)

    assert line.type("wall", "put", ref, "--staff", nodes.FIRST) == {"walled": nodes.FIRST}

    assert line.type("case", "list") == {"cases": []}
    assert line.type("wall", "list") == {"walls": []}
    with pytest.raises(NotFound):
        line.type("case", "show", ref)
    with pytest.raises(NotFound):
        line.type("wall", "put", ref, "--staff", nodes.FIRST)
    with pytest.raises(Usage):
        line.type("wall", "put", ref)


@pytest.mark.parametrize(
    ("form", "stop"),
    [
        ({"names": ["A"]}, BadFile),
        ({**TIE, "format": "casefold-case-1"}, FormMistake),
        ({**TIE, "surnames": []}, BadFile),
        ({**TIE, "phones": "0000 111"}, BadFile),
        ({**TIE, "names": [1]}, BadFile),
        ({"format": "casefold-tie-1"}, Usage),
    ],
)
def test_a_tie_that_is_no_tie_is_not_taken(
    line: Line, form: dict[str, object], stop: type[Exception]
) -> None:
    with pytest.raises(stop):
        line.type("tie", "say", form=form)
