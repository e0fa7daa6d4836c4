"""Nodes as a journey meets them: a folder, a command line in its own process, perhaps a server."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
DAY_ONE = "2031-05-04T09:00:00Z"
PASSPHRASE = "seven calm otters by the weir"
_COMMAND_SECONDS = 120
_START_SECONDS = 30


@dataclass(frozen=True, slots=True)
class Ran:
    """What one command answered."""

    exit: int
    answer: Any
    said: str
    error: str


@dataclass
class Node:
    """One agency's node, driven as an operator drives it: by commands and nothing else."""

    folder: Path
    staff: str
    now: str = DAY_ONE
    database_url: str | None = None
    name: str = ""
    url: str = ""
    idle_minutes: int = 5
    served: subprocess.Popen[str] | None = field(default=None, repr=False)

    @property
    def data(self) -> Path:
        return self.folder / "node"

    @property
    def passphrase_file(self) -> Path:
        file = self.folder / "passphrase"
        if not file.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            file.write_text(PASSPHRASE)
        return file

    @property
    def environ(self) -> dict[str, str]:
        environ = {k: v for k, v in os.environ.items() if not k.startswith("CASEFOLD_")}
        environ["CASEFOLD_NOW"] = self.now
        environ["CASEFOLD_IDLE_MINUTES"] = str(self.idle_minutes)
        if self.database_url is not None:
            environ["CASEFOLD_DATABASE_URL"] = self.database_url
        return environ

    def run(self, *words: str, stdin: str | None = None, locked: bool = False) -> Ran:
        """One command in a process of its own; its exit code and its JSON."""
        who = [] if locked else ["--as", self.staff]
        ran = subprocess.run(
            [
                *(sys.executable, "-m", "server.cli", *words, *who),
                *("--data", str(self.data), "--passphrase-file", str(self.passphrase_file)),
                "--json",
            ],
            input=stdin if stdin is not None else "",
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        assert "Traceback" not in ran.stderr, ran.stderr
        answer = json.loads(ran.stdout) if ran.stdout.strip() else None
        return Ran(ran.returncode, answer, ran.stdout, ran.stderr.strip())

    def done(self, *words: str, stdin: str | None = None, locked: bool = False) -> Any:
        """One command that must succeed; its JSON."""
        ran = self.run(*words, stdin=stdin, locked=locked)
        assert ran.exit == 0, f"casefold {' '.join(words)} ended {ran.exit}: {ran.error}"
        return ran.answer

    def init(self, name: str, *words: str) -> None:
        """Make the node; rehearsal, so that its clock can be moved."""
        self.name = name
        code = self.folder / "paper-code"
        self.done(
            *("init", "--name", name, "--staff", self.staff, "--rehearsal"),
            *("--recovery-code-file", str(code), *words),
            locked=True,
        )

    @property
    def card(self) -> Path:
        """This node's contact card in a file, as it is handed over."""
        return self.folder / "card"

    def hand_over(self) -> str:
        """Write the card; the words that this node's liaison reads aloud."""
        answer = self.done("card", locked=True)
        self.card.write_text(answer["card"] + "\n")
        return str(answer["words"])

    def serve(self, *words: str) -> str:
        """Serve in the background; the URL of its pages, once they are answered."""
        assert self.served is None
        self.served = subprocess.Popen(
            [
                *(sys.executable, "-m", "server.cli", "serve", "--port", "0", *words),
                *("--data", str(self.data), "--passphrase-file", str(self.passphrase_file)),
            ],
            env=self.environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.served.stdout is not None
        line = self.served.stdout.readline()
        if not line:
            _, error = self.served.communicate(timeout=_START_SECONDS)
            self.served = None
            raise AssertionError(f"serve ended: {error}")
        self.url = str(json.loads(line)["ready"])
        return self.url

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """End serve; how many seconds it took."""
        served, self.served = self.served, None
        if served is None:
            return 0.0
        began = time.monotonic()
        served.send_signal(number)
        served.communicate(timeout=10)
        return time.monotonic() - began


@dataclass
class Coalition:
    """A coordinating node and three agencies, met and enrolled."""

    coordinating: Node
    centre: Node
    police: Node
    hospital: Node
    relay_port: int

    @property
    def agencies(self) -> tuple[Node, Node, Node]:
        return self.centre, self.police, self.hospital

    @property
    def nodes(self) -> tuple[Node, Node, Node, Node]:
        return self.coordinating, self.centre, self.police, self.hospital

    def serve_relay(self) -> None:
        """The coordinating node, locked: its relay is all the others need."""
        self.coordinating.serve("--relay-port", str(self.relay_port))

    def at(self, moment: str) -> None:
        """Move every clock; a served node keeps the time it was started with."""
        for node in self.nodes:
            node.now = moment

    def sync(self, *nodes: Node, locked: bool = True) -> None:
        """One node after another, each until nothing moves there; a locked node does all of it."""
        for node in nodes or self.nodes:
            # On a busy machine the relay may be slow to answer: kept for later is no failure.
            synced = partial(lambda n: n.run("sync", "--until-idle", locked=locked).exit == 0, node)
            assert eventually(synced, 120), f"{node.name} could not sync"

    def stop(self) -> None:
        for node in self.nodes:
            node.stop()


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as opened:
        opened.bind(("127.0.0.1", 0))
        return int(opened.getsockname()[1])


def eventually(ask: Callable[[], Any], seconds: float = 30.0) -> Any:
    """Ask again until the answer is truthy, or the deadline has come."""
    deadline = time.monotonic() + seconds
    while True:
        answer = ask()
        if answer or time.monotonic() > deadline:
            return answer
        time.sleep(0.1)


def make(
    folder: Path,
    urls: Mapping[str, str] | None = None,
    pack: str = "four-tiers",
    host: str = "Riverside Coordination",
) -> Coalition:
    """Four real nodes: made, carded, enrolled, joined, synced once, and at rest again."""
    four = placed(folder, free_port(), urls or {})
    riverside = ("--coordinating", "--url", f"http://127.0.0.1:{four.relay_port}")
    by = ("--pack", pack)
    at_once(
        lambda: four.coordinating.init(host, *riverside, *by),
        lambda: four.centre.init("Harbour House", "--kind", "domestic_violence_centre", *by),
        lambda: four.police.init("Northfield Police", "--kind", "police", *by),
        lambda: four.hospital.init("St Brigid's Hospital", "--kind", "hospital", *by),
    )
    words = {node.name: node.hand_over() for node in four.nodes}
    for agency in four.agencies:
        four.coordinating.done(
            *("enrol", str(agency.card), "--tier", "3", "--seat", "meeting"),
            *("--agreement-until", "2032-04-30", "--words", words[agency.name]),
        )
    trust = (str(four.coordinating.card), "--words", words[four.coordinating.name])
    at_once(*(partial(agency.done, "join", *trust) for agency in four.agencies))
    with served(four):
        # The first round brings directories and week keys up, the second everybody else's down.
        four.sync(locked=False)
        four.sync()
    return four


def placed(folder: Path, relay_port: int, urls: Mapping[str, str]) -> Coalition:
    """The four by their folders, whether they are made yet or not."""
    staff = {
        "coordinating": "Ruth Ndlovu",
        "centre": "Joy Adeyemi",
        "police": "Rosa Lindqvist",
        "hospital": "Maud Achterberg",
    }
    nodes = {
        key: Node(folder / key, name, database_url=urls.get(key)) for key, name in staff.items()
    }
    return Coalition(**nodes, relay_port=relay_port)


@contextmanager
def served(four: Coalition) -> Iterator[Coalition]:
    """The relay served, and everything ended afterwards."""
    try:
        four.serve_relay()
        yield four
    finally:
        four.stop()


def at_once(*acts: Callable[[], Any]) -> None:
    """Acts at different nodes, at the same time."""
    with ThreadPoolExecutor(max_workers=4) as pool:
        for act in [pool.submit(act) for act in acts]:
            act.result()
