"""The digest: one message for what is due, to a real mail server, once, and never of a case."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from server import digest
from server.entry import own
from server.listing.tables import ListingRow
from server.node import reminders, selfreview
from server.node.desk import Desk
from server.node.mail_settings import Mail
from server.node.tables import Reminder
from tests.nodes import COORDINATING, TestedNode


@dataclass
class MailServer:
    """A small SMTP server on loopback that keeps what it is handed, or refuses it."""

    port: int = 0
    refuses: bool = False
    logins: list[str] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        with contextlib.suppress(ConnectionError):
            while line := (await reader.readline()).decode().strip():
                verb = line.split(" ")[0].upper()
                if verb == "QUIT":
                    break
                if verb == "DATA":
                    writer.write(b"354 go on\r\n")
                    raw = await reader.readuntil(b"\r\n.\r\n")
                    self.messages.append(raw.decode())
                if verb == "AUTH":
                    self.logins.append(line)
                writer.write(self._answer(verb))
                await writer.drain()
        writer.close()

    def _answer(self, verb: str) -> bytes:
        if verb == "EHLO":
            return b"250-here\r\n250 AUTH PLAIN\r\n"
        if verb == "AUTH":
            return b"235 fine\r\n"
        if verb == "MAIL" and self.refuses:
            return b"451 later\r\n"
        return b"250 fine\r\n"


@contextlib.asynccontextmanager
async def _mail_server() -> AsyncIterator[MailServer]:
    here = MailServer()
    server = await asyncio.start_server(here.serve, "127.0.0.1", 0)
    here.port = server.sockets[0].getsockname()[1]
    async with server:
        yield here


def _desk_with(desk: Desk, here: MailServer, *, days: float = 0, **more: object) -> Desk:
    mail = Mail("127.0.0.1", here.port, "node@example.org", ("liaison@example.org",), "no")
    return _later(replace(desk, settings=replace(desk.settings, mail=replace(mail, **more))), days)  # type: ignore[arg-type]


def _later(desk: Desk, days: float) -> Desk:
    now = desk.time.now + timedelta(days=days)
    return replace(desk, time=replace(desk.time, now=now))


def test_each_reminder_goes_out_once_sixty_thirty_and_seven_days_before(coordinating: TestedNode):
    async def walk() -> None:
        async with _mail_server() as here:
            desk = await coordinating.locked()
            until = desk.directory.coordinating.agreement_until
            assert until is not None
            left = (until - desk.today).days
            for days in (300, 305, 306, 335, 336, 340, left - 7, left - 6, left + 1, left + 9):
                await digest.send_due(_desk_with(desk, here, days=days))

            assert len(here.messages) == 4
            assert all(f"The agreement with {COORDINATING} ends on" in m for m in here.messages[:3])
            assert f"{COORDINATING} ended on" in here.messages[3]

    asyncio.run(walk())


def test_a_message_that_was_not_taken_is_tried_again_later(coordinating: TestedNode):
    async def walk() -> None:
        async with _mail_server() as here:
            desk = await coordinating.locked()
            here.refuses = True
            assert not await digest.send_due(_desk_with(desk, here, days=320))
            here.refuses = False
            assert not await digest.send_due(_desk_with(desk, here, days=320.01))
            assert await digest.send_due(_desk_with(desk, here, days=320.1))
            assert len(here.messages) == 1
            assert await Reminder.count().where(Reminder.sent_at.is_null()) == 0

        assert not await digest.send_due(_desk_with(desk, here, days=350))

    asyncio.run(walk())


def test_several_reminders_are_one_message_a_day_signed_in_where_asked(
    coordinating: TestedNode, tmp_path: Path
):
    password = tmp_path / "password"
    password.write_text("let me in\n")

    async def walk() -> None:
        async with _mail_server() as here:
            desk = await coordinating.locked()
            first = desk.directory.coordinating
            other = replace(first, name="Harbour House", identity="ab" * 32, coordinating=False)
            both = replace(desk, directory=replace(desk.directory, entries=(first, other)))
            more = {"user": "node", "password_file": password}
            assert await digest.send_due(_desk_with(both, here, days=320, **more))
            assert not await digest.send_due(_desk_with(both, here, days=320.5, **more))

            assert len(here.messages) == len(here.logins) == 1
            assert "Harbour House ends on" in here.messages[0]
            assert f"{COORDINATING} ends on" in here.messages[0]

    asyncio.run(walk())


def test_an_agency_is_reminded_of_its_own_agreement_alone(coordinating: TestedNode):
    async def walk() -> None:
        desk = _later(await coordinating.locked(), 320)
        agency = replace(desk, node=replace(desk.node, coordinating=False))
        other = replace(agency, node=replace(agency.node, identity="ab" * 32))

        assert [one.name for one in reminders.due(agency)] == [COORDINATING]
        assert reminders.due(other) == ()
        assert reminders.review_past(desk) is None

    asyncio.run(walk())


def test_without_a_mail_server_nothing_is_written_down(coordinating: TestedNode):
    async def walk() -> None:
        assert not await digest.send_due(_later(await coordinating.locked(), 360))
        assert await Reminder.count() == 0

    asyncio.run(walk())


def test_a_mail_server_that_wants_no_plain_talk_and_does_not_get_it_is_asked_again(
    coordinating: TestedNode,
):
    async def walk() -> None:
        async with _mail_server() as here:
            desk = await coordinating.locked()
            assert not await digest.send_due(_desk_with(desk, here, days=320, tls="starttls"))
            assert not await digest.send_due(_desk_with(desk, here, days=321, tls="tls"))
            assert here.messages == []

    asyncio.run(walk())


def test_entries_nobody_has_assured_are_counted_once_a_month(coordinating: TestedNode):
    async def walk() -> None:
        async with _mail_server() as here:
            desk = await coordinating.locked()
            ident = own.organization_id(desk.node.identity)
            await ListingRow.insert(
                ListingRow(
                    id=f"organizations/{ident}",
                    table="organizations",
                    hsds_id=ident,
                    organization=ident,
                    body='{"x_assured": "2001-01-01"}',
                    source=desk.node.identity,
                )
            )
            days = (32 - desk.today.day, 33 - desk.today.day, 64 - desk.today.day)
            for one in days:
                await digest.send_due(_desk_with(desk, here, days=one))

            said = [m for m in here.messages if "1 entry has not been assured" in m]
            assert len(said) == len(here.messages) == 2

    asyncio.run(walk())


def test_the_self_review_is_announced_twice_and_once_more_when_it_is_late(
    coordinating: TestedNode,
):
    async def walk() -> None:
        async with _mail_server() as here:
            first = await coordinating.locked()
            far = replace(
                first.directory.entries[0], agreement_until=first.today.replace(year=2090)
            )
            desk = replace(first, directory=replace(first.directory, entries=(far,)))
            left = (await selfreview.due_on(desk) - desk.today).days
            for days in (left - 31, left - 30, left - 20, left - 7, left, left + 1, left + 40):
                await digest.send_due(_desk_with(desk, here, days=days))

            said = [
                [line for line in message.splitlines() if "self-review" in line]
                for message in here.messages
            ]
            assert [len(lines) for lines in said] == [1, 1, 1]
            assert all("The yearly self-review is due on" in one for (one,) in said[:2])
            assert "The yearly self-review was due on" in said[2][0]

    asyncio.run(walk())


def test_an_agency_is_asked_to_look_through_its_own_entry_and_no_other(coordinating: TestedNode):
    async def walk() -> None:
        async with _mail_server() as here:
            desk = await coordinating.locked()
            first = desk.directory.coordinating
            other = replace(first, identity="ab" * 32, coordinating=False)
            both = replace(desk, directory=replace(desk.directory, entries=(first, other)))
            agency = replace(both, node=replace(both.node, coordinating=False))
            for identity in (first.identity, other.identity):
                ident = own.organization_id(identity)
                await ListingRow.insert(
                    ListingRow(
                        id=f"organizations/{ident}",
                        table="organizations",
                        hsds_id=ident,
                        organization=ident,
                        body='{"x_assured": "2001-01-01"}',
                        source=identity,
                    )
                )

            await digest.send_due(_desk_with(agency, here, days=1))
            await digest.send_due(_desk_with(both, here, days=40))

            assert "1 entry has not been assured" in here.messages[0]
            assert "2 entries have not been assured" in here.messages[1]

    asyncio.run(walk())
