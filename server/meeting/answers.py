"""Who was asked about a case and who has answered, as the coordinating node can tell it.

No answer and unread are one word here: nothing that reaches this node tells them apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from client_sync.case_view import CaseView, ViewedLane, fold
from server.casework import received, walls
from server.casework.own import agency_name, me, whole_ref
from server.casework.shared import last_day
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.fragment import Place
from tiers.protocol import Protocol

ANSWERED = "answered"
NOTHING_KNOWN = "nothing_known"
NO_ANSWER = "no_answer"
ENDED = "ended"
ATTENDING = "attending"

# How an agency says that it holds nothing: one choice of one field, and nothing beside it.
NOTHING_SECTION, NOTHING_FIELD, NOTHING_VALUE = "service_involvement", "status", "nothing known"


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One agency that was asked, what came of it, and whether it named who will attend."""

    agency: str
    name: str
    state: str
    attends: bool = False


async def standing_of(ref: str, desk: Desk) -> tuple[AnswerLine, ...]:
    """Each agency asked about this case, and whether it has answered. Shows nothing it said."""
    case_ref = await whole_ref(ref, desk)
    return (await standings([case_ref], desk))[case_ref]


async def standings(refs: Sequence[str], desk: Desk) -> dict[str, tuple[AnswerLine, ...]]:
    """The same for many cases at once, as an agenda asks it."""
    require(desk, Act.VIEW_CASE)
    desk.unlocked()
    await received.sort_in(desk)
    wanted = {ref for ref in refs if walls.may_know(ref, desk)}
    rows = [row for row in await received.live(desk) if row.case_ref in wanted]
    reading = await received.open_shares(rows, desk)
    lanes: dict[str, list[ViewedLane]] = {}
    for row in rows:
        known = reading.known.get(row.id)
        if known is not None and known.lane.case_ref == row.case_ref:
            name, until = agency_name(row.owner, desk), last_day(row.ends, desk)
            lane = ViewedLane(row.owner, name, known.consent.id, until, known.lane)
            lanes.setdefault(row.case_ref, []).append(lane)
    views = {ref: fold(lanes.get(ref, ()), desk.today) for ref in wanted}
    return {ref: standing_in(views[ref], desk) if ref in views else () for ref in refs}


def standing_in(view: CaseView, desk: Desk) -> tuple[AnswerLine, ...]:
    """The same, of a view that is open already."""
    said: dict[str, dict[Place, str]] = {}
    names = {one.agency: one.name for one in view.ended}
    names |= {one.agency: one.name for one in view.asked}
    for section, told in view.sections.items():
        for one in told:
            at = Place(section, one.about, one.field)
            said.setdefault(one.agency_id, {})[at] = one.values[-1]
            names[one.agency_id] = one.agency
    ended = {one.agency for one in view.ended}
    lines = (
        AnswerLine(
            agency,
            name,
            _state(said.get(agency, {}), desk.pack, ENDED if agency in ended else NO_ANSWER),
            any(place.section == ATTENDING for place in said.get(agency, ())),
        )
        for agency, name in names.items()
        if agency != me(desk) and walls.may_send(view.case_ref, agency, desk)
    )
    return tuple(sorted(lines, key=lambda one: (one.name, one.agency)))


def _state(said: Mapping[Place, str], pack: Protocol, otherwise: str) -> str:
    summary = [(place, value) for place, value in said.items() if place.section in pack.headings]
    if not summary:
        return otherwise
    return NOTHING_KNOWN if nothing_beside(summary) else ANSWERED


def nothing_beside(said: Sequence[tuple[Place, str]]) -> bool:
    """Is all that is said under the headings that nothing is known?"""
    return all(
        (place.section, place.field, value) == (NOTHING_SECTION, NOTHING_FIELD, NOTHING_VALUE)
        for place, value in said
    )
