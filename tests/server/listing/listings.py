"""An invented organization with a refuge nobody may find, for the tests of the directory."""

from typing import Any

from directory.hsds.ids import stable_id

Tables = dict[str, list[dict[str, Any]]]


def an_id(name: str) -> str:
    """The id an invented thing has in every test."""
    return stable_id("tests", name)


HARBOUR, ADVICE, OFFICE, REFUGE = (
    an_id(name) for name in ("harbour", "advice", "office", "refuge")
)
LANE = "17 Quiet Lane"


def harbour(**about_refuge: Any) -> Tables:
    """One organization, one service, an office, and a confidential refuge with its address."""
    return {
        "organizations": [
            {"id": HARBOUR, "name": "Harbour House", "description": "", "x_audience": "public"}
        ],
        "services": [
            {
                "id": ADVICE,
                "organization_id": HARBOUR,
                "name": "Advice",
                "status": "active",
                "x_audience": "public",
            }
        ],
        "locations": [
            {
                "id": OFFICE,
                "organization_id": HARBOUR,
                "location_type": "physical",
                "name": "Office",
                "x_audience": "public",
            },
            {
                "id": REFUGE,
                "organization_id": HARBOUR,
                "location_type": "physical",
                "name": "The Refuge",
                "latitude": 51.123456,
                "x_confidential_location": True,
                **about_refuge,
            },
        ],
        "addresses": [
            {
                "id": an_id("lane"),
                "location_id": REFUGE,
                "address_1": LANE,
                "city": "Harbour",
                "state_province": "",
                "postal_code": "HB1",
                "country": "GB",
                "address_type": "physical",
                "x_audience": "public",
            }
        ],
        "phones": [
            {
                "id": an_id("line"),
                "organization_id": HARBOUR,
                "number": "01632 960001",
                "x_audience": "public",
            },
            {
                "id": an_id("worker"),
                "organization_id": HARBOUR,
                "number": "01632 960002",
                "x_audience": "professional",
            },
        ],
    }
