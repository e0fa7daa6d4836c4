"""What a row of the entry hangs from, and what is written beside it: units, and where it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from directory.hsds import rules
from server.entry import own
from server.entry.own import Entry
from server.node.desk import Desk
from web.forms import Typed
from web.pages.entry_forms import FORMS, PARENTS, Form, called

_IN_ORDER: Final = (("minimum_age", "maximum_age"), ("valid_from", "valid_to"))


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick: an agency, or a service."""

    value: str
    words: str
    ticked: bool


def slips(values: Mapping[str, Any], form: Form) -> list[tuple[str, str]]:
    """What is amiss with the fields of a row together: the field to put right, and a sentence."""
    labels = {ask.name: ask.label for ask in form.fields}
    least = [name for name in rules.SAYS_NOTHING.get(form.table, ()) if name in labels]
    if least and all(values.get(name) in (None, "") for name in least):
        return [(least[0], f"Write something: {' or '.join(labels[one] for one in least)}.")]
    found = []
    for low, high in _IN_ORDER:
        first, last = values.get(low), values.get(high)
        if first not in (None, "") and last not in (None, "") and first > last:
            found.append((high, f"{labels[high]}: this lies before “{labels[low]}”."))
    return found


def parent_of(under: str, entry: Entry, desk: Desk) -> dict[str, Any]:
    """What a new row hangs from; without anything else, from the organization."""
    table, _, ident = under.partition(".")
    if (table, ident) in entry.rows and table in PARENTS:
        return {PARENTS[table]: ident}
    return {"organization_id": own.organization_id(desk.node.identity)}


def counted(
    ident: str, values: Mapping[str, Any], entry: Entry, desk: Desk
) -> dict[tuple[str, str], Mapping[str, Any]]:
    """A count of free places is of some unit, and of some moment."""
    units = [row.id for row in entry.of("units")]
    unit = units[0] if units else own.new_id()
    stamp = desk.now.strftime("%Y-%m-%dT%H:%M:%SZ")
    said = {"available": 0, **values, "unit_id": unit, "updated": stamp}
    made: dict[tuple[str, str], Mapping[str, Any]] = {("service_capacity", ident): said}
    if not units:
        made["units", unit] = {"name": "place"}
    return made


async def offer_here(place: str, form: Typed, desk: Desk) -> None:
    """The services offered at this place, as ticked."""
    entry = await own.current(desk)
    ticked = set(form.words("service"))
    links = {
        str(row.values.get("service_id")): row
        for row in entry.of("service_at_location")
        if row.values.get("location_id") == place
    }
    known = {row.id for row in entry.of("services")}
    new = {
        ("service_at_location", own.new_id()): {"service_id": service, "location_id": place}
        for service in sorted((ticked & known) - links.keys())
    }
    if new:
        entry = await own.edit(new, entry.heads, desk)
    for service in sorted((links.keys() - ticked) & set(form.words("was-service"))):
        entry = await own.remove("service_at_location", links[service].id, entry.heads, desk)


def services_here(place: str, entry: Entry) -> tuple[Tick, ...]:
    here = {
        row.values.get("service_id")
        for row in entry.of("service_at_location")
        if row.values.get("location_id") == place
    }
    return tuple(
        Tick(row.id, called(FORMS["services"], row.values), row.id in here)
        for row in entry.of("services")
    )
