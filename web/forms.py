"""What somebody typed, and what to say when it is not yet right."""

import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.exceptions import ClientException


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing to put right: the field it is in, and the sentence that says how."""

    field: str
    sentence: str


@dataclass(frozen=True, slots=True)
class MistakesPart:
    """The summary shown above a form that could not be taken."""

    title: str
    slips: tuple[Slip, ...]


class Mistakes(Exception):
    """Something in the form has to be put right. Everything typed is still there."""

    def __init__(self, *slips: Slip, title: str = "Please look at this again") -> None:
        self.part = MistakesPart(title, slips)
        super().__init__(title)


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a list to choose from."""

    value: str
    words: str


@dataclass(slots=True)
class Typed:
    """The fields of a form, and the slips found while reading them."""

    fields: Mapping[str, Sequence[str]]
    files: Mapping[str, UploadFile]
    slips: list[Slip] = field(default_factory=list)

    def word(self, name: str) -> str:
        """One field, without the space around it."""
        found = self.fields.get(name) or [""]
        return found[-1].strip()

    def whole(self, name: str) -> str:
        """One field exactly as typed: a passphrase, or words with their line breaks."""
        found = self.fields.get(name) or [""]
        return found[-1].replace("\r\n", "\n")

    def words(self, name: str) -> tuple[str, ...]:
        """Every value ticked or typed under one name."""
        return tuple(value.strip() for value in self.fields.get(name, ()) if value.strip())

    def ticked(self, name: str) -> bool:
        """Was this box ticked?"""
        return bool(self.word(name))

    def need(self, name: str, sentence: str) -> str:
        """A field that may not be empty."""
        word = self.word(name)
        if not word:
            self.slips.append(Slip(name, sentence))
        return word

    def day(self, name: str, sentence: str) -> date:
        """A day; today's form of a day is 2026-03-14."""
        try:
            return date.fromisoformat(self.word(name))
        except ValueError:
            self.slips.append(Slip(name, sentence))
            return date.min

    def wrong(self, name: str, sentence: str) -> None:
        """Note a slip."""
        self.slips.append(Slip(name, sentence))

    def settle(self) -> None:
        """Go on only if nothing has to be put right."""
        if self.slips:
            raise Mistakes(*self.slips)


async def typed(request: Request[Any, Any, Any]) -> Typed:
    """The form of this request; anything else that was sent is refused, and never half read."""
    kind = request.content_type[0]
    if kind not in {RequestEncodingType.URL_ENCODED, RequestEncodingType.MULTI_PART}:
        if await request.body():
            raise ClientException
        return Typed({}, {})
    form = await request.form()
    fields: dict[str, list[str]] = {}
    files: dict[str, UploadFile] = {}
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            files[name] = value
        else:
            fields.setdefault(name, []).append(str(value))
    return Typed(fields, files)


def new_token() -> str:
    """A form's own number, so that posting it twice does it once."""
    return secrets.token_hex(16)


Answer = Callable[[], Awaitable[Any]]
