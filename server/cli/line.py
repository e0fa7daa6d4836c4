"""The command line as it was asked: of which node, as whom, and how the answer is written."""

import asyncio
import functools
import getpass
import json
import os
import stat
import sys
import warnings
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

from server.node import chamber, database, settings
from server.node.desk import Desk, locked_desk, open_desk
from server.node.errors import BadFile, NodeError, NoNodeHere, Usage
from server.node.settings import Settings
from server.serve_lock import shared

T = TypeVar("T")
P = ParamSpec("P")
MOST_BYTES = 12 * 1024 * 1024


class BadPassphraseFile(NodeError):
    """The passphrase file could not be read, or is empty."""

    exit_code = 7


@dataclass(frozen=True, slots=True)
class Line:
    """Who asks, of which node, and whether a script or a person reads the answer."""

    settings: Settings
    staff: str | None
    passphrase_file: Path | None
    as_json: bool

    def say(self, answer: Mapping[str, Any], *lines: str) -> None:
        """Print the answer: one JSON object for a script, lines for a person."""
        say(self.as_json, answer, *lines)

    def passphrase(self) -> str:
        """The passphrase from the file, or asked for without showing it."""
        return read_passphrase(self.passphrase_file, "Passphrase")

    def signed_in(self) -> str:
        """The member of staff who asks; every act of a person needs one."""
        if self.staff is None:
            raise Usage(
                "Say who is asking: --as STAFF, and --passphrase-file F unless you type it."
            )
        return self.staff


def say(as_json: bool, answer: Mapping[str, Any], *lines: str) -> None:
    """Print an answer: one JSON object for a script, lines for a person."""
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False, indent=2))
        return
    for line in lines:
        click.echo(line)


def read_passphrase(file: Path | None, prompt: str, *, again: bool = False) -> str:
    """A passphrase from its file (without the line's end), or typed at a hidden prompt."""
    if file is not None:
        try:
            words = file.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError):
            raise BadPassphraseFile(f"The passphrase file {file} could not be read.") from None
        if not words:
            raise BadPassphraseFile(f"The passphrase file {file} is empty.")
        return words
    try:
        with warnings.catch_warnings(action="error", category=getpass.GetPassWarning):
            words = getpass.getpass(f"{prompt}: ")
            repeated = getpass.getpass(f"{prompt} again: ") if again else words
    except (EOFError, OSError, getpass.GetPassWarning):  # the last: it would show what is typed
        raise BadPassphraseFile("No passphrase was given: use --passphrase-file F.") from None
    if repeated != words:
        raise BadPassphraseFile("The two passphrases are not the same. Nothing was changed.")
    return words


def read_file(file: Path) -> bytes:
    """What a file on the line holds, unless it is larger than anything Casefold reads."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(f"The file {file} could not be read: {error.strerror}.") from None
    if len(raw) > MOST_BYTES:
        raise BadFile(f"The file {file} is larger than 12 MB: it is no file of Casefold.")
    return raw


def read_form(file: Path) -> Mapping[str, Any]:
    """A form as a mapping; the rooms below say what is wrong inside it."""
    return parse_form(read_file(file), str(file))


def parse_form(raw: bytes, called: str) -> Mapping[str, Any]:
    """One JSON object, said plainly when it is not."""
    try:
        form = json.loads(raw.decode("utf-8"), object_pairs_hook=_once_each)
    except UnicodeDecodeError:
        raise BadFile(f"{called} is not text in UTF-8.") from None
    except json.JSONDecodeError as error:
        raise BadFile(f"{called} is not JSON: see line {error.lineno}.") from None
    except RecursionError:
        raise BadFile(f"{called} is nested too deeply.") from None
    if not isinstance(form, dict):
        raise BadFile(f"{called} must hold one JSON object.")
    return form


def read_words() -> str:
    """Words about a person never stand on a command line, where every process list shows them."""
    raw = sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        return raw.decode("utf-8").strip()
    except UnicodeDecodeError:
        raise BadFile("The words on standard input are not text in UTF-8.") from None


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    names = [name for name, _ in pairs]
    if len(names) != len(set(names)):
        raise BadFile("A name stands twice in the same part of the form. Keep one of them.")
    return dict(pairs)


def write_secret(file: Path, text: str) -> None:
    """A new file of text that only its owner reads."""
    write_new(file, text.encode("utf-8"))


def write_new(file: Path, content: bytes) -> None:
    """A new file that only its owner reads; one that is there already is never overwritten."""
    mode = stat.S_IRUSR | stat.S_IWUSR
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise Usage(f"There is a file {file} already. Name one that is not there yet.") from None
    except OSError as error:
        raise Usage(f"The file {file} cannot be written: {error.strerror}.") from None
    with os.fdopen(descriptor, "wb") as opened:
        opened.write(content)


def line_options(command: Callable[Concatenate[Line, P], T]) -> Callable[P, T]:
    """Give a command the four options every command has, and hand it the Line."""

    @click.option("--data", type=click.Path(path_type=Path), help="The node's folder.")
    @click.option("--as", "staff", metavar="STAFF", help="Who asks: a member of staff's name.")
    @click.option("--passphrase-file", type=click.Path(path_type=Path), help="Never prompt.")
    @click.option("--json", "as_json", is_flag=True, help="Answer with one JSON object.")
    @functools.wraps(command)
    def asked(*args: P.args, **rest: P.kwargs) -> T:
        data: Any = rest.pop("data")
        staff: Any = rest.pop("staff")
        passphrase_file: Any = rest.pop("passphrase_file")
        as_json: Any = rest.pop("as_json")
        here = settings.read(os.environ, data)
        return command(Line(here, staff, passphrase_file, as_json), *args, **rest)

    return asked


def at_desk(line: Line, act: Callable[[Desk], Awaitable[T]]) -> T:
    """Sign in, do one act, and leave."""
    staff = line.signed_in()
    _a_node_is_here(line)
    passphrase = line.passphrase()
    chamber.get()  # a peer's bytes meet a process that was started before any key was in memory

    async def whole() -> T:
        return await act(await open_desk(line.settings, staff, passphrase))

    return _run(line, whole)


def at_locked_desk(line: Line, act: Callable[[Desk], Awaitable[T]]) -> T:
    """Do one act that needs nobody's keys."""
    _a_node_is_here(line)

    async def whole() -> T:
        return await act(await locked_desk(line.settings))

    return _run(line, whole)


def _a_node_is_here(line: Line) -> None:
    if not line.settings.node_key_file.exists():
        raise NoNodeHere(f"There is no node in {line.settings.data} yet: casefold init makes one.")


def _run(line: Line, whole: Callable[[], Coroutine[Any, Any, T]]) -> T:
    async def prepared() -> T:
        await database.keep_open()
        try:
            await database.prepare(line.settings)
            return await whole()
        finally:
            await database.release()

    database.bind(database.engine_for(line.settings))
    with shared(line.settings):
        return asyncio.run(prepared())


def names(ids: Iterable[str], desk: Desk) -> str:
    """Agencies as people call them."""
    known = {agency.id: agency.name for agency in desk.directory.entries}
    return ", ".join(known.get(agency, "an agency no longer listed") for agency in ids)


def table(rows: Sequence[Sequence[str]]) -> list[str]:
    """Rows as lines, each column as wide as it needs."""
    if not rows:
        return []
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
