"""The pages of one node, asked in memory by something that keeps cookies and posts as htmx does."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

import httpx
from litestar import Litestar

from server.node.keyholder import Keyholder
from tests.nodes import FIRST, PASSPHRASE, TestedNode
from web.security import Door, door_key

ORIGIN = "http://127.0.0.1:8400"
_PROOF = re.compile(r'"X-Casefold-Form": "([0-9a-f]+)"')


@dataclass
class Pages:
    """A browser without a screen."""

    app: Litestar
    keyholder: Keyholder
    cookies: httpx.Cookies = field(default_factory=httpx.Cookies)
    proof: str = ""

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        """One request with this browser's cookies, and nothing else."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(
            transport=transport, base_url=ORIGIN, cookies=self.cookies
        ) as client:
            answer = await client.request(method, path, **more)
            self.cookies = client.cookies
        if found := _PROOF.search(answer.text):
            self.proof = found[1]
        return answer

    async def get(self, path: str) -> httpx.Response:
        """A page."""
        return await self.ask("GET", path)

    async def post(
        self, path: str, form: dict[str, Any] | None = None, **headers: str
    ) -> httpx.Response:
        """A form, posted as an open page posts it; headers given here win."""
        ours = {"Origin": ORIGIN, "HX-Request": "true", "X-Casefold-Form": self.proof}
        told = {key.replace("_", "-"): value for key, value in headers.items()}
        kept = {key: value for key, value in {**ours, **told}.items() if value}
        return await self.ask("POST", path, data=form or {}, headers=kept)

    async def work(self, node: TestedNode) -> None:
        """Somebody is at work already: a session as signing in leaves it, without the slow lock."""
        desk = await node.desk()
        token = secrets.token_urlsafe(32)
        self.keyholder.open(token, node.member, desk.unlocked(), desk.now)
        door = Door(frozenset(), https=False, key=door_key(node.settings.data))
        self.cookies.set(door.device_cookie, secrets.token_hex(16), domain="127.0.0.1")
        self.cookies.set(door.session_cookie, token, domain="127.0.0.1")
        await self.get("/staff")

    async def sign_in(self, name: str = FIRST, passphrase: str = PASSPHRASE) -> httpx.Response:
        """Sign in as a person does, then load the page one lands on."""
        await self.get("/sign-in")
        answer = await self.post("/sign-in", {"name": name, "passphrase": passphrase})
        if answer.headers.get("hx-redirect"):
            await self.get("/staff")
        return answer
