"""Stories of several nodes, run in one loop in which their connections are kept open."""

import asyncio
from collections.abc import Coroutine
from contextvars import ContextVar
from typing import Any, TypeVar

from server.node import database
from server.node.engines import CURRENT, NodeEngine

T = TypeVar("T")

_OPENED: ContextVar[list[NodeEngine] | None] = ContextVar("opened", default=None)


def run(story: Coroutine[Any, Any, T]) -> T:
    """Run one story; what it kept open is closed after it."""

    async def whole() -> T:
        opened: list[NodeEngine] = []
        _OPENED.set(opened)
        try:
            return await story
        finally:
            for engine in opened:
                await engine.release()

    return asyncio.run(whole())


async def keep_open() -> None:
    """Keep the connections of the node in use open until the story ends, as a serving node does."""
    opened = _OPENED.get()
    if opened is not None and CURRENT.engine not in opened:
        opened.append(CURRENT.engine)
        await database.keep_open()
