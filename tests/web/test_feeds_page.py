"""A calendar address by page: shown once, read without signing in, and taken back."""

import asyncio
import re

from tests import nodes
from tests.web.asked import Pages

_ADDRESS = re.compile(r"http://127\.0\.0\.1:8400(/calendar/[\w-]+\.ics)")
_REVOKE = re.compile(r"/calendar/([0-9a-f]{32})/revoke")


def test_an_address_is_made_read_while_locked_and_taken_back(pages: Pages, node: nodes.TestedNode):
    async def scenario() -> None:
        await pages.work(node)
        made = await pages.post("/calendar")
        found = _ADDRESS.search(made.text)
        assert found is not None
        address = found[1]
        page = await pages.get("/calendar")
        assert address not in page.text

        outside = Pages(pages.app, pages.keyholder)
        await pages.post("/lock")
        told = await outside.get(address)
        nothing = await outside.get("/calendar/another.ics")
        assert told.status_code == 200
        assert told.headers["content-type"].startswith("text/calendar")
        assert told.headers["cache-control"] == "no-store"
        assert "set-cookie" not in told.headers
        assert told.text.startswith("BEGIN:VCALENDAR")
        assert nothing.status_code == 404

        await pages.work(node)
        number = _REVOKE.search((await pages.get("/calendar")).text)
        assert number is not None
        await pages.post(f"/calendar/{number[1]}/revoke")
        gone = await outside.get(address)
        assert (gone.status_code, gone.text) == (404, nothing.text)
        assert "You have none." in (await pages.get("/calendar")).text

    asyncio.run(scenario())


def test_the_page_itself_is_for_those_who_signed_in(pages: Pages):
    async def scenario() -> None:
        page = await pages.get("/calendar")

        assert page.headers["location"] == "/sign-in"

    asyncio.run(scenario())


def test_a_calendar_that_asks_too_often_waits(pages: Pages):
    async def scenario() -> None:
        answers = [(await pages.get("/calendar/x.ics")).status_code for _ in range(300)]

        assert set(answers) == {404, 429}

    asyncio.run(scenario())
