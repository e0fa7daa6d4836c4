"""How the intake says things: where a case stands, and its clocks."""

from collections.abc import Mapping
from typing import Final

from server.meeting.intake import QueueLine
from tiers.fragment import Place
from tiers.protocol import Protocol
from tiers.rows import row_of
from web.pages.words import (
    field_label,
    form_place,
    people_in_order,
    person_words,
    section_form,
    section_title,
    value_words,
)
from web.rendering import Tag

_STATUSES: Final = {
    "referred": Tag("New: nobody took it up", "you"),
    "screening": Tag("Taken up, not decided", "you"),
    "info_requested": Tag("Agencies asked", "info"),
    "scheduled": Tag("On an agenda", "info"),
    "heard": Tag("Heard", "info"),
    "actions_open": Tag("Actions open", "info"),
    "closed": Tag("Closed", ""),
    "not_accepted": Tag("Not accepted", ""),
    "reopened": Tag("Reopened, not decided", "you"),
}
_FIRST: Final = ("referral", "survivor_voice", "assessments", "risk")
_DECIDING: Final = frozenset({"screening", "reopened"})


def status_tag(line: QueueLine) -> Tag:
    """Where a case stands, in a word or two."""
    if line.ended:
        return Tag("The release ended", "")
    if line.status in _DECIDING and line.accepted:
        return Tag("Accepted, agencies not asked", "you")
    return _STATUSES[line.status]


def told_words(
    people: Mapping[str, str], told: Mapping[Place, str], pack: Protocol
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What was told with a referral, first why: each section of each person, as forms say it."""
    parts: dict[tuple[str, str], dict[str, list[tuple[str, str]]]] = {}
    for place in sorted(told, key=lambda one: form_place(one, pack)):
        form, value = section_form(place.section, pack), told[place]
        if form is not None and value.strip():
            rows = parts.setdefault((place.section, place.about), {})
            row = rows.setdefault(row_of(place)[0], [])
            row.append((field_label(place, pack), value_words(form.field(place.field), value)))
    order = people_in_order(people)

    def place_of(part: tuple[str, str]) -> tuple[int, int, str]:
        section, about = part
        first = _FIRST.index(section) if section in _FIRST else len(_FIRST)
        return first, order.index(about) if about in order else len(order), section

    return tuple(
        (_title(section, about, people, pack), tuple(row))
        for section, about in sorted(parts, key=place_of)
        for row in parts[section, about].values()
    )


def _title(section: str, about: str, people: Mapping[str, str], pack: Protocol) -> str:
    title = section_title(section, pack)
    return f"{title}: {person_words(about, people[about], pack)}" if about in people else title
