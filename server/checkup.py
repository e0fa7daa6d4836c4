"""What casefold doctor looks at: is this node in order, today, on this machine?"""

import asyncio
import importlib.util
import stat
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from server.casework import received
from server.counted import agree
from server.node import audit, clock, database
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import NodeError
from server.relay import blobs

_CONNECT_SECONDS = 3.0
_WEEKS_AHEAD = 20  # 26 are kept; fewer than this means nobody has signed in for weeks


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at: its word is ok, or look."""

    name: str
    word: str
    sentence: str


async def look(desk: Desk) -> tuple[Check, ...]:
    """Everything worth an operator's minute; nothing here needs a key."""
    return (
        _folder(desk.settings.data),
        *_files(desk),
        await _database(),
        await _audit(),
        _week_keys(desk),
        _directory(desk),
        _pack(desk),
        await _relay(desk),
        _clock(desk),
        await _parts(desk),
        *await _blobs(desk),
        _kind(desk),
        _pages(),
    )


async def confirm_clock(desk: Desk) -> None:
    """Somebody looked at another clock and says that this one, which jumped forward, is right."""
    require(desk, Act.CONFIRM_CLOCK)
    async with database.transaction():
        await clock.confirm_jump(desk.settings)
        await audit.record(Act.CONFIRM_CLOCK.value, "", desk)


def _ok(name: str, sentence: str) -> Check:
    return Check(name, "ok", sentence)


def _see(name: str, sentence: str) -> Check:
    return Check(name, "look", sentence)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def _folder(data: Path) -> Check:
    if _mode(data) & 0o077:
        return _see("folder", f"Others on this machine can look into {data}: chmod 700 it.")
    return _ok("folder", "Only this account can look into the node's folder.")


def _files(desk: Desk) -> list[Check]:
    here = desk.settings
    wanted = {
        "node.key": (here.node_key_file, "Put it back from the backup."),
        "keys.db": (here.keys_file, "It is made anew at the next sign-in; partners open anew."),
    }
    if here.database_url is None:
        wanted["casefold.db"] = (here.database_file, "Restore the last backup.")
    checks = []
    for name, (path, remedy) in wanted.items():
        if not path.exists():
            checks.append(_see(name, f"The file is not there. {remedy}"))
        elif _mode(path) & 0o077:
            checks.append(_see(name, f"Others on this machine can read it: chmod 600 {path}."))
        else:
            checks.append(_ok(name, "Here, and readable by this account alone."))
    return checks


async def _database() -> Check:
    try:
        await database.check()
    except NodeError as error:
        return _see("database", error.sentence)
    return _ok("database", "Keeps what is written safe, and has this version's tables.")


async def _audit() -> Check:
    verdict = await audit.verify()
    if not verdict.ok:
        return _see("audit", f"Entry {verdict.first_broken} was changed or is missing.")
    return _ok("audit", f"{agree(verdict.count, 'entry', 'entries')}, each in its place.")


def _week_keys(desk: Desk) -> Check:
    if not desk.settings.keys_file.exists():
        return _see("week keys", "There are none: somebody must sign in.")
    ahead = len(desk.keyring.publics())
    if ahead < _WEEKS_AHEAD:
        return _see("week keys", f"Ready for {ahead} weeks only: somebody should sign in soon.")
    return _ok("week keys", f"Ready for {ahead} weeks.")


def _directory(desk: Desk) -> Check:
    if not desk.directory.entries:
        return _see("directory", "None yet: join the coordinating node, then sync.")
    until = desk.directory.valid_until
    if until < desk.today:
        return _see("directory", f"Number {desk.directory.number} ran out on {until}: sync.")
    return _ok("directory", f"Number {desk.directory.number}, valid until {until}.")


def _pack(desk: Desk) -> Check:
    called = f"{desk.pack.title}, version {desk.pack.version}"
    if desk.directory.entries and desk.directory.pack != desk.pack.digest:
        return _see(
            "pack",
            f"This node works by {called}, the coalition by another: nothing leaves. Ask the "
            "coordinator for the file, then: casefold pack adopt FILE.",
        )
    return _ok("pack", f"{called}.")


async def _relay(desk: Desk) -> Check:
    if not desk.node.relay_url:
        return _see("relay", "This node has not joined a coalition yet.")
    where = urlsplit(desk.node.relay_url)
    port = where.port or (443 if where.scheme == "https" else 80)
    try:
        async with asyncio.timeout(_CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(where.hostname, port)
    except (OSError, TimeoutError):
        return _see("relay", "It does not answer now. Everything is kept and goes later.")
    writer.close()
    return _ok("relay", "It answers.")


def _clock(desk: Desk) -> Check:
    if desk.time.jumped:
        return _see(
            "clock", "It jumped forward. If it is right now: casefold doctor --clock-is-right."
        )
    return _ok("clock", f"It is {desk.now:%Y-%m-%d %H:%M} UTC here.")


async def _parts(desk: Desk) -> Check:
    shut = Counter(await received.unopened(desk))
    if not shut:
        return _ok("parts", "Nothing that others shared has failed to open.")
    told = ", ".join(f"{count} from {_named(owner, desk)}" for owner, count in shut.items())
    return _see("parts", f"These arrived and do not open: {told}. Ask them to share anew.")


async def _blobs(desk: Desk) -> list[Check]:
    """What a relay keeps of the directory; on any other node there is none."""
    if not desk.node.coordinating:
        return []
    kept = await blobs.count()
    size = f"{kept.size / 2**20:.1f} MB"
    if kept.size > blobs.COORDINATING.size:
        return [_see("blobs", f"{kept.blobs}, {size}: more than a coalition's directory needs.")]
    return [_ok("blobs", f"The relay keeps {kept.blobs} of the directory, {size}.")]


def _named(owner: str, desk: Desk) -> str:
    agency = desk.directory.agency(owner)
    return agency.name if agency is not None else f"an agency not known here ({owner[:8]})"


def _kind(desk: Desk) -> Check:
    if desk.node.quarantined:
        return _see("restored", "Put back from a backup: sync, then casefold consent confirm.")
    if desk.node.rehearsal:
        return _see("rehearsal", "An exercise node: put nothing real into it.")
    return _ok("real", "A real node: its clock cannot be moved.")


def _pages() -> Check:
    web = importlib.util.find_spec("web")
    folders = [Path(folder) for folder in (web.submodule_search_locations or ())] if web else []
    vendored = [folder / "static" / "vendor" / "htmx.min.js" for folder in folders]
    if not any(file.exists() for file in vendored):
        return _see("pages", "htmx is not installed: run make install in the checkout.")
    return _ok("pages", "htmx is installed.")
