"""What docs/packs.md says: every key, no key that is not there, and an example that holds."""

import re
from pathlib import Path

import pytest

from server.node import packs
from tiers.pack_keys import KEYS, SAY, WORDS

DOC = (Path(__file__).parents[3] / "docs" / "packs.md").read_text(encoding="utf-8")


def known() -> set[str]:
    """Every key as the paper writes it."""
    keys = {f"{table}.{key}" if table else key for table, each in KEYS.items() for key in each}
    return keys | {f"words.{word}" for word in WORDS} | {f"words.{SAY}*"}


def documented() -> set[str]:
    """Every key in the first column of a table of keys."""
    tables = DOC.split("## Every key", 1)[1]
    rows = re.findall(r"^\| (`[^|]+`) \|", tables, re.MULTILINE)
    return {key for row in rows for key in re.findall(r"`([^`]+)`", row)}


@pytest.mark.parametrize("key", sorted(known()))
def test_every_key_is_explained(key: str) -> None:
    assert key in documented()


def test_no_key_is_explained_that_a_pack_may_not_write() -> None:
    assert documented() - known() == set()


def test_the_example_is_a_pack_and_differs_as_it_says(tmp_path: Path) -> None:
    example = re.findall(r"```toml\n(.*?)```", DOC, re.DOTALL)[0]
    file = tmp_path / "valley.toml"
    file.write_text(re.sub(r"^   ", "", example, flags=re.MULTILINE))

    pack = packs.read(packs.load(str(file)))

    assert (pack.id, pack.timezone, pack.consents.max_days) == ("valley", "America/Halifax", 60)
    assert "research" not in pack.agency_kinds
    assert pack.agency_kinds["band_council"] == "Band council"
    assert pack.words["meeting"] == "case table"


@pytest.mark.parametrize("name", packs.shipped())
def test_every_pack_that_comes_with_casefold_is_listed(name: str) -> None:
    assert f"| [{name}](../tiers/packs/{name}.toml) |" in DOC
