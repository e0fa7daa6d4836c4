"""Staff: who can unlock this node, and what each may do."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server.casework import ties
from server.node import staff
from server.node.access import Act, Role, may, require
from server.node.errors import NotFound, PassphraseWrong
from web.forms import Mistakes, Option, Slip, Typed, new_token, typed
from web.frame import ROLE_WORDS, role_words, show
from web.workplace import AnyRequest, AtWork, go, once, place

_TOO_SHORT = "Use at least 12 characters. Four or five random words are good."


@dataclass(frozen=True, slots=True)
class MemberLine:
    """One colleague."""

    id: str
    name: str
    roles: str
    you: bool


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """Something about who can open this node that everybody is told."""

    n: int
    at: str
    sentence: str


@dataclass(frozen=True, slots=True)
class StaffPage:
    """Everybody who works here."""

    token: str
    members: tuple[MemberLine, ...]
    notices: tuple[NoticeLine, ...]
    roles: tuple[Option, ...]
    may_add: bool
    may_wall: bool


@get("/staff")
async def staff_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """Who works here."""
    mine = desk.staff.id if desk.staff else ""
    value = StaffPage(
        token=new_token(),
        members=tuple(
            MemberLine(one.id, one.name, role_words(one.roles), one.id == mine)
            for one in await staff.list_staff(desk)
        ),
        notices=tuple(NoticeLine(one.n, one.at, one.sentence) for one in await staff.notices(desk)),
        roles=tuple(Option(role.value, ROLE_WORDS[role]) for role in Role),
        may_add=may(desk.roles, Act.ADD_STAFF),
        may_wall=may(desk.roles, Act.WALL),
    )
    return await show(request, desk, "/staff", "staff/page.html", value)


@post("/staff")
async def add(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Give a colleague a lock and roles."""
    require(desk, Act.ADD_STAFF)
    form = await typed(request)
    name = form.need("name", "Write their name.")
    roles = frozenset(role for role in Role if role.value in form.words("role"))
    if not roles:
        form.wrong("role-advocate", "Tick what they do here.")
    passphrase = _twice(form, "new-passphrase", "new-again")
    form.settle()

    async def act() -> Response[Any]:
        member = await ties.add_colleague(name, roles, passphrase, desk)
        return go(request, "/staff", f"{member.name} can sign in now.")

    return await once(request, form, act)


def _twice(form: Typed, name: str, again: str) -> str:
    passphrase = form.whole(name)
    if len(passphrase) < 12:
        form.wrong(name, _TOO_SHORT)
    elif passphrase != form.whole(again):
        form.wrong(again, "The two are not the same. Type it once more.")
    return passphrase


@post("/staff/{member:str}/remove")
async def remove(request: AnyRequest, member: FromPath[str], desk: AtWork) -> Response[Any]:
    """Take a colleague's lock away and end their sessions at once."""
    require(desk, Act.REMOVE_STAFF)
    form = await typed(request)

    async def act() -> Response[Any]:
        found = next((one for one in await staff.list_staff(desk) if one.id == member), None)
        if found is None:
            raise NotFound
        await staff.remove(found.name, desk)
        place(request).keyholder.close_member(found.id)
        return go(request, "/staff", f"{found.name} can no longer sign in.")

    return await once(request, form, act)


@post("/staff/passphrase")
async def change(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """A new lock for the person at this desk, who shows that they know the old passphrase."""
    form = await typed(request)
    old, here = form.whole("old"), place(request)
    if not old:
        form.wrong("old", "Type your passphrase as it is now.")
    passphrase = _twice(form, "mine", "mine-again")
    form.settle()

    async def act() -> Response[Any]:
        assert desk.staff is not None  # noqa: S101  # a page's desk has somebody at it
        try:
            await staff.sign_in(desk.staff.name, old, here.settings, here.device(request))
        except PassphraseWrong as wrong:
            if type(wrong) is not PassphraseWrong:
                raise
            raise Mistakes(Slip("old", "This is not your passphrase. Type it again.")) from None
        member = await staff.change_passphrase(passphrase, desk)
        # This session goes on under the new lock; every other one of theirs ends at its next act.
        here.keyholder.open(here.token(request), member, desk.unlocked(), desk.now)
        return go(request, "/staff", "Your passphrase is changed.")

    return await once(request, form, act)


@post("/staff/notices")
async def read_notices(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """This person has read what everybody is told."""
    form = await typed(request)
    number = form.word("up-to")
    if number.isdecimal():
        await staff.read_notices(int(number), desk)
    return go(request, "/staff")


handlers = (staff_page, add, change, read_notices, remove)
