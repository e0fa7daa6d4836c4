"""Whatever may be printed about a case says who must not learn of it, and says it once."""

import re
from html import unescape

import pytest

from tests.coalition import HARBOUR, NORTHGATE
from tests.running import run
from tests.web.asked import Pages
from tests.web.room import Room

_SAID = "must not learn of this referral"
_ELSEWHERE = ("/partners", "/staff")


async def read(pages: Pages, path: str) -> str:
    answer = await pages.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(answer.text)))


@pytest.mark.parametrize(
    ("name", "paths"),
    [
        (NORTHGATE, ("/intake", "/intake/{}", "/shared/{}", "/meetings", "/actions/all")),
        (NORTHGATE, ("/plan/{}", "/intake/{}")),
        (HARBOUR, ("/cases", "/cases/{}", "/asked", "/meetings", "/actions", "/consents")),
    ],
)
def test_pages_about_cases_say_it_once(name: str, paths: tuple[str, ...], room: Room) -> None:
    async def tale() -> None:
        with room.made.at(name):
            pages = await room.pages(name)
            said = {one: await read(pages, one.format(room.ref)) for one in (*paths, *_ELSEWHERE)}

        for path, text in said.items():
            assert text.count(_SAID) == (path not in _ELSEWHERE), path

    run(tale())


def test_the_short_words_of_a_cell_are_of_one_person(room: Room) -> None:
    async def tale() -> None:
        with room.made.at(HARBOUR):
            harbour = await room.pages(HARBOUR)
            path = f"/cases/{room.ref}/sections/identity/survivor"
            gone = {"was-address": "CANARY-ADDRESS 3 Quiet Lane", "address": ""}
            assert (await harbour.post(path, {"base": "1", **gone})).status_code == 200
        await room.made.settle()
        with room.made.at(NORTHGATE):
            text = (await (await room.pages(NORTHGATE)).get(f"/shared/{room.ref}")).text

        briefs = re.findall(r'class="brief">(.+?)</span>', text)
        named = [one for one in briefs if "Name:" in one]
        assert [one.count("Name:") for one in named] == [1], briefs

    run(tale())
