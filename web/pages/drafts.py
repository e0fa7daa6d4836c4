"""Drafts: half-typed words kept within a second, shut, for the person who typed them."""

import asyncio
import json
from typing import Any

from litestar import MediaType, Response, post

from server.casework import drafts
from server.node.desk import Desk
from web.forms import Mistakes, Slip, Typed, typed
from web.rendering import hour
from web.workplace import SIGN_OF_LIFE, AnyRequest, AtWork
from web.workplace import place as place_of

_NOT_WORDS = frozenset({"form", "draft"})


@post("/drafts", opt=SIGN_OF_LIFE)
async def keep(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Keep the words of an open form."""
    form = await typed(request)
    place = form.word("draft")
    if not place or len(place) > 200:
        raise Mistakes(Slip("", "This form keeps no draft."))
    number, here = form.word("form"), place_of(request).remembered(request)
    async with here.turns.setdefault(number, asyncio.Lock()):
        if number in here.taken:
            return Response("", status_code=204)  # the form itself was faster: its words are saved
        await drafts.save(place, json.dumps(_words(form)), desk)
    return Response(
        f"Draft kept at {hour(desk.now, desk.pack.timezone)}", media_type=MediaType.HTML
    )


async def keep_on(place: str, form: Typed, base: int, desk: Desk) -> None:
    """Keep words that could not be saved yet, as written after what a colleague wrote."""
    await drafts.save(place, json.dumps({**_words(form), "base": [str(base)]}), desk)


async def kept(place: str, desk: Desk) -> dict[str, list[str]] | None:
    """The words somebody left in this form, by field."""
    text = await drafts.load(place, desk)
    return None if text is None else _fields(text)


async def kept_all(place_prefix: str, desk: Desk) -> dict[str, dict[str, list[str]]]:
    """The words somebody left in several forms, by the place of each."""
    every = await drafts.load_all(place_prefix, desk)
    return {place: _fields(text) for place, text in every.items()}


def _words(form: Typed) -> dict[str, list[str]]:
    return {name: list(values) for name, values in form.fields.items() if name not in _NOT_WORDS}


def _fields(text: str) -> dict[str, list[str]]:
    found = json.loads(text)
    return {str(name): [str(value) for value in values] for name, values in found.items()}


handlers = (keep,)
