"""Killed at any moment, a node goes on where it was: nothing half done, nothing done twice."""

import json
import random
import signal
import subprocess
import sys
import time

import pytest

from tests.journeys.nodes import Coalition, Node, eventually
from tests.journeys.steps import agencies_in, edit, share, sign, values, view

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
_TIMES = 4


def begin_edit(node: Node, ref: str, words: str) -> subprocess.Popen[str]:
    """An edit begun in a process of its own, which may not live to finish it."""
    form = {
        "format": "casefold-edit-1",
        "edits": [{"section": "risks", "about": "survivor", "field": "threats", "value": words}],
    }
    begun = subprocess.Popen(
        [
            *(sys.executable, "-m", "server.cli", "case", "edit", ref, "--as", node.staff),
            *("--data", str(node.data), "--passphrase-file", str(node.passphrase_file)),
        ],
        env=node.environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert begun.stdin is not None
    begun.stdin.write(json.dumps(form))
    begun.stdin.close()
    return begun


def written(node: Node, ref: str) -> list[str]:
    """What the agency's own record says about threats now."""
    fields = node.done("case", "show", ref)["fields"]
    return next(
        [one["value"] for one in row["values"]]
        for row in fields
        if (row["section"], row["field"]) == ("risks", "threats")
    )


def test_processes_killed_at_random_moments_lose_nothing_and_repeat_nothing(
    four: Coalition,
) -> None:
    chance = random.Random(20310504)  # noqa: S311  # moments, not secrets
    ref, _ = sign(four.centre, "ana", "ana-harbour-house")
    share(four.centre, ref, "Riverside Coordination", "meeting")
    before = written(four.centre, ref)

    for number in range(_TIMES):
        words = f"Threat number {number}"
        four.centre.serve()
        command = begin_edit(four.centre, ref, words)
        time.sleep(chance.uniform(0.2, 2.5))
        command.kill()
        command.wait()
        four.coordinating.stop(signal.SIGKILL)
        four.centre.stop(signal.SIGKILL)
        four.serve_relay()

        assert written(four.centre, ref) in ([words], before)
        edit(four.centre, ref, "risks", "threats", words)
        before = [words]

    four.sync(four.centre, four.coordinating)
    seen = view(four, ref)
    again = four.centre.done("sync")

    assert agencies_in(seen) == {"Harbour House"}
    assert values(seen, "risks", "threats")["Harbour House"] == before
    assert (again["pushed"], again["refused"]) == (0, [])
    assert four.coordinating.done("sync")["refused"] == []
    for node in (four.centre, four.coordinating):
        assert node.done("audit", "verify")["ok"]


def test_a_relay_that_was_killed_while_records_came_holds_each_once(four: Coalition) -> None:
    ref, _ = sign(four.centre, "ana", "ana-harbour-house")
    share(four.centre, ref, "Riverside Coordination", "meeting")
    four.centre.serve()
    four.coordinating.stop(signal.SIGKILL)
    for number in range(3):
        edit(four.centre, ref, "risks", "money", f"Owed {number}")
    four.serve_relay()

    arrived = eventually(
        lambda: (
            (ran := four.coordinating.run("view", ref)).exit == 0
            and values(ran.answer, "risks", "money").get("Harbour House") == ["Owed 2"]
        ),
        90,
    )

    assert arrived
    assert four.centre.done("sync")["waiting"] == 0
