"""From one agency's entry to every partner's directory, and the part that only the named see."""

import pytest

from directory.audience import Audience
from server.entry import own, sending
from server.entry.errors import ChooseFirst, NotToSend
from server.entry.tables import Chunk, ListingHead, SentPart, TakenPart
from server.listing.tables import ListingRow, TrustedRow
from server.node import coalition
from server.node.coalition import Change
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER
from tests.running import run
from tests.server.entry.offers import (
    HELPLINE,
    HIDDEN_PHONE,
    HIDDEN_STREET,
    Offered,
    listed,
    offer,
    write,
)
from tests.server.sync.wired import Wired


async def offered_and_sent(by_http: Wired, *trusted: str) -> Offered:
    """Harbour has sent its entry, its refuge shown to these, and everybody has synced."""
    await by_http.settle()
    with by_http.agencies.at(HARBOUR):
        desk = await by_http.agencies.desk(HARBOUR)
        there = await offer(desk, tuple(by_http.agencies[name].id for name in trusted))
        await sending.send(desk)
    await by_http.settle()
    return there


async def seen_at(by_http: Wired, name: str, there: Offered, viewer: Audience) -> str:
    with by_http.agencies.at(name):
        desk = await by_http.agencies.desk(name)
        return str(await listed(desk, there.organization, viewer))


def test_what_an_agency_says_reaches_every_partner_and_what_is_hidden_only_the_named(
    by_http: Wired,
):
    async def walk() -> None:
        there = await offered_and_sent(by_http, BRIGID)

        for name in (HARBOUR, NORTHGATE, RIVER, BRIGID):
            open_to_all = await seen_at(by_http, name, there, Audience.PROFESSIONAL)
            assert HELPLINE in open_to_all, name
            assert "virtual" in open_to_all, name
            assert HIDDEN_STREET not in open_to_all, name
            assert HIDDEN_PHONE not in open_to_all, name
        assert HIDDEN_STREET in await seen_at(by_http, BRIGID, there, Audience.TRUSTED)
        assert HIDDEN_STREET in await seen_at(by_http, HARBOUR, there, Audience.TRUSTED)
        for name in (NORTHGATE, RIVER):
            assert HIDDEN_STREET not in await seen_at(by_http, name, there, Audience.TRUSTED)
            with by_http.agencies.at(name):
                assert not await TrustedRow.exists()

    run(walk())


def test_what_was_sent_is_on_its_way_until_the_relay_has_it(by_http: Wired):
    async def on_its_way() -> bool:
        with by_http.agencies.at(HARBOUR):
            return (await sending.outgoing(await by_http.agencies.desk(HARBOUR))).on_its_way

    async def walk() -> None:
        await by_http.settle()
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            await offer(desk, ())
            await sending.send(desk)
        waits = await on_its_way()
        await by_http.settle()

        assert waits
        assert not await on_its_way()

    run(walk())


def test_a_change_and_a_removal_arrive_and_nothing_of_before_is_left(by_http: Wired):
    async def walk() -> None:
        there = await offered_and_sent(by_http, BRIGID)
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            await write(desk, "services", there.service, name="Safe house")
            await own.remove("phones", there.helpline, (await own.read(desk)).heads, desk)
            sent = await sending.send(desk)
        await by_http.settle()

        seen = await seen_at(by_http, RIVER, there, Audience.PROFESSIONAL)
        assert sent == ("open",)
        assert "Safe house" in seen
        assert HELPLINE not in seen

    run(walk())


def test_nothing_is_sent_twice_and_a_conflict_waits_for_a_choice(by_http: Wired):
    async def walk() -> None:
        there = await offered_and_sent(by_http)
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            assert await sending.send(desk) == ()
            drawn = (await own.read(desk)).heads
            for words in ("One", "Two"):
                await own.edit({("services", there.service): {"name": words}}, drawn, desk)

            with pytest.raises(ChooseFirst):
                await sending.send(desk)

            await own.choose("services", there.service, "name", 1, desk)
            assert await sending.send(desk) == ("open",)

    run(walk())


def test_a_row_that_partners_would_refuse_is_named_before_it_goes(by_http: Wired):
    async def walk() -> None:
        await offered_and_sent(by_http)
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            await own.add("phones", {"number": "01632 960000"}, desk)

            shown = await sending.outgoing(desk)

            assert "Phone" in shown.mistakes[0]
            with pytest.raises(NotToSend):
                await sending.send(desk)

    run(walk())


def test_a_locked_agency_gets_the_hidden_part_and_opens_it_when_it_unlocks(by_http: Wired):
    async def walk() -> None:
        await by_http.settle()
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            there = await offer(desk, (by_http.agencies[BRIGID].id,))
            await sending.send(desk)
        for name in (HARBOUR, NORTHGATE):
            await by_http.round(name)

        await by_http.round(NORTHGATE)
        await by_http.round(BRIGID, locked=True)
        await by_http.round(BRIGID, locked=True)

        with by_http.agencies.at(BRIGID):
            waiting = await TakenPart.select(TakenPart.state).where(TakenPart.part == "trusted")
            open_rows = await ListingRow.exists().where(ListingRow.hsds_id == there.helpline)
        assert [one["state"] for one in waiting] == ["shut"]
        assert open_rows
        await by_http.round(BRIGID)
        assert HIDDEN_STREET in await seen_at(by_http, BRIGID, there, Audience.TRUSTED)

    run(walk())


def test_an_agency_no_longer_named_is_told_and_shows_it_no_more(by_http: Wired):
    async def walk() -> None:
        there = await offered_and_sent(by_http, BRIGID, RIVER)
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            await write(desk, "locations", there.refuge, x_trusted=[by_http.agencies[RIVER].id])
            sent = await sending.send(desk)
        await by_http.settle()

        assert sent == (by_http.agencies[BRIGID].id,)
        assert HIDDEN_STREET not in await seen_at(by_http, BRIGID, there, Audience.TRUSTED)
        assert HIDDEN_STREET in await seen_at(by_http, RIVER, there, Audience.TRUSTED)
        assert HELPLINE in await seen_at(by_http, BRIGID, there, Audience.PROFESSIONAL)

    run(walk())


def test_a_part_whose_key_is_gone_is_shut_again_for_the_key_published_since(by_http: Wired):
    async def walk() -> None:
        there = await offered_and_sent(by_http, BRIGID)
        with by_http.agencies.at(BRIGID):
            settings = by_http.agencies.settings(BRIGID)
            settings.keys_file.unlink()
            await TrustedRow.delete(force=True)
        await by_http.settle()
        with by_http.agencies.at(HARBOUR):
            numbers = await SentPart.select(SentPart.number).where(SentPart.part != "open")

        assert numbers
        assert HIDDEN_STREET in await seen_at(by_http, BRIGID, there, Audience.TRUSTED)

    run(walk())


def test_a_suspended_agencys_listing_goes_and_comes_back_with_it(by_http: Wired):
    async def walk() -> None:
        there = await offered_and_sent(by_http, BRIGID)
        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            await coalition.change_partner(HARBOUR, Change(suspended=True), desk)
        for name in (NORTHGATE, RIVER, BRIGID, NORTHGATE, RIVER, BRIGID):
            await by_http.round(name)
        gone = [
            await seen_at(by_http, name, there, Audience.TRUSTED)
            for name in (NORTHGATE, RIVER, BRIGID)
        ]

        with by_http.agencies.at(NORTHGATE):
            desk = await by_http.agencies.desk(NORTHGATE)
            await coalition.change_partner(HARBOUR, Change(suspended=False), desk)
        await by_http.settle()

        assert gone == ["{}"] * 3
        for name in (NORTHGATE, RIVER, BRIGID):
            assert HELPLINE in await seen_at(by_http, name, there, Audience.PROFESSIONAL), name
        assert HIDDEN_STREET in await seen_at(by_http, BRIGID, there, Audience.TRUSTED)

    run(walk())


def test_a_member_adopts_only_what_it_lacks(by_http: Wired):
    async def walk() -> None:
        await offered_and_sent(by_http)
        with by_http.agencies.at(RIVER):
            head = await ListingHead.objects().first()
            chunks = await Chunk.select(Chunk.key, Chunk.why)

        assert head.adopted == head.number > 0
        assert [one["why"] for one in chunks] == [""] * len(chunks)

    run(walk())


def test_a_coordinating_node_cannot_bring_back_what_an_agency_no_longer_says(by_http: Wired):
    async def walk() -> None:
        there = await offered_and_sent(by_http)
        older = await _kept_of_harbour(by_http)
        with by_http.agencies.at(HARBOUR):
            desk = await by_http.agencies.desk(HARBOUR)
            await own.remove("phones", there.helpline, (await own.read(desk)).heads, desk)
            await sending.send(desk)
        await by_http.settle()
        await _keep_of_harbour(by_http, {**older, "state": "gone"})
        await by_http.settle()
        gone = await seen_at(by_http, RIVER, there, Audience.PROFESSIONAL)

        await _keep_of_harbour(by_http, older)
        await by_http.settle()

        assert there.service not in gone
        assert HELPLINE not in await seen_at(by_http, RIVER, there, Audience.PROFESSIONAL)
        with by_http.agencies.at(RIVER):
            whys = await Chunk.select(Chunk.why).where(Chunk.why != "").output(as_list=True)
        assert whys == ["The agency has said something later already."]

    run(walk())


async def _kept_of_harbour(by_http: Wired) -> dict[str, object]:
    """How the coordinating node keeps the open part of Harbour's entry."""
    signer = by_http.agencies[HARBOUR].id
    with by_http.agencies.at(NORTHGATE):
        row = await TakenPart.select().where(
            (TakenPart.signer == signer) & (TakenPart.part == "open")
        )
    return dict(row[0])


async def _keep_of_harbour(by_http: Wired, row: dict[str, object]) -> None:
    """A coordinating node that does with it as it likes."""
    with by_http.agencies.at(NORTHGATE):
        await TakenPart.delete().where(TakenPart.id == row["id"])
        await TakenPart.insert(TakenPart(**row))
