"""What happens in the invented coalition: who meets, what is signed, told, adopted, withdrawn."""

import json
import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from server.cli.demo_node import DemoNode, at_once, say

_EXAMPLES = Path(__file__).parents[2] / "docs" / "examples"
_WRITTEN_FOR = date(2031, 5, 4)  # the day the example forms speak of as today
_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_AGREEMENT = timedelta(days=330)


@dataclass(frozen=True, slots=True)
class Story:
    """The four nodes, the day it is, and the case references as they become known."""

    coordinating: DemoNode
    centre: DemoNode
    police: DemoNode
    hospital: DemoNode
    today: date
    refs: dict[str, str] = field(default_factory=dict)
    releases: dict[str, str] = field(default_factory=dict)

    @property
    def agencies(self) -> tuple[DemoNode, ...]:
        return self.centre, self.police, self.hospital

    @property
    def nodes(self) -> tuple[DemoNode, ...]:
        return self.coordinating, *self.agencies

    def make(self, relay: str) -> None:
        """Each node in its own folder, with its own keys."""
        say("Making four nodes, each with its own folder and keys")
        at_once(
            [
                partial(
                    self.coordinating.run,
                    *_init(self.coordinating),
                    "--coordinating",
                    *("--url", relay),
                    locked=True,
                ),
                *(
                    partial(node.run, *_init(node), "--kind", node.kind, locked=True)
                    for node in self.agencies
                ),
            ]
        )

    def meet(self) -> None:
        """Cards change hands and the eight words are read aloud, both ways."""
        say("Cards change hands, words are read aloud, agencies enrol and join")
        cards = at_once([partial(_hand_over, node) for node in self.nodes])
        said = dict(zip([node.key for node in self.nodes], cards, strict=True))
        until = (self.today + _AGREEMENT).isoformat()
        for agency in self.agencies:
            self.coordinating.run(
                *("enrol", str(agency.card), "--tier", "3", "--seat", "meeting"),
                *("--agreement-until", until, "--words", said[agency.key]),
            )
        trusted = said[self.coordinating.key]
        card = str(self.coordinating.card)
        at_once([partial(node.run, "join", card, "--words", trusted) for node in self.agencies])

    def add_staff(self) -> None:
        """A second person at the centre: an advocate who is no operator."""
        passphrase = str(self.centre.root / "passphrase")
        self.centre.run(
            *("staff", "add", "--name", "Tomasz Wren", "--role", "advocate"),
            *("--new-passphrase-file", passphrase),
        )

    def sync(self) -> None:
        """Two rounds, so that what one node answers reaches the one who asked."""
        self.coordinating.run("sync", "--until-idle")
        for _ in range(2):
            at_once([partial(node.run, "sync", "--until-idle") for node in self.nodes])

    def sign(self) -> None:
        """Four survivors each sign one release, at the agency that knows them best."""
        say("Four releases are signed; each agency that is named is told how to find the survivor")
        at_once(
            [
                partial(self._collect, self.centre, "ana", "ana-harbour-house"),
                partial(self._collect, self.police, "grace", "grace-northfield-police"),
                partial(self._collect, self.hospital, "joan", "joan-st-brigids"),
            ]
        )
        self._collect(self.centre, "lena", "lena-harbour-house")
        at_once(
            [
                partial(self._ask, self.centre, "ana", self.police, self.hospital),
                partial(self._ask, self.police, "grace", self.centre, self.hospital),
                partial(self._ask, self.hospital, "joan", self.centre, self.police),
            ]
        )
        self._ask(self.centre, "lena", self.police)
        self.sync()

    def answer(self) -> None:
        """Agencies match by hand, adopt, and tell; two do not answer."""
        say("Agencies match what they hold by hand, adopt, and tell the coordinating node")
        at_once([self._centre_answers, self._police_answers, self._hospital_answers])
        self.sync()

    def change(self) -> None:
        """One survivor takes everything back with a word; one agency learns something new."""
        say("One survivor withdraws with a word; one field changes and reaches its recipients")
        self.centre.run("withdraw", "--release", self.releases["lena"])
        edit = self.form("edit-ana")
        self.centre.run("case", "edit", self.refs["ana"], "--from", str(edit))
        self.sync()

    def _centre_answers(self) -> None:
        self._tell(self.centre, "grace", "grace-harbour-house", "puv=ex", "child-a=child-b")
        self._tell(self.centre, "joan", "joan-harbour-house", "puv=son")

    def _police_answers(self) -> None:
        self._tell(self.police, "ana", "ana-northfield-police")
        self._tell(self.police, "lena", "lena-northfield-police")

    def _hospital_answers(self) -> None:
        self._tell(self.hospital, "ana", "ana-st-brigids")
        # Grace's consent waits here for a person to adopt it.
        self._import(self.hospital, "grace", "grace-st-brigids")

    def _collect(self, node: DemoNode, case: str, form: str) -> None:
        made = node.run("case", "import", str(self.form(form)))
        self.refs[case] = made["case_ref"]
        release = self.form(f"release-{case}", case_ref=made["case_ref"])
        self.releases[case] = node.run("release", "record", str(release))["release"]

    def _ask(self, node: DemoNode, case: str, *partners: DemoNode) -> None:
        for partner in partners:
            node.run("share", self.refs[case], "--to", partner.name, "--for", "handoff")
        self._share(node, case)

    def _tell(self, node: DemoNode, case: str, form: str, *people: str) -> None:
        self._import(node, case, form)
        ref = self.refs[case]
        waiting = [
            one["consent"]
            for one in node.run("consent", "list")["consents"]
            if one["to_adopt"] and one["release"] == self.releases[case]
        ]
        everybody = ("survivor=survivor", *people) if people else ()
        matched = [word for pair in everybody for word in ("--person", pair)]
        for consent in waiting:
            node.run("consent", "adopt", consent, "--case", ref, *matched)
        self._share(node, case)

    def _import(self, node: DemoNode, case: str, form: str) -> None:
        node.run("case", "import", str(self.form(form)), "--case-ref", self.refs[case])

    def _share(self, node: DemoNode, case: str) -> None:
        node.run("share", self.refs[case], "--to", self.coordinating.name, "--for", "meeting")

    def form(self, name: str, **more: str) -> Path:
        """An example form as if it had been written today."""
        text = (_EXAMPLES / f"{name}.json").read_text(encoding="utf-8")
        moved = _DAY.sub(self._moved, text)
        form: dict[str, Any] = {**json.loads(moved), **more}
        file = self.centre.root / "forms" / f"{name}.json"
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_text(json.dumps(form, ensure_ascii=False, indent=2), encoding="utf-8")
        return file

    def _moved(self, found: re.Match[str]) -> str:
        return (date.fromisoformat(found[0]) + (self.today - _WRITTEN_FOR)).isoformat()


def _init(node: DemoNode) -> list[str]:
    return [
        *("init", "--rehearsal", "--name", node.name, "--staff", node.staff),
        *("--recovery-code-file", str(node.paper_code)),
    ]


def _hand_over(node: DemoNode) -> str:
    card = node.run("card", locked=True)
    node.card.write_text(card["card"] + "\n", encoding="utf-8")
    return str(card["words"])
