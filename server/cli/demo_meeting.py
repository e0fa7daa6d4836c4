"""Cases of the invented coalition on their way through the meeting, one at each step of it."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from server.cli.demo_node import DemoNode, at_once, say
from server.cli.demo_story import Story

CHAIR: Final = "Idris Vane"
_TOLD: Final = ["referral", "assessments", "risk", "survivor_voice", "children"]
_SERIES: Final = "team"
_BASIS: Final = "puv The police told the meeting under their own duty to prevent further violence."
_RISKS: Final = (
    ("survivor", "high", "He follows her and waits outside her work."),
    ("child-b", "high", "He may take the children abroad; he holds their passports."),
    ("puv", "medium", "He drinks more since he lost his work."),
)


@dataclass(frozen=True, slots=True)
class Meetings:
    """What the four nodes do around their meetings."""

    story: Story
    rows: dict[str, str] = field(default_factory=dict)  # an action → its row

    def refer(self) -> None:
        """Three referrals go; a fourth waits for her yes, and a fifth was told no."""
        say("Three survivors are referred to the meeting; one has not been asked, one said no")
        here = self.story
        here.coordinating.run(
            *("staff", "add", "--name", CHAIR, "--role", "chair"),
            *("--new-passphrase-file", str(here.coordinating.root / "passphrase")),
        )
        referred = {"ana": here.centre, "grace": here.police, "joan": here.hospital}
        at_once([partial(self._send, node, case) for case, node in referred.items()])
        at_once([partial(self._wait, here.centre), partial(self._refused, here.hospital)])
        here.sync()

    def take_up(self) -> None:
        """Two are taken up and accepted, and the agencies she named are asked."""
        say("Two are accepted for hearing, and the agencies that were named are asked")
        for case in ("ana", "grace"):
            ref = self.story.refs[case]
            self._coordinate("intake", "take-up", ref, "--bases", said=_BASIS)
            self._coordinate("intake", "accept", ref)
            self._coordinate("intake", "ask", ref)
        self.story.sync()

    def hear(self) -> None:
        """One case is heard today; another stands on the agenda of the next meeting."""
        say("One case is heard, and its plan goes to whoever she lets have it")
        ref = self.story.refs["ana"]
        noon = datetime.combine(self.story.today, datetime.min.time()) + timedelta(hours=12)
        today = self._coordinate(
            *("meeting", "plan", _SERIES, "--at", noon.isoformat(timespec="minutes"))
        )["meeting"]
        at = ("--meeting", today)
        self._coordinate("meeting", "put-on", ref, *at)
        self._coordinate("meeting", "open", today)
        for agency in self.story.agencies:
            self._coordinate(
                "meeting", "attend", agency.name, "present", "--who", agency.staff, *at
            )
        self._coordinate("meeting", "hear", ref, *at)
        self._write_plan(ref)
        review = (self.story.today + timedelta(days=28)).isoformat()
        self._coordinate("meeting", "heard", ref, "--next-review", review, *at)
        self._coordinate("meeting", "over", today)
        self._coordinate("plan", "circulate", ref)
        following = self._coordinate("meeting", "plan", _SERIES)["meeting"]
        self._coordinate("meeting", "put-on", self.story.refs["grace"], "--meeting", following)
        self.story.sync()

    def act(self) -> None:
        """Owners say from their own nodes what became of their actions."""
        say("Agencies say from their own nodes what became of their actions")
        ref = self.story.refs["ana"]
        at_once(
            [
                lambda: self.story.police.run(
                    *("action", "answer", ref, self.rows["marker"], "--status", "completed"),
                    *("--done-on", self.story.today.isoformat()),
                    said="Marker set; officers on every shift know of it.",
                ),
                lambda: self.story.centre.run(
                    *("action", "answer", ref, self.rows["school"], "--status", "in_progress"),
                    said="The head teacher is told; the office follows this week.",
                ),
            ]
        )
        self.story.sync()

    def _write_plan(self, ref: str) -> None:
        risks = {
            about: self._coordinate(
                *("plan", "risk", ref, "--about", about, "--level", level), said=words
            )["row"]
            for about, level, words in _RISKS
        }
        here, today = self.story, self.story.today
        actions = (
            ("marker", "survivor", here.police, today, "Put a marker on her address and number."),
            ("school", "child-b", here.centre, None, "Agree with the school who may fetch them."),
            ("bail", "puv", here.police, today - timedelta(days=1), "Ask for bail conditions."),
            ("injuries", "survivor", here.hospital, None, "Record the injuries she showed."),
        )
        for name, about, owner, due, words in actions:
            by = ["--due", due.isoformat()] if due else []
            made = self._coordinate(
                *("plan", "action", ref, "--about", about, "--owner", owner.name, *by),
                *("--for-risk", risks[about]),
                said=words,
            )
            self.rows[name] = made["row"]
        for about, owner in (("survivor", here.centre), ("puv", here.police)):
            self._coordinate("plan", "lead", ref, "--about", about, "--agency", owner.name)

    def _send(self, node: DemoNode, case: str) -> None:
        """She signs once more: that the coordinating node may be told who she is and why."""
        ref = self.story.refs[case]
        form = json.loads(self.story.form(f"release-{case}").read_text(encoding="utf-8"))
        others = [person for person in form["people"] if person != form["survivor"]]
        row = {
            "agency": self.story.coordinating.name,
            "find": True,
            "handoff_sections": _TOLD if "child" in form["people"].values() else _TOLD[:-1],
            "about": others,
            "initials": form["rows"][0]["initials"],
        }
        signed = {**form, "rows": [row], "purpose": "Ask the meeting to look at her case"}
        node.run("referral", "start", ref)
        node.run("release", "record", self._written(f"refer-{case}", signed), "--case", ref)
        node.run("referral", "send", ref)

    def _wait(self, node: DemoNode) -> None:
        ref = self._begin(node, "Mira Halloran", "Threats by message since Sunday.")
        node.run("referral", "waiting", ref, said="She is not alone until five; we ask her then.")

    def _refused(self, node: DemoNode) -> None:
        ref = self._begin(node, "Edith Marlow", "Seen in the emergency department on Friday.")
        node.run("referral", "declined", ref, said="Not now. I will say when.")

    def _begin(self, node: DemoNode, name: str, reason: str) -> str:
        ref: str = node.run("referral", "start")["case_ref"]
        fields = {"identity": ("name", name), "referral": ("reason", reason)}
        edits = [
            {"section": section, "about": "survivor", "field": one, "value": words}
            for section, (one, words) in fields.items()
        ]
        edit = {"format": "casefold-edit-1", "edits": edits}
        node.run("case", "edit", ref, said=json.dumps(edit))
        return ref

    def _coordinate(self, *words: str, said: str = "") -> Any:
        return self.story.coordinating.run(*words, said=said)

    def _written(self, name: str, form: dict[str, Any]) -> str:
        file = self.story.centre.root / "forms" / f"{name}.json"
        file.write_text(json.dumps(form, ensure_ascii=False, indent=2), encoding="utf-8")
        return str(file)
