"""The list of meetings as a page draws it, and by which marks it knows that something changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from server.casework import own
from server.meeting import agenda, planned, planning, watching
from server.meeting.planned import Planned
from server.meeting.planning import Coming
from server.meeting.watching import OurCase
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import new_token
from web.pages import changing
from web.rendering import Tag, day, hour, list_words

STATES: Final = {
    planned.PLANNED: Tag("Planned", "info"),
    planned.OPEN: Tag("Open now", "good"),
    planned.OVER: Tag("Over", ""),
    planned.CANCELLED: Tag("Called off", ""),
}
_ENDED: Final = frozenset({planned.OVER, planned.CANCELLED})


@dataclass(frozen=True, slots=True)
class ComingLine:
    """One meeting ahead."""

    title: str
    starts_at: datetime
    place: str
    facilitator: str
    moved: str
    href: str
    live_href: str
    tag: Tag | None
    series: str
    at: int
    ours: tuple[OurCase, ...] = ()
    changed: bool = False

    @property
    def id(self) -> str:
        """Where this meeting stands on the page."""
        return f"meeting-{self.series}-{self.at}"

    @property
    def mark(self) -> str:
        """Changes with whatever is said of it."""
        return changing.mark(replace(self, changed=False))


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One meeting that is over or was called off."""

    href: str
    title: str
    starts_at: datetime
    tag: Tag


@dataclass(frozen=True, slots=True)
class ElsewhereLine:
    """A case of ours that is heard at a time no meeting here has."""

    case: OurCase
    changed: bool = False

    @property
    def id(self) -> str:
        """Where this case stands on the page."""
        return f"heard-{self.case.ref}"

    @property
    def mark(self) -> str:
        """Changes with the moment at which it is heard."""
        return changing.mark(self.case)


@dataclass(frozen=True, slots=True)
class Timetable:
    """All of the list that can be known without opening a case."""

    coming: tuple[Coming, ...]
    past: tuple[Planned, ...]
    plans: str  # changes whenever a plan that reaches us does
    directory_words: tuple[str, ...]
    shared_words: str  # four words of what is shared with the coordinating node

    @property
    def stamp(self) -> str:
        """Changes whenever the list may have."""
        return changing.mark(self)


@dataclass(frozen=True, slots=True)
class ListPart:
    """When people meet, which changes while the page is open."""

    stamp: str
    token: str
    coming: tuple[ComingLine, ...]
    elsewhere: tuple[ElsewhereLine, ...]
    held: tuple[HeldLine, ...]
    may_plan: bool
    directory_words: tuple[str, ...]
    shared_words: str
    said: str = ""
    swap: bool = False


async def timetable(desk: Desk) -> Timetable:
    """When people meet, as far as it is to be known without opening a case."""
    ours = not desk.node.coordinating
    return Timetable(
        coming=await planning.coming(desk),
        past=() if ours else await planning.list_meetings(desk),
        plans=await watching.stamp(desk) if ours else "",
        directory_words=agenda.directory_words(desk) if ours else (),
        shared_words=await _shared_words(desk) if ours else "",
    )


async def list_part(known: Timetable, desk: Desk) -> ListPart:
    """The whole list; at an agency it opens the plans that say when its cases are heard."""
    ours = () if desk.node.coordinating else await watching.our_cases(desk)
    coming = tuple(_line(one, ours, desk) for one in known.coming)
    times = {one.starts_at for one in coming}
    return ListPart(
        stamp=known.stamp,
        token=new_token(),
        coming=coming,
        elsewhere=tuple(
            ElsewhereLine(one) for one in ours if one.at not in times and one.at >= desk.now
        ),
        held=tuple(
            HeldLine(f"/meetings/{one.id}", one.title, one.starts_at, STATES[one.state])
            for one in known.past
            if one.state in _ENDED
        ),
        may_plan=desk.node.coordinating and may(desk.roles, Act.PLAN_MEETING),
        directory_words=known.directory_words,
        shared_words=known.shared_words,
    )


def since(part: ListPart, had: Mapping[str, str], desk: Desk) -> ListPart:
    """This list with what is other than the open page says marked, and said in one sentence."""
    coming = tuple(replace(one, changed=had.get(one.id) != one.mark) for one in part.coming)
    elsewhere = tuple(replace(one, changed=had.get(one.id) != one.mark) for one in part.elsewhere)
    words = [f"{one.title}, {_when(one.starts_at, desk)}" for one in coming if one.changed]
    words += [f"case {one.case.short}" for one in elsewhere if one.changed]
    gone = set(had) - {one.id for one in coming} - {one.id for one in elsewhere}
    return replace(
        part, coming=coming, elsewhere=elsewhere, said=_said(words, gone=bool(gone)), swap=True
    )


def place_words(place: str) -> str:
    """Where a meeting is held; a protocol that names no place writes a dash."""
    return "" if place == "-" else place


def _said(words: Sequence[str], *, gone: bool) -> str:
    if words:
        return f"Changed: {list_words(list(words))}."
    return "The list of meetings changed." if gone else ""


def _when(at: datetime, desk: Desk) -> str:
    zone = desk.pack.timezone
    return f"{day(at.astimezone(ZoneInfo(zone)))}, {hour(at, zone)}"


async def _shared_words(desk: Desk) -> str:
    """What both sides read aloud, to hear whether a record was held back between them."""
    every = await agenda.beacon_words(desk)
    return " ".join(every.get(own.coordinating(desk), ()))


def _line(one: Coming, ours: tuple[OurCase, ...], desk: Desk) -> ComingLine:
    may_run = may(desk.roles, Act.RUN_MEETING) or may(desk.roles, Act.VIEW_CASE)
    href = f"/meetings/{one.meeting}" if one.meeting else ""
    return ComingLine(
        title=one.title,
        starts_at=one.starts_at,
        place=place_words(one.place),
        facilitator=one.facilitator,
        moved=f"Moved from {day(one.moved_from)}, a day that is not worked"
        if one.moved_from
        else "",
        href=href if may_run else "",
        live_href=f"{href}/live" if one.state == planned.OPEN else "",
        tag=STATES.get(one.state),
        series=one.series,
        at=int(one.starts_at.timestamp()),
        ours=tuple(case for case in ours if case.at == one.starts_at),
    )
