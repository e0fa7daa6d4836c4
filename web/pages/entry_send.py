"""Send to the directory: exactly what leaves and to whom, shown before it goes."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from directory.audience import Audience
from directory.hsds.objects import OBJECTS, Dataset
from server.counted import agree
from server.entry import sending
from server.entry.sending import OPEN, Leaving, Outgoing
from server.node.access import Act, require
from server.node.desk import Desk
from web.forms import new_token, typed
from web.frame import show
from web.pages.entry_forms import FORMS, called, said
from web.pages.entry_words import audience
from web.pages.words import agency_name
from web.rendering import Tag
from web.workplace import AnyRequest, AtWork, go, once, place


@dataclass(frozen=True, slots=True)
class SentLine:
    """One row as it leaves: what it is, what it says, and whether that is new."""

    kind: str
    title: str
    said: tuple[tuple[str, str], ...]
    tag: Tag | None


@dataclass(frozen=True, slots=True)
class PartPanel:
    """Everything that goes to the same people."""

    title: str
    lede: str
    lines: tuple[SentLine, ...]
    gone: tuple[str, ...]
    waits: str


@dataclass(frozen=True, slots=True)
class SendPage:
    """What would leave, and what has to be put right first."""

    token: str
    panels: tuple[PartPanel, ...]
    stays: tuple[SentLine, ...]
    mistakes: tuple[str, ...]
    to_choose: int
    new: bool
    button: str


@get("/entry/send")
async def send_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """What leaves, to whom."""
    leaving = await sending.outgoing(desk)
    panels: list[PartPanel] = []
    for part in leaving.parts:
        panels += _open(part) if part.part == OPEN else [_shut(part, desk)]
    value = SendPage(
        token=new_token(),
        panels=tuple(panels),
        stays=_stays(leaving),
        mistakes=leaving.mistakes,
        to_choose=leaving.to_choose,
        new=leaving.new,
        button=_button(leaving, desk),
    )
    return await show(request, desk, "/partners", "entry/send.html", value)


@post("/entry/send")
async def send(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Send it."""
    require(desk, Act.EDIT_ENTRY)
    form = await typed(request)

    async def act() -> Response[Any]:
        sent = await sending.send(desk)
        place(request).syncer.kick()
        words = "On its way to the directory." if sent else "Nothing was new since the last time."
        return go(request, "/entry", words)

    return await once(request, form, act)


def _open(part: Leaving) -> list[PartPanel]:
    everybody, staff = _split(part.rows)
    return [
        PartPanel(
            "Everybody may see",
            "The public too, where a partner shows the directory to it.",
            _lines(everybody, part),
            (),
            "",
        ),
        PartPanel(
            "Signed-in partners may see",
            "Staff of every agency in the directory, and whoever runs the relay.",
            _lines(staff, part),
            _gone(part),
            "",
        ),
    ]


def _shut(part: Leaving, desk: Desk) -> PartPanel:
    name = agency_name(part.part, desk)
    return PartPanel(
        f"Only {name} may see",
        "Shut for this agency alone: the relay and everybody else cannot read it."
        if part.rows
        else "It is told that there is nothing for it any more.",
        _lines(part.rows, part),
        _gone(part),
        part.waits,
    )


def _split(rows: Dataset) -> tuple[Dataset, Dataset]:
    everybody: dict[str, list[dict[str, Any]]] = {}
    staff: dict[str, list[dict[str, Any]]] = {}
    for table, some in rows.items():
        for row in some:
            public = audience(row) is Audience.PUBLIC
            (everybody if public else staff).setdefault(table, []).append(row)
    return everybody, staff


def _lines(rows: Dataset, part: Leaving) -> tuple[SentLine, ...]:
    before = {str(row["id"]): row for some in part.before.values() for row in some}
    return tuple(
        _line(table, row, _tag(before.get(str(row["id"])), row))
        for table, some in rows.items()
        for row in some
    )


def _line(table: str, row: dict[str, Any], tag: Tag | None) -> SentLine:
    form = FORMS.get(table)
    if table == "attributes" and row.get("label"):
        return SentLine("To be found under", str(row["label"]), (), tag)
    if form is None:
        name = OBJECTS[table].name.replace("_", " ")
        told = tuple((key, str(value)) for key, value in row.items() if _plain(key))
        return SentLine(name.capitalize(), str(row.get("name") or ""), told, tag)
    return SentLine(form.one.capitalize(), called(form, row), tuple(said(form, row)), tag)


def _plain(name: str) -> bool:
    return name != "id" and not name.endswith("_id") and not name.startswith("x_")


def _tag(before: dict[str, Any] | None, row: dict[str, Any]) -> Tag | None:
    if before is None:
        return Tag("New", "good")
    return None if before == row else Tag("Changed", "you")


def _gone(part: Leaving) -> tuple[str, ...]:
    now = {str(row["id"]) for some in part.rows.values() for row in some}
    return tuple(
        _line(table, row, None).title or _line(table, row, None).kind
        for table, some in part.before.items()
        for row in some
        if str(row["id"]) not in now
    )


def _stays(leaving: Outgoing) -> tuple[SentLine, ...]:
    """What no part carries whole: rows for nobody but this agency."""
    sent = {
        str(row["id"]) for part in leaving.parts[1:] for some in part.rows.values() for row in some
    }
    whole = {str(row["id"]): row for some in leaving.parts[0].rows.values() for row in some}
    return tuple(
        _line(table, row, None)
        for table, some in leaving.whole.items()
        for row in some
        if str(row["id"]) not in sent
        and (str(row["id"]) not in whole or audience(row) is Audience.TRUSTED)
    )


def _button(leaving: Outgoing, desk: Desk) -> str:
    named = [part for part in leaving.parts[1:] if part.new and not part.waits]
    if not named:
        return "Send to everybody at a partner"
    if len(named) == 1:
        return f"Send to everybody at a partner, and to {agency_name(named[0].part, desk)}"
    return f"Send to everybody at a partner, and to {agree(len(named), 'agency', 'agencies')}"


handlers = (send_page, send)
