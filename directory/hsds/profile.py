"""The one home of redaction: what of a dataset somebody sees, and how a hidden place then reads."""

from collections.abc import Mapping
from typing import Any, Final

from directory.audience import Audience, audience_of, narrower, sees
from directory.hsds.hanging import Key, Rows
from directory.hsds.ids import stable_id
from directory.hsds.objects import ANYWHERE, OBJECTS, Dataset, Row

NAME: Final = "hsds-dv"
_CONFIDENTIAL = "x_confidential_location"
_PUBLIC_EXTRAS = frozenset({"x_closed", "x_tier"})
"""Fields beside HSDS that everybody may see; any other is for professionals."""

_TAXONOMY = stable_id("profile", NAME)
_REDACTED = stable_id("profile", NAME, "redacted")
_WORDS = (
    (
        "taxonomies",
        {
            "id": _TAXONOMY,
            "name": NAME,
            "description": "How a directory of services marks what it leaves out.",
        },
    ),
    (
        "taxonomy_terms",
        {
            "id": _REDACTED,
            "code": "redacted",
            "name": "redacted",
            "description": "Where this is, is not published. Ask the organization.",
            "taxonomy": NAME,
            "taxonomy_id": _TAXONOMY,
        },
    ),
)


def is_confidential(row: Row) -> bool:
    """Is this a location that must never appear below its audience? Any mark but a plain no."""
    return row.get(_CONFIDENTIAL) not in (None, False, "", 0, "false", "no", "0")


def redaction(location: str) -> dict[str, Any]:
    """The attribute that says of a location, in public, that it was left out."""
    return {
        "id": stable_id("profile", NAME, "redacted", location),
        "link_id": location,
        "taxonomy_term_id": _REDACTED,
        "link_type": "redaction",
        "link_entity": "location",
        "value": "redacted",
    }


def stand_ins(location: str) -> frozenset[str]:
    """The ids of the rows that stand in clear beside a location that was left out."""
    return frozenset({str(redaction(location)["id"]), _REDACTED, _TAXONOMY})


def audiences(rows: Rows, known: Mapping[Key, Audience]) -> dict[Key, Audience]:
    """For whom each row is: at least as narrow as every row it hangs from.

    `known` says it of rows that are not among these; of what neither knows nothing follows.
    """
    found: dict[Key, Audience] = {}
    for key in rows.by_key:
        _settle(key, rows, known, found)
    # Attributes and metadata may hang from each other in a circle, where one was settled before
    # another was known: go round until nothing narrows any more.
    circling = [key for key in rows.by_key if key[0] in ANYWHERE]
    narrowed = True
    while narrowed:
        narrowed = False
        for key in circling:
            before = found.pop(key)
            narrowed |= _settle(key, rows, known, found) is not before
    return found


def _settle(
    key: Key, rows: Rows, known: Mapping[Key, Audience], found: dict[Key, Audience]
) -> Audience:
    if key in found:
        return found[key]
    if key not in rows.by_key:
        return known.get(key, Audience.PUBLIC)
    row = rows.by_key[key]
    found[key] = _own(key[0], row)  # so that rows naming each other in a circle come to an end
    for parent in rows.parents(key):
        found[key] = narrower(found[key], _settle(parent, rows, known, found))
        if key[0] == "metadata" and parent in rows.by_key:
            # What a field said before is meant for nobody who may not read what it says now.
            above = _of_field(rows.by_key[parent], str(row.get("field_name")))
            found[key] = narrower(found[key], above)
    return found[key]


def _own(table: str, row: Row) -> Audience:
    if table == "locations" and is_confidential(row):
        return Audience.TRUSTED
    return audience_of(row.get("x_audience"), Audience.PROFESSIONAL)


def _of_field(row: Row, name: str) -> Audience:
    if name == "x_trusted" or (name == _CONFIDENTIAL and is_confidential(row)):
        return Audience.TRUSTED
    beside = name.startswith("x_") and name not in _PUBLIC_EXTRAS
    marks = row.get("x_field_audience")
    mark = marks.get(name) if isinstance(marks, Mapping) else None
    least = Audience.PROFESSIONAL if beside else Audience.PUBLIC
    return narrower(least, audience_of(mark, least))


def seen_by(
    dataset: Dataset, viewer: Audience, known: Mapping[Key, Audience] | None = None
) -> dict[str, list[dict[str, Any]]]:
    """What this viewer sees of the dataset."""
    rows = Rows(dataset)
    meant = audiences(rows, known or {})
    seen: dict[str, list[dict[str, Any]]] = {table: [] for table in dataset}
    for key, row in rows.by_key.items():
        if sees(viewer, meant[key]):
            shown = part_of(key[0], row, viewer)
            if shown is not None:
                seen[key[0]].append(shown)
    if viewer is not Audience.TRUSTED:
        _redact(rows, seen, {**(known or {}), **meant}, viewer)
    return seen


def part_of(table: str, row: Row, viewer: Audience) -> dict[str, Any] | None:
    """The fields of a row that this viewer may see; nothing where they say nothing any more."""
    if viewer is Audience.TRUSTED:
        return dict(row)
    marks = row.get("x_field_audience")
    marked = marks if isinstance(marks, Mapping) else {}
    # A plain field nobody marked is as wide as its row: most are, so they are not looked up.
    shown = {
        name: value
        for name, value in row.items()
        if (name[:2] != "x_" and name not in marked) or sees(viewer, _of_field(row, name))
    }
    if shown.pop("x_field_audience", None):
        left = {name: word for name, word in marked.items() if name in shown}
        if left:
            shown["x_field_audience"] = left
    for field in OBJECTS[table].fields.values():
        if not field.required or field.name in shown:
            continue
        if field.kind != "text" or (table, field.name) == ("phones", "number"):
            return None
        shown[field.name] = ""
    return shown


def _redact(
    rows: Rows,
    seen: dict[str, list[dict[str, Any]]],
    meant: Mapping[Key, Audience],
    viewer: Audience,
) -> None:
    """A confidential location reads as a virtual one, with an attribute that says so."""
    here = {(table, str(row["id"])) for table in seen for row in seen[table]}
    for key, row in rows.by_key.items():
        if key[0] != "locations" or not is_confidential(row):
            continue
        if not all(sees(viewer, meant.get(above, Audience.PUBLIC)) for above in rows.parents(key)):
            continue
        place = {"id": row["id"], "location_type": "virtual"}
        if row.get("organization_id"):
            place["organization_id"] = row["organization_id"]
        added = [("locations", place), ("attributes", redaction(key[1])), *_WORDS]
        for table, words in added:
            if (table, words["id"]) not in here:
                here.add((table, words["id"]))
                mark = {} if viewer is Audience.PUBLIC else {"x_audience": Audience.PUBLIC.value}
                seen.setdefault(table, []).append({**words, **mark})
