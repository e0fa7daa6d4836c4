"""Texas month, by command line over real processes: the team accepts a case, follows it, closes it.

The family violence center also hosts the team, as an identity of its own: what its advocate knows
reaches that node only as far as she signed. One agency tries alone, and cannot.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.nodes import Coalition, Node, make, served

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

HOST = "Harbour House Team Office"
PRIVILEGED = "CANARY-PRIVILEGED what she told her advocate"
_CASE: dict[str, Any] = {
    "format": "casefold-case-1",
    "people": {"survivor": "survivor", "puv": "person_using_violence"},
    "sections": {
        "identity": {
            "survivor": {"name": "Invented Marisol Reyes"},
            "puv": {"name": "Invented Dale Reyes"},
        },
        "safe_contact": {"survivor": {"safe_phone": "0000 222", "best_times": "after eight"}},
        "referral": {"survivor": {"reason": "He waited outside her work twice this week."}},
        "assessments": {
            "survivor": [
                {
                    "instrument": "Danger Assessment",
                    "score": "19",
                    "assessed_on": "2031-05-02",
                    "assessed_by": "Joy Adeyemi",
                    "certified": True,
                }
            ]
        },
        "survivor_voice": {"survivor": {"wishes": "To stay in her flat."}},
        "service_involvement": {"survivor": {"summary": PRIVILEGED}},
        "risks": {"survivor": {"summary": PRIVILEGED}},
        "private": {"survivor": {"notes": PRIVILEGED}},
    },
    "bases": {"puv": "Needed to plan for her safety."},
}
# She lets the center tell what she wants and how it votes, and nothing of what they spoke of.
_NARROW = ["survivor_voice", "attending", "ballots", "action_answers"]
_TOLD = {"tell": True, "plan": True, "find": True, "about": ["puv"], "initials": "M.R."}
_RELEASE: dict[str, Any] = {
    "format": "casefold-release-1",
    "signed_on": "2031-05-03",
    "signer": {
        "kind": "self",
        "name": "Marisol Reyes",
        "relation": "",
        "confirmed_not_abuser": True,
    },
    "form": "written",
    "witness": "Joy Adeyemi",
    "language": "English",
    "purpose": "so that the team can plan with her",
    "ends": "2031-06-30",
    "carrier": HOST,
    "told": {
        "alternatives": True,
        "can_withdraw_by_word": True,
        "not_a_condition": True,
        "redisclosure": True,
    },
    "survivor": "survivor",
    "rows": [
        {
            "agency": "Harbour House",
            "tell": True,
            "plan": True,
            "tell_sections": _NARROW,
            "about": ["puv"],
            "initials": "M.R.",
        },
        {
            "agency": HOST,
            "find": True,
            "handoff_sections": ["referral", "assessments"],
            "about": ["puv"],
            "initials": "M.R.",
        },
        {"agency": "Northfield Police", **_TOLD},
        {"agency": "St Brigid's Hospital", **_TOLD},
    ],
}


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Coalition]:
    """Three agencies and the host, who decide as a team; the relay is served."""
    four = make(tmp_path_factory.mktemp("texas") / "four", pack="dvhrt-texas", host=HOST)
    with served(four):
        yield four


def written(folder: Path, name: str, form: dict[str, Any]) -> str:
    """A form in a file, as somebody hands it to a command."""
    file = folder / f"{name}.json"
    file.write_text(json.dumps(form))
    return str(file)


def know(node: Node, ref: str, folder: Path, summary: str) -> None:
    """An agency finds her in its own records, takes up its consent and tells the team."""
    form = {**_CASE, "sections": {"service_involvement": {"survivor": {"summary": summary}}}}
    node.done("case", "import", written(folder, node.name, form), "--case-ref", ref)
    for one in node.done("consent", "list")["consents"]:
        if one["to_adopt"]:
            node.done("consent", "adopt", one["consent"], "--case", ref)
    node.done("share", ref, "--to", HOST, "--for", "meeting")


def vote(node: Node, ref: str, motion: str, words: str, view: str = "") -> None:
    """An agency votes in its own part of the case."""
    more = ("--view",) if view else ()
    node.done("motion", "vote", ref, motion, words, *more, stdin=view)


def decided(team: Coalition, ref: str, question: str, votes: dict[str, str]) -> dict[str, Any]:
    """A motion put, the advocate heard first, voted on by everybody and counted."""
    host = team.coordinating
    motion = str(host.done("motion", "put", ref, question)["motion"])
    team.sync()
    vote(team.centre, ref, motion, votes["centre"], "She wants to stay in her flat.")
    team.sync(team.centre, host)
    host.done("motion", "open", ref, motion)
    team.sync()
    vote(team.police, ref, motion, votes["police"])
    vote(team.hospital, ref, motion, votes["hospital"])
    team.sync(team.police, team.hospital, host)
    counted: dict[str, Any] = host.done("motion", "count", ref, motion)
    team.sync()
    return counted


def standing(host: Node, ref: str) -> dict[str, Any]:
    """The case as the intake has it."""
    cases = host.done("intake", "list")["intake"]
    return next(one for one in cases if one["case_ref"] == ref)


def test_the_team_accepts_follows_and_closes_a_case_and_nobody_does_it_alone(
    team: Coalition, tmp_path: Path
) -> None:
    host, centre, police, hospital = team.nodes

    # Narrow: what is privileged stays at the center, also from the node the center hosts.
    ref = centre.done("case", "import", written(tmp_path, "case", _CASE))["case_ref"]
    centre.done("release", "record", written(tmp_path, "release", _RELEASE), "--case", ref)
    centre.done("referral", "start", ref)
    sent = centre.done("referral", "send", ref)
    assert len(sent["sent"]) == 4
    team.sync()
    assert standing(host, ref)["status"] == "referred"
    host.done("intake", "take-up", ref, "--bases", stdin="puv Needed to plan for her safety.")
    team.sync()
    know(police, ref, tmp_path, "Two calls in May.")
    know(hospital, ref, tmp_path, "Seen in the clinic.")
    team.sync()
    told = json.dumps(host.done("view", ref))
    assert "To stay in her flat." in told
    assert PRIVILEGED not in told

    # One agency tries alone, the host among them.
    assert host.run("intake", "accept", ref).exit == 5
    assert host.run("intake", "decline", ref, stdin="Not for us.").exit == 5
    for node in (police, centre):
        assert node.run("intake", "accept", ref).exit == 8
        assert node.run("motion", "put", ref, "accept").exit == 8
    forged = {"section": "plan_case", "about": "survivor", "field": "status", "value": "closed"}
    edit = json.dumps({"format": "casefold-edit-1", "edits": [forged]})
    assert host.run("case", "edit", ref, stdin=edit).exit == 6
    alone = str(host.done("motion", "put", ref, "accept")["motion"])
    team.sync()
    assert police.run("motion", "vote", ref, alone, "yes").exit == 5
    vote(centre, ref, alone, "yes", "She wants to stay in her flat.")
    team.sync(centre, host)
    assert host.run("motion", "count", ref, alone).exit == 5
    host.done("motion", "open", ref, alone)
    lost = host.done("motion", "count", ref, alone, "--without-the-rest")
    assert not lost["carried_now"]
    assert not standing(host, ref)["accepted"]

    # The team accepts.
    accepted = decided(team, ref, "accept", {"centre": "yes", "police": "yes", "hospital": "no"})
    assert accepted["carried_now"]
    assert standing(host, ref)["accepted"]
    for node in (centre, police, hospital):
        seen = node.done("motion", "list")["motions"]
        assert [one["doubts"] for one in seen] == [[], []]

    # It is followed: the plan has her own part in each step, owners answer from their own node.
    host.done("intake", "ask", ref)
    host.done(
        *("plan", "action", ref, "--about", "survivor", "--owner", "Northfield Police"),
        stdin="Patrol past her work at closing time.",
    )
    team.sync()
    (action,) = police.done("action", "list")["own"]
    police.done(
        "action", "answer", ref, action["row"], "--status", "completed", stdin="Since Monday."
    )
    team.sync()

    # The team closes.
    assert host.run("intake", "close", ref, stdin="Done.").exit == 5
    closed = decided(team, ref, "close", {"centre": "yes", "police": "abstain", "hospital": "yes"})
    assert closed["carried_now"]
    assert standing(host, ref)["status"] == "closed"
    for node in team.nodes:
        assert node.done("audit", "verify")["ok"]
