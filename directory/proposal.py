"""A proposed directory as it travels to those who may sign it: only what is to be another."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from directory.errors import SnapshotMistake
from directory.signing import fingerprint
from directory.snapshot import Directory, read_draft
from directory.strict import Part

SLICE = 2_200  # bytes of text as it is written in one statement of 4 KiB, beside twenty names
MOST_PARTS = 64
_ALONE = ("number", "previous", "issued", "valid_until", "k", "pack", "signers")
_TEXT = (*_ALONE, "changed", "removed")
_PART = ("to", "proposal", "part", "parts", "text")


def slices(prev: Directory, body: Mapping[str, Any], to: Sequence[str]) -> list[dict[str, Any]]:
    """The bodies of the statements that carry this proposal to the other signers."""
    text = _text(prev, body)
    cut = _cut(text)
    if len(cut) > MOST_PARTS:
        raise SnapshotMistake("This changes too much at once; propose it in smaller steps.")
    proposal = fingerprint(body)
    return [
        {"to": list(to), "proposal": proposal, "part": n, "parts": len(cut), "text": one}
        for n, one in enumerate(cut, 1)
    ]


def read_slice(body: Mapping[str, Any]) -> tuple[str, int, int, str]:
    """The proposal this part belongs to, which part it is, of how many, and its text."""
    part = Part(body, _PART, SnapshotMistake)
    parts = part.number("parts", 1, MOST_PARTS)
    text = body["text"]
    if not isinstance(text, str):
        raise SnapshotMistake("A part of a proposal is text.")
    return part.digest("proposal"), part.number("part", 1, parts), parts, text


def whole(prev: Directory, proposal: str, text: str) -> dict[str, Any]:
    """The body all signers are to sign, rebuilt upon the directory in force here and checked."""
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise SnapshotMistake("This proposal cannot be read.") from None
    part = Part(told, _TEXT, SnapshotMistake)
    if part.digest("previous") != prev.id:
        raise SnapshotMistake("This proposal follows another directory than the one in force.")
    changed = {_id(row): row for row in part.rows("changed", 0, len(prev.entries) + 5_000)}
    removed = _texts(part.rows("removed", 0, len(prev.entries)))
    body = {name: told[name] for name in _ALONE}
    body["entries"] = _merged(prev, changed, removed)
    read_draft(body)
    if fingerprint(body) != proposal:
        raise SnapshotMistake("This proposal is not what its name says. Do not sign it.")
    return body


def _cut(text: str) -> list[str]:
    cut, size = [""], 0
    for sign in text:
        written = len(json.dumps(sign, ensure_ascii=False).encode()) - 2
        if size + written > SLICE:
            cut.append("")
            size = 0
        cut[-1] += sign
        size += written
    return cut


def _text(prev: Directory, body: Mapping[str, Any]) -> str:
    before = {entry.id: entry.to_entry() for entry in prev.entries}
    after = {row["identity"]: row for row in body["entries"]}
    told = {name: body[name] for name in _ALONE}
    told["changed"] = [row for id, row in after.items() if before.get(id) != row]
    told["removed"] = [id for id in before if id not in after]
    return json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _merged(prev: Directory, changed: Mapping[str, Any], removed: set[str]) -> list[dict[str, Any]]:
    kept = [changed.get(entry.id, entry.to_entry()) for entry in prev.entries]
    known = {entry.id for entry in prev.entries}
    new = [row for id, row in changed.items() if id not in known]
    return [row for row in (*kept, *new) if row["identity"] not in removed]


def _id(row: object) -> str:
    if isinstance(row, Mapping) and isinstance(row.get("identity"), str):
        return str(row["identity"])
    raise SnapshotMistake("An entry of this proposal names no agency.")


def _texts(rows: list[Any]) -> set[str]:
    if all(isinstance(one, str) for one in rows):
        return set(rows)
    raise SnapshotMistake("This proposal names those it removes by their keys.")
