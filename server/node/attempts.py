"""How often a passphrase may be tried: per account and device, and kept over a restart."""

from datetime import datetime
from hashlib import blake2b

from server.node import database
from server.node.errors import TooManyTries
from server.node.member import fold
from server.node.tables import KnownDevice, UnlockAttempt

_FAILURES = 5
# Commands of one person may begin at the same moment, and each is counted before it is judged.
_AT_THE_COMMAND_LINE = 40
_WITHIN = 60
_CLOSED_FOR = 15 * 60
_FORGET_AFTER = 3600
_COMMAND_LINE = ""  # the command line has no cookie


async def knows(staff_id: str, device: str) -> bool:
    """Has this member of staff signed in on this device before?"""
    return bool(await KnownDevice.exists().where(KnownDevice.key == _hash(staff_id, device)))


async def take_try(account: str, device: str, now: datetime, *, known: bool = False) -> None:
    """Count one try before it is made, or stop: the fifth within a minute closes for fifteen.

    Counted first, so that many tries at the same moment are no way round the limit. Whoever types
    commands holds the folder already, and could try its locks without asking: there it is forty.
    """
    bucket, at = _bucket(account, device, known=known), int(now.timestamp())
    async with database.transaction():
        row = await database.lock_row(UnlockAttempt, UnlockAttempt.bucket == bucket)
        if row is not None and row["closed_until"] > at:
            raise TooManyTries
        await UnlockAttempt.delete().where(
            (UnlockAttempt.first_at < at - _FORGET_AFTER)
            & (UnlockAttempt.closed_until <= at)
            & (UnlockAttempt.bucket != bucket)
        )
        if row is None:
            await UnlockAttempt.insert(UnlockAttempt(bucket=bucket, first_at=at, failures=1))
            return
        fresh = at - row["first_at"] >= _WITHIN
        failures = 1 if fresh else row["failures"] + 1
        most = _AT_THE_COMMAND_LINE if device == _COMMAND_LINE else _FAILURES
        await UnlockAttempt.update(
            {
                UnlockAttempt.first_at: at if fresh else row["first_at"],
                UnlockAttempt.failures: failures,
                UnlockAttempt.closed_until: at + _CLOSED_FOR if failures >= most else 0,
            }
        ).where(UnlockAttempt.id == row["id"])


async def note_success(
    account: str, device: str, now: datetime, staff_id: str, *, known: bool = False
) -> None:
    """The right passphrase: the bucket is emptied, and the device is known from now on."""
    async with database.transaction():
        await UnlockAttempt.delete().where(
            UnlockAttempt.bucket == _bucket(account, device, known=known)
        )
        if device == _COMMAND_LINE:
            return
        key = _hash(staff_id, device)
        seen = int(now.timestamp())
        if await KnownDevice.exists().where(KnownDevice.key == key):
            await KnownDevice.update({KnownDevice.seen_at: seen}).where(KnownDevice.key == key)
            return
        await KnownDevice.insert(KnownDevice(key=key, staff_id=staff_id, seen_at=seen))


def _bucket(account: str, device: str, *, known: bool) -> str:
    if known:
        return _hash(fold(account), "known", device)
    if device == _COMMAND_LINE:
        return _hash(fold(account), "command line")
    # A device that is not known chose its own cookie; a bucket each would be no limit at all.
    return _hash(fold(account), "any")


def _hash(*parts: str) -> str:
    told = "\x00".join(parts).encode("utf-8", "surrogatepass")
    return blake2b(told, digest_size=32, person=b"cf-attempt").hexdigest()
