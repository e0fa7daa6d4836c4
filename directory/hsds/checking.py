"""One row against the rules of its table: what is kept of it, what was put right, or why not."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from directory.hsds import rules
from directory.hsds.declared import Field
from directory.hsds.ids import is_uuid
from directory.hsds.objects import ANYWHERE, OBJECTS, Row, table_of
from directory.hsds.values import READERS, Value, plain

Known = Callable[[str, str], bool]
"""Is there a row of this table with this id?"""


@dataclass(frozen=True, slots=True)
class Checked:
    """The row as it can be kept; each repair is a sentence, and so is a refusal."""

    row: dict[str, Any]
    repairs: tuple[str, ...] = ()
    refused: str = ""


def check(table: str, written: Row, known: Known) -> Checked:
    """Bring one row to the rules of its table. Its ids must be UUIDs already."""
    declared = OBJECTS[table].fields
    row: dict[str, Any] = {}
    beside = written.get("x_other")
    other = dict(beside) if isinstance(beside, Mapping) else {}
    repairs: list[str] = []
    unknown = []
    for name, value in written.items():
        tidy = plain(value) if isinstance(value, str) else value
        if tidy is None or tidy == "" or name == "x_other":
            continue
        if name in declared:
            _take(declared[name], tidy, row, other, repairs)
        elif name.startswith("x_"):
            row[name] = tidy
        else:
            other[name] = tidy
            unknown.append(name)
    if unknown:
        repairs.append(f"HSDS has no {_list(unknown)} here; kept beside the row.")
    _mend(table, row, other, repairs)
    refused = _references(table, row, other, repairs, known) or _complete(
        table, row, other, repairs
    )
    if other:
        row["x_other"] = other
    return Checked(_in_order(table, row), tuple(repairs), refused)


def _take(
    field: Field,
    value: Any,
    row: dict[str, Any],
    other: dict[str, Any],
    repairs: list[str],
) -> None:
    read = _choice(field, value) if field.kind == "choice" else _read(field, value)
    if read.wrong:
        other[field.name] = value
        repairs.append(f"{field.name} “{_short(value)}” {read.wrong}; kept beside the row.")
        return
    if read.repair:
        repairs.append(f"{field.name}: {_short(read.repair, 200)}.")
    row[field.name] = read.value


def _read(field: Field, value: Any) -> Value:
    if field.kind == "uuid":
        return Value(value) if is_uuid(value) else Value(wrong="is not an id")
    return READERS[field.kind](value)


def _choice(field: Field, value: Any) -> Value:
    said = str(value)
    if said in field.choices:
        return Value(said)
    by_fold = {choice.casefold(): choice for choice in field.choices}
    synonyms = rules.SYNONYMS.get(field.name, {})
    found = by_fold.get(said.casefold()) or synonyms.get(said) or synonyms.get(said.lower())
    if found:
        return Value(found, f"“{_short(said)}” became {found}")
    return Value(wrong=f"is none of {', '.join(field.choices)}")


def _mend(table: str, row: dict[str, Any], other: dict[str, Any], repairs: list[str]) -> None:
    """Put right what two fields say together."""
    for low, high in (("minimum_age", "maximum_age"), ("valid_from", "valid_to")):
        if low in row and high in row and row[low] > row[high]:
            repairs.append(f"{low} is above {high}; both are kept as written.")
    if "latitude" in row and not (
        -90 <= row["latitude"] <= 90 and -180 <= row.get("longitude", 999) <= 180
    ):
        other.update({name: row.pop(name) for name in ("latitude", "longitude") if name in row})
        repairs.append("latitude and longitude are no place on earth; kept beside the row.")
    opens, closes = str(row.get("opens_at", "")), str(row.get("closes_at", ""))
    if opens and closes and closes[:5] < opens[:5] and closes[:5] != "00:00":
        repairs.append(f"It closes at {closes}, before it opens at {opens}: read as the next day.")
    for (of, name), word in rules.DEFAULTS.items():
        if of == table and name not in row:
            row[name] = word
            repairs.append(f"No {name}: taken as {word}.")


def _references(
    table: str, row: dict[str, Any], other: dict[str, Any], repairs: list[str], known: Known
) -> str:
    """Look for the rows this one names; a sentence where it cannot stand without one."""
    fields = OBJECTS[table].references
    if table in ANYWHERE:
        return _anywhere(table, row, other, repairs, known)
    for field in fields:
        named = row.get(field.name)
        if named is None or known(field.refers_to, named):
            continue
        called = f"{field.name} names {_object(field.refers_to)} that is not here"
        if (table, field.name) in rules.STANDS_ALONE:
            repairs.append(f"{called}; kept, should a later file bring it.")
            continue
        other[field.name] = row.pop(field.name)
        repairs.append(f"{called}; kept beside the row.")
    for name in rules.NEEDS_ALL.get(table, ()):
        if name not in row:
            return _lacks(name, other)
    names = [field.name for field in fields]
    if table in rules.NEEDS_ONE and not any(name in row for name in names):
        dangling = [name for name in names if name in other]
        return _lacks(dangling[0] if dangling else names[0], other)
    return ""


def _anywhere(
    table: str, row: dict[str, Any], other: dict[str, Any], repairs: list[str], known: Known
) -> str:
    own, kind = ANYWHERE[table]
    of = table_of(row.get(kind))
    if own not in row:
        return _lacks(own, other)
    if not of or not known(of, row[own]):
        found = [one for one in OBJECTS if known(one, row[own])]
        if not found:
            return f"{own} names a row that is not here."
        name = OBJECTS[found[0]].name
        repairs.append(f"{kind} “{_short(row.get(kind, ''))}” became {name}, whose id it is.")
        row[kind] = name
    else:
        row[kind] = OBJECTS[of].name
    term = row.get("taxonomy_term_id")
    if term and not known("taxonomy_terms", term):
        other["taxonomy_term_id"] = row.pop("taxonomy_term_id")
        repairs.append("taxonomy_term_id names a term that is not here; kept beside the row.")
    if table == "attributes" and not row.keys() & {"taxonomy_term_id", "value", "label"}:
        return "It names no term that is here and says nothing itself."
    return ""


def _complete(table: str, row: dict[str, Any], other: Mapping[str, Any], repairs: list[str]) -> str:
    """A sentence where something is missing without which the row is of no use."""
    said = rules.SAYS_NOTHING.get(table, ())
    if said and not any(name in row for name in said):
        return f"It is blank: no {_list(said, 'or')}."
    empty = []
    for field in OBJECTS[table].fields.values():
        if not field.required or field.name in row:
            continue
        if (table, field.name) not in rules.MAY_BE_EMPTY:
            unread = other.get(field.name)
            return (
                f"Its {field.name} cannot be read: “{_short(unread)}”."
                if unread
                else f"It has no {field.name}."
            )
        row[field.name] = ""
        empty.append(field.name)
    if empty:
        repairs.append(f"No {_list(empty)}: left empty.")
    return ""


def _lacks(name: str, other: Mapping[str, Any]) -> str:
    if name in other:
        return f"{name} names a row that is not here, and it cannot stand without."
    return f"It has no {name}, and belongs to nothing that is here."


def _object(table: str) -> str:
    name = OBJECTS[table].name
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _in_order(table: str, row: Row) -> dict[str, Any]:
    known = [name for name in OBJECTS[table].fields if name in row]
    return {name: row[name] for name in [*known, *sorted(row.keys() - set(known))]}


def _list(names: Any, joined: str = "and") -> str:
    every = sorted(str(name) for name in names)
    return every[0] if len(every) == 1 else f"{', '.join(every[:-1])} {joined} {every[-1]}"


def _short(value: Any, length: int = 60) -> str:
    said = " ".join(str(value).split())
    return said if len(said) <= length else f"{said[: length - 1]}…"
