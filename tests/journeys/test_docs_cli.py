"""The examples of docs/cli.md are run as they stand, in order, by real processes."""

import contextlib
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.journeys.nodes import EXAMPLES, free_port

PAPER = Path(__file__).parents[2] / "docs" / "cli.md"
MARK = "@@@ "


def steps() -> list[tuple[str, list[str]]]:
    """Each command of the paper with the lines it says it answers."""
    found: list[tuple[str, list[str]]] = []
    for block in re.findall(r"```console\n(.*?)```", PAPER.read_text(), re.DOTALL):
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


@pytest.mark.journey
@pytest.mark.timeout(600)
def test_every_example_of_the_paper_does_what_the_paper_says(tmp_path: Path) -> None:
    commands = steps()
    script = "\n".join(f'echo "{MARK}{n}"\n{command}' for n, (command, _) in enumerate(commands))
    (tmp_path / "script").write_text(script.replace("8400", str(free_port())))
    environ = {k: v for k, v in os.environ.items() if not k.startswith("CASEFOLD_")}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    environ["EXAMPLES"] = str(EXAMPLES)

    with (tmp_path / "said").open("w") as said:
        ran = subprocess.Popen(
            ["bash", "-e", "script"],
            cwd=tmp_path,
            env=environ,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        code = ran.wait(timeout=580)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(ran.pid, signal.SIGTERM)  # the node that an example left served

    printed = (tmp_path / "said").read_text()
    answers = dict(enumerate(re.split(rf"^{MARK}\d+\n", printed, flags=re.MULTILINE)[1:]))
    assert code == 0, f"{commands[len(answers) - 1][0]} answered:\n{answers[len(answers) - 1]}"
    for number, (command, wanted) in enumerate(commands):
        said = answers[number].splitlines()
        missing = [line for line in wanted if not any(matches(line, one) for one in said)]
        assert not missing, f"{command} did not answer {missing}, but:\n{answers[number]}"


def test_the_paper_shows_every_command() -> None:
    from server.cli.main import casefold

    paper = PAPER.read_text()
    names = []
    for name, command in casefold.commands.items():
        below = getattr(command, "commands", {})
        names += [f"{name} {sub}" for sub in below] or [name]

    assert [name for name in names if f"`{name}" not in paper] == []
