"""What an open page hears without asking: sync in words, a changed case, that it locks soon."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

from litestar import get
from litestar.response import ServerSentEvent, ServerSentEventMessage

from web import bell
from web.frame import sync_words
from web.rendering import html
from web.workplace import PASSIVE, AnyRequest, Workplace, place

_LOOK_EVERY = 5.0
_WARN_BEFORE = timedelta(seconds=60)
_open: set["_Stream"] = set()


class _Stream:
    """One open page, listening."""

    def __init__(self) -> None:
        self.rung = asyncio.Event()
        self.ending = False


def ring() -> None:
    """Something changed here or arrived: every open page looks again."""
    bell.change()
    for stream in _open:
        stream.rung.set()


def changed(request: AnyRequest) -> None:
    """What was written goes out, and every open page of this node looks again."""
    place(request).syncer.kick()
    ring()


def end_streams() -> None:
    """End every open stream at once: the keys are gone."""
    for stream in _open:
        stream.ending = True
        stream.rung.set()


@get("/events", opt=PASSIVE, sync_to_thread=False)
def events(request: AnyRequest) -> ServerSentEvent:
    """The stream of one open page. It ends at lock, and is no sign that somebody is there.

    `since` is the bell's mark when the page was read: it looks again at once if that has passed.
    """
    return ServerSentEvent(_listen(request, place(request), request.query_params.get("since", "")))


async def _listen(
    request: AnyRequest, here: Workplace, since: str
) -> AsyncIterator[ServerSentEventMessage]:
    stream, warned, said = _Stream(), False, await sync_words(here)
    _open.add(stream)
    if since and since != bell.mark():
        stream.rung.set()
    try:
        while not stream.ending:
            left = await here.left(request)
            if left is None:
                break
            if (left <= _WARN_BEFORE) is not warned:
                warned = not warned
                yield _say("idle", html("session/_idle.html", None) if warned else "")
            rung, words = await _rung(stream), await sync_words(here)
            if rung or words != said:  # a round that hangs rings no bell, and something waits
                said = words
                yield _say("sync", words)
            if rung:
                yield _say("view", "changed")
    finally:
        _open.discard(stream)
    yield _say("locked", "locked")


async def _rung(stream: _Stream) -> bool:
    try:
        await asyncio.wait_for(stream.rung.wait(), _LOOK_EVERY)
    except TimeoutError:
        return False
    stream.rung.clear()
    return not stream.ending


def _say(event: str, words: str) -> ServerSentEventMessage:
    return ServerSentEventMessage(data=words.replace("\n", " "), event=event)
