"""Signing in, locking, forms posted twice, drafts, and what a page says when something is wrong."""

import asyncio
import re
import time
from dataclasses import replace
from datetime import timedelta

import pytest

from server.casework import cases, drafts
from server.node.keyholder import Keyholder
from server.sync import Syncer
from tests import nodes
from tests.web.asked import Pages
from web import app


def test_an_unknown_name_and_a_wrong_passphrase_read_the_same(pages: Pages) -> None:
    async def scenario() -> None:
        unknown = await pages.sign_in("Nobody Here", nodes.PASSPHRASE)
        wrong = await pages.sign_in(nodes.FIRST, "not the passphrase at all")

        assert unknown.status_code == wrong.status_code == 422
        assert unknown.content == wrong.content
        assert not pages.keyholder.members

    asyncio.run(scenario())


def test_the_door_says_after_how_many_quiet_minutes_it_locks(node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        settings = replace(node.settings, idle_minutes=12)
        keyholder = Keyholder(settings.idle_minutes, lambda: None)
        made = app.create(settings, keyholder, Syncer(settings, keyholder), "http://127.0.0.1:8400")

        answer = await Pages(made, keyholder).get("/sign-in")

        assert "after 12 quiet minutes" in answer.text

    asyncio.run(scenario())


def test_too_many_wrong_passphrases_close_the_door_and_say_so(pages: Pages) -> None:
    async def scenario() -> None:
        for _ in range(5):
            await pages.sign_in(nodes.FIRST, "not the passphrase at all")

        answer = await pages.sign_in(nodes.FIRST, "not the passphrase at all")

        assert answer.status_code == 429
        assert "fifteen minutes" in answer.text

    asyncio.run(scenario())


def test_locking_ends_the_session_and_tells_the_browser_to_forget(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        assert pages.keyholder.keys is not None

        answer = await pages.post("/lock")

        assert answer.headers["clear-site-data"] == '"cache", "storage"'
        assert answer.headers["hx-redirect"] == "/sign-in"
        assert pages.keyholder.keys is None
        assert (await pages.get("/cases")).status_code == 303

    asyncio.run(scenario())


def test_an_open_stream_is_no_sign_of_life_but_a_page_is(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        (token,) = pages.keyholder._sessions
        before = pages.keyholder._sessions[token].last_act
        earlier = before - timedelta(minutes=2)
        pages.keyholder._sessions[token] = replace(
            pages.keyholder._sessions[token], last_act=earlier
        )

        await pages.get("/away")
        assert pages.keyholder._sessions[token].last_act == earlier

        await pages.post("/stay")
        assert pages.keyholder._sessions[token].last_act >= before

    asyncio.run(scenario())


def _entered(**changed: str) -> dict[str, str]:
    return {
        "form": "f" * 32,
        "name": "Invented Asha Bell",
        "children": "2",
        "puv": "yes",
        "others": "0",
        **changed,
    }


def test_a_form_posted_twice_does_its_act_once(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        await pages.work(node)

        first, second = await asyncio.gather(
            pages.post("/cases", _entered()), pages.post("/cases", _entered())
        )

        assert first.headers["hx-redirect"] == second.headers["hx-redirect"]
        assert len(await cases.list_cases(await node.desk())) == 1

    asyncio.run(scenario())


def test_a_case_is_entered_with_its_people_and_edited_in_place(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        href = (await pages.post("/cases", _entered())).headers["hx-redirect"]
        form = await pages.get(f"{href}/sections/risks/survivor")
        base = re.search(r'name="base" value="(\d+)"', form.text)
        assert base

        answer = await pages.post(
            f"{href}/sections/risks/survivor",
            {"form": "a" * 32, "base": base[1], "heads": "{}", "summary": "It is getting worse."},
        )

        assert answer.is_success
        assert "It is getting worse." in answer.text
        assert "It is getting worse." in (await pages.get(href)).text

    asyncio.run(scenario())


def test_two_colleagues_wordings_stand_side_by_side_until_one_is_chosen(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        href = (await pages.post("/cases", _entered())).headers["hx-redirect"]
        ref = href.rpartition("/")[2]
        desk = await node.desk()
        drawn = (await cases.read(ref, desk)).revision
        colleague = replace(desk, staff=replace(node.member, id="0" * 32, name="Sam Okoro"))
        place = next(iter((await cases.read(ref, desk)).fragment.fields))
        await cases.edit(ref, {place: "Asha Bell-Crane"}, drawn, {}, colleague)
        section = f"{href}/sections/{place.section}/{place.about}"
        was = {"was-name": "Invented Asha Bell", "base": str(drawn), "heads": "{}"}

        both = await pages.post(section, {"form": "b" * 32, **was, "name": "Asha Bell"})

        assert "Two of you wrote this" in both.text
        assert "Asha Bell-Crane" in both.text

        chosen = await pages.post(
            f"{section}/choose", {"form": "c" * 32, "field": "name", "value": "Asha Bell"}
        )

        assert "Two of you wrote this" not in chosen.text
        assert "Asha Bell-Crane" not in chosen.text

    asyncio.run(scenario())


def test_half_typed_words_come_back_when_the_form_is_opened_again(
    pages: Pages, node: nodes.TestedNode
) -> None:
    async def scenario() -> None:
        await pages.work(node)
        href = (await pages.post("/cases", _entered())).headers["hx-redirect"]
        section = f"{href}/sections/risks/survivor"
        place = f"case/{href.rpartition('/')[2]}/risks/survivor"

        kept = await pages.post("/drafts", {"draft": place, "summary": "half a sen", "base": "1"})
        form = await pages.get(section)

        assert "Draft kept" in kept.text
        assert "half a sen" in form.text
        assert "half a sen" not in (await pages.get(f"{section}/leave")).text
        assert "half a sen" not in (await pages.get(section)).text

    asyncio.run(scenario())


def test_a_draft_is_shut_on_the_disk(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        await pages.work(node)
        await pages.post("/drafts", {"draft": "case/new", "name": "CANARY-DRAFT"})

        assert await drafts.load("case/new", await node.desk())
        for file in node.settings.data.iterdir():
            assert b"CANARY-DRAFT" not in file.read_bytes(), file.name

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("path", "form", "sentence"),
    [
        ("/sign-in", {"name": ""}, "Type your name"),
        ("/staff", {"name": "Eve", "role": "advocate", "new-passphrase": "short"}, "12 characters"),
        (
            "/partners/standing/join",
            {"join-card": "nonsense!", "join-words": "a b"},
            "not a contact card",
        ),
        ("/cases/import", {}, "Choose the file"),
        ("/cases", {"ref": "short"}, "26 letters"),
    ],
)
def test_a_form_that_cannot_be_taken_says_what_to_put_right(
    pages: Pages, node: nodes.TestedNode, path: str, form: dict[str, str], sentence: str
) -> None:
    async def scenario() -> None:
        await pages.work(node)

        answer = await pages.post(path, form)

        assert answer.status_code == 422
        assert sentence in answer.text
        assert answer.headers["hx-retarget"] == "#problem"

    asyncio.run(scenario())


def test_a_passphrase_is_changed_without_being_signed_out(pages: Pages) -> None:
    async def scenario() -> None:
        await pages.sign_in()
        new = "four new words in a row"

        answer = await pages.post(
            "/staff/passphrase", {"old": nodes.PASSPHRASE, "mine": new, "mine-again": new}
        )

        assert answer.headers["hx-redirect"] == "/staff"
        assert (await pages.get("/staff")).status_code == 200
        await pages.post("/lock")
        assert (await pages.sign_in(nodes.FIRST, new)).headers["hx-redirect"] == "/"

    asyncio.run(scenario())


def test_somebody_removed_is_out_at_once(pages: Pages, node: nodes.TestedNode) -> None:
    theirs = Pages(pages.app, pages.keyholder)

    async def scenario() -> None:
        await pages.work(node)
        form = {"name": "Eve Lind", "role": "advocate", "form": "d" * 32}
        twice = {"new-passphrase": nodes.PASSPHRASE, "new-again": nodes.PASSPHRASE}
        await pages.post("/staff", {**form, **twice})
        await theirs.sign_in("Eve Lind")
        eve = next(iter(pages.keyholder.members - {node.member.id}))
        started = time.monotonic()

        await pages.post(f"/staff/{eve}/remove", {"form": "e" * 32})

        assert (await theirs.get("/cases")).status_code == 303
        assert time.monotonic() - started < 1
        assert eve not in pages.keyholder.members

    asyncio.run(scenario())


def test_titles_and_addresses_name_nobody(pages: Pages, node: nodes.TestedNode) -> None:
    async def scenario() -> None:
        await pages.work(node)
        href = (await pages.post("/cases", _entered())).headers["hx-redirect"]

        for path in ("/cases", href, f"{href}/release", "/consents", "/staff", "/card", "/node"):
            text = (await pages.get(path)).text
            assert re.findall(r"<title>(.*?)</title>", text) == ["Casefold"]
            for address in re.findall(r'(?:href|hx-get|hx-post)="([^"]*)"', text):
                assert not re.search(r"asha|bell|invented", address, re.IGNORECASE)

    asyncio.run(scenario())
