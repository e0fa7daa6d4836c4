"""Nothing else leaves: a mark in every field, and a search of everything four nodes touch.

Searched are all bytes between the nodes and the relay, the relay's tables, every file of every
node with its name, on PostgreSQL every table and the server's own log, temporary files, what the
programs print, their arguments and environments.
Then the sealed bodies are opened, with each agency's own keys: what opens is what the sender's
preview had listed, at the agency it had named, and nowhere else.
"""

import json
import re
from pathlib import Path

import pytest

from tests.journeys.canaries import Canaries, Found, marks_in
from tests.journeys.conftest import Original
from tests.journeys.leaving import (
    FILE_NAME,
    HOSPITAL,
    POLICE,
    RIVERSIDE,
    Story,
    look_at_everything,
    new_search,
    open_with_every_key,
    search_folders,
    share_everything,
)
from tests.journeys.nodes import PASSPHRASE, free_port, served
from tests.journeys.seized import Seized
from tests.journeys.watched import WatchedNode, tracing, watched
from tests.journeys.wiretap import tapped

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

_PROGRAMS = (b"web.worker", b"server.relay_process", b"client_sync.cell", b"import")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, original_on_each: Original) -> Story:
    """The whole story once; each test asks one thing of it."""
    folder = tmp_path_factory.mktemp("leaving")
    port, beyond = original_on_each.port, free_port()
    four = watched(original_on_each.again(folder / "four").four, beyond)
    names = ("Riverside Coordination", "Harbour House", POLICE, HOSPITAL)
    for node, name in zip(four.nodes, names, strict=True):
        node.name = name
    told = Story(four, Canaries())
    with tracing(folder / "four") as traces, tapped(port, beyond) as tap, served(four):
        told.tap, told.traces = tap, traces
        share_everything(told, folder)
        look_at_everything(told)
        search_folders(told, "shared")
        open_with_every_key(told)
        four.centre.done("withdraw", "--release", told.release)
        four.sync(four.centre, four.police, four.hospital, four.coordinating, four.centre)
        search_folders(told, "withdrawn")
    if original_on_each.cluster is not None:
        log = original_on_each.cluster.log.read_bytes()
        told.found += new_search(told, FILE_NAME).bytes("log of PostgreSQL", log)
    return told


def test_no_mark_stands_in_the_clear_on_the_wire(story: Story) -> None:
    search = new_search(story, FILE_NAME)

    found = [hit for one in story.tap.streams for hit in search.bytes("wire", one)]

    assert found == []
    assert search.scanned["wire"] == story.tap.size > 100_000
    assert len(story.tap.said) >= 10
    # The tap hears what it should: the very records and statements that the relay keeps.
    wire = b"".join(story.tap.streams)
    stubs = Seized.of(story.four.coordinating).rows("SELECT stub FROM relay_record")
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
    printing = new_search(story, FILE_NAME)
    passing = new_search(story)  # a person may name a file as they like

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
    searched = new_search(story)
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
    noise = Seized.of(story.four.coordinating).everything()[:50_000]
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
        assert new_search(story).folder("planted", tmp_path), number
    (tmp_path / "file").rename(tmp_path / mark)
    (tmp_path / mark).write_bytes(noise)

    assert [hit.where for hit in new_search(story).folder("planted", tmp_path)]
