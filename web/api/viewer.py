"""For whom the API answers: staff who are signed in, or anybody where the directory is public."""

import hmac
from dataclasses import dataclass
from typing import Final

from litestar.exceptions import HTTPException

from directory.audience import Audience
from server.node.desk import Desk, locked_desk
from web.security import CSRF_HEADER
from web.workplace import AnyRequest, SignedOut, place

_WHOLE: Final = 5  # what a question over many rows costs, beside one row or one page
_SMALL: Final = frozenset({"page", "per_page"})


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
    if not here.passers_by.take(b"", _WHOLE if _is_whole(request) else 1):
        raise HTTPException(status_code=429)
    return Viewing(Audience.PUBLIC, await locked_desk(here.settings))


def _is_whole(request: AnyRequest) -> bool:
    """Is it asked for many rows at once, or searched?"""
    return request.method == "POST" or bool(request.query_params.keys() - _SMALL)


def _proven(request: AnyRequest) -> bool:
    door = place(request).door
    proof = door.form_proof(request.cookies)
    scheme = "https" if door.https else "http"
    ours = request.headers.get("origin") == f"{scheme}://{request.headers.get('host', '')}"
    said = request.headers.get(CSRF_HEADER, "")
    return ours and hmac.compare_digest(said.encode(), proof.encode())
