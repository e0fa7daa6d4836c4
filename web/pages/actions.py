"""Actions: our own and what became of them; at the coordinating node, those of every case."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.counted import agree
from server.meeting import actions, monitor
from server.meeting.action_words import STATUS_WORDS, status_words
from server.meeting.actions import ActionLine
from server.meeting.monitor import MonitorLine
from server.meeting.plan_view import OPEN_WORDS
from server.node.access import Act, may, require
from server.node.desk import Desk
from web.forms import Option, Typed, new_token, typed
from web.frame import frame_for, show
from web.pages.words import agency_name, day_words, person_words, role_word
from web.rendering import Tag, day, page, short_day
from web.workplace import AnyRequest, AtWork, once, place

_SAID = tuple(
    Option(value, words)
    for value, words in STATUS_WORDS.items()
    if value and value not in {"superseded"}
)


@dataclass(frozen=True, slots=True)
class ActionWords:
    """One action of ours in words, and the form that answers it."""

    id: str
    href: str
    plan_href: str
    short: str
    person: str
    action: str
    owner: str
    due: str
    survivors_part: str
    tags: tuple[Tag, ...]
    status: str
    update: str
    why: str
    done_on: str
    two_wordings: bool
    base: int
    token: str
    open: bool


@dataclass(frozen=True, slots=True)
class MinePart:
    """Our own actions, and overdue ones of others where we lead."""

    own: tuple[ActionWords, ...]
    overseen: tuple[ActionWords, ...]
    statuses: tuple[Option, ...]
    may_answer: bool
    coordinating: bool
    overdue: str
    stays: str = ""


@dataclass(frozen=True, slots=True)
class MonitorRow:
    """One action in the monitor."""

    plan_href: str
    short: str
    heard: str
    person: str
    action: str
    owner: str
    due: str
    tags: tuple[Tag, ...]
    update: str
    done_on: str
    on_file: str


@dataclass(frozen=True, slots=True)
class MonitorPage:
    """Every action, as it is filtered now."""

    rows: tuple[MonitorRow, ...]
    counted: str
    agencies: tuple[Option, ...]
    roles: tuple[Option, ...]
    agency: str
    role: str
    overdue: bool
    unsettled: bool


@get("/actions")
async def mine(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """What is ours to do."""
    require(desk, Act.READ_ACTIONS)
    return await show(request, desk, "/actions", "actions/page.html", await _mine(desk))


@post("/actions/{ref:str}/{row:str}")
async def answer(
    request: AnyRequest, ref: FromPath[str], row: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Say what became of an action; it goes to the meeting at once."""
    require(desk, Act.ANSWER_ACTION)
    form = await typed(request)

    async def act() -> Response[Any]:
        status = form.need("status", "Choose what became of it.")
        if form.word("status") not in {one.value for one in _SAID}:
            form.wrong("status", "Choose what became of it.")
        form.settle()
        base = form.word("base")
        answered = await actions.answer(
            ref,
            row,
            status,
            desk,
            update=form.whole("update").strip(),
            why=form.whole("why").strip(),
            done_on=form.word("done_on"),
            base=int(base) if base.isdecimal() and base != "0" else None,
        )
        place(request).syncer.kick()
        part = await _mine(desk, answered.stays)
        return page("actions/_mine.html", part, await frame_for(request, desk, "/actions"))

    return await once(request, form, act)


@get("/actions/all")
async def everything(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Every action of every case: what used to be a spreadsheet."""
    return await _every(request, Typed({}, {}), desk)


@post("/actions/all", status_code=200)
async def some(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Those of one agency or person, overdue or open; what was looked for is in no address."""
    return await _every(request, await typed(request), desk)


async def _every(request: AnyRequest, asked: Typed, desk: Desk) -> Response[Any]:
    require(desk, Act.READ_ACTIONS)
    agency, role = asked.word("agency"), asked.word("role")
    overdue, unsettled = bool(asked.word("overdue")), bool(asked.word("unsettled"))
    lines = await monitor.monitor(
        desk, agency=agency, role=role, overdue=overdue, unsettled=unsettled
    )
    value = MonitorPage(
        rows=tuple(_row(line, desk) for line in lines),
        counted=agree(len(lines), "action"),
        agencies=tuple(Option(one.id, one.name) for one in desk.directory.entries),
        roles=tuple(
            Option(one, role_word(one, desk.pack))
            for one in desk.pack.sections["plan_actions"].about
        ),
        agency=agency,
        role=role,
        overdue=overdue,
        unsettled=unsettled,
    )
    return await show(request, desk, "/actions", "actions/all.html", value)


async def _mine(desk: Desk, stays: str = "") -> MinePart:
    found = await actions.mine(desk)
    late = sum(line.overdue for line in found.own)
    return MinePart(
        own=tuple(_words(line, desk) for line in found.own),
        overseen=tuple(_words(line, desk) for line in found.overseen),
        statuses=_SAID,
        may_answer=may(desk.roles, Act.ANSWER_ACTION),
        coordinating=desk.node.coordinating,
        overdue=f"{agree(late, 'action')} of ours past the agreed day." if late else "",
        stays=stays,
    )


def _words(line: ActionLine, desk: Desk) -> ActionWords:
    action = line.action
    part = action.says("survivors_part")
    form = desk.pack.sections["plan_actions"].field("survivors_part")
    owner = action.says("owner_agency")
    return ActionWords(
        id=f"action-{action.row}",
        href=f"/actions/{line.case_ref}/{action.row}",
        plan_href=f"/plan/{line.case_ref}",
        short=line.short,
        person=person_words(action.about, action.role, desk.pack),
        action=action.says("action"),
        owner=action.says("owner") or (agency_name(owner, desk) if owner else ""),
        due=day(action.due),
        survivors_part=f"{form.label}: {part}" if part and form else part,
        tags=_tags(line.status, line.overdue),
        status=line.answered("status") or line.status,
        update=line.answered("update"),
        why=line.answered("why"),
        done_on=line.answered("done_on"),
        two_wordings=any(len({one.value for one in said}) > 1 for said in line.answer.values()),
        base=line.revision,
        token=new_token(),
        open=line.status in OPEN_WORDS,
    )


def _tags(status: str, overdue: bool) -> tuple[Tag, ...]:
    tone = {"completed": "good", "not_done_by_agency": "bad"}.get(status, "info")
    tags = (Tag(status_words(status), tone),)
    return (*tags, Tag("Overdue", "bad")) if overdue else tags


def _row(line: MonitorLine, desk: Desk) -> MonitorRow:
    action, told = line.action, line.told
    return MonitorRow(
        plan_href=f"/plan/{line.case_ref}",
        short=line.short,
        heard=short_day(line.heard_on),
        person=person_words(action.about, action.role, desk.pack),
        action=action.says("action"),
        owner=", ".join(filter(None, (line.owner, action.says("owner")))),
        due=short_day(action.due),
        tags=_tags(action.says("status"), line.overdue),
        update=(told.says("update") or told.says("why")) if told else action.says("outcome"),
        done_on=day_words(told.says("done_on"), short_day) if told else "",
        on_file="Safe" if action.says("on_file") == "safe" else "Not safe",
    )


handlers = (mine, everything, some, answer)
