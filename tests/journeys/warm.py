"""Commands in processes of their own that begin warm, so that hundreds can be killed in a minute.

Each request on standard input is a list of commands, run side by side; each command is a fork of
this process that runs the whole `casefold` program. What was done once and is remembered is the
imports and the slow derivation from the passphrase. A command may be told to die, by SIGKILL and
by nothing else, just before its n-th statement that writes to a database.
"""

import functools
import json
import os
import signal
import sqlite3
import sys
from collections.abc import Mapping
from typing import Any, NoReturn

import asyncpg

from crypto import locks
from server.cli import main as program
from tests.commands import every_command

_READS = ("SELECT", "PRAGMA", "EXPLAIN")


def _serve() -> None:
    locks._derive = functools.cache(locks._derive)  # type: ignore[assignment]
    every_command()
    for line in sys.stdin:
        asked = json.loads(line)
        if "derive" in asked:
            for lock in asked["derive"]:
                locks.unlock(bytes.fromhex(lock), asked["passphrase"])
            answer: Any = "derived"
        else:
            running = [_begin(command) for command in asked["commands"]]
            answer = [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in running]
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def _begin(command: Mapping[str, Any]) -> int:
    child = os.fork()
    if not child:
        _become(command)
    return child


def _become(command: Mapping[str, Any]) -> NoReturn:
    for number, (file, flags) in enumerate(
        (
            (command["stdin"], os.O_RDONLY),
            (command["stdout"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
            (command["stderr"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        )
    ):
        os.dup2(os.open(file, flags, 0o600), number)
    sys.stdin = os.fdopen(0, closefd=False)
    sys.stdout = os.fdopen(1, "w", closefd=False)
    sys.stderr = os.fdopen(2, "w", closefd=False)
    os.environ.clear()
    os.environ.update(command["environ"])
    sys.argv = ["casefold", *command["words"]]
    if command["die_before"]:
        _die_before(command["die_before"])
    try:
        program.main()
    except SystemExit as ended:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(ended.code if isinstance(ended.code, int) else 1)
    os._exit(0)


def _die_before(write: int) -> None:
    """Watch every connection to either kind of database, and die at this write."""
    connect, execute = sqlite3.connect, asyncpg.Connection.execute
    ask = asyncpg.Connection._execute
    left = write

    def count(statement: str) -> None:
        nonlocal left
        if not statement.lstrip().upper().startswith(_READS):
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    def watched(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        connection = connect(*args, **kwargs)
        connection.set_trace_callback(count)
        return connection

    async def executed(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        if not args:  # with values it goes on to ask
            count(query)
        return await execute(self, query, *args, **kwargs)

    async def asked(self: Any, query: str, *args: Any, **kwargs: Any) -> Any:
        count(query)
        return await ask(self, query, *args, **kwargs)

    sqlite3.connect = watched  # type: ignore[assignment]
    asyncpg.Connection.execute = executed
    asyncpg.Connection._execute = asked


if __name__ == "__main__":
    _serve()
