"""Nothing else leaves: a mark in every field, and a search of everything four nodes touch.

Searched are all bytes between the nodes and the relay, the relay's tables, every file of every
node with its name, temporary files, what the programs print, their arguments and environments.
Then the sealed bodies are opened, with each agency's own keys: what opens is what the sender's
preview had listed, at the agency it had named, and nowhere else.
"""

import json
import re
import shutil
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from crypto.errors import NotARecipient
from crypto.record import Kind, unwrap
from server.node import packs
from tests.journeys import browser
from tests.journeys.canaries import Canaries, Found, Search, marks_in
from tests.journeys.nodes import EXAMPLES, PASSPHRASE, Coalition, at_once, free_port, placed, served
from tests.journeys.seized import Opening, Seized, opened
from tests.journeys.steps import edit, share, view
from tests.journeys.watched import Traces, WatchedNode, tracing, watched
from tests.journeys.wiretap import Wiretap, tapped

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

_PROGRAMS = (b"web.worker", b"server.relay_process", b"client_sync.cell", b"import")
PEOPLE = {
    "survivor": "survivor",
    "child-a": "child",
    "child-b": "child",
    "puv": "person_using_violence",
}
FILE_NAME = "QzNightjarFolio"
POLICE, HOSPITAL, RIVERSIDE = "Northfield Police", "St Brigid's Hospital", "Riverside Coordination"


@dataclass
class Story:
    """What happened, and everything that was seen of it."""

    four: Coalition
    marks: Canaries
    ref: str = ""
    release: str = ""
    tap: Wiretap = field(default_factory=Wiretap)
    traces: Traces = field(default_factory=Traces)
    listed: dict[str, frozenset[str]] = field(default_factory=dict)  # share → marks in previews
    ways: dict[str, tuple[str, str]] = field(default_factory=dict)  # share → from, to
    replaced: frozenset[str] = frozenset()
    seen: dict[str, Any] = field(default_factory=dict)
    said_to_people: dict[str, str] = field(default_factory=dict)
    pages: list[Any] = field(default_factory=list)
    openings: dict[str, tuple[Opening, ...]] = field(default_factory=dict)
    identities: dict[str, str] = field(default_factory=dict)
    strangers: int = 0
    searches: list[Search] = field(default_factory=list)
    found: list[Found] = field(default_factory=list)

    def node(self, key: str) -> WatchedNode:
        found = getattr(self.four, key)
        assert isinstance(found, WatchedNode)
        return found

    def preview_and_share(self, key: str, to: str, exchange: str) -> None:
        """Ask what would leave, then let it leave."""
        node = self.node(key)
        words = ("share", self.ref, "--to", to, "--for", exchange)
        shown = node.done(*words, "--dry-run")
        sent = share(node, self.ref, to, exchange)
        self.listed[sent["share"]] = marks_in(json.dumps(shown["leaves"]))
        self.ways[sent["share"]] = (node.name, to)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, original: tuple[Path, int]) -> Story:
    """The whole story once; each test asks one thing of it."""
    folder = tmp_path_factory.mktemp("leaving")
    made, port = original
    shutil.copytree(made, folder / "four")
    beyond = free_port()
    four = watched(placed(folder / "four", port, {}), beyond)
    names = ("Riverside Coordination", "Harbour House", POLICE, HOSPITAL)
    for node, name in zip(four.nodes, names, strict=True):
        node.name = name
    told = Story(four, Canaries())
    with tracing(folder / "four") as traces, tapped(port, beyond) as tap, served(four):
        told.tap, told.traces = tap, traces
        _share_everything(told, folder)
        _look_at_everything(told)
        _search_folders(told, "shared")
        _open_with_every_key(told)
        four.centre.done("withdraw", "--release", told.release)
        four.sync(four.centre, four.police, four.hospital, four.coordinating, four.centre)
        _search_folders(told, "withdrawn")
    return told


def _share_everything(told: Story, folder: Path) -> None:
    four, marks, pack = told.four, told.marks, packs.read(packs.load())
    forms = {}
    for key in ("centre", "police", "hospital", "coordinating"):
        file = folder / f"{FILE_NAME}-{key}.json"
        file.write_text(json.dumps(marks.case(key, PEOPLE, pack)))
        forms[key] = str(file)
    told.ref = four.centre.done("case", "import", forms["centre"])["case_ref"]
    others = [told.node(key) for key in ("police", "hospital", "coordinating")]
    under = ("--case-ref", told.ref)
    keys = ("police", "hospital", "coordinating")
    at_once(
        *(
            partial(node.done, "case", "import", forms[key], *under)
            for node, key in zip(others, keys, strict=True)
        )
    )
    file = folder / f"{FILE_NAME}-release.json"
    file.write_text(json.dumps(_release(marks)))
    told.release = four.centre.done("release", "record", str(file), "--case", told.ref)["release"]
    told.preview_and_share("centre", POLICE, "handoff")
    told.preview_and_share("centre", HOSPITAL, "handoff")
    told.preview_and_share("centre", RIVERSIDE, "meeting")
    four.sync(four.centre, four.police, four.hospital, four.coordinating)
    for key in ("police", "hospital"):
        _adopt(told, key)
        told.preview_and_share(key, RIVERSIDE, "meeting")
    _adopt(told, "coordinating")
    told.preview_and_share("coordinating", POLICE, "meeting")
    four.sync(four.police, four.hospital, four.coordinating, four.police)
    _change_a_field(told)


def _adopt(told: Story, key: str) -> None:
    node = told.node(key)
    answer = node.done("consent", "list")
    told.said_to_people[f"{key} consents"] = json.dumps(answer)
    adopting = [
        partial(node.done, "consent", "adopt", one["consent"], "--case", told.ref)
        for one in answer["consents"]
        if one["to_adopt"]
    ]
    assert adopting
    for adopt in adopting:
        adopt()


def _change_a_field(told: Story) -> None:
    four = told.four
    tell = next(s for s, (by, to) in told.ways.items() if (by, to) == (POLICE, RIVERSIDE))
    old = next(m for m, at in told.marks.places.items() if at == "police/risks/survivor/threats")
    new = told.marks.word("police/edited")
    assert old in told.listed[tell]
    edit(four.police, told.ref, "risks", "threats", new)
    told.listed[tell] = told.listed[tell] - {old} | {new}
    told.replaced = frozenset({old})
    four.sync(four.police, four.coordinating)


def _release(marks: Canaries) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((EXAMPLES / "release-ana.json").read_text())
    form["signer"]["name"] = marks.word("release/signer")
    for part in ("witness", "language", "purpose", "interpreter", "must_not_share"):
        form[part] = marks.word(f"release/{part}")
    for number, row in enumerate(form["rows"]):
        row["initials"] = marks.word(f"release/initials {number}")
    return form


def _look_at_everything(told: Story) -> None:
    four = told.four
    told.seen = view(four, told.ref)
    told.said_to_people["police cases"] = json.dumps(four.police.done("case", "list"))
    at_meeting = browser.sign_in(four.coordinating.url, four.coordinating.staff)
    told.pages += [browser.look(at_meeting, p) for p in ("/shared", f"/shared/{told.ref}")]
    centre = browser.sign_in(four.centre.serve(), four.centre.staff)
    told.pages += [browser.look(centre, p) for p in ("/cases", f"/cases/{told.ref}", "/audit")]
    for place in ("case/new", f"{told.ref}/notes"):
        typed = {"draft": place, "name": told.marks.word("draft"), "notes": PASSPHRASE}
        kept = centre.post("/drafts", data=typed)
        assert kept.status_code < 300, kept.text
        told.pages.append(kept)
    missing = centre.get(f"/cases/{told.ref}/nothing", headers={"HX-Request": "false"})
    assert missing.status_code == 404
    told.pages.append(missing)
    centre.post("/lock")
    for one in (centre, at_meeting):
        one.close()


def _new_search(told: Story, *more: str) -> Search:
    codes = [(node.folder / "paper-code").read_text().strip() for node in told.four.nodes]
    bare = [re.sub(r"[^0-9A-Z]", "", code) for code in codes]
    search = Search(more=(PASSPHRASE, *codes, *bare, *more))
    told.searches.append(search)
    return search


def _search_folders(told: Story, when: str) -> None:
    search = _new_search(told, FILE_NAME)
    for node in told.four.nodes:
        told.found += search.folder(f"folder of {node.name} {when}", node.data)
    for file, content in told.traces.temporary.items():
        told.found += search.bytes(f"temporary file:{file}", content)
    seized = Seized(told.four.coordinating.data)
    relay = [table for table in seized.tables() if table.startswith("relay_")]
    assert len(relay) >= 6
    for table in relay:
        for row in seized.rows(f"SELECT * FROM {table}"):  # noqa: S608
            for value in row:
                content = value if isinstance(value, bytes) else str(value).encode()
                told.found += search.bytes(f"relay table {when}:{table}", content)


def _open_with_every_key(told: Story) -> None:
    """Every body that the relay or any node holds, under the keys of each agency in turn."""
    folders = {node.name: Seized(node.data) for node in told.four.nodes}
    records = list({one.stub.id: one for f in folders.values() for one in f.bodies()}.values())
    records.sort(key=lambda one: (one.stub.share, one.stub.seq))
    for name, folder in folders.items():
        identity = folder.identity(PASSPHRASE)
        keys = folder.keys(identity)
        assert len(keys.weeks) >= 26
        told.identities[name] = identity.public.hex()
        told.openings[name] = opened(records, keys)
        for record in records:
            if record.stub.kind is not Kind.OPEN or record.stub.recipient == identity.public:
                continue
            for secret, public in keys.weeks:
                with pytest.raises(NotARecipient):
                    unwrap(record, secret, public)
                told.strangers += 1


def test_no_mark_stands_in_the_clear_on_the_wire(story: Story) -> None:
    search = _new_search(story, FILE_NAME)

    found = [hit for one in story.tap.streams for hit in search.bytes("wire", one)]

    assert found == []
    assert search.scanned["wire"] == story.tap.size > 100_000
    assert len(story.tap.said) >= 10
    # The tap hears what it should: the very records and statements that the relay keeps.
    wire = b"".join(story.tap.streams)
    stubs = Seized(story.four.coordinating.data).rows("SELECT stub FROM relay_record")
    assert len(stubs) >= 6
    assert all(bytes(stub) in wire for (stub,) in stubs)


def test_no_mark_stands_in_a_file_or_a_relay_table(story: Story) -> None:
    assert story.found == []
    scanned = [size for search in story.searches for size in search.scanned.items()]
    for node in story.four.nodes:
        for when in ("shared", "withdrawn"):
            assert dict(scanned)[f"folder of {node.name} {when}"] > 100_000
    assert dict(scanned)["relay table shared"] > 10_000
    cores = [f for n in story.four.nodes for f in n.folder.rglob("core*") if f.is_file()]
    assert cores == []


def test_no_mark_is_printed_or_passed_to_a_process(story: Story) -> None:
    printing = _new_search(story, FILE_NAME)
    passing = _new_search(story)  # a person may name a file as they like

    found: list[Found] = []
    for node in story.four.nodes:
        assert isinstance(node, WatchedNode)
        assert len(node.printed) > 3
        for text in node.printed:
            found += printing.bytes("printed", text.encode())
    for kept in (story.traces.arguments, story.traces.environments):
        for content in kept.values():
            found += passing.bytes("process", content)

    assert found == []
    assert passing.scanned["process"] > 50_000
    everything = b"".join(story.traces.arguments.values())
    assert all(word in everything for word in _PROGRAMS)
    assert b"TMPDIR=" in b"".join(story.traces.environments.values())


def test_no_mark_is_in_an_address_or_a_title(story: Story) -> None:
    searched = _new_search(story)
    found: list[Found] = []

    for page in story.pages:
        parts = [str(page.request.url), *map(str, page.headers.items())]
        parts += re.findall(r"<title>(.*?)</title>", page.text, re.DOTALL)
        parts += re.findall(r"""(?:href|action|hx-[a-z]+|src|id)=["']([^"']*)""", page.text)
        for part in parts:
            found += searched.bytes("address or title", part.encode())

    assert found == []
    assert searched.scanned["address or title"] > 2_000
    # These pages do show what they are for: the marks are in their bodies.
    assert len(marks_in(story.pages[1].text)) > 100
    assert len(marks_in(story.pages[3].text)) > 100


def test_each_recipient_opens_exactly_what_the_preview_listed(story: Story) -> None:
    by_name = {identity: name for name, identity in story.identities.items()}

    for name, openings in story.openings.items():
        received = [one for one in openings if by_name[one.recipient] == name]
        expected = {s for s, (_, to) in story.ways.items() if to == name}
        assert {one.share for one in received} == expected
        for one in received:
            assert marks_in(one.words) == story.listed[one.share], name
            assert marks_in(one.history) <= story.listed[one.share] | story.replaced

    assert all(story.listed.values())
    assert sum(len(marks) for marks in story.listed.values()) > 300


def test_no_third_agency_opens_any_of_it(story: Story) -> None:
    for name, openings in story.openings.items():
        own = {share for share, way in story.ways.items() if name in way}

        assert {one.share for one in openings} == own

    assert story.strangers > 26 * 10


def test_the_merged_view_and_the_lists_say_what_was_listed_and_no_more(story: Story) -> None:
    for agency in ("Harbour House", POLICE, HOSPITAL):
        sent = next(s for s, way in story.ways.items() if way == (agency, RIVERSIDE))
        parts = [
            one
            for section in story.seen["sections"].values()
            for one in section
            if one["agency"] == agency
        ]
        system = story.marks.of("release/")
        assert marks_in(json.dumps(parts)) == story.listed[sent] - system
        assert parts

    to_police = [s for s, (_, to) in story.ways.items() if to == POLICE]
    may_know = frozenset().union(*(story.listed[one] for one in to_police))
    own = story.marks.of("police/")
    assert marks_in(story.said_to_people["police consents"]) <= may_know | own
    assert marks_in(story.said_to_people["police cases"]) <= may_know | own


def test_what_was_never_cleared_is_in_no_lane_and_in_no_terms(story: Story) -> None:
    kept_back = story.marks.of("release/must_not_share") | story.marks.of("draft")
    for key in ("centre", "police", "hospital", "coordinating"):
        kept_back |= story.marks.of(f"{key}/private") | story.marks.of(f"{key}/bases")
    assert len(kept_back) > 4 * 9

    for openings in story.openings.values():
        for one in openings:
            everything = marks_in(one.terms) | marks_in(one.words) | marks_in(one.history)
            assert not everything & kept_back
            assert marks_in(one.terms) <= story.marks.of("release/")


def test_the_search_finds_a_mark_that_is_planted(story: Story, tmp_path: Path) -> None:
    import base64
    import gzip
    import zlib

    mark = story.marks.word("planted")
    noise = Seized(story.four.coordinating.data).data.joinpath("casefold.db").read_bytes()[:50_000]
    disguised = [
        mark.encode(),
        mark.encode("utf-16-le"),
        mark.encode("utf-16-be"),
        mark.encode().hex().upper().encode(),
        *(base64.b64encode(b"x" * n + mark.encode()) for n in range(3)),
        base64.b32encode(mark.encode()),
        "".join(f"\\u{ord(sign):04X}" for sign in mark).encode(),
        zlib.compress(mark.encode() * 3),
        zlib.compress(mark.encode() * 3, 9, 12),
        gzip.compress(mark.encode() * 3),
        b"1852-03-04",
        "1852-03-04".encode("utf-16-le"),
        b"1852-03-04".hex().encode(),
        PASSPHRASE.encode(),
    ]

    for number, planted in enumerate(disguised):
        (tmp_path / "file").write_bytes(noise + planted + noise)
        assert _new_search(story).folder("planted", tmp_path), number
    (tmp_path / "file").rename(tmp_path / mark)
    (tmp_path / mark).write_bytes(noise)

    assert [hit.where for hit in _new_search(story).folder("planted", tmp_path)]
