"""What she rules out for one agency alone: neither told to it, nor told by it."""

from collections.abc import Collection, Sequence
from typing import Any

from directory.agency import Agency
from server.meeting.referral_goes import CARRIES
from server.meeting.workings import WORKINGS
from server.node.desk import Desk
from tiers.fragment import CHILDREN
from web.forms import Option, Typed


def offered(agency: Agency, desk: Desk) -> tuple[Option, ...]:
    """What can be left out for this agency, in the words she is read."""
    words, possible = desk.pack.words, _possible(agency, desk)
    titles = {
        key: words.get(f"say_{key}", form.title)
        for key, form in desk.pack.sections.items()
        if key in possible
    }
    return tuple(Option(key, said[:1].upper() + said[1:]) for key, said in titles.items())


def name_of(agency: Agency) -> str:
    """The name of these boxes in an agency's row."""
    return f"less.{agency.identity[:16]}"


def narrowed(
    row: dict[str, Any], agency: Agency, form: Typed, desk: Desk, *, has_child: bool
) -> dict[str, Any]:
    """The row of the file without what she ruled out for this agency."""
    less = _possible(agency, desk) & {*form.words(name_of(agency))}
    if not less:
        return row
    row |= {"handoff_sections": _without(row["handoff_sections"], less)}
    told = desk.pack.consents.tell_sections
    if not row["tell"] or not less & told:
        return row
    return row | {"tell_sections": _without(told if has_child else told - {CHILDREN}, less)}


def _possible(agency: Agency, desk: Desk) -> frozenset[str]:
    terms, here = desk.pack.consents, desk.node
    if agency.identity == here.identity:
        return terms.tell_sections - WORKINGS
    if agency.identity == here.relay_identity:
        return terms.handoff_sections - CARRIES
    return (terms.tell_sections | terms.handoff_sections) - WORKINGS


def _without(sections: Collection[str], less: frozenset[str]) -> Sequence[str]:
    return sorted(set(sections) - less)
