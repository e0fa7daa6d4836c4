"""A node of the invented coalition, driven by the same commands that a person types."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from server.child_process import die_with_parent

_COMMAND_SECONDS = 120
_END_SECONDS = 4


class DemoStopped(Exception):
    """The invented coalition cannot go on; the sentence says why."""


@dataclass(frozen=True, slots=True)
class DemoNode:
    """One agency: its folder, who signs in there, and where its pages are."""

    root: Path
    key: str
    name: str
    kind: str
    staff: str
    port: int

    @property
    def data(self) -> Path:
        """The node's own folder; nothing is shared with the others."""
        return self.root / self.key

    @property
    def url(self) -> str:
        """Where its pages are."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def paper_code(self) -> Path:
        """Where init wrote the recovery code."""
        return self.root / f"{self.key}.paper-code"

    @property
    def card(self) -> Path:
        """Its contact card, as it is handed to partners."""
        return self.root / f"{self.key}.card"

    def run(self, *words: str, locked: bool = False, said: str = "") -> Any:
        """One casefold command in a process of its own, given these words to read; its JSON."""
        who = [] if locked else ["--as", self.staff]
        ran = subprocess.run(  # noqa: S603
            [*self._command(*words), *who, "--json"],
            env=environ(),
            input=said,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
            start_new_session=True,
        )
        if ran.returncode != 0:
            raise DemoStopped(f"casefold {words[0]} at {self.name}: {ran.stderr.strip()}")
        return json.loads(ran.stdout)

    def serve(self, *words: str) -> subprocess.Popen[str]:
        """Start serving; the process that must be ended later."""
        served = subprocess.Popen(  # noqa: S603
            self._command("serve", "--port", str(self.port), *words),
            env=environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,  # Ctrl-C reaches the demonstration, which ends every node
            preexec_fn=die_with_parent,  # noqa: PLW1509  # started from the main thread only
        )
        if served.stdout is None or not served.stdout.readline():
            raise DemoStopped(f"{self.name} could not be served on port {self.port}.")
        return served

    def _command(self, *words: str) -> list[str]:
        passphrase = str(self.root / "passphrase")
        return [
            *(sys.executable, "-m", "server.cli", *words),
            *("--data", str(self.data), "--passphrase-file", passphrase),
        ]


def environ() -> dict[str, str]:
    """This environment without Casefold's settings: the coalition is always the same."""
    return {name: value for name, value in os.environ.items() if not name.startswith("CASEFOLD_")}


def end(served: list[subprocess.Popen[str]]) -> None:
    """End every node and wait until it is gone."""
    for process in served:
        process.send_signal(signal.SIGTERM)
    for process in served:
        try:
            process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def say(sentence: str) -> None:
    """One line of progress."""
    click.echo(f"  {sentence}")


def at_once(acts: Iterable[Callable[[], Any]]) -> list[Any]:
    """Acts at different nodes, at the same time."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        return [done.result() for done in [pool.submit(act) for act in acts]]
