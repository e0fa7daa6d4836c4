"""What a database says in its own words, said in ours: a sentence about what to do."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg  # type: ignore[import-untyped]

from server.node.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DatabaseError,
    DatabaseUnreachable,
    DiskFull,
)

_SQLITE: tuple[tuple[str, type[DatabaseError]], ...] = (
    ("disk is full", DiskFull),
    ("locked", DatabaseBusy),
    ("malformed", DatabaseDamaged),
    ("not a database", DatabaseDamaged),
    ("disk i/o error", DatabaseDamaged),
    ("unable to open", DatabaseUnreachable),
)
_POSTGRES: tuple[tuple[type[Exception], type[DatabaseError]], ...] = (
    (asyncpg.DiskFullError, DiskFull),
    (asyncpg.LockNotAvailableError, DatabaseBusy),
    (asyncpg.DeadlockDetectedError, DatabaseBusy),
    (asyncpg.DataCorruptedError, DatabaseDamaged),
    (asyncpg.IndexCorruptedError, DatabaseDamaged),
    (asyncpg.PostgresConnectionError, DatabaseUnreachable),
    (asyncpg.CannotConnectNowError, DatabaseUnreachable),
    (asyncpg.AdminShutdownError, DatabaseUnreachable),
    (asyncpg.CrashShutdownError, DatabaseUnreachable),
    (asyncpg.InvalidAuthorizationSpecificationError, DatabaseUnreachable),
    (asyncpg.InvalidCatalogNameError, DatabaseUnreachable),
)


@contextmanager
def named() -> Iterator[None]:
    """Within this block a situation of the database has a name and a sentence."""
    try:
        yield
    except (sqlite3.DatabaseError, asyncpg.PostgresError) as error:
        situation = _situation(error)
        if situation is None:
            raise
        raise situation from error


@contextmanager
def connecting() -> Iterator[None]:
    """Within this block a connection is made; whatever hinders it, the database is unreachable."""
    try:
        with named():
            yield
    except (OSError, asyncpg.InterfaceError) as error:
        raise DatabaseUnreachable from error


def _situation(error: Exception) -> type[DatabaseError] | None:
    if isinstance(error, sqlite3.IntegrityError):
        return None  # two acts met over one row; the one who asked knows what that means
    if isinstance(error, sqlite3.DatabaseError):
        words = str(error).lower()
        return next((named for part, named in _SQLITE if part in words), None)
    return next((named for kind, named in _POSTGRES if isinstance(error, kind)), None)
