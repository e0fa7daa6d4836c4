"""Every answer of the API is valid by the schemas that HSDS publishes."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests import nodes
from tests.web.api.reading import KINDS, asked, filled
from tests.web.asked import Pages

_SCHEMAS = Path(__file__).parents[4] / "shared" / "data" / "hsds-3.1-schema"


@pytest.fixture(scope="module")
def validators() -> dict[str, Draft202012Validator]:
    """The published schemas, where they are at hand."""
    if not _SCHEMAS.exists():
        pytest.skip("the published schemas of HSDS 3.1 are not beside this checkout")
    files = {file.name: json.loads(file.read_text()) for file in _SCHEMAS.glob("*.json")}
    registry: Registry[Any] = Registry().with_resources(
        [
            (name, DRAFT202012.create_resource(schema))
            for name, schema in files.items()
            if name != "openapi.json"
        ]
    )
    return {
        name.removesuffix(".json"): Draft202012Validator({"$ref": name}, registry=registry)
        for name in files
        if name != "openapi.json"
    }


@pytest.mark.parametrize("known", [False, True], ids=["anybody", "staff"])
def test_every_answer_is_valid_by_the_published_schemas(
    public: Pages,
    node: nodes.TestedNode,
    validators: dict[str, Draft202012Validator],
    known: bool,
) -> None:
    async def scenario() -> None:
        await filled(node)
        if known:
            await public.work(node)
        for table, kind in KINDS.items():
            whole = "" if table.startswith("taxonom") else "?full=true"
            for more in {"", whole}:
                for thing in (await asked(public, f"/{table}{more}"))["contents"]:
                    one = await asked(public, f"/{table}/{thing['id']}")
                    for value in (thing, one):
                        found = [error.message for error in validators[kind].iter_errors(value)]
                        assert found == [], (table, value)

    asyncio.run(scenario())
