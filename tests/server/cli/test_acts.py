"""Acts that are few words on a command line: people, a restore, a clock that jumped."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from server.cli.main import casefold
from server.node.errors import BadFile, NotPermitted, RefusedAct, Usage
from tests import nodes, postgres

CASE = {
    "format": "casefold-case-1",
    "people": {"survivor": "survivor", "puv": "person_using_violence"},
    "sections": {"identity": {"survivor": {"name": "Invented Asha Bell"}}},
}


class Line:
    """A node, and what somebody types at it."""

    def __init__(self, node: nodes.TestedNode, folder: Path) -> None:
        self.node = node
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(nodes.PASSPHRASE)

    def type(self, *words: str, form: object = None) -> Any:
        """The answer as a script reads it; an error is raised as the act raised it."""
        who = ["--as", nodes.FIRST, "--passphrase-file", str(self.passphrase), "--json"]
        done = CliRunner().invoke(
            casefold,
            [*words, "--data", str(self.node.settings.data), *who],
            input=json.dumps(form),
            catch_exceptions=False,
        )
        assert done.exit_code == 0, done.output
        return json.loads(done.output)

    def row(self, statement: str) -> list[Any]:
        file = self.node.settings.database_file
        with closing(sqlite3.connect(file)) as connection, connection:
            return connection.execute(statement).fetchall()


@pytest.fixture
def line(
    original: Callable[[postgres.Cluster | None, bool], nodes.Original], tmp_path: Path
) -> Line:
    return Line(nodes.copy(original(None, False), tmp_path / "node", str), tmp_path)


def test_people_and_bases_come_in_an_edit_of_their_own(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE))
    ref = line.type("case", "import", str(file))["case_ref"]
    more = {
        "format": "casefold-edit-1",
        "people": {"child-b": "child"},
        "bases": {"puv": "Known to the court."},
    }

    edited = line.type("case", "edit", ref, form=more)

    assert (edited["revision"], edited["reached"], edited["beside"]) == (2, [], [])
    assert line.type("case", "show", ref)["people"]["child-b"] == "child"
    mixed = {**more, "edits": [{"section": "s", "about": "a", "field": "f", "value": "v"}]}
    for wrong in (mixed, {"format": "casefold-edit-1"}, {**more, "people": {"child-b": 1}}):
        with pytest.raises(BadFile):
            line.type("case", "edit", ref, form=wrong)


def test_nothing_waits_to_be_confirmed_at_a_node_that_was_not_restored(line: Line) -> None:
    with pytest.raises(RefusedAct, match="not restored"):
        line.type("consent", "confirm", "--all")
    with pytest.raises(Usage):
        line.type("consent", "confirm")


def test_a_node_without_its_keys_says_that_it_must_sync_first(line: Line) -> None:
    line.node.settings.keys_file.unlink()

    with pytest.raises(RefusedAct, match="Sync first"):
        line.type("consent", "confirm", "--all")

    assert line.row("SELECT quarantined, caught_up, cursor FROM node_row") == [(1, 0, "")]
    checks = {check["name"]: check["word"] for check in line.type("doctor")["checks"]}
    assert checks["restored"] == "look"


def test_an_operator_says_that_a_clock_which_jumped_is_right(line: Line) -> None:
    line.row("UPDATE node_row SET high_water = high_water - 864000")
    assert line.type("doctor")["checks"]
    before = {check["name"]: check["word"] for check in line.type("doctor")["checks"]}

    after = line.type("doctor", "--clock-is-right")["checks"]

    assert before["clock"] == "look"
    assert {check["name"]: check["word"] for check in after}["clock"] == "ok"
    acts = line.row("SELECT act FROM audit_entry WHERE act = 'clock.confirm'")
    assert acts == [("clock.confirm",)]
    with pytest.raises(RefusedAct, match="nothing to confirm"):
        line.type("doctor", "--clock-is-right")


def test_only_an_operator_says_so(line: Line) -> None:
    line.row("UPDATE staff SET roles = 'liaison'")
    line.row("UPDATE node_row SET high_water = high_water - 864000")

    with pytest.raises(NotPermitted):
        line.type("doctor", "--clock-is-right")
