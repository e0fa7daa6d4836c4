"""What was told stands in the order of its form, and each assessment by itself."""

import re
from html import unescape

from tests.coalition import HARBOUR, NORTHGATE
from tests.running import run
from tests.web.asked import Pages
from tests.web.room import Room

_ASSESSED = {"a111": ("17", "2020-01-02"), "a222": ("9", "2020-02-03")}


async def words(pages: Pages, path: str) -> str:
    answer = await pages.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", unescape(answer.text)))


def test_two_assessments_stand_by_themselves_wherever_they_are_read(room: Room) -> None:
    async def tale() -> None:
        with room.made.at(HARBOUR):
            harbour = await room.pages(HARBOUR)
            for row, (score, day) in _ASSESSED.items():
                said = {"instrument": "SafeLives Dash", "score": score, "assessed_on": day}
                path = f"/cases/{room.ref}/sections/assessments/survivor/rows/{row}"
                saved = await harbour.post(path, {"base": "1", **said})
                assert saved.status_code == 200, saved.text
            await harbour.post("/referrals", {"ref": room.ref})
            before = await words(harbour, f"/referrals/{room.ref}/check")
        await room.made.settle()
        with room.made.at(NORTHGATE):
            northgate = await room.pages(NORTHGATE)
            intake = await words(northgate, f"/intake/{room.ref}")
            heard = await words(northgate, f"{room.live}/{room.slot}")
            risk = await words(northgate, f"/plan/{room.ref}/risks/nobody/new")

        first = "Instrument SafeLives Dash Score 17 Band high Assessed on 2 January 2020"
        second = "Instrument SafeLives Dash Score 9 Band standard Assessed on 3 February 2020"
        for page in (before, intake):
            assert page.index(first) < page.index(second)
        assert "Instrument: SafeLives Dash · Score: 17 · Band: high" in heard
        assert "What Harbour told when it referred her What Harbour told" in risk.replace(
            room.made[HARBOUR].name, "Harbour"
        )

    run(tale())
