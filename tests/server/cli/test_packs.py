"""Packs on the command line: checked, shown, saved, and refused in one sentence."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from server.cli.main import casefold
from server.node import packs
from tests import nodes, postgres
from tests.nodes import Original

COUNTY = """id = "county"
version = 3
title = "The county"
parent = "marac-uk"
remove = ["agency_kinds.research"]
[consents]
max_days = 60
"""


@pytest.fixture
def county(tmp_path: Path) -> Path:
    file = tmp_path / "county.toml"
    file.write_text(COUNTY)
    return file


def say(*words: str) -> str:
    done = CliRunner().invoke(casefold, ["pack", *words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def answer(*words: str) -> Any:
    return json.loads(say(*words, "--json"))


def test_a_pack_in_order_says_what_it_changes_of_its_parent(county: Path) -> None:
    told = say("check", str(county))

    assert "is in order: The county, version 3." in told
    assert "builds on marac-uk over four-tiers" in told
    assert "changed  consents.max_days = 60 (was 90)" in told
    assert "gone     agency_kinds.research" in told


def test_a_script_reads_the_same(county: Path) -> None:
    found = answer("check", str(county))

    assert (found["id"], found["version"]) == ("county", 3)
    assert found["parents"] == ["marac-uk", "four-tiers"]
    assert found["digest"] == packs.read(packs.load(str(county))).digest
    assert {"path": "consents.max_days", "before": "90", "after": "60"} in found["differences"]


def test_a_pack_that_only_renames_its_parent_is_said_to(tmp_path: Path) -> None:
    same = tmp_path / "same.toml"
    same.write_text('id = "same"\nversion = 1\ntitle = "Four tiers"\nparent = "four-tiers"\n')

    told = say("check", str(same))

    assert "It builds on four-tiers and says nothing differently." in told.splitlines()


def test_a_pack_that_stands_alone_is_not_held_against_anything() -> None:
    told = say("check", "four-tiers")

    assert "builds on" not in told
    assert len(told.splitlines()) == 2


def test_a_mistake_is_one_sentence_with_file_and_line_and_exit_6(county: Path) -> None:
    county.write_text(COUNTY + "max_day = 6\n")

    done = subprocess.run(
        [sys.executable, "-m", "server.cli", "pack", "check", str(county)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 6
    assert done.stdout == ""
    assert done.stderr.startswith("county.toml, line 8: “consents.max_day”: this is not known")
    assert "Did you mean “max_days”?" in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_a_pack_is_shown_in_plain_words() -> None:
    told = say("show", "dvhrt-texas")

    assert "Domestic Violence High-Risk Team (DVHRT), Texas, version 1" in told
    assert "Whoever signs the agreement promises to" in told
    assert "  Health: tier 3" in told


def test_a_script_gets_every_table_of_a_pack() -> None:
    found = answer("show", "hrda-dorset")

    assert found["agreement"]["review_on"] == "2025-11-30"
    assert found["exchanges"]["meeting"]["carries"]["1"] == []
    assert "health" in found["exchanges"]["meeting"]["carries"]["2"]
    assert found["consents"]["forms"] == ["spoken", "written"]


def test_the_packs_that_come_with_casefold_are_listed() -> None:
    assert [row["name"] for row in answer("list")["packs"]] == list(packs.shipped())


def test_a_pack_is_saved_whole_and_never_over_another_file(county: Path, tmp_path: Path) -> None:
    file = tmp_path / "county.json"

    say("save", str(file), "--pack", str(county))

    assert packs.load(str(file)) == packs.load(str(county))
    again = CliRunner().invoke(casefold, ["pack", "save", str(file), "--pack", "four-tiers"])
    assert again.exit_code != 0
    assert packs.load(str(file)) == packs.load(str(county))


def test_a_node_that_joined_nobody_takes_in_a_pack_and_shows_it(
    county: Path, tmp_path: Path, original: Callable[[postgres.Cluster | None, bool], Original]
) -> None:
    node = nodes.copy(original(None, False), tmp_path / "node", str)
    (tmp_path / "passphrase").write_text(nodes.PASSPHRASE)
    here = ["--data", str(node.settings.data)]
    who = ["--as", nodes.FIRST, "--passphrase-file", str(tmp_path / "passphrase")]

    told = say("adopt", str(county), *here, *who)

    assert "The county, version 3, is in force here." in told
    assert "changed  timezone = “Europe/London” (was “UTC”)" in told
    assert "The county, version 3" in say("show", *here)
    assert answer("save", str(tmp_path / "mine.json"), *here)["id"] == "county"
