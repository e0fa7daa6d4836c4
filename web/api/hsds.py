"""The directory for machines, as HSDS 3.1 describes its API, beneath /hsds."""

from typing import Any, Final

from litestar import MediaType, Response, Router, get, post
from litestar.exceptions import HTTPException
from litestar.params import FromPath

from server.listing import published
from server.node.errors import NodeError, NotFound
from web.api.description import VERSION, description
from web.api.viewer import NotPublic, viewing
from web.api.wanted import ALLOWED, NotUnderstood, read
from web.workplace import PASSIVE, AnyRequest

PATH: Final = "/hsds"
PROFILE: Final = "https://docs.openreferral.org/en/3.1/hsds/profiles.html"
_TABLES: Final = {"service_at_locations": "service_at_location"}
_NOT_HERE: Final = "There is nothing here, or it is not for everybody."
_SIGN_IN: Final = "This node keeps its directory to those who sign in."
_NOT_DONE: Final = "This could not be answered."
_TOO_MUCH: Final = "Too much at once; ask again in a moment."
_NO_FORM: Final = "Send what is asked as a form (application/x-www-form-urlencoded)."
_FORMS: Final = frozenset({"", "application/x-www-form-urlencoded", "multipart/form-data"})
_LARGEST_FORM: Final = 64 * 1024


@get("/", opt=PASSIVE)
async def about(request: AnyRequest) -> dict[str, str]:
    """What this API is."""
    await viewing(request)
    return {
        "version": VERSION,
        "profile": PROFILE,
        "openapi_url": f"{request.app.state.origin}{PATH}/openapi.json",
    }


@get("/openapi.json", opt=PASSIVE)
async def described(request: AnyRequest) -> dict[str, Any]:
    """The description of this API."""
    await viewing(request)
    return description()


@get("/{table:str}", opt=PASSIVE)
async def listed(request: AnyRequest, table: FromPath[str]) -> Response[Any]:
    """A page of a table."""
    return await _page(request, table, dict(request.query_params))


@post("/{table:str}", status_code=200, opt=PASSIVE, request_max_body_size=_LARGEST_FORM)
async def found(request: AnyRequest, table: FromPath[str]) -> Response[Any]:
    """The same by a form, which no log keeps."""
    if request.content_type[0] not in _FORMS:
        raise NotUnderstood(_NO_FORM)
    form = await request.form()
    said = {name: str(value) for name, value in form.multi_items()}
    return await _page(request, table, {**dict(request.query_params), **said})


@get("/{table:str}/{of:str}", opt=PASSIVE)
async def one(request: AnyRequest, table: FromPath[str], of: FromPath[str]) -> Response[Any]:
    """One object."""
    who = await viewing(request)
    if table not in ALLOWED:
        raise NotFound
    said = {name: value for name, value in request.query_params.items() if name == "full_service"}
    wanted = read("organizations", said)
    return _json(await published.one(_table(table), of, wanted, who.viewer))


async def _page(request: AnyRequest, table: str, said: dict[str, str]) -> Response[Any]:
    who = await viewing(request)
    if table not in ALLOWED:
        raise NotFound
    wanted = read(table, said)
    return _json(await published.page(_table(table), wanted, who.viewer, who.desk))


def _table(name: str) -> str:
    return _TABLES.get(name, name)


def _json(value: object, status: int = 200) -> Response[Any]:
    return Response(value, media_type=MediaType.JSON, status_code=status)


def _said(status: int, sentence: str) -> Response[Any]:
    return _json({"detail": sentence}, status)


def _not_public(_: AnyRequest, __: Exception) -> Response[Any]:
    return _said(401, _SIGN_IN)


def _not_understood(_: AnyRequest, error: Exception) -> Response[Any]:
    return _said(400, str(error))


def _not_done(_: AnyRequest, error: Exception) -> Response[Any]:
    if isinstance(error, NotFound):
        return _said(404, _NOT_HERE)
    return _said(400, _NOT_DONE)


def _http(_: AnyRequest, error: HTTPException) -> Response[Any]:
    if error.status_code in {404, 405}:
        return _said(404, _NOT_HERE)
    return _said(error.status_code, _TOO_MUCH if error.status_code == 429 else _NOT_DONE)


router = Router(
    path=PATH,
    route_handlers=[about, described, listed, found, one],
    exception_handlers={
        NotPublic: _not_public,
        NotUnderstood: _not_understood,
        NodeError: _not_done,
        HTTPException: _http,
    },
)
"""All of it; the description is generated from the same tables the answers are."""
