"""The directory on a command line: looked at, taken in, given out, listed."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from server.cli.main import casefold
from server.listing.bounds import NotADirectory
from server.node.errors import Usage
from tests import nodes, postgres
from tests.server.entry.imported import ADVICE, HARBOUR_ID, a_list

GROUPS = "id,name,description\n1,Harbour House,Advice\n2,,\n"

Type = Callable[..., Any]


@pytest.fixture
def typing(
    original: Callable[[postgres.Cluster | None, bool], nodes.Original], tmp_path: Path
) -> Type:
    """Type at a node; the answer as a script reads it, or as a person does."""
    return typed_at(nodes.copy(original(None, False), tmp_path / "node", str), tmp_path)


def typed_at(node: nodes.TestedNode, folder: Path) -> Type:
    """Type at this node."""
    passphrase = folder / "passphrase"
    passphrase.write_text(nodes.PASSPHRASE)
    who = ["--as", nodes.FIRST, "--passphrase-file", str(passphrase)]

    def typed(*words: str, script: bool = True) -> Any:
        where = ["--data", str(node.settings.data), *who, *(["--json"] if script else [])]
        done = CliRunner().invoke(casefold, [*words, *where], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        return json.loads(done.stdout) if script else done.stdout

    return typed


@pytest.fixture
def groups(tmp_path: Path) -> Path:
    file = tmp_path / "organizations.csv"
    file.write_text(GROUPS)
    return file


def test_a_dry_run_answers_with_every_row_and_writes_a_sheet(
    typing: Type, groups: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "report.csv"

    said = typing("directory", "import", str(groups), "--dry-run", "--report", str(sheet))

    assert (said["written"], said["dry_run"], said["added"]) == (False, True, 1)
    assert [row["outcome"] for row in said["rows"]] == ["repaired", "refused"]
    assert said["tables"] == {"organizations.csv": {"repaired": 1, "refused": 1}}
    assert len(sheet.read_text(encoding="utf-8-sig").splitlines()) == 3
    assert typing("directory", "list") == {"organizations": []}


def test_a_change_is_shown_and_written_once_it_is_accepted(typing: Type, groups: Path) -> None:
    typing("directory", "import", str(groups))
    groups.write_text(GROUPS.replace("Advice", "Shelter").replace("2,,", "2,New,"))

    shown = typing("directory", "import", str(groups))
    words = typing("directory", "import", str(groups), script=False)
    taken = typing("directory", "import", str(groups), "--accept")

    (one,) = shown["differences"]
    assert one["fields"] == {"description": {"before": "Advice", "after": "Shelter"}}
    assert "description: “Advice” → “Shelter”" in words
    assert "Nothing was written, for rows kept already differ" in words
    assert (shown["written"], taken["written"], taken["changed"]) == (False, True, 1)
    assert [one["name"] for one in typing("directory", "list")["organizations"]] == [
        "Harbour House",
        "New",
    ]


def test_many_differences_are_counted_and_what_is_gone_is_said(typing: Type, groups: Path) -> None:
    rows = [f"{number},Group {number},Advice" for number in range(30)]
    groups.write_text("\n".join(["id,name,description", *rows]))
    typing("directory", "import", str(groups))
    groups.write_text("\n".join(["id,name,description", *rows[1:]]).replace("Advice", "Help"))

    words = typing("directory", "import", str(groups), "--dry-run", script=False)

    assert "and 9 more rows that differ" in words
    assert "1 row kept from before is not in it" in words
    assert "It would be: 0 new, 29 changed, 0 unchanged." in words


@pytest.mark.parametrize("name", ["all.json", "all.zip"])
def test_the_directory_is_given_out_as_a_file(
    typing: Type, groups: Path, tmp_path: Path, name: str
) -> None:
    typing("directory", "import", str(groups))
    file = tmp_path / name

    said = typing("directory", "export", str(file), "--audience", "professional")

    assert said == {"audience": "professional", "tables": {"organizations": 1}}
    assert file.stat().st_size > 100
    with pytest.raises(Usage, match="There is a file"):
        typing("directory", "export", str(file))
    with pytest.raises(Usage, match="cannot be written"):
        typing("directory", "export", str(tmp_path / "nowhere" / name))


def test_what_does_not_go_together_is_refused_before_anything_is_read(
    typing: Type, groups: Path, tmp_path: Path
) -> None:
    with pytest.raises(Usage, match="not both"):
        typing("directory", "import", str(groups), "--dry-run", "--accept")
    with pytest.raises(Usage, match="There is a file"):
        typing("directory", "import", str(groups), "--report", str(groups))
    with pytest.raises(NotADirectory):
        typing("directory", "import", str(tmp_path / "nothing.csv"))


def test_an_imported_organization_is_said_to_be_an_agency_and_taken_over(
    original: Callable[[postgres.Cluster | None, bool], nodes.Original], tmp_path: Path
) -> None:
    type_ = typed_at(nodes.copy(original(None, True), tmp_path / "coordinating", str), tmp_path)
    file = tmp_path / "list.json"
    file.write_text(json.dumps(a_list(name=nodes.COORDINATING)))
    type_("directory", "import", str(file))
    type_("directory", "entry", "set", "organizations", "own", "description=We meet weekly")
    type_("directory", "entry", "publish")
    (like,) = type_("directory", "claims")["suggestions"]

    claimed = type_("directory", "claim", like["organization"], nodes.COORDINATING)
    offers = type_("directory", "entry", "offered")["offers"]
    taken = type_("directory", "entry", "take-over", f"services/{ADVICE}")
    said = type_("directory", "claims")
    undone = type_("directory", "unclaim", like["organization"])

    assert (like["organization"], like["because"]) == (HARBOUR_ID, ["the same name"])
    assert claimed["aside"] == said["claims"][0]["aside"] > 0
    assert {one["title"] for one in offers} >= {"Court advice", "Refuge"}
    assert taken == {"rows": 2}
    assert said["suggestions"] == []
    assert undone == {"organization": HARBOUR_ID, "stay": 0}
