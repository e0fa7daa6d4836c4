"""The directory's way: what the relay lacks is handed over, what is newer there is adopted."""

import contextlib
from dataclasses import dataclass
from typing import Final

from client_sync.courier import Courier, RelayRefused
from crypto.errors import CryptoError
from directory import snapshot
from directory.errors import DirectoryError
from server.node import believed, coalition, restrictions
from server.node.coalition import NeedsThoseBetween
from server.node.desk import Desk, desk_for, locked_desk
from server.node.errors import RefusedAct, sentence
from server.sync_report import Refusal, SyncReport

_TRIES: Final = 3
_MOST_BETWEEN: Final = 2_000  # directories asked for one by one; a number may be anything
_OTHER: Final = "The relay does not take this node's directory; it may hold another of its number."


@dataclass(frozen=True, slots=True)
class Brought:
    """Whether a newer directory was adopted, and what was refused by name."""

    newer: bool = False
    refused: tuple[Refusal, ...] = ()


async def bring(number: int, desk: Desk, courier: Courier) -> Brought:
    """Adopt what the relay has that is newer; a coordinating node hands over what it lacks."""
    if number < desk.directory.number and desk.node.coordinating:
        return Brought(refused=await hand_over(number, desk, courier))
    if number <= desk.directory.number:
        return Brought()
    try:
        await _fetch(desk, courier)
    except RefusedAct as error:
        return Brought(refused=(Refusal("", error.sentence),))
    return Brought(newer=True)


async def newer(desk: Desk, courier: Courier) -> bool:
    """Adopt the relay's directory if it is newer than ours; was it?"""
    try:
        await _fetch(desk, courier)
    except RefusedAct:
        return False
    return (await _again(desk)).directory.number > desk.directory.number


async def hand_over(after: int, desk: Desk, courier: Courier) -> tuple[Refusal, ...]:
    """Give the relay the newest directory, and those before it if it asks for them."""
    try:
        await courier.put_directory(desk.directory.raw)
    except RelayRefused:
        for raw in await believed.raws_after(after):
            with contextlib.suppress(RelayRefused):
                await courier.put_directory(raw)
    try:
        await courier.put_directory(desk.directory.raw)
    except RelayRefused:
        return (Refusal(desk.directory.id, _OTHER),)
    return ()


async def send_restrictions(desk: Desk, courier: Courier) -> SyncReport:
    """A suspension signed here alone, written upon the newest directory the relay has."""
    agencies = await restrictions.waiting()
    if not agencies or desk.keys is None:
        return SyncReport()
    for _ in range(_TRIES):
        try:
            following = restrictions.drawn(agencies, desk)
        except RefusedAct as error:
            await restrictions.refused(error.sentence)
            return SyncReport(refused=(Refusal("", error.sentence),))
        if following is None:
            await restrictions.done(desk)
            return SyncReport(directory=True)
        try:
            await courier.put_directory(following.raw)
        except RelayRefused:
            if not await newer(desk, courier):
                break
        else:
            await coalition.adopt(following.raw, desk)
        desk = await _again(desk)
    return SyncReport()  # somebody else published in these seconds; the next round tries again


async def _fetch(desk: Desk, courier: Courier) -> None:
    newest = await courier.get_directory()
    try:
        await coalition.adopt(newest, desk)
    except NeedsThoseBetween:
        last = _number(newest, desk)
        if last - desk.directory.number > _MOST_BETWEEN:
            raise
        for number in range(desk.directory.number + 1, last + 1):
            raw = await courier.get_directory(number)
            if raw:
                await coalition.adopt(raw, desk)


def _number(raw: bytes, desk: Desk) -> int:
    try:
        return snapshot.kept(raw, desk.node.trusted).number
    except (CryptoError, DirectoryError) as error:
        raise RefusedAct(sentence(error)) from error


async def _again(desk: Desk) -> Desk:
    if desk.staff is None:
        return await locked_desk(desk.settings, desk.keys)
    return await desk_for(desk.settings, desk.staff, desk.keys)
