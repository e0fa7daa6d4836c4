"""Giving the directory out as HSDS 3.1: whole objects as JSON, or tables in an archive."""

import csv
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from directory.audience import Audience
from directory.hsds.nesting import nest_all
from directory.hsds.objects import OBJECTS, HsdsObject
from server.listing import shelf
from server.node import audit, database
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import Usage

_NEVER: Final = (1980, 1, 1, 0, 0, 0)  # so that the same directory makes the same archive
_TYPES: Final = {"number": "number", "date": "date", "datetime": "datetime", "time": "time"}
_FORMATS: Final = {"uuid": "uuid", "uri": "uri", "email": "email"}

Tables = Mapping[str, list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Exported:
    """A file of the directory as one audience sees it, and how many rows of each table it has."""

    body: bytes
    counts: Mapping[str, int]


async def export(audience: Audience, suffix: str, desk: Desk) -> Exported:
    """The directory for this audience, as .json or .zip; what is for named agencies stays."""
    require(desk, Act.EXPORT_LISTING)
    make = _FORMS.get(suffix.lower())
    if make is None:
        raise Usage("Name the file .json for whole objects, or .zip for tables.")
    if audience is Audience.TRUSTED:
        raise Usage("Export for the public or for professionals.")
    dataset = _ordered(await shelf.dataset(audience))
    async with database.transaction():
        await audit.record(
            Act.EXPORT_LISTING.value, "", desk, audience=audience.value, form=suffix.lower()
        )
    return Exported(make(dataset), {table: len(rows) for table, rows in dataset.items()})


def _ordered(dataset: Tables) -> dict[str, list[dict[str, Any]]]:
    """Rows by id and fields as declared, so that the same directory is the same file."""
    return {
        table: [
            _fields(declared, row) for row in sorted(dataset[table], key=lambda r: str(r["id"]))
        ]
        for table, declared in OBJECTS.items()
        if dataset.get(table)
    }


def _fields(declared: HsdsObject, row: Mapping[str, Any]) -> dict[str, Any]:
    own = [name for name in declared.fields if name in row]
    return {name: row[name] for name in [*own, *sorted(row.keys() - declared.fields.keys())]}


def as_json(dataset: Tables) -> bytes:
    """Organizations and services with all that hangs from them, and the rest by table."""
    return json.dumps(nest_all(dataset), ensure_ascii=False, indent=1).encode() + b"\n"


def as_archive(dataset: Tables) -> bytes:
    """A CSV file for each table, and a datapackage.json that describes them."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        package = {
            "profile": "tabular-data-package",
            "name": "human-services-directory",
            "resources": [_resource(table, rows) for table, rows in dataset.items()],
        }
        _add(archive, "datapackage.json", json.dumps(package, indent=1) + "\n")
        for table, rows in dataset.items():
            _add(archive, f"{table}.csv", _sheet(table, rows))
    return made.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    entry = zipfile.ZipInfo(name, _NEVER)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    archive.writestr(entry, text)


def _columns(table: str, rows: list[dict[str, Any]]) -> list[str]:
    own = list(OBJECTS[table].fields)
    return [*own, *sorted({name for row in rows for name in row} - set(own))]


def _sheet(table: str, rows: list[dict[str, Any]]) -> str:
    made = io.StringIO(newline="")
    writer = csv.writer(made, lineterminator="\r\n")
    columns = _columns(table, rows)
    writer.writerow(columns)
    writer.writerows([_cell(row.get(name)) for name in columns] for row in rows)
    return made.getvalue()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _resource(table: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    declared = OBJECTS[table]
    fields = []
    for name in _columns(table, rows):
        field = declared.fields.get(name)
        made: dict[str, Any] = {"name": name, "type": "string"}
        if field is None:
            fields.append(made)
            continue
        made["type"] = _TYPES.get(field.kind, "string")
        if field.kind in _FORMATS:
            made["format"] = _FORMATS[field.kind]
        constraints: dict[str, Any] = {}
        if name == "id":
            constraints["unique"] = True
        if field.kind in ("uuid",) and field.required:
            constraints["required"] = True
        if field.choices:
            constraints["enum"] = list(field.choices)
        fields.append({**made, "constraints": constraints} if constraints else made)
    schema: dict[str, Any] = {"primaryKey": "id", "fields": fields}
    return {
        "name": declared.name,
        "path": f"{table}.csv",
        "profile": "tabular-data-resource",
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


_FORMS: Final[Mapping[str, Callable[[Tables], bytes]]] = {".json": as_json, ".zip": as_archive}
