"""Walls by page: put, looked at, lifted; and no page tells a walled case from one nobody has."""

import asyncio
import re
import secrets
from dataclasses import replace
from typing import Any
from unittest.mock import patch

from server.casework import cases, refs, ties, walling
from server.casework.tables import OutboxRow
from server.node.access import Role
from server.node.desk import desk_for, keys_for
from server.node.member import StaffMember
from tests.coalition import CASE
from tests.nodes import TestedNode
from tests.web.asked import Pages
from tiers.case_form import read_case

_RANDOM = re.compile(r"[0-9a-f]{32,}")
_EVERY = frozenset({Role.ADVOCATE, Role.LIAISON, Role.COORDINATOR, Role.CHAIR})


async def _case(node: TestedNode) -> str:
    desk = await node.desk()
    return (await cases.import_case(read_case(dict(CASE), desk.pack), None, desk)).ref


async def _hire(node: TestedNode, name: str) -> StaffMember:
    async def quick(*_: object) -> bytes:
        return b"a lock nobody opens here"

    with patch("server.node.unlock_queue.make_lock", quick):
        return await ties.add_colleague(name, _EVERY, "seven green kettles hum", await node.desk())


async def _beside(pages: Pages, node: TestedNode, member: StaffMember) -> Pages:
    """Another browser, in which that colleague is at work."""
    theirs = Pages(pages.app, pages.keyholder)
    await theirs.work(replace(node, member=member))
    return theirs


def _plain(answer: Any, ref: str) -> tuple[int, str, dict[str, str]]:
    kept = {name: one for name, one in answer.headers.items() if name != "content-length"}
    body = answer.text.replace(ref, "REF").replace(f"{ref[:3]}-{ref[3:6]}", "SHORT")
    return answer.status_code, _RANDOM.sub("N", body), {**kept, "set-cookie": ""}


def test_a_wall_is_put_and_lifted_by_page(pages: Pages, node: TestedNode) -> None:
    async def scenario() -> None:
        ref = await _case(node)
        dana = await _hire(node, "Dana Frost")
        await pages.work(node)
        theirs = await _beside(pages, node, dana)
        assert (await theirs.get(f"/cases/{ref}")).status_code == 200
        back = f"/cases/{ref}/walls"
        form = {"ref": ref, "back": back, "form": "a" * 32, "why": "She told us."}

        both = await pages.post("/walls", {**form, "colleague": dana.id, "agency": "b" * 64})
        put = await pages.post("/walls", {**form, "colleague": dana.id})

        assert "Choose one colleague or one agency." in both.text
        assert put.headers["hx-redirect"] == back
        listed = await pages.get(back)
        assert "Dana Frost" in listed.text
        assert "She told us." in listed.text
        assert (await theirs.get(f"/cases/{ref}")).status_code == 404
        assert ref not in (await theirs.get("/cases")).text
        (wall,) = await walling.list_walls(await node.desk())
        await pages.post(f"/walls/{wall.id}/lift", {"form": "c" * 32})
        assert (await theirs.get(f"/cases/{ref}")).status_code == 200

    asyncio.run(scenario())


def test_a_tie_said_by_page_walls_and_is_looked_at(pages: Pages, node: TestedNode) -> None:
    async def scenario() -> None:
        ref = await _case(node)
        dana = await _hire(node, "Dana Frost")
        theirs = await _beside(pages, node, dana)

        empty = await theirs.post("/ties", {"form": "a" * 32, "born": "31 May"})
        said = await theirs.post("/ties", {"form": "b" * 32, "names": "Thomas Crane\nTommy Crane"})

        assert "Write a name, an address or a telephone." in empty.text
        assert "Write the day as 1990-05-31" in empty.text
        assert said.headers["hx-redirect"] == "/ties"
        assert "Thomas Crane" in (await theirs.get("/ties")).text
        assert (await theirs.get(f"/cases/{ref}")).status_code == 404
        await pages.work(node)
        shown = (await pages.get("/walls")).text
        assert "Put by this node" in shown
        assert "Thomas Crane" not in (await pages.get("/ties")).text
        (wall,) = await walling.list_walls(await node.desk())
        await pages.post(f"/walls/{wall.id}/keep", {"form": "c" * 32})
        assert "Put by this node" not in (await pages.get("/walls")).text
        (tie,) = await ties.list_ties(await desk_for_member(node, dana))
        await theirs.post(f"/ties/{tie.id}/take-back", {"form": "d" * 32})
        assert "Thomas Crane" not in (await theirs.get("/ties")).text

    asyncio.run(scenario())


async def desk_for_member(node: TestedNode, member: StaffMember) -> Any:
    return await desk_for(node.settings, member, await keys_for(node.settings, node.identity))


def _routes(pages: Pages) -> list[tuple[str, str]]:
    found = set()
    for route in pages.app.routes:
        if "{ref:str}" in route.path:
            for method in sorted(getattr(route, "methods", ())):
                if method in {"GET", "POST"}:
                    found.add((method, route.path))
    return sorted(found)


def test_no_route_tells_a_walled_case_from_one_nobody_has(pages: Pages, node: TestedNode) -> None:
    async def scenario() -> None:
        tom = await _hire(node, "Invented Tom Crane")
        ref, nobodys = await _case(node), refs.new_ref()
        theirs = await _beside(pages, node, tom)

        async def answers(one: str) -> dict[tuple[str, str], object]:
            found = {}
            for method, path in _routes(pages):
                filled = re.sub(r"{\w+:\w+}", "survivor", path.replace("{ref:str}", one))
                form = {"form": secrets.token_hex(16)}
                answer = await (
                    theirs.get(filled) if method == "GET" else theirs.post(filled, form)
                )
                found[method, path] = _plain(answer, one)
            return found

        walled, unknown = await answers(ref), await answers(nobodys)

        assert len(walled) > 10
        assert walled == unknown
        assert {path for path in walled if walled[path] == unknown[path]} >= {
            ("GET", "/cases/{ref:str}"),
            ("GET", "/cases/{ref:str}/walls"),
            ("GET", "/shared/{ref:str}"),
        }

    asyncio.run(scenario())


def test_how_much_waits_to_go_is_told_to_nobody(pages: Pages, node: TestedNode) -> None:
    async def scenario() -> None:
        await pages.work(node)

        async def shown() -> str:
            answer = await pages.get("/sync")
            assert answer.status_code == 200
            return _RANDOM.sub("N", answer.text)

        async def wait(number: int) -> None:
            waits = OutboxRow(id=f"{number:064x}", share="cd" * 16, seq=number)
            await waits.save()

        nothing = await shown()
        await wait(1)
        one = await shown()
        for number in (2, 3, 4):
            await wait(number)

        assert "Something is on the way" in one
        assert await shown() == one
        assert nothing != one

    asyncio.run(scenario())
