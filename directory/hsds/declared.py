"""How a table of the directory is declared: its fields, what each holds, and what it refers to."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
Dataset = Mapping[str, list[dict[str, Any]]]
"""Table name, as HSDS names it in its tabular form, to flat rows."""

KINDS = frozenset({"text", "number", "date", "datetime", "time", "uuid", "uri", "email", "choice"})


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a table."""

    name: str
    kind: str
    required: bool = False
    tabular: bool = False  # required in the tabular form alone, where nesting cannot say it
    choices: tuple[str, ...] = ()
    refers_to: str = ""


@dataclass(frozen=True, slots=True)
class HsdsObject:
    """One kind of object: its table, its name where it stands alone, and its fields in order."""

    table: str
    name: str
    fields: Mapping[str, Field]
    lists: Mapping[str, str]  # property of the nested form → the table whose rows hang here
    parents: Mapping[str, tuple[str, str]]  # property → (own field, table) of the one it names

    @property
    def references(self) -> tuple[Field, ...]:
        """The fields that name a row of a certain table."""
        return tuple(field for field in self.fields.values() if field.refers_to)


def declare(
    table: str, name: str, fields: str, lists: str = "", parents: str = ""
) -> tuple[str, HsdsObject]:
    """A table from its words: a field is name[:kind][=choice|choice][>table], with ! or ~.

    ! is required, ~ is required in the tabular form; a field without a kind is text.
    """
    declared = (_field(word) for word in fields.split())
    hung = dict(word.split(">") for word in lists.split())
    named = {}
    for word in parents.split():
        part, own, of = word.replace("=", ">").split(">")
        named[part] = (own, of)
    return table, HsdsObject(table, name, {f.name: f for f in declared}, hung, named)


def _field(word: str) -> Field:
    word, _, refers_to = word.partition(">")
    word, _, choices = word.partition("=")
    required, tabular = word.endswith("!"), word.endswith("~")
    name, _, kind = word.rstrip("!~").partition(":")
    if choices:
        kind = "choice"
    elif refers_to:
        kind = "uuid"
    return Field(
        name,
        kind or "text",
        required,
        tabular,
        tuple(choices.replace("_", " ").split("|")) if choices else (),
        refers_to,
    )
