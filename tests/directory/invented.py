"""Invented rows of a directory, drawn at random and always whole, and short names for their ids."""

from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as some

from directory.hsds.assess import assess
from directory.hsds.ids import stable_id
from directory.hsds.objects import ANYWHERE, OBJECTS

Tables = dict[str, list[dict[str, Any]]]


def an_id(name: str) -> str:
    """The id an invented thing has in every test."""
    return stable_id("tests", name)


def known_nothing(_: str, __: str) -> bool:
    """A node that keeps no row yet."""
    return False


def checked(tables: Tables) -> Tables:
    """The rows as an import would keep them."""
    return assess(tables, "import", known_nothing).dataset


unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""Drawing whole datasets takes a while where much else is going on."""

WORDS = some.text(
    some.characters(exclude_categories=("C", "Z"), exclude_characters="\x00"),
    min_size=1,
    max_size=8,
)


@some.composite
def datasets(draw: some.DrawFn) -> Tables:
    """Rows of every table, each naming rows that are there."""
    tables: Tables = {}
    for table, declared in OBJECTS.items():
        rows = []
        for number in range(draw(some.integers(0, 2))):
            row: dict[str, Any] = {"id": an_id(f"{table} {number}")}
            for field in declared.fields.values():
                named = tables.get(field.refers_to, [])
                if field.refers_to and named:
                    row[field.name] = draw(some.sampled_from(named))["id"]
                elif field.kind == "text" and field.name not in ("link_entity", "resource_type"):
                    row[field.name] = draw(WORDS)
                elif field.choices:
                    row[field.name] = draw(some.sampled_from(field.choices))
            row |= _others(table, draw)
            if table in ANYWHERE:
                hung = [(t, r) for t, rs in tables.items() for r in rs if t not in ANYWHERE]
                if not hung:
                    continue
                of, one = draw(some.sampled_from(hung))
                own, kind = ANYWHERE[table]
                row |= {own: one["id"], kind: OBJECTS[of].name}
            rows.append(row)
        tables[table] = rows
    return checked(tables)


def _others(table: str, draw: some.DrawFn) -> dict[str, Any]:
    made: dict[str, Any] = {}
    if table == "service_capacity":
        made = {"available": draw(some.integers(0, 99)), "updated": "2031-05-04T09:00:00Z"}
    if table == "url":
        made = {"url": "https://example.org/"}
    if table == "metadata":
        made = {"last_action_date": "2031-05-04"}
    return made
