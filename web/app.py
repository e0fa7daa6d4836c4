"""The node with its face: pages, their guard, and what is said when something cannot be done."""

import logging
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, MediaType, Response
from litestar.datastructures import State
from litestar.di import Provide
from litestar.exceptions import HTTPException
from litestar.static_files import create_static_files_router

from server.node.errors import (
    Locked,
    NodeError,
    NotFound,
    NotPermitted,
    TooManyTries,
    TooManyWaiting,
)
from server.node.keyholder import Keyholder
from server.node.settings import Settings
from server.sync import Syncer
from tiers.reading import FormMistake
from web import events
from web.api import hsds
from web.forms import Mistakes, MistakesPart, Slip
from web.pages import (
    actions,
    agenda,
    asked,
    audit,
    cards,
    cases,
    claims,
    consents,
    drafts,
    entry,
    feeds,
    find,
    imports,
    intake,
    joining,
    live,
    live_acts,
    meetings,
    node,
    offering,
    papers,
    partner,
    plan,
    plan_rows,
    protocol,
    referral,
    releases,
    session,
    shared,
    shares,
    staff,
    standing,
    standing_change,
    standing_signing,
    sync,
    tiers,
    ties,
    walls,
)
from web.plain import NOT_HERE, plain_page, plain_part, to_problem
from web.rendering import html
from web.security import LARGEST_REQUEST, Door, Guard, door_key
from web.workplace import AnyRequest, SignedOut, Workplace, provide_desk

_LOG: Final = logging.getLogger("casefold.pages")
_STATIC: Final = Path(__file__).parent / "static"
_SENTENCES: Final = {
    400: "This could not be read. Nothing was done.",
    401: "Sign in first.",
    404: NOT_HERE,
    405: NOT_HERE,
    413: "This is larger than Casefold takes in one go, 8 MB. Nothing was kept.",
    429: "Too many tries. Wait a little, then try again.",
}
_WRONG: Final = "Something went wrong on this node. Nothing was lost; try again."


def create(settings: Settings, keyholder: Keyholder, syncer: Syncer, origin: str) -> Litestar:
    """The pages of one worker. Nothing is read or written before the first request."""
    door = Door(frozenset(settings.hosts), settings.https, door_key(settings.data))
    syncer.on_change = events.ring
    app = Litestar(
        route_handlers=[
            create_static_files_router(path="/static", directories=[_STATIC], html_mode=False),
            events.events,
            *session.handlers,
            hsds.router,
            *cases.handlers,
            *drafts.handlers,
            *referral.handlers,
            *releases.handlers,
            *offering.handlers,
            *consents.handlers,
            *shares.handlers,
            *shared.handlers,
            *joining.handlers,
            *find.handlers,
            *partner.handlers,
            *entry.handlers,
            *cards.handlers,
            *tiers.handlers,
            *standing.handlers,
            *standing_change.handlers,
            *standing_signing.handlers,
            *imports.handlers,
            *claims.handlers,
            *protocol.handlers,
            *feeds.handlers,
            *papers.handlers,
            *intake.handlers,
            *meetings.handlers,
            *agenda.handlers,
            *live.handlers,
            *live_acts.handlers,
            *plan.handlers,
            *plan_rows.handlers,
            *actions.handlers,
            *asked.handlers,
            *staff.handlers,
            *ties.handlers,
            *walls.handlers,
            *audit.handlers,
            *sync.handlers,
            *node.handlers,
        ],
        dependencies={"desk": Provide(provide_desk)},
        exception_handlers={
            Mistakes: _mistakes,
            FormMistake: _form_mistake,
            SignedOut: _signed_out,
            NodeError: _node_error,
            HTTPException: _http_error,
            Exception: _wrong,
        },
        state=State({"place": Workplace(settings, keyholder, syncer, door), "origin": origin}),
        openapi_config=None,
        logging_config=None,
        debug=False,
        request_max_body_size=LARGEST_REQUEST,
    )
    app.asgi_handler = Guard(app.asgi_handler, door)
    return app


def _mistakes(_: AnyRequest, mistakes: Mistakes) -> Response[str]:
    return _summary(mistakes.part, 422)


def _form_mistake(_: AnyRequest, mistake: FormMistake) -> Response[str]:
    sentence = mistake.sentence[:1].upper() + mistake.sentence[1:]
    where = f"{mistake.path}: " if mistake.path else ""
    return _summary(MistakesPart("Please look at this again", (Slip("", where + sentence),)), 422)


def _summary(part: MistakesPart, status: int) -> Response[str]:
    return Response(
        html("_mistakes.html", part),
        media_type=MediaType.HTML,
        status_code=status,
        headers=to_problem(),
    )


def _signed_out(request: AnyRequest, _: Exception) -> Response[Any]:
    if _by_htmx(request):
        return Response("", status_code=401, headers={"HX-Redirect": "/sign-in"})
    return Response("", status_code=303, headers={"Location": "/sign-in"})


def _node_error(request: AnyRequest, error: NodeError) -> Response[Any]:
    if isinstance(error, Locked):
        return _signed_out(request, error)
    if isinstance(error, NotFound | NotPermitted):
        return _plain(request, 404, NOT_HERE)
    if isinstance(error, TooManyTries | TooManyWaiting):
        return _plain(request, 429, error.sentence)
    if _by_htmx(request):
        return _summary(MistakesPart("This was not done", (Slip("", error.sentence),)), 422)
    return _plain(request, 422, error.sentence)


def _http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    status = error.status_code
    if status in _SENTENCES:
        return _plain(request, 404 if status == 405 else status, _SENTENCES[status])
    return _plain(request, status, _WRONG if status >= 500 else _SENTENCES[400])


def _wrong(request: AnyRequest, error: Exception) -> Response[Any]:
    # Kind and place alone: the formatter of every process quotes no message.
    _LOG.error("a page could not be made", exc_info=error)
    return _plain(request, 500, _WRONG)


def _plain(request: AnyRequest, status: int, sentence: str) -> Response[Any]:
    if _by_htmx(request):
        body, headers = plain_part(sentence), to_problem()
    else:
        body, headers = plain_page(sentence), {}
    return Response(body, media_type=MediaType.HTML, status_code=status, headers=headers)


def _by_htmx(request: AnyRequest) -> bool:
    return request.headers.get("hx-request") == "true"
