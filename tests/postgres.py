"""Debian's PostgreSQL 15, started once a session in a temporary folder by a user without rights."""

import asyncio
import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

_BIN = Path("/usr/lib/postgresql/15/bin")
_USERS = ("postgres", "nobody")
_SETTINGS = (
    *("-c", "listen_addresses=", "-c", "max_connections=60", "-c", "shared_buffers=32MB"),
    *("-c", "max_wal_size=256MB"),
)


@dataclass(frozen=True)
class Cluster:
    """A running PostgreSQL that listens on one socket in its own folder."""

    folder: Path
    passing: list[str] = field(default_factory=list, compare=False)

    def url(self, name: str) -> str:
        """Where one of its databases is."""
        return f"postgresql://casefold@/{name}?host={self.folder}"

    def new_database(self, template: str = "template1", *, lasting: bool = False) -> str:
        """The address of an empty database, or of a copy of another; one that lasts is kept."""
        name = f"t{secrets.token_hex(6)}"
        asyncio.run(self._do(f"CREATE DATABASE {name} TEMPLATE {template}"))
        if not lasting:
            self.passing.append(name)
        return self.url(name)

    def copy_of(self, url: str, *, lasting: bool = False) -> str:
        """The address of a copy of a database that nobody is using."""
        return self.new_database(_name(url), lasting=lasting)

    def drop_passing(self) -> None:
        """Drop what was made and does not last: a session would fill the disk with it."""
        if self.passing:
            asyncio.run(self._do(*(f"DROP DATABASE {name} WITH (FORCE)" for name in self.passing)))
            self.passing.clear()

    def carried_away(self, url: str) -> str:
        """The address of a copy of a database in use, as a backup takes it."""
        away = self.new_database()
        taken = subprocess.run(
            [_BIN / "pg_dump", "--no-owner", url], capture_output=True, check=True, timeout=60
        )
        subprocess.run(
            [_BIN / "psql", "--quiet", "-v", "ON_ERROR_STOP=1", away],
            input=taken.stdout,
            capture_output=True,
            check=True,
            timeout=60,
        )
        return away

    def end_connections(self) -> None:
        """End every connection but the one that asks for it."""
        _run(
            *("psql", "-h", str(self.folder), "-U", "casefold", "-d", "postgres", "-q", "-c"),
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'",
            folder=self.folder,
        )

    @property
    def log(self) -> Path:
        """What it wrote about itself."""
        return self.folder / "log"

    async def _do(self, *words: str) -> None:
        connection = await asyncpg.connect(self.url("postgres"))
        try:
            for sql in words:
                await connection.execute(sql)
        finally:
            await connection.close()


RUNNING: list[Cluster] = []


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")


def missing() -> str | None:
    """Why there is no PostgreSQL to test with; nothing when there is."""
    if not (_BIN / "initdb").exists():
        return "PostgreSQL 15 is not installed: apt-get install postgresql-15"
    if os.getuid() == 0 and _unprivileged() is None:
        return "PostgreSQL does not run as root, and there is no user to run it as"
    return None


def require() -> None:
    """Skip for a plain reason; where everything must be there, fail instead."""
    reason = missing()
    if reason and os.environ.get("CI") == "true":
        pytest.fail(reason)
    if reason:
        pytest.skip(reason)


def start() -> Cluster:
    """A new cluster, durable as a real one must be."""
    folder = Path(tempfile.mkdtemp(prefix="casefold-pg-", dir="/tmp"))
    if os.getuid() == 0:
        user = _unprivileged()
        assert user is not None
        os.chown(folder, user.pw_uid, user.pw_gid)
    cluster = Cluster(folder)
    try:
        _run(
            "initdb",
            "-D",
            "db",
            "-U",
            "casefold",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
            "--no-sync",
            folder=folder,
        )
        options = " ".join((*_SETTINGS, "-k", str(folder)))
        _run("pg_ctl", "-D", "db", "-w", "-l", "log", "-o", options, "start", folder=folder)
    except BaseException:
        stop(cluster)
        raise
    RUNNING.append(cluster)
    return cluster


def stop(cluster: Cluster) -> None:
    """End it and take its folder away."""
    if cluster in RUNNING:
        RUNNING.remove(cluster)
    if (cluster.folder / "db" / "postmaster.pid").exists():
        _run("pg_ctl", "-D", "db", "-m", "immediate", "-w", "stop", folder=cluster.folder)
    shutil.rmtree(cluster.folder, ignore_errors=True)


def _run(program: str, *words: str, folder: Path) -> None:
    user = _unprivileged() if os.getuid() == 0 else None
    with (folder / "words").open("ab") as said:
        done = subprocess.run(
            [_BIN / program, *words],
            cwd=folder,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
            user=user.pw_uid if user else None,
            group=user.pw_gid if user else None,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            check=False,
            timeout=60,
        )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {(folder / 'words').read_text()[-2000:]}")


def _unprivileged() -> pwd.struct_passwd | None:
    for name in _USERS:
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    return None
