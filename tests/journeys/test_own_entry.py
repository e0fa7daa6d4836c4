"""An agency's own entry, told by real processes: written offline, sent, and found by the others.

A hidden place is shown to one named agency: its mark is searched for in all that the others hold
and in all that passed over the wire.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.journeys.canaries import Canaries, Search
from tests.journeys.conftest import Original
from tests.journeys.nodes import Coalition, Node, at_once, free_port, served
from tests.journeys.tables import Tables
from tests.journeys.wiretap import Wiretap, tapped

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]

HOSPITAL = "St Brigid's Hospital"
HELPLINE = "01632 960123"


@dataclass
class Story:
    """Four nodes, one entry, and what was heard of it."""

    four: Coalition
    marks: Canaries = field(default_factory=Canaries)
    tap: Wiretap = field(default_factory=Wiretap)
    ids: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, table: str, *fields: str) -> None:
        """One more row of the centre's entry, under a name for this story."""
        answer = self.four.centre.done("directory", "entry", "set", table, "new", *fields)
        self.ids[name] = answer["id"]


def exported(node: Node) -> str:
    """Everything this node gives out of the directory to its own staff."""
    file = node.folder / "directory.json"
    file.unlink(missing_ok=True)
    node.done("directory", "export", str(file), "--audience", "professional")
    return file.read_text()


def offline(story: Story) -> None:
    """The centre writes its entry while nobody can be reached; two of its people at once."""
    centre, marks = story.four.centre, story.marks
    story.write("service", "services", "name=Refuge", "status=active", "x_audience=public")
    service = story.ids["service"]
    story.write("helpline", "phones", f"service_id={service}", f"number={HELPLINE}")
    story.write(
        "refuge",
        "locations",
        f"name={marks.word('refuge/name')}",
        "location_type=physical",
        "x_confidential_location=yes",
        f"x_trusted={HOSPITAL}",
    )
    refuge = story.ids["refuge"]
    story.write(
        "address",
        "addresses",
        f"location_id={refuge}",
        f"address_1={marks.word('refuge/street')}",
        f"city={marks.word('refuge/town')}",
        "address_type=physical",
        "country=GB",
    )
    story.write("hidden", "phones", f"location_id={refuge}", f"number={marks.word('refuge/phone')}")
    story.write("link", "service_at_location", f"service_id={service}", f"location_id={refuge}")
    command = ("directory", "entry", "set", "services", service)
    at_once(
        lambda: centre.done(*command, "wait_time=None"),
        lambda: centre.done(*command, "fees_description=Free"),
    )


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, original_on_each: Original) -> Iterator[Story]:
    folder = tmp_path_factory.mktemp("entry")
    port, beyond = original_on_each.port, free_port()
    told = Story(original_on_each.again(folder / "four").four)
    names = ("Riverside Coordination", "Harbour House", "Northfield Police", HOSPITAL)
    for node, name in zip(told.four.nodes, names, strict=True):
        node.name = name
    offline(told)
    told.four.relay_port = beyond
    with tapped(port, beyond) as tap, served(told.four):
        told.tap = tap
        told.four.centre.done("directory", "entry", "publish")
        told.four.sync(told.four.centre, locked=True)
        told.four.sync(told.four.coordinating, locked=False)
        told.four.sync(told.four.police, told.four.hospital, locked=True)
        told.four.sync(told.four.police, told.four.hospital, locked=False)
        yield told


def test_what_two_people_wrote_at_once_is_all_there(story: Story) -> None:
    rows = story.four.centre.done("directory", "entry", "show")["rows"]

    (service,) = (one["values"] for one in rows if one["table"] == "services")

    assert (service["wait_time"], service["fees_description"]) == ("None", "Free")


def test_a_partner_finds_what_is_open_and_a_place_that_is_not_published(story: Story) -> None:
    for node in story.four.nodes:
        found = exported(node)

        assert HELPLINE in found, node.name
        assert "Refuge" in found, node.name
        assert '"virtual"' in found, node.name


def test_the_hidden_place_is_nowhere_but_at_its_agency_and_shut_at_the_named_one(
    story: Story,
) -> None:
    four, search = story.four, Search()
    for node in four.nodes:
        exported(node)

    found: list[Any] = []
    for one in story.tap.streams:
        found += search.bytes("wire", one)
    for key in ("coordinating", "police", "hospital", "centre"):
        node: Node = getattr(four, key)
        found += search.folder(key, node.folder)
        for table, content in Tables(node.data, node.database_url).whole().items():
            found += search.bytes(f"{key}:{table}", content)

    assert found == []
    assert story.tap.size > 10_000
    assert min(search.scanned.values()) > 10_000


def test_only_the_named_agency_holds_the_hidden_part(story: Story) -> None:
    held = {
        node.name: Tables(node.data, node.database_url).rows("SELECT id FROM listing_trusted_row")
        for node in story.four.nodes
    }

    assert held["Riverside Coordination"] == held["Northfield Police"] == []
    assert (f"locations/{story.ids['refuge']}",) in held[HOSPITAL]


def test_what_is_taken_away_is_gone_from_every_partner(story: Story) -> None:
    four = story.four
    four.centre.done("directory", "entry", "set", "phones", story.ids["helpline"], "--remove")
    four.centre.done("directory", "entry", "publish")
    four.sync(four.centre, locked=True)
    four.sync(four.coordinating, locked=False)
    four.sync(four.police, four.hospital, locked=True)

    for node in four.nodes:
        assert HELPLINE not in exported(node), node.name


def test_the_entry_is_said_to_be_right_and_a_second_time_sends_nothing(story: Story) -> None:
    first = story.four.centre.done("directory", "entry", "assure")
    second = story.four.centre.done("directory", "entry", "publish")

    assert first["sent"][0] == "open"
    assert second["sent"] == []
