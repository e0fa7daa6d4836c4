"""One message a day at most: what ends, what is old, what is due; each word once."""

import asyncio
import smtplib
import ssl
from datetime import timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Final

from server.counted import agree
from server.entry import assuring, own
from server.meeting import reminding
from server.node import audit, database, reminders, selfreview
from server.node.desk import Desk
from server.node.mail_settings import Mail
from server.node.tables import Reminder

_WITHIN: Final = 20.0  # seconds for a mail server to answer
_LATER: Final = timedelta(hours=1)
_LATEST: Final = timedelta(hours=24)
_SUBJECT: Final = "Casefold: a reminder"


async def send_due(desk: Desk) -> bool:
    """Send what nobody has been told yet; True if a message went. Works locked."""
    mail = desk.settings.mail
    if mail is None:
        return False
    await _write_down(desk)
    at = int(desk.now.timestamp())
    rows = await (
        Reminder.objects()
        .where(Reminder.sent_at.is_null() & (Reminder.next_try <= at))
        .order_by(Reminder.id)
    )
    if not rows or await _sent_today(desk):
        return False
    ids = [row.id for row in rows]
    message = _message([row.words for row in rows], mail, desk)
    try:
        await asyncio.to_thread(_hand_over, message, mail)
    except (OSError, smtplib.SMTPException):
        wait = min(_LATER * 2 ** min(rows[0].attempts, 5), _LATEST)
        await Reminder.update(
            {
                Reminder.attempts: Reminder.attempts + 1,
                Reminder.next_try: at + int(wait.total_seconds()),
            }
        ).where(Reminder.id.is_in(ids))
        return False
    async with database.transaction():
        await Reminder.update({Reminder.sent_at: at}).where(Reminder.id.is_in(ids))
        await audit.record("digest", "", desk, reminders=len(ids))
    return True


async def _write_down(desk: Desk) -> None:
    """Each reminder that has become due, once; what a later one says better waits no more."""
    due = {one.key: one.sentence for one in reminders.due(desk)} | await _unassured(desk)
    due |= await selfreview.due(desk) | await reminding.due(desk)
    known = {row["key"] for row in await Reminder.select(Reminder.key)}
    new = {key: words for key, words in due.items() if key not in known}
    if not new:
        return
    async with database.transaction():
        at = int(desk.now.timestamp())
        for key, words in new.items():
            about = ":".join(key.split(":")[:2])
            older = Reminder.key.like(f"{about}:%") & Reminder.sent_at.is_null()
            await Reminder.delete().where(older)
            await Reminder.insert(Reminder(key=key, words=words, at=at))


async def _unassured(desk: Desk) -> dict[str, str]:
    """How many entries nobody has assured for the protocol's term: once a month, by number."""
    asked = [desk.node.identity]
    if desk.node.coordinating:
        asked = [agency.id for agency in desk.directory.entries]
    found = await assuring.overdue([own.organization_id(one) for one in asked], desk)
    if not found:
        return {}
    entries = agree(len(found), "entry has", "entries have")
    said = f"{entries} not been assured in the directory for the protocol's term."
    return {f"entries:all:{desk.today:%Y-%m}": said}


async def _sent_today(desk: Desk) -> bool:
    day_ago = int((desk.now - timedelta(hours=20)).timestamp())
    return bool(await Reminder.exists().where(Reminder.sent_at > day_ago))


def _message(words: list[str], mail: Mail, desk: Desk) -> EmailMessage:
    message = EmailMessage()
    message["Subject"] = _SUBJECT
    message["From"] = mail.sender
    message["To"] = ", ".join(mail.to)
    message["Date"] = format_datetime(desk.now)
    message.set_content("\n".join([*words, "", "Sign in at your node to see more."]))
    return message


def _hand_over(message: EmailMessage, mail: Mail) -> None:
    if mail.tls == "tls":
        context = ssl.create_default_context()
        with smtplib.SMTP_SSL(mail.host, mail.port, timeout=_WITHIN, context=context) as server:
            _send(server, message, mail)
        return
    with smtplib.SMTP(mail.host, mail.port, timeout=_WITHIN) as server:
        if mail.tls == "starttls":
            server.starttls(context=ssl.create_default_context())
        _send(server, message, mail)


def _send(server: smtplib.SMTP, message: EmailMessage, mail: Mail) -> None:
    if mail.user:
        password = mail.password_file.read_text("utf-8").strip() if mail.password_file else ""
        server.login(mail.user, password)
    server.send_message(message)
