"""The examples of docs/cli.md are run as they stand, in order, by real processes."""

from pathlib import Path

import pytest

from tests.journeys.papers import follow

PAPER = Path(__file__).parents[2] / "docs" / "cli.md"


@pytest.mark.journey
@pytest.mark.timeout(600)
def test_every_example_of_the_paper_does_what_the_paper_says(tmp_path: Path) -> None:
    follow(PAPER, tmp_path)


def test_the_paper_shows_every_command() -> None:
    from server.cli.main import casefold

    paper = PAPER.read_text()
    names = []
    for name, command in casefold.commands.items():
        below = getattr(command, "commands", {})
        names += [f"{name} {sub}" for sub in below] or [name]

    assert [name for name in names if f"`{name}" not in paper] == []
