"""An invented directory of any size: names and prose with a few common words and many rare ones."""

# ruff: noqa: SIM905
# Words are easier to read as words than as a list of them.

import random
from itertools import accumulate
from typing import Any

from directory.hsds.ids import stable_id

_SYLLABLES = (
    "an bar cal con cour den dor el fam fer gar gra hal har hill in jo kel ken lan lea lin lor "
    "mar mel mi nor o pen port quin ra res ro sal sha sta tan ter ton ur va ver wes wil win wood "
    "yar ze"
).split()
TYPES = (
    "Emergency shelter|Transitional housing|Counselling|Children's counselling|Legal advice|"
    "Court accompaniment|Protective orders|Hotline|Advocacy|Safety planning|Support group|"
    "Immigration advice|Housing advice|Benefits advice|Food pantry|Clothing|Transport|Job training|"
    "Childcare|Health clinic|Forensic nursing|Mental health|Substance use treatment|Pet fostering|"
    "Interpretation|Parenting classes|Supervised visits|Police liaison|Victim compensation|"
    "Financial coaching|Rape crisis|Stalking help|Elder abuse|Youth drop-in|LGBTQ support|"
    "Trafficking help|Burial support|Phone repair|Locksmith|Relocation"
).split("|")
_LANGUAGES = "en es pl so ar fr pt ru uk vi zh hi ur ti am".split()
_DAYS = ("MO,TU,WE,TH,FR", "MO,WE,FR", "MO,TU,WE,TH,FR,SA,SU", "TU,TH", "SA,SU")
_HOURS = (("09:00", "17:00"), ("10:00", "16:00"), ("08:30", "12:30"), ("18:00", "08:00"))
Tables = dict[str, list[dict[str, Any]]]


class Invented:
    """Organizations, services and all that hangs from them, the same for the same seed."""

    def __init__(self, organizations: int, services: int, seed: int = 7) -> None:
        self._chance = random.Random(seed)  # noqa: S311  # invented words, not keys
        self.words = self._vocabulary(12_000)
        self._weights = list(accumulate(1 / (place + 8) for place in range(len(self.words))))
        self._areas = [f"{self._word()} county".title() for _ in range(180)]
        self.names: list[str] = []
        self.tables = self._tables(organizations, services)

    def _vocabulary(self, count: int) -> list[str]:
        made: set[str] = set()
        while len(made) < count:
            made.add("".join(self._chance.choices(_SYLLABLES, k=self._chance.randint(2, 4))))
        words = sorted(made)
        self._chance.shuffle(words)
        return words

    def _word(self) -> str:
        return self._chance.choices(self.words, cum_weights=self._weights)[0]

    def _prose(self, count: int) -> str:
        found = self._chance.choices(self.words, cum_weights=self._weights, k=count)
        return " ".join(found).capitalize() + "."

    def _tables(self, organizations: int, services: int) -> Tables:
        tables: Tables = {"taxonomies": [_row("taxonomies", 0, name="Kinds", description="Kinds")]}
        tables["taxonomy_terms"] = [
            _row("taxonomy_terms", n, name=name, description=name, taxonomy_id=_id("taxonomies", 0))
            for n, name in enumerate(TYPES)
        ]
        for number in range(organizations):
            self._organization(number, tables)
        # A few organizations offer much, most offer little.
        sizes = self._chance.choices(
            range(organizations), weights=[1 / (n + 30) for n in range(organizations)], k=services
        )
        for number, whose in enumerate(sizes):
            self._service(number, whose, tables)
        return tables

    def _organization(self, number: int, tables: Tables) -> None:
        name = f"{self._word()} {self._word()} {self._chance.choice(('House', 'Centre', 'Trust'))}"
        self.names.append(name.title())
        _add(tables, "organizations", number, name=name.title(), description=self._prose(50))
        _add(
            tables,
            "phones",
            number,
            organization_id=_id("organizations", number),
            number=f"(312) 555-{number % 10_000:04}",
        )

    def _service(self, number: int, whose: int, tables: Tables) -> None:
        chance, service = self._chance, _id("services", number)
        kinds = chance.sample(range(len(TYPES)), k=chance.randint(1, 2))
        _add(
            tables,
            "services",
            number,
            organization_id=_id("organizations", whose),
            name=f"{TYPES[kinds[0]]} {self._word()}",
            description=self._prose(chance.randint(15, 60)),
            status="active",
            minimum_age=chance.choice((None, None, 0, 18, 18, 60)),
        )
        for kind in kinds:
            _add(
                tables,
                "attributes",
                number * 2 + kinds.index(kind),
                link_id=service,
                link_entity="service",
                taxonomy_term_id=_id("taxonomy_terms", kind),
            )
        _add(tables, "service_areas", number, service_id=service, name=chance.choice(self._areas))
        for place, code in enumerate(chance.sample(_LANGUAGES, k=chance.randint(1, 2))):
            _add(tables, "languages", number * 2 + place, service_id=service, code=code)
        opens, closes = chance.choice(_HOURS)
        _add(
            tables,
            "schedules",
            number,
            service_id=service,
            freq="WEEKLY",
            byday=chance.choice(_DAYS),
            opens_at=opens,
            closes_at=closes,
        )


def _id(table: str, number: int) -> str:
    return stable_id("bench", table, str(number))


def _row(table: str, number: int, /, **fields: object) -> dict[str, Any]:
    said = {name: value for name, value in fields.items() if value is not None}
    return {"id": _id(table, number), **said, "x_audience": "public"}


def _add(tables: Tables, table: str, number: int, /, **fields: object) -> None:
    tables.setdefault(table, []).append(_row(table, number, **fields))
