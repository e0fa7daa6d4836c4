"""A room in which a case is heard, and the pages its people have open."""

import re
import secrets
from dataclasses import dataclass

from server.node.keyholder import Keyholder
from server.node.member import StaffMember
from server.sync import Syncer
from tests.coalition import Coalition
from tests.web.asked import Pages
from web import app
from web.security import Door, door_key

VIEW = "Two calls in May."


@dataclass
class Room:
    """A case on an agenda, and the pages of the nodes."""

    made: Coalition
    ref: str
    meeting: str
    slot: str

    async def pages(self, name: str, member: StaffMember | None = None) -> Pages:
        """The pages of that node with somebody at work at them. Use within at()."""
        settings = self.made.settings(name)
        keyholder = Keyholder(settings.idle_minutes, lambda: None)
        syncer = Syncer(settings, keyholder)
        pages = Pages(app.create(settings, keyholder, syncer, "http://127.0.0.1:8400"), keyholder)
        desk = await self.made.desk(name)
        token, door = secrets.token_urlsafe(32), Door(frozenset(), False, door_key(settings.data))
        assert desk.staff is not None
        keyholder.open(token, member or desk.staff, desk.unlocked(), desk.now)
        pages.cookies.set(door.device_cookie, secrets.token_hex(16), domain="127.0.0.1")
        pages.cookies.set(door.session_cookie, token, domain="127.0.0.1")
        await pages.get("/staff")
        return pages

    @property
    def live(self) -> str:
        return f"/meetings/{self.meeting}/live"


def field(text: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', text)
    assert found, name
    return found[1]
