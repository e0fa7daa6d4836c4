"""What an operator may set: one frozen dataclass, read once from the environment."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from server.node import mail_settings
from server.node.errors import UnknownSetting, Usage
from server.node.mail_settings import Mail

_PREFIX = "CASEFOLD_"
_KNOWN = frozenset(
    {
        "CASEFOLD_DATA",
        "CASEFOLD_DATABASE_URL",
        "CASEFOLD_HOSTS",
        "CASEFOLD_HTTPS",
        "CASEFOLD_IDLE_MINUTES",
        "CASEFOLD_NOW",
        "CASEFOLD_PUBLIC_DIRECTORY",
    }
    | mail_settings.NAMES
)
_YES_NO = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}


@dataclass(frozen=True, slots=True)
class Settings:
    """How this node runs. Every value has a safe default but the folder."""

    data: Path
    """CASEFOLD_DATA: the folder of this node, e.g. /var/lib/casefold. Kept at mode 0700."""

    database_url: str | None = field(default=None, repr=False)
    """CASEFOLD_DATABASE_URL: postgresql://user:password@host/name. Without it, SQLite in data."""

    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    """CASEFOLD_HOSTS: names this node answers to, e.g. casefold.example.org,10.0.0.5."""

    https: bool = False
    """CASEFOLD_HTTPS: yes when a TLS proxy stands before this node; cookies are then Secure."""

    idle_minutes: int = 5
    """CASEFOLD_IDLE_MINUTES: minutes without an act before a session locks, 2 to 15."""

    mail: Mail | None = None
    """CASEFOLD_SMTP_HOST, _PORT, _SENDER, _TO, _TLS, _USER, _PASSWORD_FILE: who gets the digest."""

    public_directory: bool = False
    """CASEFOLD_PUBLIC_DIRECTORY: yes to answer /hsds to anybody, with what is public alone."""

    moved_now: datetime | None = None
    """CASEFOLD_NOW: where the clock stands, e.g. 2031-05-04T09:00:00Z. Rehearsal nodes only."""

    read_at: float = field(default_factory=time.monotonic, compare=False, repr=False)
    """When these settings were read, so that a moved clock still runs."""

    @property
    def database_file(self) -> Path:
        """Where SQLite keeps this node."""
        return self.data / "casefold.db"

    @property
    def keys_file(self) -> Path:
        """Where week and epoch keys are kept, shut; never part of a backup."""
        return self.data / "keys.db"

    @property
    def node_key_file(self) -> Path:
        """Where the key that can only restrict is kept."""
        return self.data / "node.key"


def read(env: Mapping[str, str], data: Path | None = None) -> Settings:
    """The settings in this environment; a folder given by hand wins."""
    unknown = sorted(name for name in env if name.startswith(_PREFIX) and name not in _KNOWN)
    if unknown:
        raise UnknownSetting(
            f"{unknown[0]} is not a setting of Casefold. Check its spelling in "
            "docs/running-a-node.md."
        )
    folder = data or _folder(env)
    return Settings(
        data=folder.expanduser().absolute(),
        database_url=_database_url(env.get("CASEFOLD_DATABASE_URL", "")),
        hosts=_hosts(env.get("CASEFOLD_HOSTS", "")),
        https=_yes_no("CASEFOLD_HTTPS", env.get("CASEFOLD_HTTPS", "")),
        idle_minutes=_idle(env.get("CASEFOLD_IDLE_MINUTES", "5")),
        mail=mail_settings.read_mail(env),
        public_directory=_yes_no(
            "CASEFOLD_PUBLIC_DIRECTORY", env.get("CASEFOLD_PUBLIC_DIRECTORY", "")
        ),
        moved_now=_moment(env.get("CASEFOLD_NOW", "")),
    )


def _folder(env: Mapping[str, str]) -> Path:
    folder = env.get("CASEFOLD_DATA", "")
    if not folder:
        raise Usage("Say which folder the node is in: --data DIR, or CASEFOLD_DATA.")
    return Path(folder)


def _database_url(url: str) -> str | None:
    if not url:
        return None
    if not url.startswith(("postgresql://", "postgres://")):
        raise Usage("CASEFOLD_DATABASE_URL must begin with postgresql://.")
    return url


def _hosts(names: str) -> tuple[str, ...]:
    if not names:
        return ("127.0.0.1", "localhost", "[::1]")
    return tuple(name.strip().lower() for name in names.split(",") if name.strip())


def _yes_no(name: str, value: str) -> bool:
    answer = _YES_NO.get(value.strip().lower())
    if answer is None:
        raise Usage(f"{name} must be yes or no.")
    return answer


def _idle(value: str) -> int:
    if not value.isdecimal() or not 2 <= int(value) <= 15:
        raise Usage("CASEFOLD_IDLE_MINUTES must be a whole number from 2 to 15.")
    return int(value)


def _moment(value: str) -> datetime | None:
    if not value:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise Usage("CASEFOLD_NOW must be a time such as 2031-05-04T09:00:00Z.") from error
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
