"""Commands killed at any moment: nothing acknowledged is lost, nothing is half-done."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.journeys.nodes import EXAMPLES, Coalition, Node
from tests.journeys.steps import agencies_in, values
from tests.journeys.warmed import Warm, holds, later, warmed

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

COORDINATOR = "Riverside Coordination"
_FIELDS = (
    "threats",
    "to_survivor",
    "to_children",
    "stalking",
    "weapons",
    "separation",
    "isolation",
    "animals",
)


@pytest.fixture
def four(four_on_each: Coalition) -> Coalition:
    """Every death is died on each kind of database."""
    return four_on_each


def edit_of(field: str, value: str) -> str:
    """An edit of one field about the survivor, as it comes on standard input."""
    edits = [{"section": "risks", "about": "survivor", "field": field, "value": value}]
    return json.dumps({"format": "casefold-edit-1", "edits": edits})


def begin(warm: Warm, four: Coalition) -> str:
    """The centre takes in Ana's case; her reference."""
    for node in four.nodes:
        warm.derive(node)
    answer = warm.done(four.centre, "case", "import", str(EXAMPLES / "ana-harbour-house.json"))
    return str(answer["case_ref"])


def test_a_command_killed_before_each_of_its_writes_is_whole_or_never_was(
    four: Coalition, tmp_path: Path
) -> None:
    centre, police, coordinating = four.centre, four.police, four.coordinating
    # SQLite is killed before each write; PostgreSQL, which is slower to begin, before some of them.
    stride = 1 if centre.database_url is None else 5
    with warmed(stride) as warm:
        ref = begin(warm, four)
        release = warm.until_done(
            centre, "release", "record", str(EXAMPLES / "release-ana.json"), "--case", ref
        )["release"]
        warm.until_done(centre, "share", ref, "--to", "Northfield Police", "--for", "handoff")
        warm.until_done(centre, "share", ref, "--to", COORDINATOR, "--for", "meeting")
        told = "Killed many times, and said once"
        warm.until_done(centre, "case", "edit", ref, stdin=edit_of("threats", told))
        warm.until_done(centre, "sync", "--until-idle")
        warm.until_done(police, "sync", "--until-idle")
        form = str(EXAMPLES / "ana-northfield-police.json")
        warm.done(police, "case", "import", form, "--case-ref", ref)
        waiting = warm.done(police, "consent", "list")["consents"]
        consent = next(one["consent"] for one in waiting if one["to_adopt"])
        warm.until_done(police, "consent", "adopt", consent, "--case", ref)
        warm.until_done(police, "share", ref, "--to", COORDINATOR, "--for", "meeting")
        warm.until_done(police, "sync", "--until-idle")
        warm.until_done(coordinating, "sync", "--until-idle", stride=2)
        seen = warm.done(coordinating, "view", ref)

        assert agencies_in(seen) == {"Harbour House", "Northfield Police"}
        assert values(seen, "risks", "threats")["Harbour House"] == [told]

        (tmp_path / "new").write_text("nine other otters on ice")
        warm.until_done(
            *(centre, "staff", "add", "--name", "Noor", "--role", "advocate"),
            *("--new-passphrase-file", str(tmp_path / "new")),
            stride=3,
        )
        warm.until_done(police, "withdraw", "--release", release)
        for node in (police, centre, coordinating, police, centre):
            warm.until_done(node, "sync", "--until-idle", stride=3)
        assert warm.run(coordinating, "view", ref).exit == 5
        for node in four.nodes:
            warm.done(node, "sync", "--until-idle")
            assert warm.done(node, "audit", "verify")["ok"]
            holds(node)
            assert warm.done(node, "sync")["waiting"] == 0
        assert warm.done(centre, "case", "show", ref)["case_ref"] == ref
        assert "Noor" in {one["name"] for one in warm.done(centre, "staff", "list")["staff"]}
        assert warm.kills >= 60 // stride


def test_a_process_killed_after_any_time_leaves_nothing_half_done(four: Coalition) -> None:
    centre = four.centre
    with warmed() as warm:
        ref = begin(warm, four)
        warm.done(centre, "release", "record", str(EXAMPLES / "release-ana.json"), "--case", ref)
        warm.done(centre, "share", ref, "--to", COORDINATOR, "--for", "meeting")
        began = time.monotonic()
        centre.done("case", "edit", ref, stdin=edit_of("threats", "as long as it takes"))
        takes = time.monotonic() - began
        acknowledged = "as long as it takes"
        for number in range(20 if centre.database_url is None else 10):
            # Loading the program and opening the lock take the first part, and write little.
            value = f"number {number}"
            if killed_after(takes * (0.3 + number * 0.04), centre, ref, value):
                acknowledged = value
            holds(centre)
            now = field_of(warm, centre, ref, "threats")
            assert now in {acknowledged, value}
            acknowledged = now
        warm.done(centre, "sync", "--until-idle")
        warm.done(four.coordinating, "sync", "--until-idle")

        seen = warm.done(four.coordinating, "view", ref)

        assert values(seen, "risks", "threats")["Harbour House"] == [acknowledged]


def test_eight_at_once_beside_a_serving_node_lose_nothing(four: Coalition) -> None:
    centre = four.centre
    with warmed() as warm:
        ref = begin(warm, four)
        warm.done(centre, "release", "record", str(EXAMPLES / "release-ana.json"), "--case", ref)
        warm.done(centre, "share", ref, "--to", COORDINATOR, "--for", "meeting")
        centre.serve()
        before = warm.done(centre, "case", "show", ref)["revision"]
        fields = _FIELDS
        for turn in range(5):
            edits = [edit_of(field, f"{field} {turn}") for field in fields]
            ran = warm.run_at_once(centre, [("case", "edit", ref)] * len(edits), edits)

            assert {one.exit for one in ran} == {0}, [one.error for one in ran]
            # Forty tries within a minute are as many as one person has, also when all are right.
            centre.now = later(centre.now)
        holds(centre)
        shown = warm.done(centre, "case", "show", ref)

        assert shown["revision"] == before + 5 * len(fields)
        for field in fields:
            assert field_of(warm, centre, ref, field) == f"{field} 4"
        centre.stop()
        warm.done(centre, "sync", "--until-idle")
        warm.done(four.coordinating, "sync", "--until-idle")
        seen = warm.done(four.coordinating, "view", ref)
        assert values(seen, "risks", "threats")["Harbour House"] == ["threats 4"]


def field_of(warm: Warm, node: Node, ref: str, field: str) -> str:
    """The one value of that field about the survivor."""
    shown = warm.done(node, "case", "show", ref)
    (value,) = (
        value["value"]
        for one in shown["fields"]
        if (one["section"], one["about"], one["field"]) == ("risks", "survivor", field)
        for value in one["values"]
    )
    return str(value)


def killed_after(seconds: float, node: Node, ref: str, value: str) -> bool:
    """An edit in a process of its own, killed after this long; did it answer before that?"""
    node.now = later(node.now)
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "server.cli", "case", "edit", ref, "--as", node.staff),
            *("--data", str(node.data), "--passphrase-file", str(node.passphrase_file), "--json"),
        ],
        env=node.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdin is not None
    process.stdin.write(edit_of("threats", value))
    process.stdin.close()
    process.stdin = None
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
    said, _ = process.communicate(timeout=20)
    return bool(said.strip())
