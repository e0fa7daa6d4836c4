"""How agencies stand, by page: two hundred of them, one changed, and signed with others."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from crypto import statement
from crypto.keys import Identity, NodeKey
from directory import card as cards
from directory import succession
from directory.agency import Agency
from directory.card import Card
from server import announcements
from server.node import database, directories
from server.node.desk import Desk
from tests import nodes
from tests.web.asked import Pages


@pytest.fixture
def node(coordinating: nodes.TestedNode) -> nodes.TestedNode:
    """A coordinating node whose directory lists two hundred invented agencies."""
    asyncio.run(_enrol_many(coordinating))
    return coordinating


async def _enrol_many(node: nodes.TestedNode) -> None:
    desk = await node.desk()
    async with database.transaction():
        await directories.follow(lambda entries: [*entries, *_many(desk)], desk)


def _many(desk: Desk) -> Sequence[Agency]:
    first = desk.directory.coordinating
    return [
        replace(
            first,
            name=f"Site {n}",
            kind="housing" if n % 10 else "police",
            identity=Identity(bytes([n]) * 32).public.hex(),
            node_key=NodeKey(bytes([n, 1]) * 16).public.hex(),
            coordinating=False,
            seats=frozenset(),
            agreement_until=desk.today + timedelta(days=n),
        )
        for n in range(3, 201)
    ]


def test_two_hundred_agencies_are_one_line_each_and_narrowed_in_place(
    pages: Pages, node: nodes.TestedNode
):
    async def scenario() -> None:
        await pages.work(node)
        page = await pages.get("/partners/standing")
        police = await pages.post("/partners/standing/rows", {"kind": "police"})
        ending = await pages.post("/partners/standing/rows", {"state": "ending", "tier": "2"})

        assert page.status_code == 200
        assert page.text.count("/open") == 199
        assert len(page.text) < 250_000
        assert "20 agencies of 199" in police.text
        assert "58 agencies of 199" in ending.text
        assert "Ends in 3 days" in ending.text

    asyncio.run(scenario())


def test_whom_to_call_and_what_was_signed_are_written_by_the_coordinator(
    pages: Pages, node: nodes.TestedNode
):
    async def scenario() -> None:
        await pages.work(node)
        desk = await node.desk()
        agency = next(one for one in desk.directory.entries if one.name == "Site 200")
        row = agency.identity[:16]
        form = {
            f"tier-{row}": "3",
            f"until-{row}": (desk.today + timedelta(days=365)).isoformat(),
            f"signed-{row}": desk.today.isoformat(),
            f"signatories-{row}": "Chris Lund, Chief officer\nDee Marsh",
            f"primary-name-{row}": "Ana Reyes",
            f"primary-phone-{row}": "020 7946 0001",
            f"primary-trained-{row}": "2026-01-09",
            f"out_of_hours-phone-{row}": "020 7946 0009",
        }
        wrong = await pages.post(f"/partners/standing/{row}", form)
        form[f"out_of_hours-name-{row}"] = "Duty desk"
        done = await pages.post(f"/partners/standing/{row}", form)

        assert "Write who is called" in wrong.text
        assert done.headers["hx-redirect"] == "/partners/standing"
        shown = await pages.get(f"/partners/standing/{row}")
        for words in (
            "Ana Reyes",
            "trained on 9 January 2026",
            "Duty desk",
            "Chris Lund, Chief officer and Dee Marsh",
            "Site 200: takes part as",
            "signed by Northgate Coordination",
        ):
            assert words in shown.text, words

    asyncio.run(scenario())


def test_an_agency_that_is_not_listed_has_no_standing(pages: Pages, node: nodes.TestedNode):
    async def scenario() -> None:
        await pages.work(node)
        for path in ("/partners/standing/feedfeedfeedfeed", "/partners/standing/feed/open"):
            assert (await pages.get(path)).status_code == 404
        gone = await pages.post("/partners/standing/feedfeedfeedfeed/suspend")
        assert gone.status_code == 404

    asyncio.run(scenario())


def test_what_each_tier_may_send_and_owes_is_the_packs_table(pages: Pages, node: nodes.TestedNode):
    async def scenario() -> None:
        await pages.work(node)
        page = await pages.get("/partners/tiers")

        for words in ("Takes no part", "with the seat “meeting”", "name a contact point", "Owes"):
            assert words in page.text, words

    asyncio.run(scenario())


def test_a_change_by_page_waits_once_two_must_sign(pages: Pages, node: nodes.TestedNode):
    async def scenario() -> None:
        await pages.work(node)
        desk = await node.desk()
        site = next(one for one in desk.directory.entries if one.name == "Site 7")
        row = site.identity[:16]
        chosen = await pages.post("/partners/standing/signers", {"signer": row, "signers-k": "2"})
        too_many = await pages.post("/partners/standing/signers", {"signers-k": "many"})
        changed = await pages.post(
            f"/partners/standing/{row}",
            {
                f"tier-{row}": "1",
                f"until-{row}": site.agreement_until.isoformat() if site.agreement_until else "",
                f"signed-{row}": desk.today.isoformat(),
            },
        )
        page = await pages.get("/partners/standing")

        assert chosen.headers["hx-redirect"] == "/partners/standing"
        assert "Write a number" in too_many.text
        assert changed.headers["hx-redirect"] == "/partners/standing"
        assert "Site 7: takes part as “Directory and contact presence”" in page.text
        assert "Waiting for others to sign" in page.text
        assert "if one key is lost" in page.text

    asyncio.run(scenario())


def test_a_new_identity_is_taken_in_by_page_once_its_words_were_compared(
    pages: Pages, node: nodes.TestedNode
):
    old, new = Identity(bytes([7]) * 32), Identity(b"\xee" * 32)

    async def scenario() -> None:
        await pages.work(node)
        desk = await node.desk()
        card = Card(
            name="Site 7",
            kind="housing",
            identity=new.public,
            node_key=NodeKey(b"\xef" * 32).public,
            coordinating=False,
            relay=None,
            pack=desk.pack.digest,
            rehearsal=True,
            issued=1_800_000_000,
        )
        claim = succession.claim(cards.make(card, new), old.public.hex(), new)
        body = succession.agree(claim, old, [desk.node.identity])
        await announcements.take([statement.sign("succession", body, old)], await node.locked())
        row = old.public.hex()[:16]

        page = await pages.get("/partners/standing")
        wrong = await pages.post(
            f"/partners/standing/{row}/succeed", {f"succeed-words-{row}": "eight other words"}
        )
        right = await pages.post(
            f"/partners/standing/{row}/succeed", {f"succeed-words-{row}": " ".join(card.words)}
        )

        assert "Site 7 has a new identity" in page.text
        assert "not the words of this card" in wrong.text
        assert right.headers["hx-redirect"] == "/partners/standing"
        assert (await node.desk()).directory.agency(new.public.hex()) is not None

    asyncio.run(scenario())
