"""Asked: what others ask this agency of somebody, and identity that waits for the request."""

from dataclasses import dataclass
from datetime import date, datetime

from litestar import Response, get

from server.counted import agree
from server.meeting import asked, finds_due
from server.meeting.asked import Asking
from server.meeting.finds_due import FindsDue
from server.node.access import Act, may
from web.frame import show
from web.pages import asked_answer, asked_finds, asked_one
from web.rendering import Tag
from web.workplace import AnyRequest, AtWork

_STATES = {
    "new": Tag("Nobody has looked", "you"),
    "opened": Tag("Looked at", "you"),
    "searched": Tag("Searched, not answered", "you"),
    "answered": Tag("Answered", "good"),
    "nothing_known": Tag("Answered: nothing known", "good"),
    "left": Tag("Left without an answer", ""),
}


@dataclass(frozen=True, slots=True)
class AskedLine:
    """One question in the list."""

    href: str
    short: str
    from_name: str
    came_at: datetime
    answer_by: datetime | None
    until: date
    tag: Tag
    due: Tag | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """One case of ours in which identity may go now."""

    href: str
    short: str
    asked_on: date
    words: str


@dataclass(frozen=True, slots=True)
class AskedPage:
    """What waits for an answer, what was only told, and what is done."""

    due: tuple[DueLine, ...]
    waiting: tuple[AskedLine, ...]
    done: tuple[AskedLine, ...]


@get("/asked")
async def asked_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Everything this agency is asked; nothing is opened by looking at the list."""
    lines = await asked.queue(desk)
    due = await finds_due.finds_due(desk) if may(desk.roles, Act.SHARE) else ()
    value = AskedPage(
        due=tuple(_due(one) for one in due),
        waiting=tuple(_line(one) for one in lines if one.waits),
        done=tuple(_line(one) for one in lines if not one.waits),
    )
    return await show(request, desk, "/asked", "asked/page.html", value)


def _line(one: Asking) -> AskedLine:
    only_told = Tag("New", "you") if one.state == "new" else Tag("Looked at", "")
    return AskedLine(
        href=f"/asked/{one.share}",
        short=one.short,
        from_name=one.from_name,
        came_at=one.came_at,
        answer_by=one.answer_by,
        until=one.until,
        tag=_STATES[one.state] if one.asks else only_told,
        due=asked_one.due_tag(one),
    )


def _due(one: FindsDue) -> DueLine:
    words = f"{agree(len(one.agencies), 'agency', 'agencies')} may now be told who she is"
    return DueLine(f"/asked/finds/{one.ref}", one.short, one.asked_on, words)


handlers = (asked_page, *asked_finds.handlers, *asked_one.handlers, *asked_answer.handlers)
