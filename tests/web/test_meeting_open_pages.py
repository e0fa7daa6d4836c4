"""Pages of a meeting left open: each hears what changed, and nothing else."""

import re

from server.node.access import Role
from tests.coalition import NORTHGATE, RIVER
from tests.running import run
from tests.server.meeting import sitting
from tests.web.room import VIEW, Room, field


def test_an_open_page_hears_only_what_changed(room: Room) -> None:
    run(sitting.opened(room.made, room.meeting))

    async def story() -> None:
        with room.made.at(NORTHGATE):
            pages = await room.pages(NORTHGATE)
            shown = (await pages.get(f"{room.live}/{room.slot}")).text
            form = marks(shown)

            quiet = await pages.post(f"/meetings/{room.meeting}/changes", form)
            agency = room.made[RIVER].id
            await pages.post(
                f"/meetings/{room.meeting}/attend/{agency}",
                {"form": "x", "state": "present", "who": "Sam Okoro", "base": "0"},
            )
            heard = await pages.post(f"/meetings/{room.meeting}/changes", form)

            assert quiet.status_code == 204
            assert "Sam Okoro" in heard.text
            assert "Present 1 of" in heard.text
            assert 'id="merged"' not in heard.text
            assert 'id="live-decision"' not in heard.text

    run(story())


def test_a_page_with_words_half_typed_hears_that_a_colleague_decided(room: Room) -> None:
    run(sitting.opened(room.made, room.meeting))
    chair = run(sitting.colleague(room.made, "Lee Crane", Role.CHAIR))

    async def story() -> None:
        with room.made.at(NORTHGATE):
            hers, his = await room.pages(NORTHGATE), await room.pages(NORTHGATE, chair)
            shown = (await his.get(f"{room.live}/{room.slot}")).text
            form = marks(shown)
            draft = {"draft": f"meeting/{room.slot}/decision", "decision": "Locks."}
            await his.post("/drafts", {**draft, "base": field(shown, "base"), "was-decision": ""})
            url = f"/meetings/{room.meeting}/decide/{room.slot}"
            await hers.post(url, {"form": "a", "base": field(shown, "base"), "decision": "Move."})

            heard = await his.post(f"/meetings/{room.meeting}/changes", form)

            assert 'id="live-decision"' in heard.text
            assert "The decision changed" in heard.text

    run(story())


def test_a_withdrawal_takes_the_case_off_every_open_page(room: Room) -> None:
    run(sitting.opened(room.made, room.meeting))

    async def look() -> str:
        with room.made.at(NORTHGATE):
            pages = await room.pages(NORTHGATE)
            heard = await pages.post(f"/meetings/{room.meeting}/changes", {"slot": room.slot})
            assert heard.headers.get("hx-refresh") == "true"
            return (await pages.get(f"{room.live}/{room.slot}")).text

    run(sitting.withdraw(room.made))
    text = run(look())

    assert "Something was withdrawn." in text
    assert VIEW not in text
    assert room.ref[:3] + "-" not in text


def test_an_open_agenda_hears_whom_an_agency_sends_and_that_it_was_taken_back(room: Room) -> None:
    async def story() -> None:
        with room.made.at(NORTHGATE):
            shown = (await (await room.pages(NORTHGATE)).get(f"/meetings/{room.meeting}")).text
        await sitting.sends(room.made, room.ref)
        named = await again(shown)
        await sitting.withdraw(room.made, told_by=RIVER)
        gone = await again(named)

        assert sitting.SENT not in shown
        assert sitting.SENT in named
        assert sitting.SENT not in gone
        assert "Something on this agenda was withdrawn" in gone

    async def again(before: str) -> str:
        with room.made.at(NORTHGATE):
            pages, mark = await room.pages(NORTHGATE), field(before, "mark")
            heard = await pages.post(f"/meetings/{room.meeting}/cases", {"mark": mark})
        assert 'id="agenda-roster" hx-swap-oob="true"' in heard.text
        return heard.text

    run(story())


def marks(text: str) -> dict[str, object]:
    """What an open page says it has."""
    names = ("slot", "stamp", "agenda", "clock", "shape", "roster", "roster-stamp")
    return {
        **{name: field(text, name) for name in names},
        "have": re.findall(r'name="have" value="([^"]*)"', text),
    }
