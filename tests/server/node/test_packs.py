"""Packs as files: with their parents beside them or inside them, and refused when they fail."""

import json
from pathlib import Path

import pytest

from server.node import packs
from server.node.errors import BadFile

COUNTY = 'id = "county"\nversion = 1\ntitle = "County"\nparent = "marac-uk"\n'
TOWN = 'id = "town"\nversion = 1\ntitle = "Town"\nparent = "county"\n'


def test_a_parent_may_stand_beside_its_child(tmp_path: Path) -> None:
    (tmp_path / "county.toml").write_text(COUNTY)
    (tmp_path / "town.toml").write_text(TOWN)

    texts = packs.load(str(tmp_path / "town.toml"))

    assert [name for name, _ in texts] == ["town", "county", "marac-uk", "four-tiers"]


def test_a_parent_of_no_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "town.toml").write_text(TOWN)

    with pytest.raises(
        BadFile,
        match=r"line 4: “parent”: county does not come.+county\.toml.+any of: .*four-tiers",
    ):
        packs.load(str(tmp_path / "town.toml"))


def test_a_parent_that_comes_with_casefold_is_not_taken_from_beside(tmp_path: Path) -> None:
    (tmp_path / "marac-uk.toml").write_text("this is not TOML")
    (tmp_path / "county.toml").write_text(COUNTY)

    assert packs.load(str(tmp_path / "county.toml"))[1][0] == "marac-uk"


def test_too_many_generations_are_refused(tmp_path: Path) -> None:
    for n in range(9):
        text = f'id = "g{n}"\nversion = 1\ntitle = "G"\nparent = "g{n + 1}"\n'
        (tmp_path / f"g{n}.toml").write_text(text)

    with pytest.raises(BadFile, match="too many others"):
        packs.load(str(tmp_path / "g0.toml"))


def test_a_circle_of_files_is_refused(tmp_path: Path) -> None:
    (tmp_path / "county.toml").write_text(COUNTY.replace("marac-uk", "town"))
    (tmp_path / "town.toml").write_text(TOWN)

    with pytest.raises(BadFile, match="its own ancestor"):
        packs.load(str(tmp_path / "town.toml"))


def test_a_mistake_names_the_file_as_it_is_called(tmp_path: Path) -> None:
    (tmp_path / "my county.toml").write_text(COUNTY + "[clock]\n")

    with pytest.raises(BadFile, match=r"^my county\.toml, line 5: .+Did you mean “clocks”"):
        packs.load(str(tmp_path / "my county.toml"))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ('rrule = "FREQ=WEEKLY;BYDAY=MX"', "line 7: The calendar rule of MARAC cannot be read"),
        ('holidays = "GB-XYZ"', "line 7: .+ GB-XYZ"),
    ],
)
def test_a_mistake_in_a_calendar_is_found_at_its_line(row: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "county.toml").write_text(f'{COUNTY}[meetings.marac]\nat = "10:00"\n{row}\n')

    with pytest.raises(BadFile, match=rf"^county\.toml, {said}"):
        packs.load(str(tmp_path / "county.toml"))


@pytest.mark.parametrize("name", packs.shipped())
def test_a_pack_saved_whole_is_the_same_pack(name: str, tmp_path: Path) -> None:
    file = tmp_path / "whole.json"
    file.write_text(packs.whole(packs.load(name)))

    texts = packs.load(str(file))

    assert texts == packs.load(name)
    assert packs.read(texts).digest == packs.read(packs.load(name)).digest


@pytest.mark.parametrize(
    "kept",
    [
        "{",
        "{}",
        '{"format": 1}',
        json.dumps({"format": packs.WHOLE}),
        json.dumps({"format": packs.WHOLE, "texts": []}),
        json.dumps({"format": packs.WHOLE, "texts": [["a"]]}),
        json.dumps({"format": packs.WHOLE, "texts": [["a", 1]]}),
        json.dumps({"format": packs.WHOLE, "texts": [["a", ""]] * 9}),
        json.dumps({"format": "casefold-pack-2", "texts": []}),
        json.dumps({"format": packs.WHOLE, "texts": [["a", "id = 1"]]}),
        '{"a":' * 100_000,
    ],
)
def test_what_is_no_whole_pack_is_refused(kept: str, tmp_path: Path) -> None:
    file = tmp_path / "whole.json"
    file.write_text(kept)

    with pytest.raises(BadFile):
        packs.load(str(file))


def test_a_file_that_is_no_text_or_too_large_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "large.toml").write_text("#" * 2_000_000)

    for name, sentence in (("bytes", "UTF-8"), ("large", "too large")):
        with pytest.raises(BadFile, match=sentence):
            packs.load(str(tmp_path / f"{name}.toml"))
