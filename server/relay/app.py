"""The relay alone: its own application, in a process that holds no agency's key."""

from typing import Any

from litestar import Litestar, Request, Response
from litestar.exceptions import HTTPException
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from server.headers import dress
from server.node import database
from server.node.settings import Settings
from server.relay import blob_handlers, doors
from server.relay.handlers import HANDLERS
from server.relay.members import Members, NoCoordinatingIdentity
from server.relay.station import Station


def create(settings: Settings, pinned: bytes = b"") -> Litestar:
    """The relay over this node's database; `pinned` is whose directory to believe without one."""
    station = Station(settings, Members(pinned))

    async def begin() -> None:
        database.bind(database.engine_for(settings))
        await database.keep_open()
        await database.check()

    app = Litestar(
        route_handlers=[*HANDLERS, *blob_handlers.HANDLERS, *doors.HANDLERS],
        on_startup=[begin],
        on_shutdown=[database.release],
        lifespan=[lambda _: station.ticking()],
        exception_handlers={
            HTTPException: _refused,
            NoCoordinatingIdentity: _not_ready,
            500: _failed,
        },
        openapi_config=None,
        logging_config=None,
    )
    app.state.station = station
    app.asgi_handler = _dressed(app.asgi_handler)
    return app


def _dressed(app: ASGIApp) -> ASGIApp:
    async def outermost(scope: Scope, receive: Receive, send: Send) -> None:
        async def sent(message: Message) -> None:
            await send(dress(message))

        await app(scope, receive, sent)

    return outermost


def _refused(_: Request[Any, Any, Any], error: HTTPException) -> Response[dict[str, str]]:
    reason = error.extra.get("reason") if isinstance(error.extra, dict) else None
    return Response({"reason": str(reason or "refused")}, status_code=error.status_code)


def _not_ready(_: Request[Any, Any, Any], __: Exception) -> Response[dict[str, str]]:
    return Response({"reason": "not set up"}, status_code=503)


def _failed(_: Request[Any, Any, Any], __: Exception) -> Response[dict[str, str]]:
    """An error says nothing of what was asked, here or in a log."""
    return Response({"reason": "failed"}, status_code=500)
