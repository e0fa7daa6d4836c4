"""Files of a directory as they come: any usual encoding and separator, and nothing that bursts."""

import io
import json
import os
import stat
import zipfile
from pathlib import Path
from typing import Any

import pytest

from directory.hsds.older import FROM
from server.listing import bounds, reading_files, spreadsheets
from server.listing.bounds import NotADirectory
from server.listing.reading_files import Read, read_path, read_upload

ROW = "id,name,description\n1,Café Zoë,Help\n"


def quietly(_: str) -> None:
    """Nobody watches."""


def read(raw: bytes, name: str = "organizations.csv") -> Read:
    return read_upload(name, raw, quietly)


def names(found: Read, table: str = "organizations") -> list[Any]:
    return [row.get("name") for row in found.tables[table]]


def archive(*files: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as opened:
        for name, raw in files:
            opened.writestr(name, raw)
    return made.getvalue()


@pytest.mark.parametrize(
    "raw",
    [
        ROW.encode(),
        b"\xef\xbb\xbf" + ROW.encode(),
        ROW.encode("utf-16"),
        ROW.replace("\n", "\r\n").encode(),
        ROW.replace(",", ";").encode(),
        ROW.replace(",", "\t").encode(),
        ROW.replace(",", "|").encode(),
        b"sep=;\r\n" + ROW.replace(",", ";").encode(),
        ROW.replace("id,name", '"id","name, or what"').replace('"name, or what"', "Name").encode(),
    ],
)
def test_a_sheet_is_read_however_it_was_saved(raw: bytes) -> None:
    assert names(read(raw)) == ["Café Zoë"]


def test_a_sheet_in_an_older_encoding_is_read_and_that_is_said() -> None:
    text = ROW + "".join(f"{n},Façade {n} é à ü ö,Läuft\n" for n in range(2, 30))

    found = read(text.encode("cp1252"))

    assert names(found)[0] == "Café Zoë"
    assert any("is not UTF-8" in note for note in found.notes)


def test_a_sheet_of_no_encoding_is_read_as_far_as_it_can_be() -> None:
    raw = ROW.encode() + b"2,\xff\xfe\x81\x8d,x\n"

    assert len(names(read(raw))) == 2


def test_a_mark_that_is_not_kept_is_said() -> None:
    with pytest.raises(NotADirectory, match="begins as UTF-16"):
        read(b"\xff\xfe" + b"\x00\xd8")


def test_ragged_rows_and_headings_lose_nothing() -> None:
    raw = b"id,name,name,,@from\n1,A,B,C,D,E,F\n2\n,,\n\n"

    first, second, blank = read(raw).tables["organizations"]

    assert (first["name"], first["name_3"], first["column_4"]) == ("A", "B", "C")
    assert first["from"] == "D"
    assert first["more_cells"] == "E; F"
    assert first[FROM] == ("organizations.csv", 1)
    assert second["id"] == "2"
    assert blank[FROM] == ("organizations.csv", 3)


def test_two_columns_with_one_meaning_are_both_kept() -> None:
    raw = b"id,url,website\n1,http://a.example,\n2,,http://b.example\n3,http://a,http://c\n"

    rows = read(raw).tables["organizations"]

    assert [row["website"] for row in rows] == ["http://a.example", "http://b.example", "http://c"]
    assert [name for name, value in rows[2].items() if value == "http://a"] == ["url"]


@pytest.mark.parametrize(
    ("name", "value", "tables"),
    [
        ("services.json", [{"id": "1"}], {"services"}),
        ("x.json", [{"id": "1", "name": "A", "status": "active"}], {"services"}),
        ("x.json", [{"id": "1", "legal_status": "A", "tax_id": "1"}], {"organizations"}),
        ("x.json", {"id": "1", "location_type": "physical", "addresses": []}, {"locations"}),
        ("organization_list.json", {"contents": [{"id": "1", "name": "A"}]}, {"organizations"}),
        ("x", {"organizations.csv": [{"id": "1"}], "Phones": [{"id": "2"}], "shoes": [7]}, None),
        (
            "datapackage.json",
            {"resources": [{"name": "service", "data": [{"id": "1", "name": "A"}]}, 7]},
            {"services"},
        ),
    ],
)
def test_objects_tables_and_pages_are_told_apart(
    name: str, value: Any, tables: set[str] | None
) -> None:
    found = read(json.dumps(value).encode(), name)

    assert found.form == "JSON"
    assert found.tables.keys() == (tables or {"organizations", "phones", "shoes"})


def test_one_page_of_several_is_said_to_be_that() -> None:
    page = {"contents": [{"id": "1", "name": "A"}], "first_page": True, "last_page": False}

    assert any("one page of several" in n for n in read(json.dumps(page).encode(), "x.json").notes)


def test_what_stands_beside_the_tables_is_said_not_to_be_read() -> None:
    whole = {"services": [{"id": "1", "@type": "x"}], "generator": "anything"}

    found = read(json.dumps(whole).encode(), "x.json")

    assert any("generator is no table" in note for note in found.notes)
    assert found.tables["services"][0]["type"] == "x"


@pytest.mark.parametrize(
    ("name", "raw", "sentence"),
    [
        ("x.json", b"[1, 2", "not JSON: see line 1"),
        ("x.json", b"[NaN]", "NaN is no number"),
        ("x.json", b"[" * 200_000, "nested too deeply"),
        ("x.json", b"7", "neither objects nor tables"),
        ("x.json", b'[{"a": 1}]', "no objects of a directory"),
        ("x.json", b"[]", "no objects of a directory"),
        ("x.pdf", b"%PDF-1.7", "neither JSON nor CSV"),
        ("x.csv", b'id,name\n1,"' + b"a" * (5 * 1024 * 1024), "is not CSV"),
        ("x.csv", ",".join(map(str, range(600))).encode(), "more than 500 columns"),
        ("x.json", b'{"users": [{"id": 1, "name": "A"}]}', "x.json holds users, and HSDS knows no"),
        ("boats.csv", b"id,name\n1,A\n", "boats.csv holds boats, and HSDS knows no"),
        ("x.csv", b"", "no table of a directory"),
        ("datapackage.json", b'{"resources": []}', "no table of a directory"),
    ],
)
def test_what_is_no_directory_is_refused_in_a_sentence(
    name: str, raw: bytes, sentence: str
) -> None:
    with pytest.raises(NotADirectory, match=sentence):
        read(raw, name)


def test_an_archive_is_read_and_what_is_none_of_it_is_named() -> None:
    raw = archive(
        ("data/organizations.csv", ROW.encode()),
        ("__MACOSX/._organizations.csv", b"x"),
        ("data/", b""),
        ("LICENSE", b"words"),
        ("datapackage.json", b"../elsewhere"),
    )

    found = read(raw, "all.zip")

    assert found.form == "a zip archive"
    assert names(found) == ["Café Zoë"]
    assert sorted(note.split()[0] for note in found.notes) == [
        "._organizations.csv",
        "LICENSE",
        "datapackage.json",
    ]


@pytest.mark.parametrize("name", ["../up.csv", "/etc/up.csv", "a/../../up.csv", "C:/up.csv"])
def test_an_archive_that_names_files_outside_itself_is_refused(name: str) -> None:
    with pytest.raises(NotADirectory, match="outside itself"):
        read(archive((name, ROW.encode())), "x.zip")


def test_an_archive_that_grows_too_large_is_refused() -> None:
    bomb = archive(("organizations.csv", b"a" * (8 * 1024 * 1024)))

    with pytest.raises(NotADirectory, match="grows far too large"):
        read(bomb, "x.zip")


def test_an_archive_of_too_many_files_is_refused() -> None:
    many = archive(*((f"{n}.csv", b"id\n") for n in range(bounds.MOST_ENTRIES + 1)))

    with pytest.raises(NotADirectory, match="more than 200 files"):
        read(many, "x.zip")
    large = archive(*((f"{n}.csv", b"id,name\n" * 100_000) for n in range(3)))
    with pytest.raises(NotADirectory, match="larger than 2 MB"):
        read_upload("x.zip", large, lambda _: None, 2 * 2**20)


def test_an_archive_that_lies_about_its_sizes_is_refused() -> None:
    honest = archive(("organizations.csv", ROW.encode() * 50), method=zipfile.ZIP_STORED)
    size = len(ROW.encode() * 50).to_bytes(4, "little")
    at = honest.rindex(b"PK\x01\x02") + 24
    assert honest[at : at + 4] == size
    lying = honest[:at] + (10).to_bytes(4, "little") + honest[at + 4 :]

    with pytest.raises(NotADirectory):
        read(lying, "x.zip")


def test_links_locks_and_damage_in_an_archive_are_refused() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        link = zipfile.ZipInfo("organizations.csv")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        opened.writestr(link, "/etc/passwd")
    with pytest.raises(NotADirectory, match="a link instead of a file"):
        read(made.getvalue(), "x.zip")

    whole = archive(("organizations.csv", ROW.encode() * 9))
    at = whole.rindex(b"PK\x01\x02") + 8
    with pytest.raises(NotADirectory, match="locked with a password"):
        read(whole[:at] + b"\x01" + whole[at + 1 :], "x.zip")
    with pytest.raises(NotADirectory, match="is damaged"):
        read(whole[:60] + b"\x00" * 8 + whole[68:], "x.zip")


def test_a_folder_is_read_and_the_same_folder_has_the_same_digest(tmp_path: Path) -> None:
    (tmp_path / "organizations.csv").write_text(ROW, encoding="utf-8")
    (tmp_path / "notes.txt").write_text("x")

    first, again = read_path(tmp_path, quietly), read_path(tmp_path, quietly)

    assert first == again
    assert first.form == "a folder of CSV"
    assert first.notes == ("notes.txt was not read: it is neither CSV nor JSON.",)


def test_a_folder_too_large_or_too_full_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "organizations.csv").write_text(ROW, encoding="utf-8")
    monkeypatch.setattr(reading_files, "MOST_BYTES", 10)

    with pytest.raises(NotADirectory, match="larger than 512 MB"):
        read_path(tmp_path, quietly)
    with pytest.raises(NotADirectory, match="larger than 512 MB"):
        read_path(tmp_path / "organizations.csv", quietly)
    monkeypatch.setattr(reading_files, "MOST_ENTRIES", 0)
    with pytest.raises(NotADirectory, match="The folder holds more than"):
        read_path(tmp_path, quietly)


def test_a_file_that_is_not_there_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(NotADirectory, match="could not be read"):
        read_path(tmp_path / "nothing.csv", quietly)


def test_a_sheet_with_too_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spreadsheets, "MOST_ROWS", 1)

    with pytest.raises(NotADirectory, match="more than 1 rows"):
        read(ROW.encode() + b"2,B,x\n")


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "organizations.csv")
    (tmp_path / "services.csv").write_text("id,name\n1,A\n")

    assert read_path(tmp_path, quietly).tables.keys() == {"services"}
