"""A case in Dorset, step by step: referred by the surgery, taken up, asked about, answered.

The clock of each step is the protocol's own (hrda-dorset): asked by 14:00, answered by noon of
the next working day, no meeting on a Wednesday.
"""

import json
from pathlib import Path
from typing import Any

from tests.journeys.nodes import Coalition, Node

TUESDAY_AT_THREE = "2031-05-06T14:00:00Z"  # British Summer Time is an hour ahead
WEDNESDAY = "2031-05-07T08:30:00Z"
WEDNESDAY_EVENING = "2031-05-07T16:00:00Z"
THURSDAY_AT_NOON = "2031-05-08T11:00:00Z"

_PEOPLE = {"survivor": "survivor", "child-a": "child", "puv": "person_using_violence"}
_REFERRED = {
    "format": "casefold-case-1",
    "people": _PEOPLE,
    "bases": {"puv": "Relevant to her safety, proportionate, facts only."},
    "sections": {
        "identity": {
            "survivor": {"name": "Invented Mara Quill", "born": "1994-02-11"},
            "child-a": {"name": "Invented Pip Quill"},
            "puv": {"name": "Invented Dale Rook", "born": "1990-07-30"},
        },
        "safe_contact": {"survivor": {"safe_to_call": "yes", "best_times": "Ten to noon"}},
        "referral": {
            "survivor": {
                "trigger_incident": "Seen with a broken wrist on Monday.",
                "reason": "The third injury since March.",
            }
        },
        "assessments": {"survivor": [{"instrument": "GP Red Flag", "band": "high"}]},
        "risk": {"survivor": {"professional_judgement": "yes"}},
        "survivor_voice": {"survivor": {"wishes": "To keep the flat and the school."}},
    },
}
_KNOWN_TO_POLICE = {
    "format": "casefold-case-1",
    "people": {"survivor": "survivor", "puv": "person_using_violence"},
    "bases": {"puv": "Policing purpose."},
    "sections": {
        "identity": {
            "survivor": {"name": "Invented Marah Quill", "born": "1994-02-11"},
            "puv": {"name": "Invented Dale Rook"},
        }
    },
}


def it_is(four: Coalition, moment: str) -> None:
    """The clock of everybody, and of the node that serves the relay and its pages."""
    four.coordinating.stop()
    four.at(moment)
    four.serve_relay()
    four.sync(locked=False)
    four.sync(locked=False)


def refer(surgery: Node, folder: Path) -> str:
    """The surgery writes it down, she signs, and what she released leaves."""
    ref = str(surgery.done("case", "import", written(folder, "referred", _REFERRED))["case_ref"])
    surgery.done("referral", "start", ref)
    assert surgery.run("referral", "send", ref).exit == 3
    surgery.done("release", "record", written(folder, "release", signed(surgery)), "--case", ref)

    view = surgery.done("referral", "show", ref)
    assert any(row["reached"] for row in view["thresholds"])
    [clock] = [one["due"] for one in view["clocks"]]
    assert clock == "2031-05-07T14:00:00+01:00"  # after two on Tuesday: by two on Wednesday
    now = {(one["exchange"], one["now"]) for one in view["goes"]}
    assert now == {("handoff", True), ("meeting", True), ("handoff", False)}
    surgery.done("referral", "send", ref)
    return ref


def signed(surgery: Node) -> dict[str, Any]:
    carries = ["referral", "assessments", "risk", "survivor_voice", "children"]
    both = {"about": ["child-a", "puv"], "initials": "MQ"}
    ticked = {"find": True, "tell": True, "plan": True, **both}
    return {
        "format": "casefold-release-1",
        "signed_on": "2031-05-06",
        "ends": "2031-07-10",
        "signer": {
            "kind": "self",
            "name": "Invented Mara Quill",
            "relation": "",
            "confirmed_not_abuser": True,
        },
        "form": "written",
        "witness": surgery.staff,
        "language": "English",
        "purpose": "so that they can plan for my safety together",
        "carrier": "Riverside Coordination",
        "told": dict.fromkeys(
            ("alternatives", "can_withdraw_by_word", "not_a_condition", "redisclosure"), True
        ),
        "survivor": "survivor",
        "people": _PEOPLE,
        "rows": [
            {"agency": surgery.name, "tell": True, "plan": True, **both},
            {"agency": "Riverside", "find": True, "handoff_sections": carries, **both},
            {"agency": "Northfield", **ticked},
            {"agency": "Harbour", **ticked},
        ],
    }


def take_up_and_ask(meeting: Node, ref: str) -> None:
    """Before two on Wednesday the coordinator takes it up, accepts it, and asks."""
    [line] = meeting.done("intake", "list")["intake"]
    assert (line["case_ref"], line["status"]) == (ref, "referred")
    meeting.done("intake", "take-up", ref, "--bases", stdin="puv Named by the agency that refers.")
    meeting.done("intake", "accept", ref)
    meeting.done("intake", "ask", ref)
    assert standing(meeting, ref) == "info_requested"


def standing(meeting: Node, ref: str) -> str:
    lines = meeting.done("intake", "list")["intake"]
    return next(str(one["status"]) for one in lines if one["case_ref"] == ref)


def answer(agency: Node, ref: str, folder: Path, summary: str) -> None:
    """Its own records are searched, a person answers, and somebody is named who will come."""
    own = ["--case", known(agency, folder)] if agency.name.endswith("Police") else []
    found = agency.done("asked", "search", ref)["found"]
    assert any(one["matches"] for one in found) == bool(own)
    case = agency.done("asked", "take-up", ref, *own)["case_ref"]
    place = {"section": "service_involvement", "about": "survivor", "field": "summary"}
    edit = {"format": "casefold-edit-1", "edits": [{**place, "value": summary}]}
    agency.done("case", "edit", case, stdin=json.dumps(edit))
    agency.done("asked", "attend", ref, stdin=f"{agency.staff}\nduty lead\n0000 222\n")
    agency.done("asked", "send", ref)


def known(police: Node, folder: Path) -> str:
    """The police know her already, under another spelling and another reference."""
    taken = police.done("case", "import", written(folder, "known", _KNOWN_TO_POLICE))
    return str(taken["case_ref"])


def written(folder: Path, name: str, form: dict[str, Any]) -> str:
    file = folder / f"{name}.json"
    file.write_text(json.dumps(form))
    return str(file)
