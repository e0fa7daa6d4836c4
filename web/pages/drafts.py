"""Drafts: half-typed words kept within a second, shut, for the person who typed them."""

import json
from typing import Any

from litestar import MediaType, Response, post

from server.casework import drafts
from server.node.desk import Desk
from web.forms import Mistakes, Slip, typed
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
    if form.word("form") in place_of(request).remembered(request).taken:
        return Response("", status_code=204)  # the form itself was faster: its words are saved
    words = {name: list(values) for name, values in form.fields.items() if name not in _NOT_WORDS}
    await drafts.save(place, json.dumps(words), desk)
    return Response(
        f"Draft kept at {hour(desk.now, desk.pack.timezone)}", media_type=MediaType.HTML
    )


async def kept(place: str, desk: Desk) -> dict[str, list[str]] | None:
    """The words somebody left in this form, by field."""
    text = await drafts.load(place, desk)
    if text is None:
        return None
    found = json.loads(text)
    return {str(name): [str(value) for value in values] for name, values in found.items()}


handlers = (keep,)
