"""How the intake says things: where a case stands, and its clocks."""

from collections.abc import Mapping
from typing import Final

from server.meeting.intake import QueueLine
from tiers.fragment import Place
from tiers.protocol import Protocol
from web.pages.words import field_label, section_form, section_title, value_words
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
_DECIDING: Final = frozenset({"screening", "reopened"})


def status_tag(line: QueueLine) -> Tag:
    """Where a case stands, in a word or two."""
    if line.ended:
        return Tag("The release ended", "")
    if line.status in _DECIDING and line.accepted:
        return Tag("Accepted, agencies not asked", "you")
    return _STATUSES[line.status]


def told_words(
    told: Mapping[Place, str], pack: Protocol
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """What was told with a referral: each section with its fields, as the form calls them."""
    sections: dict[str, list[tuple[str, str]]] = {}
    for place, value in sorted(told.items()):
        form = section_form(place.section, pack)
        if form is not None and value.strip():
            words = value_words(form.field(place.field), value)
            sections.setdefault(place.section, []).append((field_label(place, pack), words))
    return tuple((section_title(one, pack), tuple(fields)) for one, fields in sections.items())
