"""What stands around every page, drawn for whoever is at work."""

from dataclasses import replace
from typing import Any, Final

from litestar import Response

from server.entry import assuring
from server.meeting import asked, finds_due, overdue, planning
from server.node import node, packs, reminders, selfreview
from server.node.access import Act, Role, may
from server.node.desk import Desk
from web import bell
from web.rendering import Frame, Link, page
from web.workplace import AnyRequest, Workplace, place

ROLE_WORDS: Final = {
    Role.ADVOCATE: "Advocate",
    Role.LIAISON: "Liaison",
    Role.COORDINATOR: "Coordinator",
    Role.CHAIR: "Chair",
    Role.OBSERVER: "Observer",
    Role.PRIVACY_OFFICER: "Privacy officer",
    Role.ANALYST: "Analyst",
    Role.OPERATOR: "Operator",
}
_REHEARSAL: Final = "Rehearsal: this node is for practice. Put nothing real into it."

_PLACES: Final = (
    ("Cases", "/cases", Act.LIST_CASES),
    ("Shared", "/shared", Act.VIEW_CASE),
    ("Intake", "/intake", Act.READ_INTAKE),
    ("Asked", "/asked", Act.ANSWER_REQUEST),
    ("Motions", "/motions", Act.READ_PLAN),
    ("Meetings", "/meetings", Act.READ_MEETING),
    ("Actions", "/actions", Act.READ_ACTIONS),
    ("Consents", "/consents", Act.LIST_CONSENTS),
    ("Partners", "/partners", Act.LIST_PARTNERS),
    ("Staff", "/staff", Act.LIST_STAFF),
    ("Audit", "/audit", Act.READ_AUDIT),
    ("Node", "/node", Act.CHANGE_PARTNER),
)


# Gone to rarely: in the menu at the end of the bar, unless the bar is short without it.
_RARELY: Final = frozenset({"/consents", "/staff", "/audit", "/node"})
_SHORT: Final = 6

# Whatever is printed of these says who must not learn of it.
_ABOUT_CASES: Final = frozenset(
    {"/cases", "/shared", "/intake", "/asked", "/motions", "/meetings", "/actions", "/consents"}
)

# Who asks, and who is asked and votes.
_COORDINATING: Final = {"/intake": True, "/asked": False, "/motions": False}


async def links(desk: Desk, here: str) -> tuple[Link, ...]:
    """Where the person at this desk may go, and what needs somebody there."""
    return tuple(
        [
            Link(words, href, here == href, await _badge(href, desk))
            for words, href, act in _PLACES
            if _goes(href, act, desk)
        ]
    )


def behind(found: tuple[Link, ...]) -> tuple[Link, ...]:
    """Those of these places that stand in the menu, so that the bar keeps to one row."""
    if len(found) <= _SHORT:
        return ()
    return tuple(link for link in found if link.href in _RARELY)


def _goes(href: str, act: Act, desk: Desk) -> bool:
    if _COORDINATING.get(href, desk.node.coordinating) is not desk.node.coordinating:
        return False
    if href == "/motions" and not desk.pack.decision.votes:
        return False
    return Role.OPERATOR in desk.roles if href == "/node" else may(desk.roles, act)


async def _badge(href: str, desk: Desk) -> str:
    """What is due among partners, what waits or is overdue, a meeting held now."""
    if href == "/partners":
        due = await _partners_due(desk)
        return f"{due} due" if due else ""
    if href == "/asked":
        new = await asked.waiting_count(desk)
        if may(desk.roles, Act.SHARE) and may(desk.roles, Act.READ_REFERRALS):
            new += len(await finds_due.finds_due(desk))  # the coordinating node waits for her name
        return f"{new} new" if new else ""
    if href == "/actions":
        late = overdue.count(desk)
        return f"{late} overdue" if late else ""
    if href == "/meetings":
        return "Open now" if await planning.held_now() else ""
    return ""


async def _partners_due(desk: Desk) -> int:
    """Agreements that end, a protocol past its review, the self-review, an entry past its term."""
    due = 0
    if may(desk.roles, Act.VERIFY_PARTNER):
        due += len(reminders.due(desk)) + (reminders.review_past(desk) is not None)
    if may(desk.roles, Act.REVIEW_DUTIES):
        due += len(await selfreview.due(desk))
    if may(desk.roles, Act.EDIT_ENTRY):
        due += await assuring.sent_is_old(desk)
    return due


def role_words(roles: frozenset[Role]) -> str:
    """What somebody does here, in words."""
    return ", ".join(words for role, words in ROLE_WORDS.items() if role in roles)


async def sync_words(here: Workplace) -> str:
    """The state of sync in a few words, for the top bar."""
    return (await here.syncer.state()).words


async def frame_for(request: AnyRequest, desk: Desk, here: str) -> Frame:
    """The frame around somebody's work."""
    workplace = place(request)
    member = desk.staff.name if desk.staff else ""
    found = await links(desk, here)
    more = behind(found)
    return Frame(
        node=desk.node.name,
        role=f"{member}, {role_words(desk.roles).lower()}",
        links=tuple(link for link in found if link not in more),
        more=more,
        form_proof=workplace.door.form_proof(request.cookies),
        at_work=True,
        rehearsal=_REHEARSAL if desk.node.rehearsal else "",
        restored=desk.node.quarantined,
        sync=await sync_words(workplace),
        timezone=desk.pack.timezone,
        bell=request.state.get("bell", bell.mark()),
        never_told=desk.pack.action_terms.never_told if here in _ABOUT_CASES else "",
    )


async def locked_frame(request: AnyRequest, device: str) -> Frame:
    """The frame of the sign-in page: whose node this is, and nothing more."""
    workplace = place(request)
    here = await node.load(workplace.settings)
    door = workplace.door
    return Frame(
        node=here.name,
        role="",
        links=(),
        more=(),
        form_proof=door.form_proof({door.device_cookie: device}),
        rehearsal=_REHEARSAL if here.rehearsal else "",
        timezone=packs.read(here.pack_texts).timezone,
    )


async def show(
    request: AnyRequest, desk: Desk, here: str, template: str, value: Any
) -> Response[str]:
    """A page in its frame; a notice is shown once, by a whole page and never lost to a part."""
    kept = place(request).remembered(request)
    notice, kept.notice = kept.notice, ""
    frame = replace(await frame_for(request, desk, here), notice=notice)
    return page(template, value, frame)
