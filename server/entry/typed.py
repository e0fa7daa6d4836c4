"""What somebody typed for a field of the entry, brought to the form HSDS gives it."""

from collections.abc import Mapping
from typing import Any, Final

from directory.audience import Audience
from directory.errors import DirectoryError
from directory.hsds.checking import check
from directory.hsds.ids import is_uuid
from directory.hsds.objects import OBJECTS
from server.node.desk import Desk
from server.node.errors import NotFound, Usage, sentence

OWN_FIELDS: Final = frozenset(
    {
        *("x_audience", "x_field_audience", "x_trusted", "x_confidential_location", "x_assured"),
        *("x_safe_contact", "x_never"),  # of an organization: how to reach it without harm
    }
)

_CURRENCY: Final = 3  # letters


def values(table: str, row: str, typed: Mapping[str, str], desk: Desk) -> dict[str, Any]:
    """The fields as they are kept; an empty word takes a field away. Usage says what is wrong."""
    if table not in OBJECTS or not is_uuid(row):
        raise Usage(f"An entry has rows of: {', '.join(sorted(OBJECTS))}; each with a UUID.")
    declared = OBJECTS[table].fields
    unknown = sorted(typed.keys() - declared.keys() - OWN_FIELDS)
    if unknown or "id" in typed:
        raise Usage(f"{table} has no {', '.join(unknown) or 'other id'}.")
    said = {name: text.strip() for name, text in typed.items() if text.strip()}
    plain = {name: text for name, text in said.items() if name not in OWN_FIELDS}
    seen = check(table, {"id": row, **plain}, lambda _, __: True)
    wrong = [name for name in plain if name not in seen.row]
    if wrong:
        why = [one for one in seen.repairs if one.startswith(wrong[0])]
        raise Usage(why[0].partition(";")[0] if why else f"{wrong[0]} cannot be read.")
    if "currency" in plain:
        seen.row["currency"] = _currency(plain["currency"])
    found: dict[str, Any] = dict.fromkeys(typed)
    found.update({name: seen.row[name] for name in plain})
    found.update({name: _own(name, said[name], desk) for name in said.keys() & OWN_FIELDS})
    return found


def _currency(text: str) -> str:
    """The code of a currency as ISO 4217 writes it: GBP."""
    if len(text) == _CURRENCY and text.isascii() and text.isalpha():
        return text.upper()
    raise Usage(f"currency “{text[:20]}” is not three letters, such as GBP or USD.")


def agencies(names: str, desk: Desk) -> list[str]:
    """Agencies of the directory by name, as identities."""
    found = set()
    for name in filter(None, (one.strip() for one in names.split(","))):
        try:
            found.add(desk.directory.find(name).identity)
        except DirectoryError as error:
            raise NotFound(sentence(error)) from error
    return sorted(found)


def _own(name: str, text: str, desk: Desk) -> Any:
    if name == "x_trusted":
        return agencies(text, desk)
    if name == "x_confidential_location":
        return text.lower() in {"yes", "true", "1"}
    if name == "x_field_audience":
        pairs = [one.partition(":") for one in text.split(",")]
        return {field.strip(): _audience(word) for field, _, word in pairs}
    return _audience(text) if name == "x_audience" else text


def _audience(word: str) -> str:
    try:
        return Audience(word.strip()).value
    except ValueError:
        known = ", ".join(one.value for one in Audience)
        raise Usage(f"An audience is one of: {known}.") from None
