"""What every answer wears, of a page or of the relay: keep, frame, guess and tell nothing."""

from collections.abc import Mapping
from typing import Final

from litestar.types import Message

_POLICY: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",  # htmx alone sends: a form pressed before it is there goes nowhere
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS: Final[Mapping[str, str]] = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
    "permissions-policy": (
        "camera=(), clipboard-read=(), display-capture=(), geolocation=(), microphone=(), "
        "payment=(), screen-wake-lock=(), usb=()"
    ),
    "x-frame-options": "DENY",
}


def dress(message: Message, more: Mapping[str, str] | None = None) -> Message:
    """The message with our headers in place of the application's, where it begins an answer."""
    if message["type"] != "http.response.start":
        return message
    ours = {**HEADERS, **(more or {})}
    kept = [(k, v) for k, v in message["headers"] if k.decode("latin-1").lower() not in ours]
    message["headers"] = kept + [(k.encode(), v.encode()) for k, v in ours.items()]
    return message
