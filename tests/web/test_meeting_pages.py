"""The pages of a meeting: each role sees what it may, and what two people write stays."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import replace

from server.casework import walling
from server.node.access import Role
from server.node.desk import Desk
from tests.coalition import HARBOUR, NORTHGATE
from tests.running import run
from tests.server.meeting import sitting
from tests.web.asked import Pages
from tests.web.room import VIEW, Room, field
from web.pages.agenda_parts import cases_part


def told(room: Room, name: str, act: Callable[[Pages], Awaitable[str]]) -> str:
    """What the first member of staff reads at that node."""

    async def story() -> str:
        with room.made.at(name):
            return await act(await room.pages(name))

    return run(story())


def test_the_list_plans_and_the_agenda_says_what_is_read_out(room: Room) -> None:
    async def look(pages: Pages) -> str:
        listed = await pages.get("/meetings")
        assert listed.status_code == 200, listed.text
        assert f"/meetings/{room.meeting}" in listed.text
        assert "Plan this meeting" in listed.text
        shown = await pages.get(f"/meetings/{room.meeting}")
        assert shown.status_code == 200, shown.text
        return shown.text

    text = told(room, NORTHGATE, look)

    assert "Words of the directory" in text
    assert "Read out first" in text
    assert room.ref[:3] in text
    assert "Asha" not in text


def test_an_agency_reads_when_its_case_is_heard_and_no_agenda(room: Room) -> None:
    async def look(pages: Pages) -> str:
        there = await pages.get(f"/meetings/{room.meeting}")
        assert there.status_code == 404
        return (await pages.get("/meetings")).text

    text = told(room, HARBOUR, look)

    assert f"/plan/{room.ref}" in text
    assert "Plan this meeting" not in text
    with room.made.at(NORTHGATE):
        theirs = run(sitting.agenda_of(room.made, room.meeting))
    assert " ".join(theirs.directory_words) in text
    assert " ".join(theirs.words_with[room.made[HARBOUR].id]) in text


def test_a_kind_of_agency_that_has_to_come_and_of_which_none_can_is_missing(room: Room) -> None:
    async def unseated(*kinds: str) -> str:
        drawn = await sitting.agenda_of(room.made, room.meeting)
        wanted = replace(drawn, meeting=replace(drawn.meeting, must_attend=kinds))
        return cases_part(wanted, (), "", await room.made.desk(NORTHGATE)).unseated

    with room.made.at(NORTHGATE):
        assert run(unseated("domestic_violence_centre")) == ""
        assert run(unseated("domestic_violence_centre", "housing")) == "Housing"


def test_a_case_is_put_on_moved_and_taken_off_from_the_page(room: Room) -> None:
    async def act(pages: Pages) -> str:
        shown = (await pages.get(f"/meetings/{room.meeting}")).text
        assert VIEW not in shown
        done = await pages.post(
            f"/meetings/{room.meeting}/slots", {"slot": room.slot, "minutes": "15", "form": "a"}
        )
        assert "15 minutes" in done.text
        off = await pages.post(
            f"/meetings/{room.meeting}/slots",
            {"slot": room.slot, "done": "take_off", "form": "b"},
        )
        assert "wait for an agenda (1)" in off.text
        on = await pages.post(
            f"/meetings/{room.meeting}/slots", {"ref": room.ref, "done": "put_on", "form": "c"}
        )
        mark = field(on.text, "mark")
        same = await pages.post(f"/meetings/{room.meeting}/cases", {"mark": mark})
        assert same.status_code == 204
        return on.text

    assert "No case is on this agenda" not in told(room, NORTHGATE, act)


def test_the_meeting_shows_her_voice_first_and_a_decision_saved_twice_is_saved_once(
    room: Room,
) -> None:
    run(sitting.opened(room.made, room.meeting))

    async def act(pages: Pages) -> str:
        called = await pages.post(f"/meetings/{room.meeting}/hear/{room.slot}", {"form": "h"})
        assert called.headers["hx-redirect"] == f"{room.live}/{room.slot}"
        shown = await pages.get(room.live)
        assert shown.status_code == 200, shown.text
        assert VIEW in shown.text
        form = {"form": "d", "base": field(shown.text, "base"), "decision": "Locks today."}
        for _ in range(2):
            saved = await pages.post(f"/meetings/{room.meeting}/decide/{room.slot}", form)
            assert saved.status_code == 200, saved.text
        on = {**form, "form": "e", "was-decision": "Locks today.", "done": "heard"}
        done = await pages.post(f"/meetings/{room.meeting}/decide/{room.slot}", on)
        assert done.headers["hx-redirect"] == f"{room.live}/{room.slot}"
        return (await pages.get(room.live)).text

    text = told(room, NORTHGATE, act)

    assert "Locks today." in text
    assert "Heard" in text
    assert text.index('id="aside-voices"') < text.index('id="aside-people"')


def test_two_who_type_at_once_see_both_wordings_and_choose(room: Room) -> None:
    run(sitting.opened(room.made, room.meeting))
    chair = run(sitting.colleague(room.made, "Lee Crane", Role.CHAIR))

    async def story() -> None:
        with room.made.at(NORTHGATE):
            hers, his = await room.pages(NORTHGATE), await room.pages(NORTHGATE, chair)
            url = f"/meetings/{room.meeting}/decide/{room.slot}"
            drawn = [await one.get(f"{room.live}/{room.slot}") for one in (hers, his)]
            bases = [field(one.text, "base") for one in drawn]

            await hers.post(url, {"form": "a", "base": bases[0], "decision": "Move tonight."})
            both = await his.post(url, {"form": "b", "base": bases[1], "decision": "New locks."})
            assert "Two of you wrote" in both.text
            assert "Move tonight." in both.text
            assert "New locks." in both.text

            chosen = await his.post(
                f"/meetings/{room.meeting}/choose/{room.slot}",
                {"form": "c", "field": "decision", "value": "Move tonight."},
            )
            assert "Two of you wrote" not in chosen.text
            assert "New locks." not in chosen.text

    run(story())


def test_an_observer_signs_first_and_sees_only_what_the_chair_shows(room: Room) -> None:
    run(sitting.opened(room.made, room.meeting))
    guest = run(sitting.colleague(room.made, "Ada Quill", Role.OBSERVER))

    async def story() -> None:
        with room.made.at(NORTHGATE):
            theirs, ours = await room.pages(NORTHGATE, guest), await room.pages(NORTHGATE)
            await ours.post(f"/meetings/{room.meeting}/hear/{room.slot}", {"form": "h"})

            before = (await theirs.get(room.live)).text
            assert "Sign the statement" in before
            unsigned = await theirs.post(f"/meetings/{room.meeting}/statement", {"form": "n"})
            assert unsigned.status_code == 422
            await theirs.post(f"/meetings/{room.meeting}/statement", {"form": "s", "agree": "yes"})
            signed = (await theirs.get(room.live)).text
            await ours.post(
                f"/meetings/{room.meeting}/show/{room.slot}", {"form": "o", "see": "yes"}
            )
            allowed = (await theirs.get(room.live)).text

            for text in (before, signed):
                assert VIEW not in text
                assert room.ref[:3] + "-" not in text
            assert VIEW in allowed
            assert "/plan/" not in allowed
            assert "Who is here" not in allowed
            refused = await theirs.post(
                f"/meetings/{room.meeting}/decide/{room.slot}", {"form": "z", "decision": "No."}
            )
            assert refused.status_code == 404

    run(story())


def test_behind_a_wall_the_case_is_no_page_at_all(room: Room) -> None:
    run(sitting.opened(room.made, room.meeting))
    chair = run(sitting.colleague(room.made, "Lee Crane", Role.CHAIR))

    async def wall(desk: Desk) -> None:
        await walling.put(room.ref, "A neighbour.", desk, staff=chair.id)

    run(room.made.do(NORTHGATE, wall))

    async def story() -> None:
        with room.made.at(NORTHGATE):
            pages = await room.pages(NORTHGATE, chair)
            walled = await pages.get(f"{room.live}/{room.slot}")
            nobody = await pages.get(f"{room.live}/{'0' * 32}")
            assert room.ref[:3] + "-" not in walled.text
            assert _plain(walled.text) == _plain(nobody.text)
            refused = await pages.post(f"/meetings/{room.meeting}/hear/{room.slot}", {"form": "h"})
            assert refused.status_code == 404

    run(story())


def _plain(text: str) -> str:
    """A page without the numbers that are new on every page."""
    return re.sub(r"[0-9a-f]{16,}", "", text)
