"""Who is in the room: each agency with the form that writes down whether it came, and observers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from server.counted import agree
from server.meeting import attendance, planned
from server.meeting.attendance import Attends
from server.meeting.planned import Planned
from server.node.access import Act, may
from server.node.desk import Desk
from web.forms import Option, new_token
from web.pages import changing
from web.pages.agenda_parts import ATTENDS
from web.rendering import Tag, list_words


@dataclass(frozen=True, slots=True)
class AttendLine:
    """One agency, or one observer, in the room."""

    id: str
    agency: str
    name: str
    must: bool
    observer: bool
    tag: Tag
    state: str
    named: str
    who: str
    note: str
    statement: bool
    information_sent: bool
    base: int
    mark: str
    token: str
    may_write: bool
    meeting: str
    draft_place: str
    draft_kept: str = ""
    beside: "AttendLine | None" = None  # what a colleague wrote meanwhile
    swap: bool = False


@dataclass(frozen=True, slots=True)
class RosterPart:
    """Who is there."""

    mark: str  # who stands in the list; what is said of each has a mark of its own
    stamp: str
    words: str
    lines: tuple[AttendLine, ...]
    states: tuple[Option, ...]
    agencies: tuple[Option, ...]
    may_write: bool
    meeting: str
    token: str
    swap: bool = False

    @property
    def drafted(self) -> bool:
        """Are there words of this person's that were not saved?"""
        return any(line.draft_kept for line in self.lines)


def attend_place(meeting: str, agency: str = "") -> str:
    """Where words about an agency's attendance wait until they are saved."""
    return f"meeting/{meeting}/attend/{agency}"


def roster_part(
    at: Planned,
    roster: tuple[Attends, ...],
    stamp: str,
    drafts: Mapping[str, Mapping[str, list[str]]],
    desk: Desk,
) -> RosterPart:
    """Everybody in the room, a sentence that counts them, and words half typed about them."""
    may_write = may(desk.roles, Act.RUN_MEETING) and at.state in {planned.PLANNED, planned.OPEN}
    drawn = [_attend_line(at, one, may_write=may_write) for one in roster]
    lines = tuple(_with_draft(one, drafts.get(one.draft_place)) for one in drawn)
    return RosterPart(
        mark=changing.mark([one.id for one in lines]),
        stamp=stamp,
        words=_counted(roster),
        lines=lines,
        states=tuple(Option(state, ATTENDS[state].words) for state in attendance.STATES),
        agencies=tuple(Option(one.id, one.name) for one in desk.directory.entries),
        may_write=may_write,
        meeting=at.id,
        token=new_token(),
    )


def _attend_line(at: Planned, one: Attends, *, may_write: bool) -> AttendLine:
    """One agency as the room writes about it."""
    said = (one.state, one.who, one.note, one.information_sent, one.statement, one.named, one.name)
    return AttendLine(
        id=f"attend-{(one.id if one.observer else one.agency)[:12]}",
        agency=one.agency,
        name=one.name,
        must=one.must,
        observer=one.observer,
        tag=ATTENDS[one.state],
        state=one.state,
        named=list_words(one.named),
        who=one.who,
        note=one.note,
        statement=one.statement,
        information_sent=one.information_sent,
        base=one.revision,
        mark=changing.mark(said),
        token=new_token(),
        may_write=may_write,
        meeting=at.id,
        draft_place=attend_place(at.id, one.agency),
    )


def _with_draft(line: AttendLine, draft: Mapping[str, list[str]] | None) -> AttendLine:
    """The form with the words left in it; what stands, and the mark of that, stay as they are."""
    if not draft or not line.may_write or line.observer:
        return line
    base = draft.get("base", [""])[-1]
    return replace(
        line,
        state=draft.get("state", [line.state])[-1],
        who=draft.get("who", [line.who])[-1],
        note=draft.get("note", [line.note])[-1],
        information_sent="information_sent" in draft,
        base=int(base) if base.isdecimal() and int(base) <= line.base else line.base,
        draft_kept="before",
    )


def _counted(roster: tuple[Attends, ...]) -> str:
    agencies = [one for one in roster if not one.observer]
    here = sum(one.state == attendance.PRESENT for one in agencies)
    sorry = [one for one in agencies if one.state == attendance.APOLOGIES]
    sent = sum(one.information_sent for one in sorry)
    watching = sum(one.observer for one in roster)
    words = [f"Present {here} of {len(agencies)}"]
    if sorry:
        words.append(f"apologies {len(sorry)}" + (f" (information sent: {sent})" if sent else ""))
    if watching:
        words.append(agree(watching, "observer"))
    return " · ".join(words)
