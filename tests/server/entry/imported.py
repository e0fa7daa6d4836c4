"""A list that names Harbour before it has joined: services, a hall, and a place nobody may find."""

import json
from collections.abc import Mapping
from typing import Any

from directory.hsds.ids import stable_id
from server.listing import importing
from server.listing.importing import Imported
from server.listing.reading_files import read_upload
from server.node.desk import Desk
from tests.server.listing.listings import Tables

STREET = "29 Merrowdown Yard"
NIGHT_NUMBER = "01632 960477"
ELSEWHERE = "Lighthouse Advice"


def an_id(name: str) -> str:
    """The id a row of this list has."""
    return stable_id("tests", "imported", name)


HARBOUR_ID, ADVICE, NIGHT, HALL, HIDEOUT, LIGHTHOUSE = (
    an_id(name) for name in ("harbour", "advice", "night", "hall", "hideout", "lighthouse")
)


def a_list(**about_harbour: Any) -> Tables:
    """What a region kept of two organizations, which share a hall."""
    return {
        "organizations": [
            {
                "id": HARBOUR_ID,
                "name": "Harbour Centre",
                "description": "",
                "website": "https://www.harbour.example/about",
                "legal_status": "charity",
                **about_harbour,
            },
            {"id": LIGHTHOUSE, "name": ELSEWHERE, "description": ""},
        ],
        "services": [
            _service(ADVICE, HARBOUR_ID, "Court advice"),
            _service(an_id("refuge"), HARBOUR_ID, "Refuge"),
            _service(an_id("letters"), LIGHTHOUSE, "Letters"),
        ],
        "locations": [
            {"id": HALL, "location_type": "physical", "name": "The market hall"},
            {
                "id": HIDEOUT,
                "organization_id": HARBOUR_ID,
                "location_type": "physical",
                "name": "The hideout",
                "x_confidential_location": True,
            },
        ],
        "addresses": [
            {
                "id": an_id("street"),
                "location_id": HIDEOUT,
                "address_1": STREET,
                "city": "Northgate",
                "state_province": "N",
                "postal_code": "N1",
                "country": "GB",
                "address_type": "physical",
            }
        ],
        "service_at_location": [
            {"id": an_id("advice there"), "service_id": ADVICE, "location_id": HALL},
            {"id": an_id("letters there"), "service_id": an_id("letters"), "location_id": HALL},
        ],
        "phones": [{"id": NIGHT, "service_id": ADVICE, "number": NIGHT_NUMBER}],
    }


def _service(of: str, whose: str, name: str) -> dict[str, Any]:
    return {"id": of, "organization_id": whose, "name": name, "status": "active"}


async def take_in(tables: Mapping[str, Any], desk: Desk) -> Imported:
    """The list is imported, and what it changes accepted."""
    read = read_upload("list.json", json.dumps(tables).encode(), _quietly)
    return await importing.take(read, "import", desk, _quietly, accept=True)


def _quietly(_: str) -> None:
    """Nobody watches."""
