"""What a colleague finds at a node: every list, every count, and every answer about a number."""

import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest.mock import patch

from server import beacons
from server.casework import (
    audited,
    cases,
    consents,
    leaving,
    mailroom,
    meetings,
    offering,
    own_search,
    ties,
    walling,
    withdrawals,
)
from server.casework.own_search import Asked
from server.casework.tables import ConsentRow, Share
from server.meeting import actions, asked, intake, monitor, referring
from server.node.access import Role
from server.node.desk import Desk, desk_for, keys_for
from server.node.errors import NodeError
from server.node.member import StaffMember
from server.node.sqlite_connections import Lent, Rows
from tests.coalition import NORTHGATE, Coalition

ADVOCATE = frozenset({Role.ADVOCATE})


@dataclass(frozen=True)
class Numbers:
    """Every number by which somebody might ask about a case."""

    ref: str
    consent: str
    share: str
    release: str


async def hire(
    made: Coalition, place: str, name: str, roles: frozenset[Role] = ADVOCATE
) -> StaffMember:
    """Somebody begins to work there."""

    async def act(desk: Desk) -> StaffMember:
        return await ties.add_colleague(name, roles, "seven green kettles hum", desk)

    async def quick(*_: object) -> bytes:
        return b"a lock nobody opens here"

    with patch("server.node.unlock_queue.make_lock", quick):
        return await made.do(place, act)


async def desk_of(made: Coalition, place: str, member: StaffMember) -> Desk:
    """That colleague sits down. Call within made.at()."""
    settings = made.settings(place)
    return await desk_for(settings, member, await keys_for(settings, made[place].identity))


async def by(
    made: Coalition, place: str, member: StaffMember, act: Callable[[Desk], Awaitable[Any]]
) -> Any:
    """That colleague does something."""
    with made.at(place):
        return await act(await desk_of(made, place, member))


_LISTS: dict[str, Callable[[Desk], Awaitable[Any]]] = {
    "cases": cases.list_cases,
    "shared": meetings.shared_cases,
    "consents": consents.list_consents,
    "passed on": consents.passed_on_with,
    "finds": consents.received_finds,
    "offers": offering.offers,
    "ties": ties.list_ties,
    "walls": walling.list_walls,
    "what ends": leaving.what_ends,
    "not confirmed": beacons.unconfirmed,
    "asked": asked.queue,
    "badge": asked.waiting_count,
    "referrals": referring.listed,
    "intake": intake.queue,
    "actions": actions.mine,
    "monitor": monitor.monitor,
    "search": lambda desk: own_search.search(
        Asked(names=("Asha Bell", "Tom Crane"), phones=("0000 111",)), desk
    ),
}


def _about(one: Numbers) -> dict[str, Callable[[Desk], Awaitable[Any]]]:
    return {
        "open": lambda desk: cases.read(one.ref, desk),
        "open by its short": lambda desk: cases.read(one.ref[:6], desk),
        "reach": lambda desk: cases.reach(one.ref, desk),
        "edit": lambda desk: cases.edit(one.ref, {}, 1, {}, desk),
        "view": lambda desk: meetings.case_view(one.ref, desk),
        "preview": lambda desk: mailroom.preview(one.ref, NORTHGATE, "meeting", desk),
        "send": lambda desk: mailroom.send(one.ref, NORTHGATE, "meeting", desk),
        "with whom": lambda desk: mailroom.shared_with(one.ref, desk),
        "its consents": lambda desk: consents.list_consents(desk, one.ref),
        "its walls": lambda desk: walling.list_walls(desk, one.ref),
        "wall": lambda desk: walling.put(one.ref, "", desk, staff="Somebody"),
        "adopt": lambda desk: consents.adopt(one.consent, one.ref, {}, desk),
        "refuse": lambda desk: consents.refuse(one.consent, desk),
        "receipts of consent": lambda desk: withdrawals.receipts(one.consent, desk),
        "receipts of share": lambda desk: withdrawals.receipts(one.share, desk),
        "receipts of release": lambda desk: withdrawals.receipts(one.release, desk),
        "withdraw consent": lambda desk: withdrawals.withdraw(desk, consent=one.consent),
        "withdraw release": lambda desk: withdrawals.withdraw(desk, release=one.release),
    }


async def lists(made: Coalition, place: str, member: StaffMember) -> dict[str, str]:
    """Everything this colleague is shown unasked."""
    return {name: await _said(made, place, member, act) for name, act in _LISTS.items()}


async def answers(made: Coalition, place: str, member: StaffMember, one: Numbers) -> dict[str, str]:
    """Everything this colleague is answered who knows every number of a case."""
    return {name: await _said(made, place, member, act) for name, act in _about(one).items()}


async def steps(
    made: Coalition, place: str, member: StaffMember, one: Numbers
) -> dict[str, list[str]]:
    """The statements the database is asked for each of these answers, without their values."""
    found = {}
    for name, act in _about(one).items():
        with statements() as heard:
            await _said(made, place, member, act)
        found[name] = heard
    return found


async def recorded(made: Coalition, place: str, member: StaffMember) -> list[Any]:
    """The record of what was done, as this colleague may read it."""
    found: list[Any] = await by(made, place, member, lambda desk: audited.entries(500, desk))
    return found


async def numbers(made: Coalition, place: str, ref: str) -> Numbers:
    """The numbers this node knows of a case."""
    with made.at(place):
        share = await Share.objects().where(Share.case_ref == ref).first()
        consent = await ConsentRow.objects().where(ConsentRow.case_ref == ref).first()
    release = share.release if share else consent.release if consent else secrets.token_hex(16)
    return Numbers(
        ref,
        consent.id if consent else secrets.token_hex(16),
        share.id if share else secrets.token_hex(32),
        release,
    )


def nobodys() -> Numbers:
    """Numbers that nothing goes by."""
    return Numbers(
        cases.new_ref(), secrets.token_hex(16), secrets.token_hex(16), secrets.token_hex(16)
    )


@contextmanager
def statements() -> Iterator[list[str]]:
    """Every statement that any connection runs meanwhile."""
    heard: list[str] = []
    execute, executemany = Lent.execute, Lent.executemany

    async def asked(self: Lent, statement: str, values: Sequence[Any] = ()) -> Rows:
        heard.append(statement)
        return await execute(self, statement, values)

    async def asked_often(self: Lent, statement: str, rows: Sequence[Sequence[Any]]) -> None:
        heard.extend(statement for _ in rows)
        await executemany(self, statement, rows)

    with patch.multiple(Lent, execute=asked, executemany=asked_often):
        yield heard


async def _said(
    made: Coalition, place: str, member: StaffMember, act: Callable[[Desk], Awaitable[Any]]
) -> str:
    try:
        return repr(await by(made, place, member, act))
    except NodeError as error:
        return f"{type(error).__name__}: {error.sentence} ({error.exit_code})"
