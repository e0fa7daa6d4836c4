"""The list of meetings in a real browser: an agency's open page changes by itself."""

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect

from server.meeting import planning, slots
from server.meeting.planned import Planned
from server.node import chamber
from server.node.desk import Desk
from tests import coalition, founding
from tests.coalition import HARBOUR, NORTHGATE, Coalition
from tests.server.meeting import sitting
from tests.web.served import Served, apart, needs_htmx, serve
from tests.web.windows import nothing_for_axe, signed_in

pytestmark = [
    pytest.mark.browser,
    needs_htmx,
]
T = TypeVar("T")
SHOWN = "#coming li"
CHANGES = "/meetings/changes"


@dataclass
class Listed:
    """A case that waits for an agenda; the pages of an agency and of the coordinating node."""

    made: Coalition
    served: dict[str, Served]
    ref: str

    @property
    def short(self) -> str:
        return f"{self.ref[:3]}-{self.ref[3:6]}"

    def at_the_coordinator(self, act: Callable[[Desk], Awaitable[T]]) -> T:
        """The coordinator does this; what it makes goes round, and the open pages are rung."""

        async def told() -> T:
            done = await self.made.do(NORTHGATE, act)
            await self.made.settle()
            return done

        done = apart(lambda: asyncio.run(told()))
        self.ring()
        return done

    def ring(self) -> None:
        for one in self.served.values():
            one.ring()


@pytest.fixture(scope="module")
def listed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listed]:
    first = apart(lambda: founding.make_original(None))
    made = founding.copy(first, tmp_path_factory.mktemp("listed"), None)
    ref = apart(lambda: asyncio.run(_accepted(made)))
    served = {name: serve(made.settings(name), made[name].engine) for name in (NORTHGATE, HARBOUR)}
    yield Listed(made, served, ref)
    for one in served.values():
        one.end()
    apart(lambda: asyncio.run(founding.close(made)))
    chamber.close()
    shutil.rmtree(first[coalition.HARBOUR].settings.data.parent)


async def _accepted(made: Coalition) -> str:
    ref = await sitting.accepted(made)
    await made.settle()
    return ref


def opened(browser: Browser, listed: Listed, name: str) -> Page:
    """The list of meetings at that node, which is not loaded again from here on."""
    page = signed_in(browser, listed.served[name].url, listed.made[name].member.name)
    page.goto(f"{listed.served[name].url}/meetings")
    page.evaluate("window.sameDocument = true")
    return page


def test_an_open_list_follows_what_the_coordinator_does_until_it_is_withdrawn(
    browser: Browser, listed: Listed
) -> None:
    page, ours = opened(browser, listed, HARBOUR), opened(browser, listed, NORTHGATE)
    expect(page.locator("#coming")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text(listed.short)
    calendar = page.get_by_role("link", name="Meetings in your calendar")
    calendar.focus()

    first = listed.at_the_coordinator(_planned)
    expect(ours.locator(SHOWN).first).to_contain_text("Planned")
    expect(ours.locator(SHOWN).first).to_have_class("changed")
    expect(ours.locator("#said")).to_contain_text("Changed: Case meeting, ")

    slot = listed.at_the_coordinator(lambda desk: slots.put_on(listed.ref, first.id, desk))
    expect(page.locator(SHOWN).first).to_contain_text(f"Heard there: {listed.short}")
    expect(page.locator(SHOWN).first).to_contain_text("Changed just now")
    expect(page.locator("li.changed")).to_have_count(1)
    expect(page.locator("#said")).to_contain_text("Changed: Case meeting, ")
    expect(calendar).to_be_focused()
    nothing_for_axe(page, "a case put on")

    page.locator(SHOWN).first.get_by_role("link", name=listed.short).focus()
    listed.at_the_coordinator(lambda desk: slots.take_off(slot.id, desk))
    expect(page.locator("main")).not_to_contain_text(listed.short)

    extra = listed.at_the_coordinator(_extra)
    listed.at_the_coordinator(lambda desk: slots.put_on(listed.ref, extra.id, desk))
    expect(page.locator("#elsewhere + ul")).to_contain_text(listed.short)
    expect(page.locator("#said")).to_have_text(f"Changed: case {listed.short}.")
    nothing_for_axe(page, "heard at another time")

    listed.at_the_coordinator(lambda desk: planning.call_off(extra.id, desk))
    expect(page.locator("#elsewhere")).to_have_count(0)
    expect(page.locator("#said")).to_have_text("The list of meetings changed.")
    expect(ours.locator("#meetings-held")).to_contain_text("Called off")

    listed.at_the_coordinator(lambda desk: slots.put_on(listed.ref, first.id, desk))
    expect(page.locator(SHOWN).first).to_contain_text(listed.short)
    apart(lambda: asyncio.run(sitting.withdraw(listed.made)))
    listed.ring()
    expect(page.locator("main")).not_to_contain_text(listed.short)
    assert page.evaluate("window.sameDocument")
    assert ours.evaluate("window.sameDocument")
    for window in (page, ours):
        window.context.close()


def test_a_list_of_which_nothing_changed_is_not_drawn_again(
    browser: Browser, listed: Listed
) -> None:
    page = opened(browser, listed, HARBOUR)
    page.evaluate("document.getElementById('meetings-now').dataset.old = 'yes'")
    answers: list[int] = []
    page.on("response", lambda one: answers.append(one.status) if CHANGES in one.url else None)

    for _ in range(200):  # a bell that rings before the page listens is not heard
        if answers:
            break
        listed.ring()
        page.wait_for_timeout(100)

    assert set(answers) == {204}
    expect(page.locator("#meetings-now[data-old]")).to_have_count(1)
    page.context.close()


async def _planned(desk: Desk) -> Planned:
    first = (await planning.coming(desk))[0]
    return await planning.plan(first.series, first.starts_at, desk)


async def _extra(desk: Desk) -> Planned:
    """A meeting two days before the one that the calendar has next."""
    first = (await planning.coming(desk))[0]
    return await planning.plan(first.series, first.starts_at - timedelta(days=2), desk)
