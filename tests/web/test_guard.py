"""Every answer is dressed alike; strangers' names and foreign forms get nowhere."""

import asyncio
import secrets
from collections.abc import Callable

import pytest
from litestar.types import HTTPReceiveMessage, Message, Receive, Scope, Send

from server.casework.tables import Case
from server.headers import HEADERS
from server.node import staff
from server.node.access import Role
from tests import nodes, postgres
from tests.web.asked import ORIGIN, Pages
from web import security
from web.security import Door, door_key


def paths(pages: Pages) -> list[str]:
    """Every address the node knows, with something random wherever it wants a number."""
    known = {route.path for route in pages.app.routes}
    return sorted(
        "/".join(secrets.token_hex(4) if part.startswith("{") else part for part in path.split("/"))
        for path in known
    )


def test_every_answer_wears_the_same_headers(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await pages.get("/partners/standing")
        asked = [path for path in paths(pages) if path != "/events"]

        for path in [*asked, "/nowhere", "/static/app.css", "/static/nowhere.css"]:
            for method in ("GET", "POST", "PUT", "DELETE"):
                if path in {"/lock", "/sync"} and method == "POST":
                    continue
                headers = {"Origin": ORIGIN, "HX-Request": "true", "X-Casefold-Form": pages.proof}
                answer = await pages.ask(method, path, headers=headers)

                assert answer.status_code != 500, (method, path)
                for name, value in HEADERS.items():
                    assert answer.headers.get_list(name) == [value], (method, path, name)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "127.0.0.1",
        "127.0.0.1:8401",
        "localhost.evil.example:8400",
        "",
        "[::2]:8400",
    ],
)
def test_a_name_this_node_does_not_have_gets_no_page(pages: Pages, host: str) -> None:
    answer = asyncio.run(pages.ask("GET", "/sign-in", headers={"Host": host}))

    assert answer.status_code == 421
    assert answer.headers["content-security-policy"] == HEADERS["content-security-policy"]


@pytest.mark.parametrize("path", ["/sign-in", "/staff", "/events", "/static/app.css", "/nowhere"])
def test_head_says_what_get_would_say_without_the_page(
    pages: Pages, node: nodes.TestedNode, path: str
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        head = await pages.ask("HEAD", path)
        asked = head if path == "/events" else await pages.get(path)

        assert head.content == b""
        assert head.status_code == asked.status_code
        for name in ("content-type", "content-length", "cache-control"):
            assert head.headers.get(name) == asked.headers.get(name)

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"name": "Invented Asha Bell"}'),
        ("", b"name=Invented"),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"\xff\xfe"),
    ],
)
def test_what_is_no_form_is_refused_and_never_half_read(
    pages: Pages, node: nodes.TestedNode, kind: str, body: bytes
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        headers = {"Origin": ORIGIN, "HX-Request": "true", "X-Casefold-Form": pages.proof}
        typed = {"Content-Type": kind} if kind else {}

        answer = await pages.ask("POST", "/cases", content=body, headers={**headers, **typed})

        assert answer.status_code == 400
        assert "Nothing was done" in answer.text
        assert await Case.count() == 0

    asyncio.run(scenario())


def test_a_loopback_name_with_the_port_served_is_this_node(pages: Pages) -> None:
    answer = asyncio.run(pages.ask("GET", "/sign-in", headers={"Host": "localhost:8400"}))

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": ""},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:8401"},
        {"Origin": "https://127.0.0.1:8400"},
        {"X-Casefold-Form": ""},
        {"X-Casefold-Form": "0" * 64},
        {"HX-Request": ""},
    ],
)
def test_a_form_from_elsewhere_does_nothing(
    pages: Pages, node: nodes.TestedNode, headers: dict[str, str]
) -> None:
    async def scenario() -> None:
        await pages.work(node)

        answer = await pages.ask(
            "POST",
            "/lock",
            headers={
                key: value
                for key, value in {
                    "Origin": ORIGIN,
                    "HX-Request": "true",
                    "X-Casefold-Form": pages.proof,
                    **headers,
                }.items()
                if value
            },
        )

        assert answer.status_code == 403
        assert pages.keyholder.members

    asyncio.run(scenario())


def test_another_session_s_proof_is_worth_nothing(pages: Pages, node: nodes.TestedNode) -> None:
    other = Pages(pages.app, pages.keyholder)

    async def scenario() -> None:
        await pages.work(node)
        await other.sign_in()

        answer = await pages.post("/stay", X_Casefold_Form=other.proof)

        assert answer.status_code == 403

    asyncio.run(scenario())


def test_cookies_are_strict_unseen_by_scripts_and_named_after_the_node(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.get("/sign-in")

        answer = await pages.post("/sign-in", {"name": nodes.FIRST, "passphrase": nodes.PASSPHRASE})

        (cookie,) = answer.headers.get_list("set-cookie")
        door = Door(frozenset(), https=False, key=door_key(node.settings.data))
        assert cookie.startswith(f"{door.session_cookie}=")
        assert len(door.session_cookie.rpartition("-")[2]) == 8
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert "secure" not in cookie.lower()

    asyncio.run(scenario())


def test_two_nodes_on_one_host_do_not_share_cookie_names() -> None:
    one, other = (Door(frozenset(), https=False, key=key) for key in (b"a" * 32, b"b" * 32))

    assert {one.session_cookie, one.device_cookie}.isdisjoint(
        {other.session_cookie, other.device_cookie}
    )


def test_the_secret_behind_cookies_stays_the_same_and_is_for_this_account_alone(
    node: nodes.TestedNode,
) -> None:
    first = door_key(node.settings.data)

    assert door_key(node.settings.data) == first
    assert (node.settings.data / "web.key").stat().st_mode & 0o777 == 0o600


def test_absent_and_forbidden_look_alike(
    pages: Pages,
    node: nodes.TestedNode,
    original: Callable[[postgres.Cluster | None, bool], nodes.Original],
) -> None:
    async def scenario() -> None:
        desk = await node.desk()
        await staff.add("Olu Park", frozenset({Role.OPERATOR}), nodes.PASSPHRASE, desk)
        await pages.sign_in("Olu Park")
        absent = await pages.get("/nowhere")

        for path in ("/cases", "/cases/new", f"/cases/{'7' * 26}", "/consents", "/shared"):
            forbidden = await pages.get(path)

            assert forbidden.status_code == absent.status_code == 404
            assert forbidden.content == absent.content

    asyncio.run(scenario())


def test_a_field_of_ten_megabytes_gets_a_plain_sentence_and_the_node_lives(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)

        answer = await pages.post("/cases", {"name": "x" * 10_000_000})

        assert answer.status_code == 413
        assert "8 MB" in answer.text
        assert (await pages.get("/cases")).status_code == 200

    asyncio.run(scenario())


def test_a_refused_form_that_never_comes_whole_is_answered_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(security, "_PATIENCE", 0.01)
    told: list[Message] = []

    async def nothing_more() -> HTTPReceiveMessage:
        return await asyncio.get_running_loop().create_future()  # type: ignore[no-any-return]

    async def tell(message: Message) -> None:
        told.append(message)

    async def scenario() -> None:
        guard = security.Guard(no_app, Door(frozenset({"127.0.0.1"}), False, bytes(32)))
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/cases",
            "server": ("127.0.0.1", 8400),
            "headers": [(b"host", b"127.0.0.1:8400"), (b"content-length", b"9")],
        }
        await guard(scope, nothing_more, tell)  # type: ignore[arg-type]

    asyncio.run(scenario())

    assert [one["status"] for one in told if one["type"] == "http.response.start"] == [403]


async def no_app(scope: Scope, receive: Receive, send: Send) -> None:
    raise AssertionError("a refused request reached the pages")


def test_nobody_signed_in_is_sent_to_the_door(pages: Pages) -> None:
    async def scenario() -> None:
        for path in paths(pages):
            if path in {"/sign-in", "/away", "/events"} or path.startswith("/static"):
                continue
            answer = await pages.get(path)

            # A machine is told that it has not signed in; a person is shown where to.
            refused = {401, 404} if path.startswith("/hsds") else {303, 404}
            assert answer.status_code in refused, path
            assert "Harbour" not in answer.text

    asyncio.run(scenario())
