"""Where the daily digest goes, if an operator has said so. It never says anything of a case."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from server.node.errors import Usage

NAMES = frozenset(
    {
        "CASEFOLD_SMTP_HOST",
        "CASEFOLD_SMTP_PORT",
        "CASEFOLD_SMTP_SENDER",
        "CASEFOLD_SMTP_TO",
        "CASEFOLD_SMTP_TLS",
        "CASEFOLD_SMTP_USER",
        "CASEFOLD_SMTP_PASSWORD_FILE",
    }
)
_HERE = frozenset({"localhost", "127.0.0.1", "::1"})
_PORTS = {"starttls": 587, "tls": 465, "no": 25}


@dataclass(frozen=True, slots=True)
class Mail:
    """One SMTP server, and who reads the digest."""

    host: str
    port: int
    sender: str
    to: tuple[str, ...]
    tls: str = "starttls"  # starttls, tls from the first byte, or no
    user: str = ""
    password_file: Path | None = field(default=None, repr=False)


def read_mail(env: Mapping[str, str]) -> Mail | None:
    """The server these settings name; None when none is named."""
    host = env.get("CASEFOLD_SMTP_HOST", "").strip()
    if not host:
        return None
    tls = env.get("CASEFOLD_SMTP_TLS", "starttls").strip().lower()
    if tls not in _PORTS:
        raise Usage("CASEFOLD_SMTP_TLS must be starttls, tls or no.")
    port = env.get("CASEFOLD_SMTP_PORT", str(_PORTS[tls]))
    if not port.isdecimal() or not 0 < int(port) < 65_536:
        raise Usage("CASEFOLD_SMTP_PORT must be a port, such as 587.")
    if tls == "no" and env.get("CASEFOLD_SMTP_USER", "") and host not in _HERE:
        raise Usage("CASEFOLD_SMTP_TLS=no would send the password for all to read; use starttls.")
    sender = _address("CASEFOLD_SMTP_SENDER", env.get("CASEFOLD_SMTP_SENDER", ""))
    to = [one for one in env.get("CASEFOLD_SMTP_TO", "").split(",") if one.strip()]
    if not to:
        raise Usage("CASEFOLD_SMTP_TO must say who reads the digest.")
    password = env.get("CASEFOLD_SMTP_PASSWORD_FILE", "")
    return Mail(
        host,
        int(port),
        sender,
        tuple(_address("CASEFOLD_SMTP_TO", one) for one in to),
        tls,
        env.get("CASEFOLD_SMTP_USER", ""),
        Path(password).expanduser() if password else None,
    )


def _address(name: str, text: str) -> str:
    address = text.strip()
    local, at, host = address.rpartition("@")
    if not local or not at or not host or not address.isprintable() or " " in address:
        raise Usage(f"{name} must be an e-mail address, such as liaison@example.org.")
    return address
