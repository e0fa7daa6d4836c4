"""The examples of the command line's papers are run as they stand, in order, by real processes."""

import re
from pathlib import Path

import pytest

from tests.commands import every_command
from tests.journeys.papers import follow

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.journey
@pytest.mark.timeout(1600)
@pytest.mark.parametrize("name", ["cli.md", "cli-meeting.md"])
def test_every_example_of_the_paper_does_what_the_paper_says(name: str, tmp_path: Path) -> None:
    follow(DOCS / name, tmp_path)


def test_the_paper_shows_every_command_and_no_other() -> None:
    paper = (DOCS / "cli.md").read_text()
    names = every_command()

    assert [name for name in names if f"`{name}" not in paper] == []
    groups = {name.split()[0] for name in names if " " in name}
    shown = re.findall(r"^\| `([a-z-]+) ([a-z-]+)", paper, re.MULTILINE)
    assert [
        f"{one} {two}" for one, two in shown if one in groups and f"{one} {two}" not in names
    ] == []
