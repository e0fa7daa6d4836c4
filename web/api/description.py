"""The API's description in OpenAPI, made from the tables it answers by."""

from typing import Any, Final

from web.api.wanted import ALLOWED, PARAMETERS

VERSION: Final = "3.1"
_PROFILE_WORDS: Final = (
    "Human Services Data Specification, with marks of who may see what. A place that must not be "
    "known reads as a virtual location with an attribute that says redacted."
)
_PAGE: Final = {
    "total_items": "integer",
    "total_pages": "integer",
    "page_number": "integer",
    "size": "integer",
    "first_page": "boolean",
    "last_page": "boolean",
    "empty": "boolean",
    "contents": "array",
}


def description() -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {"/": {"get": _asks("What this API is.", "getAPIMetaInformation", [])}}
    for table, names in ALLOWED.items():
        parameters = [{"$ref": f"#/components/parameters/{name}"} for name in names]
        what = table.replace("_", " ")
        paths[f"/{table}"] = {
            "get": _asks(f"A page of {what}.", f"list_{table}", parameters, of_page=True),
            "post": {
                **_asks(
                    "The same, by a form: it stays out of logs.", f"find_{table}", [], of_page=True
                ),
                "requestBody": {
                    "content": {"application/x-www-form-urlencoded": {"schema": _form(names)}}
                },
            },
        }
        named = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
        paths[f"/{table}/{{id}}"] = {"get": _asks(f"One of the {what}.", f"get_{table}", [named])}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Directory of services",
            "version": VERSION,
            "description": _PROFILE_WORDS,
            "license": {"name": "See the publisher of this directory"},
        },
        "paths": paths,
        "components": {
            "schemas": {"Page": _page()},
            "parameters": {name: _parameter(name) for name in PARAMETERS},
        },
    }


def _asks(
    words: str, name: str, parameters: list[dict[str, Any]], *, of_page: bool = False
) -> dict[str, Any]:
    shape = {"$ref": "#/components/schemas/Page"} if of_page else {"type": "object"}
    return {
        "summary": words,
        "operationId": name,
        "parameters": parameters,
        "responses": {
            "200": {"description": words, "content": {"application/json": {"schema": shape}}},
            "400": {"description": "A parameter could not be read."},
            "401": {"description": "This node keeps its directory to those who sign in."},
            "404": {"description": "There is nothing here, or it is not for everybody."},
        },
    }


def _page() -> dict[str, Any]:
    parts: dict[str, Any] = {name: {"type": kind} for name, kind in _PAGE.items()}
    parts["contents"]["items"] = {"type": "object"}
    return {"type": "object", "properties": parts, "required": list(_PAGE)}


def _form(names: tuple[str, ...]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: {"type": PARAMETERS[name][0], "description": PARAMETERS[name][1]}
            for name in names
        },
    }


def _parameter(name: str) -> dict[str, Any]:
    kind, words = PARAMETERS[name]
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": words,
        "schema": {"type": kind},
    }
