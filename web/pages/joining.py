"""Bringing an agency in: invitations on one side, opening one on the other, and who is joining."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final

import segno
from litestar import Response, get, post
from markupsafe import Markup

from server.casework import rehearsing
from server.node import invitations, invited, onboarding, selfreview
from server.node.access import Act, may, require
from server.node.desk import Desk
from server.node.invitations import Invited
from server.node.onboarding import Checklist
from web import events
from web.forms import new_token, typed
from web.frame import frame_for, show
from web.pages import changing, enrolling, joining_steps, leaving, rehearsal
from web.pages import selfreview as reviews
from web.rendering import Tag, day, page
from web.workplace import PASSIVE, AnyRequest, AtWork, go, once, place

_INVITATIONS: Final = "joining-invitations"
_AGENCIES: Final = "joining-agencies"
_PARTS: Final = {_INVITATIONS: "the invitations", _AGENCIES: "who is joining"}
_TAGS = {
    onboarding.JOINING: Tag("Joining", "you"),
    onboarding.TAKES_PART: Tag("Takes part", "good"),
    onboarding.LAPSED: Tag("Agreement has lapsed", "you"),
    onboarding.SUSPENDED: Tag("Suspended", "bad"),
}
_STATES = {
    invitations.OPEN: Tag("Not opened yet", "info"),
    invitations.WAITING: Tag("Waits for the eight words", "you"),
    invitations.ENROLLED: Tag("Enrolled", "good"),
    invitations.REVOKED: Tag("Taken back", ""),
    invitations.ENDED: Tag("Ended unused", ""),
}


@dataclass(frozen=True, slots=True)
class JoiningLine:
    """One agency and how far its joining has come."""

    href: str
    name: str
    steps: str
    tags: tuple[Tag, ...]
    rehearsed: str


@dataclass(frozen=True, slots=True)
class InvitationLine:
    """One invitation; its page opens while somebody waits."""

    id: str
    name: str
    tag: Tag
    until: str
    href: str


@dataclass(frozen=True, slots=True)
class OpenedPart:
    """Both sides' words, to be read aloud before this agency trusts the other."""

    name: str
    words: tuple[str, ...]
    own_words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class JoiningPage:
    """Everything about joining at this node; what does not apply here is empty."""

    token: str
    invites: bool
    joins: bool
    until: str
    invitations: tuple[InvitationLine, ...]
    over: int
    opened: OpenedPart | None
    agencies: tuple[JoiningLine, ...]
    review: str
    review_due: bool
    may_leave: bool
    coordinating: bool
    changed: frozenset[str] = frozenset()  # the parts an open page has not as they are
    said: str = ""

    @property
    def marks(self) -> Mapping[str, str]:
        """The parts that may change while the page is open, and the mark of what each says."""
        says = {_INVITATIONS: (self.invitations, self.over), _AGENCIES: self.agencies}
        return {id: changing.mark(one) for id, one in says.items()}


@dataclass(frozen=True, slots=True)
class MadePart:
    """An invitation just made: its link, which is shown only now, and the same to be scanned."""

    name: str
    link: str
    until: str
    code: Markup


@get("/partners/joining")
async def joining_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Who is joining, what waits here, and the one button that begins."""
    return await show(request, desk, "/partners", "joining/page.html", await _part(desk))


@post("/partners/joining/changes", opt=PASSIVE)
async def changes(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """The parts of the list that changed since this page was drawn; or else nothing."""
    form = await typed(request)
    value = await _part(desk)
    changed = changing.changed(form, value.marks)
    if not changed:
        return Response("", status_code=204)
    heard = changing.said([words for id, words in _PARTS.items() if id in changed])
    frame = await frame_for(request, desk, "/partners")
    return page("joining/_changes_here.html", replace(value, changed=changed, said=heard), frame)


async def _part(desk: Desk) -> JoiningPage:
    coordinates = desk.node.coordinating and may(desk.roles, Act.INVITE)
    joins = not desk.node.coordinating and not desk.node.joined
    made = await invitations.listed(desk) if coordinates else []
    current = [one for one in made if one.state in {invitations.OPEN, invitations.WAITING}]
    due = await selfreview.due_on(desk)
    return JoiningPage(
        token=new_token(),
        invites=coordinates,
        joins=joins and may(desk.roles, Act.OPEN_INVITATION),
        until=(desk.today + timedelta(days=invitations.USUAL_DAYS)).isoformat(),
        invitations=tuple(_invitation_line(one) for one in current),
        over=len(made) - len(current),
        opened=await _opened(desk) if joins and may(desk.roles, Act.OPEN_INVITATION) else None,
        agencies=await _lines(desk),
        review=day(due),
        review_due=due <= desk.today,
        may_leave=may(desk.roles, Act.LEAVE) and desk.node.joined and not desk.node.coordinating,
        coordinating=desk.node.coordinating,
    )


async def _opened(desk: Desk) -> OpenedPart | None:
    found = await invited.opened(desk)
    if found is None or found.joined:
        return None
    return OpenedPart(found.card.name, found.words, found.own_words)


async def _lines(desk: Desk) -> tuple[JoiningLine, ...]:
    arrived = {one.partner for one in await rehearsing.rehearsals(desk) if one.arrived}
    found = sorted(await onboarding.checklists(desk), key=_joining_first)
    return tuple(_line(one, arrived, desk) for one in found)


def _joining_first(one: Checklist) -> tuple[bool, str]:
    return one.standing != onboarding.JOINING, one.agency.name


def _line(one: Checklist, arrived: set[str], desk: Desk) -> JoiningLine:
    tags = [_TAGS[one.standing]]
    partner = one.agency.id if desk.node.coordinating else desk.node.relay_identity
    if partner in arrived:
        tags.append(Tag("A test handoff arrived", "you"))
    if one.leaving is not None:
        tags.append(Tag("Says it leaves", "you"))
    return JoiningLine(
        href=f"/partners/joining/{one.agency.identity[:16]}",
        name=one.agency.name,
        steps=f"{one.done} of {len(one.lines)}",
        tags=tuple(tags),
        rehearsed=day(one.rehearsed.on) if one.rehearsed else "Not yet",
    )


def _invitation_line(one: Invited) -> InvitationLine:
    waits = one.state == invitations.WAITING
    return InvitationLine(
        id=one.id,
        name=one.name,
        tag=_STATES[one.state],
        until=day(one.until),
        href=f"/partners/joining/invitations/{one.id}" if waits else "",
    )


@post("/partners/joining/invite")
async def invite(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Make a link for one agency, and show it this once."""
    require(desk, Act.INVITE)
    form = await typed(request)
    name = form.need("invite-name", "Write the name of the agency.")
    until = form.day("invite-until", "Write the last day on which the link may be opened.")
    form.settle()

    async def act() -> Response[Any]:
        made = await invitations.make(name, until, desk)
        events.changed(request)
        code = segno.make(made.link, error="m").svg_inline(
            scale=4, border=4, dark="#000", light="#fff"
        )
        # The code is drawn by us from a link we made: nothing in it was typed by anybody.
        part = MadePart(name, made.link, day(made.until), Markup(code))  # noqa: S704
        return page("joining/_made.html", part, await frame_for(request, desk, "/partners"))

    return await once(request, form, act)


@post("/partners/joining/open")
async def open_link(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Open the link we were given: the cards change places."""
    require(desk, Act.OPEN_INVITATION)
    form = await typed(request)
    link = form.need("link", "Paste the link you were given.")
    form.settle()

    async def act() -> Response[Any]:
        found = await invited.open_link(link, desk)
        return go(
            request,
            "/partners/joining",
            f"{found.card.name} has this agency's card now. Ring them, and compare the words.",
        )

    return await once(request, form, act)


@post("/partners/joining/trust")
async def trust(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Their words were read aloud: this node trusts them from now on."""
    require(desk, Act.JOIN)
    form = await typed(request)
    words = form.need("join-words", "Type the eight words they read to you.")
    form.settle()

    async def act() -> Response[Any]:
        card = await invited.join(words, desk)
        place(request).syncer.kick()
        notice = f"This node trusts {card.name}. The directory comes once they have enrolled you."
        return go(request, "/partners/joining", notice)

    return await once(request, form, act)


handlers = (
    joining_page,
    changes,
    invite,
    open_link,
    trust,
    *enrolling.handlers,
    *joining_steps.handlers,
    *rehearsal.handlers,
    *leaving.handlers,
    *reviews.handlers,
)
