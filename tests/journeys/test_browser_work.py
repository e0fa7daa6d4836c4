"""What else people do by page, over real processes: lock, join, come and go, renew, look again."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.conftest import Told
from tests.journeys.nodes import EXAMPLES, PASSPHRASE, Coalition, Node
from tests.journeys.screens import PATIENCE, Screens, bars_nobody, screens, sign_in, until_shown
from tests.web.windows import escape_twice

pytestmark = [pytest.mark.journey, pytest.mark.browser, pytest.mark.timeout(1800)]
_IDLE = 2  # minutes, the shortest a node allows
_LATER = "2031-05-04T13:00:00Z"
_AT_THE_DOOR = re.compile(r"/sign-in$")


@pytest.fixture
def shown() -> Iterator[Screens]:
    """A browser."""
    with screens() as opened:
        yield opened


def test_a_node_locks_by_button_by_two_escapes_and_by_itself(told: Told, shown: Screens) -> None:
    centre = told.four.centre
    centre.idle_minutes = _IDLE
    centre.now = _LATER  # past every time it has seen: a clock that may not go back stands still
    centre.serve()
    left_alone = shown.at(centre)
    left_alone.goto(f"{centre.url}/cases/{told.ref}")

    page = shown.at(centre)
    page.get_by_role("button", name="Lock").click()
    page.wait_for_url(_AT_THE_DOOR)
    page.goto(f"{centre.url}/cases/{told.ref}")
    assert page.url.endswith("/sign-in")

    sign_in(page, centre.staff)
    _half_a_sentence(page, f"{centre.url}/cases/{told.ref}")
    escape_twice(page)
    page.get_by_text("Start").click()
    sign_in(page, centre.staff)
    _open_form(page, f"{centre.url}/cases/{told.ref}")
    expect(page.locator("#part-risks-survivor #summary")).to_have_value("Half a sentence about")

    # Its open page listens all the while: an event stream is no sign that somebody is there.
    left_alone.wait_for_url(_AT_THE_DOOR, timeout=_IDLE * 60_000 + PATIENCE)
    left_alone.goto(f"{centre.url}/cases")
    assert left_alone.url.endswith("/sign-in")


def _open_form(page: Page, case: str) -> None:
    page.goto(case)
    part = page.locator("#part-risks-survivor")
    part.locator("summary").click()
    part.get_by_role("button", name=re.compile("^Change")).click()
    expect(part.locator("#summary")).to_be_visible()


def _half_a_sentence(page: Page, case: str) -> None:
    _open_form(page, case)
    page.locator("#part-risks-survivor #summary").fill("Half a sentence about")


def test_an_agency_joins_by_page_and_every_change_of_its_standing_reaches_it(
    four: Coalition, shown: Screens
) -> None:
    housing = Node(four.coordinating.folder.parent / "housing", "Nadia Brandt")
    housing.init("Quayside Housing", "--kind", "housing")
    housing.serve()
    try:
        theirs, ours = shown.at(housing), shown.at(four.coordinating)
        their_card, their_words = _card(theirs, housing)
        our_card, our_words = _card(ours, four.coordinating)

        theirs.goto(f"{housing.url}/partners/standing")
        bars_nobody(theirs)
        _fill_card(theirs, "join", our_card, our_words)
        theirs.get_by_role("button", name="Join this coordinating node").click()
        expect(theirs.locator("#notice")).to_contain_text("Joined")

        ours.goto(f"{four.coordinating.url}/partners/standing")
        ours.get_by_text("Take an agency in").click()
        _fill_card(ours, "enrol", their_card, "eight words that nobody ever read out aloud")
        ours.fill("#enrol-until", "2032-04-30")
        ours.get_by_role("button", name="Take this agency in").click()
        expect(ours.locator("#problem .problem")).to_be_focused()
        _fill_card(ours, "enrol", their_card, their_words)
        bars_nobody(ours)
        ours.get_by_role("button", name="Take this agency in").click()
        expect(ours.locator("#notice")).to_contain_text("in the directory")
        until_shown(theirs, "Directory number")
        theirs.locator("main li", has_text="Quayside Housing").locator("summary").first.click()
        expect(theirs.locator("main")).to_contain_text("Words checked by the coordinating node")
        expect(theirs.locator("main")).to_contain_text("Quayside Housing")

        line = ours.locator("main li", has_text="Quayside Housing")
        line.locator("summary").first.click()
        line.get_by_label("Suspended").check()
        bars_nobody(ours)
        line.get_by_role("button", name="Publish this change").click()
        expect(ours.locator("#notice")).to_contain_text("The change is published")
        expect(line.locator(".tag", has_text="Suspended")).to_be_visible()
    finally:
        housing.stop()


def _card(page: Page, node: Node) -> tuple[str, str]:
    page.goto(f"{node.url}/card")
    bars_nobody(page)
    return page.locator("#card-text").input_value(), " ".join(
        page.locator(".words8 li").all_inner_texts()
    )


def _fill_card(page: Page, form: str, card: str, words: str) -> None:
    page.fill(f"#{form}-card", card)
    page.fill(f"#{form}-words", words)


def test_a_colleague_comes_and_goes_and_the_page_left_open_goes_too(
    four: Coalition, shown: Screens
) -> None:
    four.centre.serve()
    page = shown.at(four.centre)
    page.goto(f"{four.centre.url}/staff")
    page.get_by_text("Add a colleague").click()
    page.fill("#name", "Ines Okafor")
    page.get_by_label("Advocate").check()
    page.fill("#new-passphrase", PASSPHRASE)
    page.fill("#new-again", PASSPHRASE)
    bars_nobody(page)
    page.get_by_role("button", name="Add this colleague").click()
    expect(page.locator("#notice")).to_contain_text("Ines Okafor can sign in now.")

    hers = shown.at(four.centre, "Ines Okafor")
    bars_nobody(hers)
    line = page.locator("main li", has_text="Ines Okafor")
    line.locator("summary").click()
    line.get_by_role("button", name="Remove Ines Okafor").click()

    expect(page.locator("#notice")).to_contain_text("can no longer sign in")
    hers.wait_for_url(_AT_THE_DOOR)


def test_a_renewed_consent_is_sent_and_the_meeting_goes_on_seeing_the_part(
    told: Told, shown: Screens
) -> None:
    told.four.centre.serve()
    page = shown.at(told.four.centre)
    page.goto(f"{told.four.centre.url}/consents")
    page.get_by_role("link", name="Harbour House may tell the meeting").click()
    if not page.locator("#ends").is_visible():
        page.get_by_text("Renew it with a new signature").click()
    bars_nobody(page)
    page.fill("#ends", "2031-07-20")
    page.fill("#initials", "A.P.")
    page.fill("#witness", "Joy Adeyemi")
    page.check("#told")
    page.check("#confirmed")
    page.get_by_role("button", name="Record the renewal").click()
    expect(page.locator("#notice")).to_contain_text("Renewed")
    page.get_by_role("link", name="Check and send").click()
    page.wait_for_url("**/share")
    bars_nobody(page)
    page.get_by_role("button", name=re.compile("^Send .* to Riverside Coordination$")).click()
    expect(page.locator("#notice")).not_to_be_empty()

    seen = shown.at(told.four.coordinating)
    seen.goto(f"{told.four.coordinating.url}/shared/{told.ref}")
    expect(seen.locator(".merged thead")).to_contain_text("until 20 July 2031")
    expect(seen.locator(".merged thead")).to_contain_text("Harbour House")


def test_a_person_is_added_and_what_is_told_of_another_adult_rests_on_written_words(
    told: Told, shown: Screens
) -> None:
    police = told.four.police
    police.serve()
    page = shown.at(police)
    page.goto(f"{police.url}/cases/{told.ref}")
    page.get_by_role("link", name="People").click()
    bars_nobody(page)
    page.get_by_label("Our own basis").fill("")
    page.get_by_role("button", name="Save this basis").click()
    expect(page.locator("#notice")).to_contain_text("It goes to Riverside Coordination")
    page.select_option("#role", "child")
    page.get_by_role("button", name="Add this person").click()
    expect(page.locator("#notice")).to_contain_text("Added to the case")
    expect(page.locator("main")).to_contain_text("Child C")
    bars_nobody(page)


def test_a_node_put_back_from_a_backup_stays_shut_until_somebody_looked_it_through(
    told: Told, shown: Screens
) -> None:
    centre = told.four.centre
    _put_back_from_before_the_last_sign_in(centre)
    centre.serve()

    page = shown.at(centre)
    expect(page.get_by_label("Restored")).to_contain_text("nothing opens and nothing leaves")
    page.get_by_role("link", name="Look through the consents").click()
    until_shown(page, "These were not taken back")
    bars_nobody(page)
    page.get_by_role("button", name="These were not taken back").click()
    expect(page.locator("#problem")).to_contain_text("Tick each one")
    for consent in page.locator("#to-confirm input[type=checkbox]").all():
        consent.check()
    page.get_by_role("button", name="These were not taken back").click()

    expect(page.locator("#notice")).to_contain_text("opens and sends again")
    expect(page.get_by_label("Restored")).to_have_count(0)


def _put_back_from_before_the_last_sign_in(node: Node) -> None:
    database, backup = node.data / "casefold.db", node.folder / "backup"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("VACUUM INTO ?", (str(backup),))
    node.done("case", "import", str(EXAMPLES / "grace-harbour-house.json"))
    node.done("consent", "list")
    for suffix in ("", "-wal", "-shm"):
        database.with_name(f"{database.name}{suffix}").unlink(missing_ok=True)
    backup.rename(database)
