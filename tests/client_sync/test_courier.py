"""What a courier does when whoever answers is hostile, broken or absent: nothing is lost."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from client_sync import courier as couriers
from client_sync.courier import (
    BadAnswer,
    Courier,
    CursorUnknown,
    NotAdmitted,
    NotTheRelay,
    RelayRefused,
    TooMuchAtOnce,
    Unreachable,
)
from client_sync.wire import Packet, Page, frame_page
from crypto.keys import NodeKey

RELAY = b"\x07" * 32
PAGE = frame_page(Page((Packet(b"stub", b"body"),), (), "1.ab", False, 3_600, 1))
Answer = tuple[str, bytes]  # the status line with headers, and the body


def courier_to(url: str) -> Courier:
    return Courier(url, b"\x01" * 32, NodeKey(b"\x02" * 32), RELAY)


def said(body: bytes, status: str = "200 OK", *headers: str) -> Answer:
    head = "".join(f"{line}\r\n" for line in (f"content-length: {len(body)}", *headers))
    return f"HTTP/1.1 {status}\r\n{head}\r\n", body


def admitted(path: str) -> Answer | None:
    """The answers that let a courier in."""
    if path == "/challenge":
        return said(json.dumps({"nonce": "00" * 56, "relay": RELAY.hex()}).encode())
    if path == "/token":
        return said(json.dumps({"token": "11" * 32, "expires": 3600}).encode())
    return None


@asynccontextmanager
async def answering(answer: Callable[[str], Answer]) -> AsyncIterator[tuple[Courier, list[str]]]:
    """A courier whose relay answers like this, and the paths it was asked for."""
    asked: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                path = line.split()[1].decode()
                asked.append(path)
                length = 0
                while (header := await reader.readline()).strip():
                    name, _, value = header.partition(b":")
                    if name.lower() == b"content-length":
                        length = int(value)
                await reader.readexactly(length)
                head, body = answer(path.partition("?")[0])
                writer.write(head.encode() + body)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with Courier(
        f"http://127.0.0.1:{port}", b"\x01" * 32, NodeKey(b"\x02" * 32), RELAY
    ) as one:
        yield one, asked
    server.close()


def after_admission(answer: Answer) -> Callable[[str], Answer]:
    return lambda path: admitted(path) or answer


def test_a_courier_is_admitted_once_and_then_just_asks():
    async def walk() -> None:
        async with answering(after_admission(said(PAGE))) as (courier, asked):
            assert (await courier.pull()).records == (Packet(b"stub", b"body"),)
            await courier.pull("1.ab")

            assert asked == ["/challenge", "/token", "/records", "/records?after=1.ab"]

    asyncio.run(walk())


def test_a_small_answer_that_unpacks_to_a_large_one_is_not_unpacked():
    bomb = gzip.compress(bytes(50_000_000))

    async def walk() -> None:
        packed = said(bomb, "200 OK", "content-encoding: gzip")
        async with answering(after_admission(packed)) as (courier, _):
            with pytest.raises(BadAnswer):
                await courier.pull()

    asyncio.run(walk())


def test_an_answer_longer_than_any_page_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(couriers, "MAX_PAGE", 1_000)

    async def walk() -> None:
        async with answering(after_admission(said(bytes(5_000_000)))) as (courier, _):
            with pytest.raises(BadAnswer):
                await courier.pull()

    asyncio.run(walk())


def test_a_redirect_is_not_followed():
    async def walk() -> None:
        away = said(b"", "302 Found", "location: /elsewhere")
        async with answering(after_admission(away)) as (courier, asked):
            with pytest.raises(BadAnswer):
                await courier.pull()
            assert "/elsewhere" not in asked

    asyncio.run(walk())


def test_a_proxy_from_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")

    async def walk() -> None:
        async with answering(after_admission(said(PAGE))) as (courier, _):
            assert (await courier.pull()).cursor == "1.ab"

    asyncio.run(walk())


def test_a_challenge_for_another_relay_is_never_signed():
    other = said(json.dumps({"nonce": "00" * 56, "relay": "99" * 32}).encode())

    async def walk() -> None:
        async with answering(lambda _: other) as (courier, asked):
            with pytest.raises(NotTheRelay):
                await courier.pull()
            assert asked == ["/challenge"]

    asyncio.run(walk())


@pytest.mark.parametrize(
    ("status", "body", "situation"),
    [
        ("410 Gone", b"{}", CursorUnknown),
        ("403 Forbidden", b'{"reason":"not enrolled"}', NotAdmitted),
        ("403 Forbidden", b"{}", RelayRefused),
        ("413 Too Large", b"{}", RelayRefused),
        ("429 Too Many", b"{}", TooMuchAtOnce),
        ("401 Unauthorized", b"{}", BadAnswer),
        ("500 Broken", b"<html>", BadAnswer),
        ("200 OK", b"", BadAnswer),
        ("200 OK", PAGE[:-1], BadAnswer),
        ("200 OK", PAGE + b"\x00", BadAnswer),
    ],
)
def test_every_answer_stands_for_one_situation(status: str, body: bytes, situation: type):
    async def walk() -> None:
        async with answering(after_admission(said(body, status))) as (courier, _):
            with pytest.raises(situation) as raised:
                await courier.pull("1.ab")
            assert str(raised.value).endswith(".")

    asyncio.run(walk())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"[[]]",
        b'[["00","accepted",""]]',
        json.dumps([["00" * 32, "kept", ""]]).encode(),
        json.dumps([["00" * 32, "accepted", 7]]).encode(),
        json.dumps([["00" * 32, "accepted", ""]] * 2).encode(),
    ],
)
def test_results_that_do_not_match_the_push_are_not_believed(body: bytes):
    async def walk() -> None:
        async with answering(after_admission(said(body))) as (courier, _):
            with pytest.raises(BadAnswer):
                await courier.push([Packet(b"stub")])

    asyncio.run(walk())


def results(kept: str = "", count: int = 1) -> Answer:
    body = json.dumps([["00" * 32, "accepted", ""]] * count).encode()
    return said(body, "200 OK", *([f"casefold-kept: {kept}"] if kept else []))


def test_what_was_just_handed_over_is_not_asked_for():
    page, more = (
        said(frame_page(Page((), (), "9.cd", there_is_more, 3_600, 1)))
        for there_is_more in (False, True)
    )
    answers = iter([results("3-5"), results("5-5"), results("5-7"), results("9-12"), more, page])

    async def walk() -> None:
        answer = lambda path: admitted(path) or next(answers, page)  # noqa: E731
        async with answering(answer) as (courier, asked):
            for _ in range(4):
                await courier.push([Packet(b"stub")])
            for _ in range(3):
                await courier.pull("1.ab")
            assert asked[-3:] == [
                "/records?after=1.ab&without=3-7.9-12",
                "/records?after=1.ab&without=3-7.9-12",
                "/records?after=1.ab",
            ]

    asyncio.run(walk())


def test_who_asks_from_the_start_asks_for_everything():
    answers = iter([results("3-5"), said(PAGE)])

    async def walk() -> None:
        async with answering(lambda path: admitted(path) or next(answers)) as (courier, asked):
            await courier.push([Packet(b"stub")])
            await courier.pull()
            assert asked[-1] == "/records"

    asyncio.run(walk())


def test_a_relay_that_lost_its_past_is_asked_without_the_numbers_it_gave_then():
    answers = iter([results("3-5"), said(b"{}", "410 Gone"), said(PAGE)])

    async def walk() -> None:
        async with answering(lambda path: admitted(path) or next(answers)) as (courier, asked):
            await courier.push([Packet(b"stub")])
            with pytest.raises(CursorUnknown):
                await courier.pull("1.ab")
            await courier.pull("1.ab")
            assert asked[-1] == "/records?after=1.ab"

    asyncio.run(walk())


def test_a_number_no_relay_gives_is_not_believed():
    async def walk() -> None:
        async with answering(after_admission(results("5-3"))) as (courier, _):
            with pytest.raises(BadAnswer):
                await courier.push([Packet(b"stub")])

    asyncio.run(walk())


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:1", "http://[::1", "nonsense", "ftp://x.invalid"]
)
def test_a_relay_that_is_not_there_is_unreachable(url: str):
    async def walk() -> None:
        async with courier_to(url) as courier:
            with pytest.raises(Unreachable):
                await courier.pull()

    asyncio.run(walk())


def test_a_doorbell_that_rings_nonsense_is_only_unreachable():
    async def walk() -> None:
        async with answering(after_admission(said(b"\xff\xfe", "200 OK"))) as (courier, _):
            with pytest.raises(Unreachable):
                await anext(courier.doorbell())

    asyncio.run(walk())
