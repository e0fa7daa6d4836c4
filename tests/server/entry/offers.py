"""What an invented agency offers, written as its staff would; no place here is real."""

from dataclasses import dataclass
from typing import Any

from directory.audience import Audience
from server.entry import own
from server.listing import shelf
from server.node.desk import Desk

HIDDEN_STREET = "17 Quillfeather Mews"
HIDDEN_PHONE = "01632 960961"
HELPLINE = "01632 960123"


@dataclass(frozen=True)
class Offered:
    """The ids of the rows that matter to a test."""

    organization: str
    service: str
    refuge: str
    helpline: str


async def offer(desk: Desk, trusted: tuple[str, ...] = ()) -> Offered:
    """An agency with a helpline for everybody, and a refuge that only the named may find."""
    await own.begin(desk)
    organization = own.organization_id(desk.node.identity)
    await write(desk, "organizations", organization, description="We answer at any hour.")
    service = await own.add(
        "services",
        {"organization_id": organization, "name": "Refuge", "status": "active"},
        desk,
    )
    helpline = await own.add(
        "phones",
        {
            "organization_id": organization,
            "service_id": service,
            "number": HELPLINE,
            "x_audience": "public",
        },
        desk,
    )
    refuge = await own.add(
        "locations",
        {
            "organization_id": organization,
            "location_type": "physical",
            "name": "The refuge",
            "x_confidential_location": True,
            "x_trusted": list(trusted),
        },
        desk,
    )
    await own.add(
        "addresses",
        {
            "location_id": refuge,
            "address_1": HIDDEN_STREET,
            "city": "Northgate",
            "state_province": "N",
            "postal_code": "N1",
            "country": "GB",
            "address_type": "physical",
        },
        desk,
    )
    await own.add("phones", {"location_id": refuge, "number": HIDDEN_PHONE}, desk)
    await own.add("service_at_location", {"service_id": service, "location_id": refuge}, desk)
    return Offered(organization, service, refuge, helpline)


async def write(desk: Desk, table: str, row: str, **values: Any) -> None:
    """Write some fields of a row, drawn from what is there now."""
    entry = await own.read(desk)
    await own.edit({(table, row): values}, entry.heads, desk)


async def listed(desk: Desk, organization: str, viewer: Audience) -> dict[str, list[Any]]:
    """What this node's directory says of an organization."""
    return dict(await shelf.organization(organization, viewer, desk))
