"""For whom the API answers: staff who are signed in, or anybody where the directory is public."""

import hmac
from dataclasses import dataclass

from directory.audience import Audience
from server.node.desk import Desk, locked_desk
from web.security import CSRF_HEADER
from web.workplace import AnyRequest, SignedOut, place


class NotPublic(Exception):
    """This node keeps its directory to those who sign in."""


@dataclass(frozen=True, slots=True)
class Viewing:
    """Who looks, and from which desk."""

    viewer: Audience
    desk: Desk


async def viewing(request: AnyRequest) -> Viewing:
    """Who looks. A form counts as somebody's own only with the proof of an open page."""
    here = place(request)
    if request.method == "GET" or _proven(request):
        try:
            return Viewing(Audience.PROFESSIONAL, await here.desk(request))
        except SignedOut:
            pass
    if not here.settings.public_directory:
        raise NotPublic
    return Viewing(Audience.PUBLIC, await locked_desk(here.settings))


def _proven(request: AnyRequest) -> bool:
    door = place(request).door
    proof = door.form_proof(request.cookies)
    scheme = "https" if door.https else "http"
    ours = request.headers.get("origin") == f"{scheme}://{request.headers.get('host', '')}"
    said = request.headers.get(CSRF_HEADER, "")
    return ours and hmac.compare_digest(said.encode(), proof.encode())
