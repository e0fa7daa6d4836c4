"""Commands that begin warm (see warm.py), and what must be true of a folder after any kill."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from server.node import audit, database
from server.node.settings import Settings
from tests.journeys.nodes import PASSPHRASE, Node, Ran
from tests.journeys.tables import Tables

KILLED = -9
_ROOT = Path(__file__).parents[2]


@dataclass
class Warm:
    """A process that has done the slow part, and forks every command from there."""

    process: subprocess.Popen[str]
    stride: int = 1  # how many writes later each kill comes than the one before
    kills: int = 0

    def derive(self, node: Node) -> None:
        """Open this node's locks once."""
        locks = Tables(node.data, node.database_url).rows("SELECT lock FROM staff")
        shut = [bytes(lock).hex() for (lock,) in locks]
        assert self._ask({"derive": shut, "passphrase": PASSPHRASE}) == "derived"

    def run(self, node: Node, *words: str, stdin: str = "", die_before: int = 0) -> Ran:
        """One command, killed before that statement, or left to end by itself."""
        return self.run_at_once(node, [words], [stdin], die_before)[0]

    def done(self, node: Node, *words: str, stdin: str = "") -> Any:
        """One command that must succeed; its JSON."""
        ran = self.run(node, *words, stdin=stdin)
        assert ran.exit == 0, f"casefold {' '.join(words)} ended {ran.exit}: {ran.error}"
        return ran.answer

    def run_at_once(
        self,
        node: Node,
        commands: Sequence[Sequence[str]],
        stdins: Sequence[str],
        die_before: int = 0,
    ) -> list[Ran]:
        """These commands side by side, each in a process of its own."""
        folder = node.folder / "warm"
        folder.mkdir(exist_ok=True)
        asked = []
        for number, (words, stdin) in enumerate(zip(commands, stdins, strict=True)):
            files = {name: folder / f"{name}-{number}" for name in ("stdin", "stdout", "stderr")}
            files["stdin"].write_text(stdin)
            common = ["--as", node.staff, "--data", str(node.data)]
            common += ["--passphrase-file", str(node.passphrase_file), "--json"]
            asked.append(
                {
                    **{name: str(file) for name, file in files.items()},
                    "words": [*words, *common],
                    "environ": node.environ,
                    "die_before": die_before,
                }
            )
        exits = self._ask({"commands": asked})
        return [_ran(exit, one) for exit, one in zip(exits, asked, strict=True)]

    def until_done(self, node: Node, *words: str, stdin: str = "", stride: int = 1) -> Any:
        """The same command again and again, killed one write later each time, until it is done."""
        for before in count(1, stride * self.stride):
            # A minute passes: tries that were killed while signing in are not tries of a stranger.
            node.now = later(node.now)
            ran = self.run(node, *words, stdin=stdin, die_before=before)
            holds(node)
            if ran.exit != KILLED:
                assert ran.exit == 0, f"{words} after kill {before}: {ran.exit} {ran.error}"
                return ran.answer
            assert ran.answer is None, "it answered before its last write"
            self.kills += 1
        raise AssertionError

    def _ask(self, asked: Any) -> Any:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())


def _ran(exit: int, asked: dict[str, str]) -> Ran:
    said, error = Path(asked["stdout"]).read_text(), Path(asked["stderr"]).read_text()
    assert "Traceback" not in error, error
    return Ran(exit, json.loads(said) if said.strip() else None, said, error.strip())


@contextmanager
def warmed(stride: int = 1) -> Iterator[Warm]:
    """A warm process for as long as the block lasts."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.journeys.warm"],
        cwd=_ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Warm(process, stride)
    finally:
        process.communicate(timeout=20)


def later(moment: str) -> str:
    """A little more than a minute after."""
    return (datetime.fromisoformat(moment) + timedelta(seconds=61)).isoformat()


def holds(node: Node) -> None:
    """Nothing half-done: shares, records, outbox and audit tell one story."""
    settings = Settings(node.data, node.database_url)
    with database.using(database.engine_for(settings)) as engine:
        verdict = asyncio.run(audit.verify())
        asyncio.run(engine.release())
    assert verdict.ok, verdict
    tables = Tables(node.data, node.database_url)
    for question in _HALF_DONE:
        assert tables.rows(question) == [], question
    assert tables.sound()


_OWN = "s.owner = (SELECT identity FROM node_row)"
_HALF_DONE = (
    # A share whose log has a hole, or does not end where the share says.
    "SELECT s.id FROM casework_share s LEFT JOIN casework_record r ON r.share = s.id "
    "GROUP BY s.id, s.seq HAVING s.seq != count(r.id) OR s.seq != max(r.seq)",
    # A record without its share, or waiting to go and not there.
    "SELECT id FROM casework_record WHERE share NOT IN (SELECT id FROM casework_share)",
    "SELECT id FROM casework_outbox WHERE id NOT IN (SELECT id FROM casework_record)",
    # Bodies of what ended, and live shares of ours without words or without a consent in force.
    "SELECT r.id FROM casework_record r JOIN casework_share s ON s.id = r.share "
    "WHERE s.state != 'live' AND r.body IS NOT NULL",
    f"SELECT s.id FROM casework_share s WHERE s.state = 'live' AND {_OWN} AND length(s.body) = 0",  # noqa: S608
    f"SELECT s.id FROM casework_share s LEFT JOIN casework_consent c ON c.id = s.consent "  # noqa: S608
    f"WHERE s.state = 'live' AND {_OWN} AND coalesce(c.state, '') NOT IN ('given', 'renewed')",
    # Closed and never told, or told and never closed.
    "SELECT s.id FROM casework_share s WHERE s.closed != "
    "EXISTS (SELECT 1 FROM casework_record r WHERE r.share = s.id AND r.kind = 3)",
    # Acts nobody wrote down.
    f"SELECT s.id FROM casework_share s WHERE {_OWN} AND NOT EXISTS "  # noqa: S608
    "(SELECT 1 FROM audit_entry a WHERE a.act = 'share' AND a.subject = s.id)",
    "SELECT id FROM casework_release WHERE length(body) > 0 AND id NOT IN "
    "(SELECT subject FROM audit_entry WHERE act = 'release.record')",
    "SELECT c.id FROM casework_consent c WHERE c.release NOT IN (SELECT id FROM casework_release)",
    # A release taken back of which something still lives.
    "SELECT s.id FROM casework_share s JOIN casework_release r ON r.id = s.release "
    "WHERE s.state = 'live' AND r.state != 'live'",
)
