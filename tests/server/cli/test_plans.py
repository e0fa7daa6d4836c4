"""The plan by command, at the coordinating node: written, answered, shown."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from server.cli.main import casefold
from server.meeting.circulating import NobodyToTell
from tests import nodes, postgres

CASE = {
    "format": "casefold-case-1",
    "people": {"survivor": "survivor"},
    "sections": {"survivor_voice": {"survivor": {"wishes": "invented words"}}},
}


class Line:
    """A node, and what somebody types at it and on standard input."""

    def __init__(self, node: nodes.TestedNode, folder: Path) -> None:
        self.node = node
        self.passphrase = folder / "passphrase"
        self.passphrase.write_text(nodes.PASSPHRASE)

    def type(self, *words: str, said: str = "") -> Any:
        return json.loads(self.read(*words, "--json", said=said))

    def read(self, *words: str, said: str = "") -> str:
        who = ["--as", nodes.FIRST, "--passphrase-file", str(self.passphrase)]
        done = CliRunner().invoke(
            casefold,
            [*words, "--data", str(self.node.settings.data), *who],
            input=said,
            catch_exceptions=False,
        )
        assert done.exit_code == 0, done.output
        return done.output


@pytest.fixture
def line(
    original: Callable[[postgres.Cluster | None, bool], nodes.Original], tmp_path: Path
) -> Line:
    return Line(nodes.copy(original(None, True), tmp_path / "node", str), tmp_path)


def test_a_plan_is_written_answered_and_shown_by_command(line: Line, tmp_path: Path) -> None:
    file = tmp_path / "case.json"
    file.write_text(json.dumps(CASE))
    ref = line.type("case", "import", str(file))["case_ref"]

    about = ("--about", "survivor")
    risk = line.type("plan", "risk", ref, *about, "--level", "high", said="stalking")["row"]
    owner = ("--owner", line.node.identity.public.hex(), "--for-risk", risk)
    row = line.type("plan", "action", ref, *about, *owner, said="markers")["row"]
    line.type("plan", "change", ref, risk, "--field", "in_place", said="new locks")
    line.type("plan", "lead", ref, *about, "--agency", line.node.identity.public.hex())
    [mine] = line.type("action", "list")["own"]
    line.type("action", "answer", ref, row, "--status", "completed", said="both set")
    shown = line.type("plan", "show", ref)

    assert mine["action"] == "markers"
    assert mine["due"]
    said = {name: one[-1]["value"] for name, one in shown["risks"][0]["fields"].items()}
    assert said == {
        "risk": "stalking",
        "level": "high",
        "in_place": "new locks",
        "on_file": "not_safe",
    }
    assert shown["actions"][0]["fields"]["status"][-1]["value"] == "completed"
    assert shown["leads"][0]["about"] == "survivor"
    lead = line.read("plan", "show", ref).splitlines()[-1]
    assert lead.split(maxsplit=1)[1] == line.type("card")["name"]
    with pytest.raises(NobodyToTell):
        line.type("plan", "circulate", ref)
