"""The story in which everything is marked: what happened, and everything that was seen of it."""

import json
import re
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
from tests.journeys.nodes import EXAMPLES, PASSPHRASE, Coalition, at_once
from tests.journeys.seized import Opening, Seized, opened
from tests.journeys.steps import edit, share, view
from tests.journeys.tables import Tables
from tests.journeys.watched import Traces, WatchedNode
from tests.journeys.wiretap import Wiretap

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


def share_everything(told: Story, folder: Path) -> None:
    """Every agency takes in its form, and shares all that its consents let it share."""
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
    _write_the_plan(told)
    told.preview_and_share("coordinating", POLICE, "meeting")
    four.sync(four.police, four.hospital, four.coordinating, four.police)
    _change_a_field(told)


def _write_the_plan(told: Story) -> None:
    """The coordinating node's own words: a risk and an action about each person of the case."""
    node = told.node("coordinating")
    owner = ("--owner", POLICE)
    for person in PEOPLE:
        for what, options in (("risk", ()), ("action", owner)):
            mark = told.marks.word(f"coordinating/plan_{what}s/{person}/{what}")
            node.done("plan", what, told.ref, "--about", person, *options, stdin=mark)


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


def look_at_everything(told: Story) -> None:
    """Open the views, lists, pages, drafts and errors that people see."""
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


def new_search(told: Story, *more: str) -> Search:
    """A search for every mark, passphrase and paper code, counted with the story's others."""
    codes = [(node.folder / "paper-code").read_text().strip() for node in told.four.nodes]
    bare = [re.sub(r"[^0-9A-Z]", "", code) for code in codes]
    search = Search(more=(PASSPHRASE, *codes, *bare, *more))
    told.searches.append(search)
    return search


def search_folders(told: Story, when: str) -> None:
    """Search every node's files, temporary files, and the relay's tables."""
    search = new_search(told, FILE_NAME)
    for node in told.four.nodes:
        told.found += search.folder(f"folder of {node.name} {when}", node.data)
        for table, content in Tables(node.data, node.database_url).whole().items():
            told.found += search.bytes(f"folder of {node.name} {when}:{table}", content)
    for file, content in told.traces.temporary.items():
        told.found += search.bytes(f"temporary file:{file}", content)
    seized = Seized.of(told.four.coordinating)
    relay = [table for table in seized.tables() if table.startswith("relay_")]
    assert len(relay) >= 6
    for table in relay:
        for row in seized.rows(f"SELECT * FROM {table}"):  # noqa: S608
            for value in row:
                content = value if isinstance(value, bytes) else str(value).encode()
                told.found += search.bytes(f"relay table {when}:{table}", content)


def open_with_every_key(told: Story) -> None:
    """Every body that the relay or any node holds, under the keys of each agency in turn."""
    folders = {node.name: Seized.of(node) for node in told.four.nodes}
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
