"""keys.db: the week and epoch keys whose deletion makes an ending real. Never in a backup."""

import os
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from crypto import at_rest, keys
from server.node.errors import DatabaseDamaged, Locked

_FORMAT = "casefold-keys-1"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS week_key (
    week INTEGER PRIMARY KEY, ends INTEGER NOT NULL, public BLOB NOT NULL, secret BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS epoch_key (
    share TEXT NOT NULL, epoch INTEGER NOT NULL, ends INTEGER NOT NULL, secret BLOB NOT NULL,
    PRIMARY KEY (share, epoch)
);
CREATE TABLE IF NOT EXISTS seen (
    one INTEGER PRIMARY KEY CHECK (one = 1), n INTEGER NOT NULL, hash TEXT NOT NULL
);
"""
_TABLES = 3
_PRAGMAS = (
    "busy_timeout = 10000",
    "journal_mode = DELETE",  # a write-ahead log would keep what was deleted
    "synchronous = 2",
    "secure_delete = 1",
    "trusted_schema = 0",
    "cell_size_check = 1",
    "temp_store = 2",
)


@dataclass(frozen=True, slots=True)
class EpochKey:
    """The key of one epoch of a share, and when it must be destroyed."""

    share: str
    epoch: int
    ends: int
    key: bytes = field(repr=False)

    @property
    def place(self) -> at_rest.Place:
        """Where it is shut."""
        return _epoch_place(self.share, self.epoch)


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys in keys.db. Without the at-rest key of an unlocked node it can only forget."""

    path: Path
    at_rest: bytes | None = field(default=None, repr=False)

    def prepare(self) -> bool:
        """Make the file if it is missing; True when it was, so that lost keys can be asked for."""
        fresh = self._make_file()
        self.path.chmod(0o600)
        with self._open():
            return fresh

    def ensure_weeks(self, now: int, count: int = 26) -> bool:
        """Keep keys for this week and those ahead; True when new ones must be published."""
        shut_under = self._unlocked()
        wanted = keys.weeks_from(now, count)
        with self._open() as connection:
            held = {row[0] for row in connection.execute("SELECT week FROM week_key")}
            missing = [week for week in wanted if week not in held]
            for week in missing:
                key = keys.new_week_key(week)
                secret = at_rest.shut(shut_under, key.secret, _week_place(week))
                connection.execute(
                    "INSERT INTO week_key (week, ends, public, secret) VALUES (?, ?, ?, ?)",
                    (week, keys.week_ends(week), key.public, secret),
                )
        return bool(missing)

    def publics(self) -> Mapping[int, bytes]:
        """The public halves by week, in clear: what partners wrap to."""
        with self._open() as connection:
            return dict(connection.execute("SELECT week, public FROM week_key ORDER BY week"))

    def week_secret(self, week: int) -> bytes | None:
        """The secret half for this week, unless it has passed."""
        shut_under = self._unlocked()
        with self._open() as connection:
            row = connection.execute(
                "SELECT secret FROM week_key WHERE week = ?", (week,)
            ).fetchone()
        return at_rest.reopen(shut_under, row[0], _week_place(week)) if row else None

    def put_epoch(self, share: str, epoch: int, ends: int, key: bytes) -> None:
        """Keep the key of one epoch of a share until it ends. Do this before the act commits."""
        self.put_epochs([EpochKey(share, epoch, ends, key)])

    def put_epochs(self, several: Sequence[EpochKey]) -> None:
        """Keep several in one go: each time this returns costs a disk sync."""
        shut_under = self._unlocked()
        rows = [
            (one.share, one.epoch, one.ends, at_rest.shut(shut_under, one.key, one.place))
            for one in several
        ]
        with self._open() as connection:
            connection.executemany(
                "INSERT INTO epoch_key (share, epoch, ends, secret) VALUES (?, ?, ?, ?) "
                "ON CONFLICT (share, epoch) DO UPDATE SET ends = excluded.ends, "
                "secret = excluded.secret",
                rows,
            )

    def epoch(self, share: str, epoch: int) -> bytes | None:
        """The key of this epoch, or nothing when it was never opened or has been destroyed."""
        return self.epochs([(share, epoch)]).get((share, epoch))

    def epochs(self, several: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], bytes]:
        """The keys of these epochs, by share and number, as far as they are held."""
        shut_under = self._unlocked()
        held: dict[tuple[str, int], bytes] = {}
        with self._open() as connection:
            for one in several:
                row = connection.execute(
                    "SELECT secret FROM epoch_key WHERE share = ? AND epoch = ?", one
                ).fetchone()
                if row:
                    held[one] = at_rest.reopen(shut_under, row[0], _epoch_place(*one))
        return held

    def forget_share(self, share: str) -> None:
        """Destroy every epoch key of a share; works locked."""
        with self._open() as connection:
            connection.execute("DELETE FROM epoch_key WHERE share = ?", (share,))

    def forget_before(self, share: str, epoch: int) -> None:
        """Destroy the keys of epochs that a later one replaced; works locked."""
        with self._open() as connection:
            connection.execute(
                "DELETE FROM epoch_key WHERE share = ? AND epoch < ?", (share, epoch)
            )

    def expire(self, now: int) -> int:
        """Destroy every key whose end has come; works locked. Returns how many there were."""
        with self._open() as connection:
            epochs = connection.execute("DELETE FROM epoch_key WHERE ends <= ?", (now,)).rowcount
            weeks = connection.execute("DELETE FROM week_key WHERE ends <= ?", (now,)).rowcount
        return epochs + weeks

    def shares(self) -> frozenset[str]:
        """The shares for which an epoch key is held."""
        with self._open() as connection:
            return frozenset(row[0] for row in connection.execute("SELECT share FROM epoch_key"))

    def seen(self) -> tuple[int, str] | None:
        """The last audit entry this file was shown, its number and hash; nothing if it is new."""
        with self._open() as connection:
            row = connection.execute("SELECT n, hash FROM seen").fetchone()
        return None if row is None else (int(row[0]), str(row[1]))

    def saw(self, entry: tuple[int, str]) -> None:
        """Remember this audit entry, which is committed; works locked."""
        with self._open() as connection:
            connection.execute("INSERT OR REPLACE INTO seen (one, n, hash) VALUES (1, ?, ?)", entry)

    def _unlocked(self) -> bytes:
        if self.at_rest is None:
            raise Locked
        return self.at_rest

    def _make_file(self) -> bool:
        if self.path.exists():
            return False
        os.close(os.open(self.path, os.O_CREAT | os.O_WRONLY, 0o600))
        return True

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        self._make_file()  # lost while the node was locked: it forgets nothing, and goes on
        try:
            with closing(sqlite3.connect(self.path, isolation_level="IMMEDIATE")) as connection:
                for pragma in _PRAGMAS:
                    connection.execute(f"PRAGMA {pragma}").fetchall()
                made = connection.execute("SELECT count(*) FROM sqlite_master WHERE type = 'table'")
                if made.fetchone()[0] < _TABLES:
                    connection.executescript(_SCHEMA)
                with connection:
                    yield connection
        except sqlite3.DatabaseError as error:
            raise DatabaseDamaged(
                "keys.db cannot be read. Move it away: the node then makes new keys and asks its "
                "partners to seal again what they still share."
            ) from error


def _week_place(week: int) -> at_rest.Place:
    return at_rest.Place(_FORMAT, "week_key", str(week), "secret")


def _epoch_place(share: str, epoch: int) -> at_rest.Place:
    return at_rest.Place(_FORMAT, "epoch_key", f"{share}/{epoch}", "secret")
