"""What journeys have in common: sign, ask, adopt, tell, and look."""

import json
from pathlib import Path
from typing import Any

from tests.journeys.nodes import EXAMPLES, Coalition, Node

SIX_DAYS_ON = "2031-05-10T09:00:00Z"
AFTER_THE_END = "2031-06-11T09:00:00Z"


def sign(node: Node, case: str, form: str) -> tuple[str, str]:
    """A case brought in and a release recorded; their reference and id."""
    ref = node.done("case", "import", str(EXAMPLES / f"{form}.json"))["case_ref"]
    recorded = node.done("release", "record", str(EXAMPLES / f"release-{case}.json"), "--case", ref)
    return ref, recorded["release"]


def share(node: Node, ref: str, to: str, exchange: str) -> dict[str, Any]:
    """A share that must be cleared."""
    answer: dict[str, Any] = node.done("share", ref, "--to", to, "--for", exchange)
    return answer


def tell(node: Node, ref: str, form: str) -> str:
    """Bring in an own case under this reference, adopt what waits for it, and tell; the consent."""
    node.done("case", "import", str(EXAMPLES / f"{form}.json"), "--case-ref", ref)
    waiting = [one for one in node.done("consent", "list")["consents"] if one["to_adopt"]]
    assert len(waiting) == 1, waiting
    consent = str(waiting[0]["consent"])
    node.done("consent", "adopt", consent, "--case", ref)
    share(node, ref, "Riverside Coordination", "meeting")
    return consent


def ana_is_shared(four: Coalition) -> tuple[str, str]:
    """Ana's release: the centre asks and tells, the police and the hospital adopt and tell."""
    ref, release = sign(four.centre, "ana", "ana-harbour-house")
    share(four.centre, ref, "Northfield Police", "handoff")
    share(four.centre, ref, "St Brigid's Hospital", "handoff")
    share(four.centre, ref, "Riverside Coordination", "meeting")
    four.sync(four.centre, four.police, four.hospital)
    tell(four.police, ref, "ana-northfield-police")
    tell(four.hospital, ref, "ana-st-brigids")
    four.sync()
    return ref, release


def view(four: Coalition, ref: str) -> dict[str, Any]:
    """The merged view at the coordinating node."""
    answer: dict[str, Any] = four.coordinating.done("view", ref)
    return answer


def agencies_in(seen: dict[str, Any]) -> set[str]:
    """Whose parts are in a view."""
    return {one["agency"] for parts in seen["sections"].values() for one in parts}


def values(seen: dict[str, Any], section: str, field: str) -> dict[str, list[str]]:
    """What each agency says about the survivor in one field."""
    return {
        one["agency"]: one["values"]
        for one in seen["sections"].get(section, [])
        if one["field"] == field and one["about"] == "survivor"
    }


def edit(node: Node, ref: str, section: str, field: str, value: str) -> dict[str, Any]:
    """One field about the survivor, written anew."""
    form = {
        "format": "casefold-edit-1",
        "edits": [{"section": section, "about": "survivor", "field": field, "value": value}],
    }
    answer: dict[str, Any] = node.done("case", "edit", ref, stdin=json.dumps(form))
    return answer


def bytes_of(folder: Path) -> bytes:
    """Every byte a node keeps."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
