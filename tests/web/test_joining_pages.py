"""Inviting, joining, the self-review and leaving, by page, without a browser."""

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from client_sync.invited import HandedOver
from directory import invitation as links
from directory.card import read as read_card
from server.node import database, invitations
from server.node.desk import Desk
from server.node.joining_tables import Invitation, SelfReview
from server.node.keyholder import Keyholder
from server.sync import Syncer
from tests import nodes, postgres
from tests.nodes import AGENCY, TestedNode
from tests.web.asked import ORIGIN, Pages
from tiers.tier import Tier
from web import app

Original = Callable[[postgres.Cluster | None, bool], nodes.Original]


@pytest.fixture
def invited(original: Original) -> bytes:
    """The card of an agency that is invited."""
    made = original(None, False)
    with database.using(database.engine_for(made.settings)):
        return asyncio.run(_card(made.settings))


async def _card(settings) -> bytes:
    from server.node import node

    card = (await node.load(settings)).card
    await database.release()
    return card


@pytest.fixture
def coordinator(tmp_path: Path, original: Original) -> Iterator[TestedNode]:
    made = nodes.copy(original(None, True), tmp_path / "coordinator", str)
    with database.using(made.engine):
        yield made
    asyncio.run(made.engine.release())


def pages_of(node: TestedNode) -> Pages:
    keyholder = Keyholder(node.settings.idle_minutes, lambda: None)
    syncer = Syncer(node.settings, keyholder)
    return Pages(app.create(node.settings, keyholder, syncer, ORIGIN), keyholder)


def token_in(text: str) -> str:
    found = re.search(r'name="form" value="([0-9a-f]+)"', text)
    assert found is not None
    return found[1]


def test_a_coordinator_invites_sees_who_answered_and_enrols_without_a_file(
    coordinator: TestedNode, invited: bytes
) -> None:
    pages, card = pages_of(coordinator), read_card(invited)

    async def story() -> None:
        await pages.work(coordinator)
        empty = await pages.get("/partners/joining")
        desk = await coordinator.desk()
        until = (desk.today + timedelta(days=3)).isoformat()
        form = {"form": token_in(empty.text), "invite-name": AGENCY, "invite-until": until}
        made = await pages.post("/partners/joining/invite", form)
        again = await pages.post("/partners/joining/invite", form)
        link = links.read(re.search(r"http://127.0.0.1:9/invitation#[\w-]+", made.text)[0])  # type: ignore[index]
        await invitations.keep(
            [HandedOver(link.held.hex(), invited, link.mark(invited))], await coordinator.locked()
        )
        listed = await pages.get("/partners/joining")
        href = re.search(r"/partners/joining/invitations/[0-9a-f]{32}", listed.text)[0]  # type: ignore[index]
        waits = await pages.get(href)
        wrong = await pages.post(href, {"admit-words": "one two three four five six seven eight"})
        enrolled = await pages.post(href, {"admit-words": " ".join(card.words)})
        after = await pages.get(enrolled.headers["hx-redirect"])

        assert "Nobody has joined yet" in empty.text
        assert "<svg" in made.text
        assert "style=" not in made.text
        assert again.text == made.text
        assert await Invitation.count() == 1
        assert "Waits for the eight words" in listed.text
        assert all(f"<li>{word}</li>" in waits.text for word in card.words)
        assert wrong.status_code == 422
        assert "These are not the words of this card" in wrong.text
        assert "nothing about a person can yet" in after.text
        assert "0 of 6 steps are done" in after.text

    asyncio.run(story())


async def admitted(pages: Pages, invited: bytes, desk: Desk) -> str:
    """The agency with this card was invited, has answered, and its words were compared: its row."""
    card = read_card(invited)
    made = await invitations.make(AGENCY, desk.today, desk)
    link = links.read(made.link)
    await invitations.keep([HandedOver(link.held.hex(), invited, link.mark(invited))], desk)
    await pages.post(
        f"/partners/joining/invitations/{made.id}", {"admit-words": " ".join(card.words)}
    )
    return card.id[:16]


def test_a_step_is_written_down_with_its_documents_hash_and_not_its_words(
    coordinator: TestedNode, invited: bytes
) -> None:
    pages = pages_of(coordinator)

    async def story() -> None:
        await pages.work(coordinator)
        desk = await coordinator.desk()
        row = await admitted(pages, invited, desk)
        said = {"step": "review", "who": "Ines Holt", "on-review": desk.today.isoformat()}
        answer = await pages.ask(
            "POST",
            f"/partners/joining/{row}/step",
            data=said,
            files={"document": ("policy.pdf", b"CANARY-DOCUMENT", "application/pdf")},
            headers={"Origin": ORIGIN, "HX-Request": "true", "X-Casefold-Form": pages.proof},
        )
        missing = await pages.post(f"/partners/joining/{row}/step", {"step": "review"})
        unknown = await pages.post(
            f"/partners/joining/{row}/step", {**said, "step": "tea", "on-tea": "2026-01-01"}
        )
        shown = await pages.get(f"/partners/joining/{row}")

        assert answer.headers["hx-redirect"] == f"/partners/joining/{row}"
        assert missing.status_code == unknown.status_code == 422
        assert "Ines Holt" in shown.text
        assert "policy.pdf" in shown.text
        assert "1 of 6 steps are done" in shown.text
        assert "What each tier will mean" in shown.text
        kept = b"".join(f.read_bytes() for f in coordinator.settings.data.rglob("*") if f.is_file())
        assert b"CANARY-DOCUMENT" not in kept

    asyncio.run(story())


def test_the_tier_that_was_written_down_as_chosen_is_the_one_proposed(
    coordinator: TestedNode, invited: bytes
) -> None:
    pages = pages_of(coordinator)

    async def story() -> None:
        await pages.work(coordinator)
        desk = await coordinator.desk()
        row = await admitted(pages, invited, desk)
        before = await pages.get(f"/partners/joining/{row}")
        said = {"step": "tier", "on-tier": desk.today.isoformat(), "chosen": "3"}
        await pages.post(f"/partners/joining/{row}/step", said)
        after = await pages.get(f"/partners/joining/{row}")

        assert _proposed(before.text) == "2"
        assert _proposed(after.text) == "3"
        title = desk.pack.tiers[Tier.FRAMEWORKS].title
        assert f"Written down as chosen: {title}." in after.text
        assert f" Chosen: {title}." in after.text

    asyncio.run(story())


def test_an_agency_takes_part_with_steps_open_only_when_that_is_said(
    coordinator: TestedNode, invited: bytes
) -> None:
    pages = pages_of(coordinator)

    async def story() -> None:
        await pages.work(coordinator)
        desk = await coordinator.desk()
        row = await admitted(pages, invited, desk)
        await pages.post(
            f"/partners/joining/{row}/step", {"step": "tier", "on-tier": desk.today.isoformat()}
        )
        shown = await pages.get(f"/partners/joining/{row}")
        form = {"tier": "2", "until": (desk.today + timedelta(days=90)).isoformat()}
        refused = await pages.post(f"/partners/joining/{row}/complete", form)
        joining = await pages.get(f"/partners/joining/{row}")
        await pages.post(f"/partners/joining/{row}/complete", {**form, "steps-open": "yes"})
        part = await pages.get(f"/partners/joining/{row}")

        still = [step.title for step in desk.pack.onboarding if step.key != "tier"]
        assert f"Still open: {'; '.join(still)}." in shown.text
        assert refused.status_code == 422
        assert "tick that it is to take part all the same" in refused.text
        assert "Joining: the steps travel" in joining.text
        assert f"Takes part as {desk.pack.tiers[Tier.REFERRAL].title}" in part.text

    asyncio.run(story())


def test_an_open_checklist_asks_for_what_changed_and_is_no_sign_that_somebody_is_there(
    coordinator: TestedNode, invited: bytes
) -> None:
    pages = pages_of(coordinator)

    async def story() -> None:
        await pages.work(coordinator)
        desk = await coordinator.desk()
        row = await admitted(pages, invited, desk)
        token = next(
            value for value in pages.cookies.values() if pages.keyholder.session(value, desk.now)
        )
        href = f"/partners/joining/{row}"
        open_page = marks_in((await pages.get(href)).text)
        listed = marks_in((await pages.get("/partners/joining")).text)
        same = await pages.post(f"{href}/changes", {"have": open_page})
        done = {"step": "review", "on-review": desk.today.isoformat(), "who": "Ines Holt"}
        await pages.post(f"{href}/step", done)
        pages.keyholder.hold(token, desk.now)  # which an act of a person would end
        before = pages.keyholder.session(token, desk.now)
        changed = await pages.post(f"{href}/changes", {"have": open_page})
        list_changed = await pages.post("/partners/joining/changes", {"have": listed})
        again = marks_in((await pages.post("/partners/joining/changes", {})).text)
        list_same = await pages.post("/partners/joining/changes", {"have": again})
        after = pages.keyholder.session(token, desk.now)
        await pages.get(href)

        assert same.status_code == list_same.status_code == 204
        assert set(re.findall(r'id="([\w-]+)" hx-swap-oob="true"', changed.text)) == {
            *("joining-head", "joining-open", "step-review-now", "step-review-acts")
        }
        assert "Changed: Agreements and policies looked through." in changed.text
        assert "1 of 6" in list_changed.text
        assert before is not None
        assert before.held_until is not None
        assert before == after
        assert pages.keyholder.session(token, desk.now) != after

    asyncio.run(story())


def marks_in(text: str) -> list[str]:
    """What an open page says that it has."""
    return re.findall(r'class="joining-mark" name="have" value="([^"]+)"', text)


def _proposed(page: str) -> str:
    """The tier that stands chosen in the form that lets an agency take part."""
    form = page[page.index('name="tier"') :]
    return re.search(r'value="(\d)" selected', form)[1]  # type: ignore[index]


def test_an_agency_that_belongs_to_nobody_is_shown_how_to_begin(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        shown = await pages.get("/partners/joining")
        wrong = await pages.post("/partners/joining/open", {"link": "https://relay.example/"})
        nobody = await pages.post("/partners/joining/trust", {"join-words": "a b c d e f g h"})
        leaving = await pages.get("/partners/leaving")

        assert "Open an invitation" in shown.text
        assert "Copy the whole link" in wrong.text
        assert "Open the link you were given first" in nobody.text
        assert "belongs to no coalition" in leaving.text
        assert (await pages.post("/partners/leaving", {"sure": "yes"})).status_code == 422

    asyncio.run(story())


def test_the_self_review_is_asked_recorded_and_kept_to_be_printed(
    pages: Pages, node: TestedNode
) -> None:
    async def story() -> None:
        await pages.work(node)
        duties = (await node.desk()).pack.duties
        asked = await pages.get("/self-review")
        everything = {f"kept-{key}": "yes" for key in duties}
        unanswered = await pages.post("/self-review", {})
        wordless = await pages.post("/self-review", everything | {"kept-governance": "no"})
        done = await pages.post(
            "/self-review",
            everything | {"kept-governance": "partly", "words-governance": "The board meets soon"},
        )
        shown = await pages.get("/self-review")

        assert all(sentence in asked.text for sentence in duties.values())
        assert unanswered.status_code == wordless.status_code == 422
        assert done.headers["hx-redirect"] == "/self-review"
        assert "The board meets soon" in shown.text
        assert await SelfReview.count() == 1

    asyncio.run(story())
