"""What each row hangs from: whose it is, and for whom it may at most be meant."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from directory.hsds.objects import ANYWHERE, OBJECTS, Dataset, Row, table_of

Key = tuple[str, str]
"""A table and the id of a row in it."""

_NAMES_ONLY = frozenset(
    {
        ("organizations", "parent_organization_id"),
        ("taxonomy_terms", "parent_id"),
        ("taxonomy_terms", "taxonomy_id"),
        ("attributes", "taxonomy_term_id"),
        ("service_capacity", "unit_id"),
    }
)
"""References that name another row and do not hang from it."""

_HANGING = {
    table: tuple(
        (field.name, field.refers_to)
        for field in declared.references
        if (table, field.name) not in _NAMES_ONLY
    )
    for table, declared in OBJECTS.items()
}


@dataclass(frozen=True, slots=True)
class Whose:
    """The organization, service and location a row belongs to, each as an id or nothing."""

    organization: str = ""
    service: str = ""
    location: str = ""


class Rows:
    """The rows of a dataset by table and id, and what each hangs from."""

    def __init__(self, dataset: Dataset) -> None:
        self.by_key: dict[Key, Row] = {
            (table, str(row["id"])): row for table in dataset for row in dataset[table]
        }
        self._by_id: dict[str, list[Key]] = {}
        for key in self.by_key:
            self._by_id.setdefault(key[1], []).append(key)

    def parents(self, key: Key) -> Iterator[Key]:
        """The rows this one is part of, whether or not they are in the dataset."""
        table, row = key[0], self.by_key[key]
        for field, of in _HANGING.get(table, ()):
            if row.get(field):
                yield of, str(row[field])
        if table in ANYWHERE:
            own, kind = ANYWHERE[table]
            # The id counts, not the word beside it: a wrong word must not let a hidden row's
            # words out.
            named = [one for one in self._by_id.get(str(row.get(own)), ()) if one != key]
            yield from named or [(table_of(row.get(kind)), str(row.get(own)))]


def owners(rows: Rows, known: Mapping[Key, Whose]) -> dict[Key, Whose]:
    """Whose each of these rows is; `known` says it of rows that are not among them."""
    found: dict[Key, Whose] = {}
    for key in rows.by_key:
        _settle(key, rows, known, found)
    # A place has no organization of its own in many directories: then it is its services'.
    for key, row in rows.by_key.items():
        place = ("locations", str(row.get("location_id")))
        if key[0] == "service_at_location" and place in found and not found[place].organization:
            found[place] = Whose(found[key].organization, "", place[1])
    return found


def _settle(key: Key, rows: Rows, known: Mapping[Key, Whose], found: dict[Key, Whose]) -> Whose:
    if key in found:
        return found[key]
    if key not in rows.by_key:
        return known.get(key, _itself(key))
    found[key] = _itself(key)  # so that rows naming each other in a circle come to an end
    whose = found[key]
    for parent in rows.parents(key):
        above = _settle(parent, rows, known, found)
        whose = Whose(
            whose.organization or above.organization,
            whose.service or above.service,
            whose.location or above.location,
        )
    found[key] = whose
    return whose


def _itself(key: Key) -> Whose:
    table, of = key
    return Whose(
        of if table == "organizations" else "",
        of if table == "services" else "",
        of if table == "locations" else "",
    )
