"""The examples of a paper, run as they stand, in order, by real processes."""

import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.journeys.nodes import EXAMPLES, free_port

MARK = "@@@ "
PATIENCE = 1_500  # seconds: a limit for what hangs, not a measure


def steps(paper: Path) -> list[tuple[str, list[str]]]:
    """Each command of the paper with the lines it says it answers."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", paper.read_text(), re.DOTALL):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            elif line:
                found[-1][1].append(line)
    return found


def matches(wanted: str, said: str) -> bool:
    """An ellipsis in the paper stands for anything; columns may be wider than the paper's."""
    parts = [r"\s+".join(map(re.escape, part.split())) for part in wanted.split("…")]
    return re.fullmatch(r"\s*" + r"\s*.*\s*".join(parts) + r"\s*", said) is not None


def follow(paper: Path, folder: Path) -> float:
    """Do what the paper says; fail where it answers otherwise. The minutes it took."""
    commands = steps(paper)
    script = "\n".join(f'echo "{MARK}{n}"\n{command}' for n, (command, _) in enumerate(commands))
    (folder / "script").write_text(script.replace("8400", str(free_port())))
    environ = {k: v for k, v in os.environ.items() if not k.startswith("CASEFOLD_")}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    environ["EXAMPLES"] = str(EXAMPLES)
    began = time.monotonic()

    with (folder / "said").open("w") as said:
        ran = subprocess.Popen(
            ["bash", "-e", "script"],
            cwd=folder,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        code = ran.wait(timeout=PATIENCE)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(ran.pid, signal.SIGTERM)  # the node that an example left served

    minutes = (time.monotonic() - began) / 60
    printed = (folder / "said").read_text()
    answers = dict(enumerate(re.split(rf"^{MARK}\d+\n", printed, flags=re.MULTILINE)[1:]))
    assert code == 0, f"{commands[len(answers) - 1][0]} answered:\n{answers[len(answers) - 1]}"
    for number, (command, wanted) in enumerate(commands):
        lines = answers[number].splitlines()
        missing = [line for line in wanted if not any(matches(line, one) for one in lines)]
        assert not missing, f"{command} did not answer {missing}, but:\n{answers[number]}"
    return minutes
