"""What people do while a meeting is held: call a case up, decide, write down who is there."""

from dataclasses import replace
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import drafts
from server.meeting import agenda, attendance, hearing, planned, planning, slots
from server.meeting.hearing import DECIDED
from server.node.access import Act, require
from server.node.desk import Desk
from tiers.case_form import read_value
from tiers.reading import FormMistake
from web import events
from web.forms import Mistakes, Slip, Typed, typed
from web.frame import frame_for
from web.pages.drafts import keep_on
from web.pages.live_changes import decision_of, roster_of
from web.pages.live_parts import observers_part
from web.pages.roster_parts import RosterPart, attend_place
from web.rendering import page
from web.workplace import AnyRequest, AtWork, go, once, place

_PLACE = "/meetings"


@post("/meetings/shortcuts")
async def choose_shortcuts(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Let single letters act, or not, until this session ends; the browser keeps nothing."""
    require(desk, Act.READ_MEETING)
    place(request).remembered(request).shortcuts = bool((await typed(request)).word("shortcuts"))
    return Response("", status_code=204)


@post("/meetings/{meeting:str}/hear/{slot:str}")
async def hear(
    request: AnyRequest, meeting: FromPath[str], slot: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Call this case up."""
    form = await typed(request)

    async def act() -> Response[Any]:
        await hearing.hear(slot, desk)
        events.changed(request)
        return go(request, f"/meetings/{meeting}/live/{slot}")

    return await once(request, form, act)


@post("/meetings/{meeting:str}/decide/{slot:str}")
async def save_decision(
    request: AnyRequest, meeting: FromPath[str], slot: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Save what the room decides; or save it and go on, which loses no typed word."""
    require(desk, Act.RUN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        await _save(form, slot, desk)
        done = form.word("done")
        if done == "heard":
            await hearing.heard(slot, desk)
        elif done == "put_off":
            await hearing.put_off(slot, desk)
        events.changed(request)
        if done in {"heard", "put_off"}:
            return await _onward(request, meeting, slot, desk)
        return await _decision(request, meeting, slot, desk)

    return await once(request, form, act)


@get("/meetings/{meeting:str}/decide/{slot:str}")
async def decision_again(
    request: AnyRequest, meeting: FromPath[str], slot: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Drop the words not yet saved and show what stands."""
    require(desk, Act.RUN_MEETING)
    await drafts.drop(f"meeting/{slot}/decision", desk)
    return await _decision(request, meeting, slot, desk)


@post("/meetings/{meeting:str}/choose/{slot:str}")
async def choose(
    request: AnyRequest, meeting: FromPath[str], slot: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Keep one of two colleagues' wordings."""
    require(desk, Act.RUN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        name, words = form.word("field"), form.whole("value")
        now = await hearing.decided((await slots.may_touch(slot, desk)).case_ref, desk)
        if words not in {one.value for one in now.fields.get(name, ())}:
            raise Mistakes(Slip("", "Somebody has changed this meanwhile. Load the page again."))
        await hearing.record_decision(slot, {name: words}, now.revision, desk)
        await drafts.drop(f"meeting/{slot}/decision", desk)
        events.changed(request)
        return await _decision(request, meeting, slot, desk)

    return await once(request, form, act)


@post("/meetings/{meeting:str}/attend/{agency:str}")
async def attend(
    request: AnyRequest, meeting: FromPath[str], agency: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Write down whether this agency came; a colleague's words meanwhile are shown beside."""
    require(desk, Act.RUN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        base = form.word("base")
        marked = await attendance.attend(
            meeting,
            agency,
            form.word("state"),
            desk,
            who=form.word("who"),
            note=form.word("note"),
            information_sent=form.ticked("information_sent"),
            base=int(base) if base.isdecimal() else None,
        )
        await drafts.drop(attend_place(meeting, agency), desk)
        events.changed(request)
        part = await _roster(meeting, desk)
        line = next(one for one in part.lines if one.agency == agency and not one.observer)
        if not marked.kept:  # what was typed stays in the form, theirs beside it
            await keep_on(line.draft_place, form, line.base, desk)
            line = replace(
                line,
                state=form.word("state"),
                who=form.word("who"),
                note=form.word("note"),
                information_sent=form.ticked("information_sent"),
                beside=line,
            )
        return page("meeting/_attend_alone.html", line, await frame_for(request, desk, _PLACE))

    return await once(request, form, act)


@post("/meetings/{meeting:str}/observers")
async def welcome(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """An observer is in the room."""
    require(desk, Act.RUN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        who = form.need("observer", "Say who it is.")
        agency = form.need("agency", "Say from which agency.")
        form.settle()
        await attendance.welcome(meeting, agency, who, desk, signed=form.ticked("signed"))
        events.changed(request)
        part = await _roster(meeting, desk)
        return page("meeting/_roster.html", part, await frame_for(request, desk, _PLACE))

    return await once(request, form, act)


@post("/meetings/{meeting:str}/statement")
async def statement(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """An observer of this node signs the confidentiality statement."""
    form = await typed(request)

    async def act() -> Response[Any]:
        if not form.ticked("agree"):
            raise Mistakes(Slip("agree", "Tick that you have read it and keep to it."))
        await attendance.sign_statement(meeting, desk)
        events.changed(request)
        return go(request, f"/meetings/{meeting}/live")

    return await once(request, form, act)


@post("/meetings/{meeting:str}/read-out")
async def read_out(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """Write down who read the confidentiality statement aloud."""
    require(desk, Act.RUN_MEETING)
    form = await typed(request)

    async def act() -> Response[Any]:
        who = form.need("reader", "Say who read it.")
        form.settle()
        was = (await planning.load(meeting, desk)).statement_read_by
        await planning.change(meeting, "statement_read_by", who, was, desk)
        events.changed(request)
        return go(request, f"/meetings/{meeting}/live")

    return await once(request, form, act)


@post("/meetings/{meeting:str}/show/{slot:str}")
async def show_observers(
    request: AnyRequest, meeting: FromPath[str], slot: FromPath[str], desk: AtWork
) -> Response[Any]:
    """Let observers see this case, or not any more."""
    form = await typed(request)

    async def act() -> Response[Any]:
        await hearing.let_observers(slot, desk, see=form.word("see") == "yes")
        events.changed(request)
        at = await planned.load(meeting, desk)
        cases = (await agenda.cases_of(at, desk)).cases
        case = next((one for one in cases if one.slot == slot), None)
        if case is None:
            raise planned.NotOnAgenda
        part = observers_part(at, case)
        frame = await frame_for(request, desk, _PLACE)
        return page("meeting/_observers_alone.html", part, frame)

    return await once(request, form, act)


@post("/meetings/{meeting:str}/over")
async def over(request: AnyRequest, meeting: FromPath[str], desk: AtWork) -> Response[Any]:
    """End the meeting."""
    form = await typed(request)

    async def act() -> Response[Any]:
        left = await hearing.over(meeting, desk)
        events.changed(request)
        put_off = f" {len(left)} not heard, and put off." if left else ""
        return go(request, f"/meetings/{meeting}", f"The meeting is over.{put_off}")

    return await once(request, form, act)


async def _save(form: Typed, slot: str, desk: Desk) -> None:
    """Write only what this person changed: the form may be older than a colleague's words."""
    words: dict[str, str | None] = {}
    section = desk.pack.sections["plan_case"]
    for name in DECIDED:
        now, was = form.whole(name).strip(), form.whole(f"was-{name}").strip()
        field = section.field(name)
        if now == was or field is None:
            continue
        try:
            words[name] = read_value(field, now, name) if now else None
        except FormMistake as mistake:
            form.wrong(name, f"{field.label}: {mistake.sentence}")
    form.settle()
    if words:
        base = form.word("base")
        await hearing.record_decision(slot, words, int(base) if base.isdecimal() else 0, desk)
    await drafts.drop(f"meeting/{slot}/decision", desk)


async def _onward(request: AnyRequest, meeting: str, slot: str, desk: Desk) -> Response[Any]:
    """Call up the next case that waits, or say that there is none."""
    at = await planned.load(meeting, desk)
    cases = (await agenda.cases_of(at, desk)).cases
    after = [one for one in cases if one.state == planned.WAITING]
    here = next((one.position for one in cases if one.slot == slot), 0)
    coming = next((one for one in after if one.position > here), after[0] if after else None)
    if coming is None:
        return go(request, f"/meetings/{meeting}/live/{slot}", "That was the last case.")
    await hearing.hear(coming.slot, desk)
    return go(request, f"/meetings/{meeting}/live/{coming.slot}")


async def _roster(meeting: str, desk: Desk) -> RosterPart:
    at = await planned.load(meeting, desk)
    found = await agenda.cases_of(at, desk)
    return await roster_of(at, [one.ref for one in found.cases], desk)


async def _decision(request: AnyRequest, meeting: str, slot: str, desk: Desk) -> Response[Any]:
    at = await planned.load(meeting, desk)
    found = await agenda.cases_of(at, desk)
    case = next((one for one in found.cases if one.slot == slot), None)
    part = await decision_of(at, found, case, desk)
    if part is None:
        raise planned.NotOnAgenda
    return page("meeting/_decision_alone.html", part, await frame_for(request, desk, _PLACE))


handlers = (
    choose_shortcuts,
    hear,
    save_decision,
    decision_again,
    choose,
    attend,
    welcome,
    statement,
    read_out,
    show_observers,
    over,
)
