"""Files that are wrong, each in its own way."""

import json
from pathlib import Path
from typing import Any

from tests.journeys.nodes import EXAMPLES

TEN_MEGABYTES = 10 * 1024 * 1024


def a_case(**parts: Any) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((EXAMPLES / "ana-harbour-house.json").read_text())
    return {**form, **parts}


def a_release(**parts: Any) -> dict[str, Any]:
    form: dict[str, Any] = json.loads((EXAMPLES / "release-ana.json").read_text())
    return {**form, **parts}


def without(form: dict[str, Any], part: str) -> dict[str, Any]:
    return {name: value for name, value in form.items() if name != part}


def about_her(value: Any) -> dict[str, Any]:
    return {"risks": {"survivor": {"threats": value}}}


CASES: dict[str, bytes | dict[str, Any]] = {
    "empty": b"",
    "cut short": json.dumps(a_case()).encode()[:700],
    "not text": b"\xff\xfe\x00" * 40,
    "a list": b"[1, 2]",
    "nested without end": b"[" * 200_000,
    "a name twice": b'{"format": "casefold-case-1", "format": "casefold-case-1"}',
    "of a future version": a_case(format="casefold-case-2"),
    "of no version": without(a_case(), "format"),
    "with an unknown section": a_case(sections={"rumours": {"survivor": {"x": "y"}}}),
    "with an unknown person": a_case(sections={"risks": {"nobody": {"threats": "y"}}}),
    "with a number for a name": a_case(people={"survivor": 7}),
    "with half a letter": json.dumps(a_case(sections=about_her("\ud800"))).encode(),
    "with a field of ten megabytes": a_case(sections=about_her("x" * TEN_MEGABYTES)),
    "of thirteen megabytes": b" " * (13 * 1024 * 1024),
}
RELEASES: dict[str, tuple[int, bytes | dict[str, Any]]] = {
    "cut short": (6, json.dumps(a_release()).encode()[:300]),
    "of a future version": (6, a_release(format="casefold-release-2")),
    "without an end": (6, without(a_release(), "ends")),
    "with an end beyond what the pack allows": (6, a_release(ends="2032-05-03")),
    "not said to be stoppable": (6, a_release(told={"alternatives": True})),
    "with a purpose of ten megabytes": (6, a_release(purpose="x" * TEN_MEGABYTES)),
    "for an unknown agency": (5, a_release(rows=[{**a_release()["rows"][0], "agency": "Nobody"}])),
}

EDITS: dict[str, dict[str, Any]] = {
    "of a future version": {"format": "casefold-edit-2", "edits": []},
    "with a part missing": {"format": "casefold-edit-1", "edits": [{"section": "risks"}]},
    "of ten megabytes": {
        "format": "casefold-edit-1",
        "edits": [
            {
                "section": "risks",
                "about": "survivor",
                "field": "threats",
                "value": "x" * TEN_MEGABYTES,
            }
        ],
    },
}


def written(folder: Path, content: bytes | dict[str, Any]) -> str:
    file = folder / "form.json"
    file.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return str(file)
