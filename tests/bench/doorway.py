"""(d): an edit saved on one agency's page, until the coordinating node's open page hears of it."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from statistics import median
from time import perf_counter

import httpx
from httpx_sse import aconnect_sse

from server.casework import cases, mailroom, releases
from server.node.desk import Desk
from tests.bench.figures import Aim, Figure, Part
from tests.bench.world import COORDINATING, HARBOUR, PASSPHRASE, STAFF, Node, World, ends_on
from tiers.case_form import read_case
from tiers.release_form import read_release

_AIM = 0.3
_QUIET = 0.4  # seconds without an event before the next edit, so that each event has one cause
_LONGEST = 20.0
_SECTION, _FIELD = "survivor_voice", "wishes"


async def edits(world: World, times: int) -> list[Figure]:
    """So many edits through the page, each timed to the other node's event stream."""
    await world.make(HARBOUR)
    with world.relay():
        await world.sync(COORDINATING, HARBOUR, COORDINATING)
        ref = await _told(world)
        await world.sync(HARBOUR, COORDINATING, HARBOUR)
    await world.release()
    coordinating, harbour = world.nodes[COORDINATING], world.nodes[HARBOUR]
    relay = ("--relay-port", str(world.port))
    world.listening.close()
    with _served(coordinating, *relay) as there, _served(harbour) as here:
        async with _signed_in(there) as reader, _signed_in(here) as writer:
            await _shown(reader, ref)
            took, answered = await _timed(reader, writer, ref, times)
            last = await reader.get(f"/shared/{ref}")
            assert f"Wish number {times - 1}." in last.text, "the last edit is not in the view"
    middle = median(took)
    aim = Aim("median at most 300 ms", middle <= _AIM)
    slowest = f"of {times}: slowest {max(took) * 1000:.0f} ms"
    parts = (Part("of which until the editor's own page is answered", median(answered)),)
    name = "edit on a page to the other node's page, median"
    return [Figure("d", name, middle, aim=aim, parts=parts, notes=(slowest,))]


async def _shown(reader: httpx.AsyncClient, ref: str) -> None:
    """Open the merged view, once the node that serves it has heard of the case."""
    async with asyncio.timeout(_LONGEST):
        while (shown := await reader.get(f"/shared/{ref}")).status_code != httpx.codes.OK:
            await asyncio.sleep(_QUIET)
    assert ref[:3] in shown.text


async def _told(world: World) -> str:
    """A case at the agency, signed for and told to the meeting."""
    with world.at(HARBOUR) as node:
        desk = await node.desk()
        form = {
            "format": "casefold-case-1",
            "people": {"survivor": "survivor"},
            "sections": {_SECTION: {"survivor": {_FIELD: "invented words"}}},
        }
        record = await cases.import_case(read_case(form, desk.pack), None, desk)
        await releases.record_release(read_release(release_of(world, node, desk)), record.ref, desk)
        sent = await mailroom.send(record.ref, world.nodes[COORDINATING].id, "meeting", desk)
        assert isinstance(sent, mailroom.Sent), sent
        return record.ref


def release_of(world: World, node: Node, desk: Desk) -> dict[str, object]:
    """What an invented person signs: the agency may tell the meeting."""
    return {
        "format": "casefold-release-1",
        "signed_on": desk.today.isoformat(),
        "signer": {
            "kind": "self",
            "name": "Invented Person",
            "relation": "",
            "confirmed_not_abuser": True,
        },
        "form": "written",
        "witness": "Ana",
        "language": "English",
        "purpose": "Plan for her safety together",
        "purpose_kind": "safety",
        "ends": ends_on(desk).isoformat(),
        "carrier": COORDINATING,
        "told": {
            "alternatives": True,
            "can_withdraw_by_word": True,
            "not_a_condition": True,
            "redisclosure": True,
        },
        "survivor": "survivor",
        "people": {"survivor": "survivor"},
        "rows": [{"agency": HARBOUR, "tell": True, "about": [], "initials": "I.P."}],
    }


@contextmanager
def _served(node: Node, *words: str) -> Iterator[str]:
    """`casefold serve` on this node's folder; the URL of its pages."""
    secret = node.settings.data.parent / "passphrase"
    secret.write_text(PASSPHRASE)
    environ = {k: v for k, v in os.environ.items() if not k.startswith("CASEFOLD_")}
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "server.cli", "serve", "--port", "0", *words),
            *("--data", str(node.settings.data), "--passphrase-file", str(secret)),
        ],
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield str(json.loads(process.stdout.readline())["ready"])
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=10)


@asynccontextmanager
async def _signed_in(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A browser's part: cookies, the page's own token, and a session."""
    async with httpx.AsyncClient(base_url=url, timeout=_LONGEST, trust_env=False) as browser:
        browser.headers["origin"] = url
        browser.headers["hx-request"] = "true"
        await _take_proof(browser, "/sign-in")
        form = {"name": STAFF, "passphrase": PASSPHRASE}
        answer = await browser.post("/sign-in", data=form)
        assert answer.headers.get("hx-redirect") == "/", answer.text
        await _take_proof(browser, "/node")
        yield browser


async def _take_proof(browser: httpx.AsyncClient, path: str) -> None:
    page = await browser.get(path)
    found = re.search(r'"X-Casefold-Form": "([0-9a-f]+)"', page.text)
    assert found, page.text
    browser.headers["x-casefold-form"] = found[1]


async def _timed(
    reader: httpx.AsyncClient, writer: httpx.AsyncClient, ref: str, times: int
) -> tuple[list[float], list[float]]:
    took, answered = [], []
    heard: asyncio.Queue[float] = asyncio.Queue()
    listening = asyncio.create_task(_listen(reader, heard))
    path = f"/cases/{ref}/sections/{_SECTION}/survivor"
    try:
        for number in range(times):
            shown = await writer.get(path)
            form = {**_hidden(shown.text), _FIELD: f"Wish number {number}."}
            await _until_quiet(heard)
            began = perf_counter()
            answer = await writer.post(path, data=form)
            answered.append(perf_counter() - began)
            assert answer.status_code < 300, answer.text
            async with asyncio.timeout(_LONGEST):
                took.append(await heard.get() - began)
    finally:
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
    return took, answered


def _hidden(text: str) -> dict[str, str]:
    """What the form carries besides what is typed, and the other fields as they were."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text))
    unescaped = {k: v.replace("&#34;", '"').replace("&quot;", '"') for k, v in found.items()}
    as_were = {k.removeprefix("was-"): v for k, v in unescaped.items() if k.startswith("was-")}
    return {**as_were, **unescaped}


async def _listen(reader: httpx.AsyncClient, heard: asyncio.Queue[float]) -> None:
    """The stream every open page has: `view` says that a shared case changed."""
    async with aconnect_sse(reader, "GET", "/events", timeout=None) as stream:
        async for event in stream.aiter_sse():
            if event.event == "view":
                heard.put_nowait(perf_counter())


async def _until_quiet(heard: asyncio.Queue[float]) -> None:
    while True:
        try:
            async with asyncio.timeout(_QUIET):
                await heard.get()
        except TimeoutError:
            return
