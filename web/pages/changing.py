"""Parts of an open page that change by themselves: what it has, and what it must be given anew."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Final

from web.forms import Typed
from web.rendering import list_words

_HAVE: Final = "have"


def mark(said: object) -> str:
    """Changes with whatever a part says; tokens and the like are left out by whoever asks."""
    return blake2b(repr(said).encode(), digest_size=8).hexdigest()


def had(form: Typed) -> dict[str, str]:
    """The parts the open page has, each with the mark of what it says there."""
    return dict(one.rsplit(":", 1) for one in form.words(_HAVE) if ":" in one)


def changed(form: Typed, marks: Mapping[str, str]) -> frozenset[str]:
    """The parts of which the open page, by the marks it sends, has not what they say now."""
    there = had(form)
    return frozenset(id for id, now in marks.items() if there.get(id) != now)


def said(parts: Sequence[str]) -> str:
    """What somebody who cannot see the page hears of it."""
    return f"Changed: {list_words(list(parts))}." if parts else ""
