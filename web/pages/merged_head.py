"""What stands above the merged table: who is in the case, and the survivor's own voice."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from server.casework.meetings import Viewed
from server.node.desk import Desk
from tiers.fragment import IDENTITY, SURVIVOR, Place
from tiers.protocol import Protocol
from web.pages.merged_table import StandLine, Told
from web.pages.words import (
    field_label,
    people_in_order,
    people_words,
    person_words,
    section_form,
    value_words,
)
from web.rendering import day

_VOICE: Final = "survivor_voice"
_WISHES: Final = "wishes"
_NAME: Final = "name"
# Only what helps somebody to reach her without harm; a telephone number is read in its own cell.
_SHOWN: Final[Mapping[str, tuple[str, ...]]] = {
    IDENTITY: (_NAME,),
    "safe_contact": ("safe_to_call", "best_times", "safe_to_leave_message", "safe_to_text"),
}


def people_lines(viewed: Viewed, desk: Desk) -> list[StandLine]:
    """Who is in the case: the survivor first, with how to reach her where she released it."""
    view = viewed.view
    lines, counted = [], Counter(view.people.values())
    for person in people_in_order(view.people):
        role = view.people[person]
        told = " · ".join(_told(person, viewed, desk.pack))
        if role == SURVIVOR or told:
            lines.append(StandLine(_capital(person_words(person, role, desk.pack)), "", told))
            counted[role] -= 1
    for role in dict.fromkeys(view.people[one] for one in people_in_order(view.people)):
        if counted[role]:
            unnamed = {str(number): role for number in range(counted[role])}
            lines.append(StandLine(_capital(people_words(unnamed, desk.pack)), "", ""))
    return lines


def voice_lines(viewed: Viewed, desk: Desk) -> list[StandLine]:
    """What she wants, in her words, through the agency that was told; said once."""
    view = viewed.view
    zone = ZoneInfo(desk.pack.timezone)
    lines = (
        StandLine(
            one.agency,
            day(datetime.fromisoformat(one.written).astimezone(zone).date()),
            one.values[0],
        )
        for one in view.sections.get(_VOICE, ())
        if one.field == _WISHES and view.people.get(one.about) == SURVIVOR
    )
    return list(dict.fromkeys(lines))


def _told(person: str, viewed: Viewed, pack: Protocol) -> Iterator[str]:
    for section, fields in _SHOWN.items():
        for field in fields:
            for one in viewed.view.sections.get(section, ()):
                if (one.about, one.field) == (person, field):
                    yield _words(section, one, pack)


def _words(section: str, one: Told, pack: Protocol) -> str:
    form = section_form(section, pack)
    said = value_words(form.field(one.field) if form else None, one.values[0])
    if one.field == _NAME:
        return said
    label = field_label(Place(section, one.about, one.field), pack)
    return f"{label}: {said.lower() if said in {'Yes', 'No'} else said}"


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
