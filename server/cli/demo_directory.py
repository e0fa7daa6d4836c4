"""The directory of the invented coalition: who to call, what each agency offers, and the region."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Final

from server.cli.demo_node import DemoNode, say

_REGION: Final = Path(__file__).parents[2] / "docs" / "examples" / "region"
_Row = tuple[str, str, tuple[str, ...]]  # table, whose row it hangs from, fields

_WEEKDAYS: Final = "byday=MO,TU,WE,TH,FR"
_ALWAYS: Final = "byday=MO,TU,WE,TH,FR,SA,SU"
_LIAISONS: Final = {
    "harbour": (
        ("primary", "Joy Adeyemi", "Team lead", "01632 960001"),
        ("alternate", "Tomasz Wren", "Advocate", "01632 960002"),
        ("out_of_hours", "Night desk", "On call", "01632 960003"),
    ),
    "police": (
        ("primary", "Rosa Lindqvist", "Detective constable", "01632 960011"),
        ("alternate", "Sam Okoro", "Sergeant", "01632 960012"),
    ),
    "hospital": (("primary", "Maud Achterberg", "Safeguarding nurse", "01632 960021"),),
}
_ENTRIES: Final[dict[str, tuple[_Row, ...]]] = {
    "harbour": (
        (
            "organizations",
            "",
            (
                "description=Refuge, outreach and advocates at court",
                "x_safe_contact=Call; say you are from the library if somebody else answers",
                "x_never=Never write to the house",
            ),
        ),
        (
            "services",
            "",
            (
                "name=Refuge",
                "status=active",
                "description=Seven rooms for women and children, and a garden",
                "eligibility_description=Women 16 and older of any immigration status",
                "x_audience=public",
            ),
        ),
        ("schedules", "services", ("freq=WEEKLY", _ALWAYS, "opens_at=00:00", "closes_at=00:00")),
        ("phones", "services", ("number=01632 960000", "type=voice", "x_audience=public")),
        (
            "locations",
            "",
            (
                "name=Harbour House",
                "location_type=physical",
                "x_confidential_location=yes",
                "x_trusted=Northfield Police",
            ),
        ),
    ),
    "police": (
        ("organizations", "", ("description=A unit for domestic abuse, day and night",)),
        (
            "services",
            "",
            (
                "name=Domestic abuse unit",
                "status=active",
                "description=Officers who know the case; markers on an address; escorts",
            ),
        ),
        ("schedules", "services", ("freq=WEEKLY", _ALWAYS, "opens_at=07:00", "closes_at=23:00")),
    ),
    "hospital": (
        ("organizations", "", ("description=Emergency department with an advocate on site",)),
        (
            "services",
            "",
            (
                "name=Advocate in the emergency department",
                "status=active",
                "description=Somebody to speak to alone, photographs, a bed for the night",
            ),
        ),
        ("schedules", "services", ("freq=WEEKLY", _WEEKDAYS, "opens_at=08:00", "closes_at=20:00")),
    ),
}
_HANGS: Final = {"services": "service_id"}


def fill(coordinating: DemoNode, agencies: tuple[DemoNode, ...], today: date) -> None:
    """The region is imported, liaisons are named, and each agency writes its own entry."""
    say("The region's directory is imported; each agency says what it offers, and who to call")
    with ThreadPoolExecutor(max_workers=4) as pool:
        acts = [partial(_coordinate, coordinating, agencies, today)]
        acts += [partial(_write, agency) for agency in agencies]
        for done in [pool.submit(act) for act in acts]:
            done.result()


def _coordinate(node: DemoNode, agencies: tuple[DemoNode, ...], today: date) -> None:
    node.run("directory", "import", str(_REGION), "--accept")
    trained = (today - timedelta(days=75)).isoformat()
    for agency in agencies:
        said = [
            word
            for place, name, role, phone in _LIAISONS[agency.key]
            for word in ("--liaison", place, name, role, phone, trained)
        ]
        node.run("partner", "change", agency.name, *said)


def _write(node: DemoNode) -> None:
    ids: dict[str, str] = {}
    for table, hangs_from, fields in _ENTRIES[node.key]:
        row = "own" if table == "organizations" else "new"
        parent = (f"{_HANGS[hangs_from]}={ids[hangs_from]}",) if hangs_from else ()
        answer = node.run("directory", "entry", "set", table, row, *fields, *parent)
        ids[table] = answer["id"]
    node.run("directory", "entry", "publish")
