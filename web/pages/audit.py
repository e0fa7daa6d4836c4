"""The record of what was done, in words, and whether it was altered."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.casework import audited
from server.counted import agree
from server.node import audit, staff
from server.node.access import Act, require
from server.node.desk import Desk
from web.forms import new_token
from web.frame import show
from web.pages.audit_words import said
from web.rendering import html
from web.workplace import AnyRequest, AtWork

_SHOWN = 200


@dataclass(frozen=True, slots=True)
class EntryLine:
    """One thing that was done."""

    at: str
    who: str
    words: str


@dataclass(frozen=True, slots=True)
class AuditPage:
    """The latest entries, newest first."""

    token: str
    entries: tuple[EntryLine, ...]


@dataclass(frozen=True, slots=True)
class VerdictPart:
    """Does the chain hold?"""

    whole: bool
    sentence: str


@get("/audit")
async def audit_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """What was done here lately."""
    require(desk, Act.READ_AUDIT)
    names = {one.id: one.name for one in await staff.list_staff(desk)}
    entries = tuple(
        EntryLine(one.at, _who(one.who, names), said(one, names, desk))
        for one in await audited.entries(_SHOWN, desk)
    )
    return await show(request, desk, "/audit", "audit/page.html", AuditPage(new_token(), entries))


def _who(who: str, names: dict[str, str]) -> str:
    return "This node" if who == "node" else names.get(who, "Somebody who has left")


@post("/audit/verify")
async def verify(desk: AtWork) -> Response[Any]:
    """Read the whole chain."""
    require(desk, Act.VERIFY_AUDIT)
    return Response(html("audit/_verdict.html", await _verdict(desk)), media_type="text/html")


async def _verdict(_: Desk) -> VerdictPart:
    verdict = await audit.verify()
    if verdict.ok:
        return VerdictPart(
            True,
            f"Nothing was altered: all {agree(verdict.count, 'entry', 'entries')} follow.",
        )
    return VerdictPart(
        False,
        f"Entry {verdict.first_broken} does not follow the one before: it was altered there. "
        "Stop, keep the machine as it is, and tell your privacy officer.",
    )


handlers = (audit_page, verify)
