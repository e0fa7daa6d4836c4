"""The forms of the own entry, filled in as a page fills them in."""

import html
import re
from typing import Any

import httpx

from server.entry import own
from tests.nodes import TestedNode
from tests.web.asked import Pages

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)">')


def words_of(answer: httpx.Response) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.text)))


def drawn(answer: httpx.Response) -> dict[str, str]:
    """The hidden fields a page was drawn with: heads, what stood there, and the form's number."""
    return {name: html.unescape(value) for name, value in _HIDDEN.findall(answer.text)}


async def fill(pages: Pages, path: str, **said: Any) -> httpx.Response:
    """Open a form, fill some of it in, and save it."""
    return await save(pages, path, await pages.get(path), **said)


async def save(pages: Pages, path: str, page: httpx.Response, **said: Any) -> httpx.Response:
    form = drawn(page)
    kept = {name[4:]: value for name, value in form.items() if name.startswith("was-")}
    answer = await pages.post(path.partition("?")[0], {**form, **kept, **said})
    assert answer.status_code < 400, answer.text
    return answer


async def begun(pages: Pages, node: TestedNode) -> str:
    """An entry with one service; its id."""
    await pages.work(node)
    await pages.post("/entry/begin")
    await fill(pages, "/entry/rows/services/new", name="Refuge", status="active", audience="public")
    return await only(node, "services")


async def only(node: TestedNode, table: str) -> str:
    (row,) = (await own.read(await node.desk())).of(table)
    return row.id
