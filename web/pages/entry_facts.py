"""What a service is and whom it is for, as boxes to tick: the facts that partners narrow by.

They are kept as HSDS attributes of the service. Prose is never read for them: "no pets" is not
"pets". So an agency's own service is found under a fact only once somebody ticks it.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any, Final

from directory.audience import Audience
from directory.hsds.profile import NAME as PROFILE
from server.entry import own
from server.entry.own import Entry
from server.listing import eligibility, shelf
from server.listing.eligibility import TERMS
from server.node.desk import Desk
from web.forms import Typed
from web.pages.entry_beside import Tick
from web.pages.find import TITLES

_TABLE: Final = "attributes"
_IS, _FOR = "is:", "for:"
_MOST_KINDS: Final = 40  # boxes that can still be read through; the ones most used come first


@dataclass(frozen=True, slots=True)
class FactGroup:
    """One facet of the page on which partners are found, and its boxes."""

    title: str
    ticks: tuple[Tick, ...]


async def facts_here(service: str, entry: Entry) -> tuple[FactGroup, ...]:
    """Every fact that can be said of this service, ticked where the entry says it."""
    said = _said(service, entry)
    kinds = await _kinds({one.removeprefix(_IS) for one in said if one.startswith(_IS)})
    groups = {"type": [Tick(_IS + of, words, _IS + of in said) for of, words in kinds.items()]}
    for code, ((facet, words), _) in TERMS.items():
        value = _FOR + code
        groups.setdefault(facet, []).append(Tick(value, words, value in said))
    return tuple(FactGroup(TITLES[facet], tuple(ticks)) for facet, ticks in groups.items() if ticks)


async def say_facts(service: str, form: Typed, desk: Desk) -> None:
    """Write what was ticked and take away what was unticked on this page, and nothing else."""
    entry = await own.current(desk)
    said = _said(service, entry)
    ticked, was = set(form.words("fact")), set(form.words("was-fact"))
    kinds = await _kinds({one.removeprefix(_IS) for one in ticked if one.startswith(_IS)})
    held = entry.rows.get(("services", service))
    seen = held.values.get("x_audience") if held else None
    rows = [_row(one, service, kinds) for one in sorted(ticked - was - said.keys())]
    new = {(_TABLE, own.new_id()): {**row, "x_audience": seen} for row in rows if row}
    if new:
        entry = await own.edit(new, entry.heads, desk)
    for one in sorted((was - ticked) & said.keys()):
        for row in said[one]:
            entry = await own.remove(_TABLE, row, entry.heads, desk)


def labels(service: str, entry: Entry) -> list[str]:
    """The facts that the entry says of this service, in words."""
    rows = [row for row in entry.of(_TABLE) if row.values.get("link_id") == service]
    return sorted({str(row.values["label"]) for row in rows if row.values.get("label")})


def _said(service: str, entry: Entry) -> dict[str, list[str]]:
    """Each fact the entry says of this service, and the rows that say it."""
    found: dict[str, list[str]] = {}
    for row in entry.of(_TABLE):
        if row.values.get("link_id") != service:
            continue
        facts = eligibility.of_words(row.values.get("label"), row.values.get("value"))
        values = [_FOR + code for code, (fact, _) in TERMS.items() if fact in facts]
        if term := row.values.get("taxonomy_term_id"):
            values.append(f"{_IS}{term}")
        for value in values:
            found.setdefault(value, []).append(row.id)
    return found


def _row(value: str, service: str, kinds: dict[str, str]) -> dict[str, Any]:
    """The attribute that says this fact; nothing where there is no such fact."""
    link = {"link_id": service, "link_entity": "service"}
    if (term := value.removeprefix(_IS)) in kinds:
        return {**link, "link_type": "taxonomy", "taxonomy_term_id": term, "label": kinds[term]}
    if (code := value.removeprefix(_FOR)) in TERMS:
        (_, words), _ = TERMS[code]
        return {**link, "link_type": "eligibility", "value": code, "label": words}
    return {}


async def _kinds(wanted: set[str]) -> dict[str, str]:
    """Kinds of help that the directory has words for, by id: those most used, and those wanted."""
    terms = {
        str(row["id"]): str(row["name"])
        for row in await shelf.rows("taxonomy_terms", Audience.PROFESSIONAL)
        if row.get("name") and row.get("taxonomy") != PROFILE
        if not eligibility.says_for_whom({}, str(row.get("taxonomy") or ""))
    }
    used: Counter[str] = Counter()
    for_whom: set[str] = set()
    for row in await shelf.rows(_TABLE, Audience.PROFESSIONAL):
        term = str(row.get("taxonomy_term_id"))
        if eligibility.says_for_whom(row, ""):
            for_whom.add(term)
        else:
            used[term] += 1
    terms = {of: words for of, words in terms.items() if of not in for_whom or used[of]}
    first = sorted(terms, key=lambda of: (-used[of], terms[of]))[:_MOST_KINDS]
    shown = {of: terms[of] for of in {*first, *(wanted & terms.keys())}}
    return dict(sorted(shown.items(), key=lambda pair: pair[1]))
