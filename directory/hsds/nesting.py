"""Between the two forms of HSDS: flat tables whose rows name each other, and objects in objects."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from directory.hsds.ids import content_id
from directory.hsds.objects import ANYWHERE, OBJECTS, Dataset, Row, table_of
from directory.hsds.older import FROM, WHY

_FIRST: Final = ("organizations", "services")
_ORDER: Final = (*_FIRST, "locations", *OBJECTS)
_WITHOUT: Final = {
    "attributes": frozenset({"attributes", "metadata", "taxonomies", "taxonomy_terms"}),
    "metadata": frozenset({"metadata"}),
}
_WORD_FIELDS: Final = {"languages": "name", "phones": "number", "service_areas": "name"}
_FLAT: Final = frozenset({"organization", "program"})
"""Inside another object these stand with their own fields alone."""
_ALSO_READ: Final = {"organizations": {"services": "services"}}
"""Lists in answers of the API (HSDS 3.1, openapi.json) that the schema of the object has not."""

Tables = dict[str, list[dict[str, Any]]]


class Nest:
    """A dataset from which full objects are made; it remembers which rows it has shown."""

    def __init__(self, dataset: Dataset) -> None:
        self._by_id = {
            table: {str(row["id"]): row for row in rows} for table, rows in dataset.items()
        }
        self._hung: dict[tuple[str, str, str], list[Row]] = {}
        self.shown: set[tuple[str, str]] = set()
        for table, rows in dataset.items():
            for row in rows:
                for field in OBJECTS[table].references:
                    if row.get(field.name):
                        self._hang(table, field.name, row)
                if table in ANYWHERE:
                    self._hang(table, ANYWHERE[table][0], row)

    def object(self, table: str, row: Row) -> dict[str, Any]:
        """The whole object of this row, with everything that hangs from it."""
        self.shown.add((table, str(row["id"])))
        made = dict(row)
        for part, of in parts(table).items():
            rows = [one for one in self._under(of, table, str(row["id"])) if one is not row]
            if rows:
                made[part] = [self.object(of, one) for one in rows]
        for part, (own, of) in OBJECTS[table].parents.items():
            named = self._by_id.get(of, {}).get(str(row.get(own)))
            if named is not None:
                made[part] = dict(named) if part in _FLAT else self.object(of, named)
        return made

    def _under(self, of: str, table: str, row: str) -> list[Row]:
        if of not in ANYWHERE:
            return self._hung.get((of, f"{OBJECTS[table].name}_id", row), [])
        own, kind = ANYWHERE[of]
        return [
            one for one in self._hung.get((of, own, row), []) if table_of(one.get(kind)) == table
        ]

    def _hang(self, table: str, field: str, row: Row) -> None:
        self._hung.setdefault((table, field, str(row.get(field))), []).append(row)


def nest(dataset: Dataset, table: str) -> list[dict[str, Any]]:
    """Every row of this table as a full object."""
    made = Nest(dataset)
    return [made.object(table, row) for row in dataset.get(table, ())]


def nest_all(dataset: Dataset) -> dict[str, list[dict[str, Any]]]:
    """The whole dataset as full objects: organizations, services, and whatever neither holds."""
    made = Nest(dataset)
    whole: dict[str, list[dict[str, Any]]] = {}
    for table in sorted(OBJECTS, key=lambda one: (one not in _FIRST, _ORDER.index(one))):
        objects = [
            made.object(table, row)
            for row in dataset.get(table, ())
            if table in _FIRST or (table, str(row["id"])) not in made.shown
        ]
        if objects:
            whole[table] = objects
    return whole


def flatten(objects: Iterable[Mapping[str, Any]], table: str) -> Tables:
    """The rows of these objects in flat tables; each remembers which row of its table it was."""
    return flatten_all({table: objects}, "")


def flatten_all(lists: Mapping[str, Iterable[Mapping[str, Any]]], called: str) -> Tables:
    """The rows of lists of objects by table; what several of them show is one row."""
    flat = _Flat(called)
    for table, objects in lists.items():
        for one in objects:
            flat.take(table, one, {})
    return flat.tables


class _Flat:
    """Tables that fill up as objects are laid out."""

    def __init__(self, called: str) -> None:
        self.tables: Tables = {}
        self._called = called
        self._seen: dict[tuple[str, str], dict[str, Any]] = {}

    def take(self, table: str, one: Mapping[str, Any], above: Mapping[str, Any]) -> str:
        """Lay one object out, and what is in it; the id it has or was given."""
        declared = OBJECTS[table]
        known = {**parts(table), **_ALSO_READ.get(table, {})}
        lists = {part: of for part, of in known.items() if isinstance(one.get(part), list)}
        named = {p: at for p, at in declared.parents.items() if isinstance(one.get(p), Mapping)}
        row = {k: v for k, v in one.items() if k not in lists and k not in named}
        row.update((k, v) for k, v in above.items() if not row.get(k))
        for part, (own, of) in named.items():
            row[own] = self.take(of, one[part], {})
        if row.get("id") in (None, ""):
            row["id"] = content_id("nested", table, {**above, **one})
            row[WHY] = ["It had no id; it was given one made of what it says."]
        self._keep(table, row)
        for part, of in lists.items():
            hung = _under(of, table, str(row["id"]))
            for child in one[part]:
                self._child(of, part, child, hung)
        return str(row["id"])

    def _child(self, of: str, part: str, child: object, hung: Mapping[str, Any]) -> None:
        if isinstance(child, Mapping):
            self.take(of, child, hung)
            return
        # Some write a list of words where objects belong; the words are kept where they can be.
        first = _WORD_FIELDS.get(of)
        if first and isinstance(child, str):
            self.take(of, {first: child}, hung)
            return
        self._keep(of, {**hung, f"not_an_object_in_{part}": child, "id": ""})

    def _keep(self, table: str, row: dict[str, Any]) -> None:
        """Keep the row once, however many objects show it, unless they differ about it."""
        rows = self.tables.setdefault(table, [])
        key = (table, str(row["id"]))
        before = self._seen.get(key)
        if before is not None and all(before.get(k, v) == v for k, v in row.items()):
            before.update(row)
            return
        row[FROM] = (f"{self._called}{table}", len(rows) + 1)
        rows.append(row)
        if before is None and row["id"]:
            self._seen[key] = row


def parts(table: str) -> dict[str, str]:
    """The properties of a full object that hold lists of others, and the tables of those."""
    anywhere = {part: part for part in ANYWHERE if table not in _WITHOUT[part]}
    return {**OBJECTS[table].lists, **anywhere}


def _under(of: str, table: str, row: str) -> dict[str, str]:
    if of not in ANYWHERE:
        return {f"{OBJECTS[table].name}_id": row}
    own, kind = ANYWHERE[of]
    return {own: row, kind: OBJECTS[table].name}
