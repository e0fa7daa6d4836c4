"""A suspended agency: what others had shared ends there at once, and it can say so."""

from server.casework.tables import Case, RecordRow, Share
from server.node import coalition as coalitions
from server.node.coalition import Change
from server.node.desk import Desk
from server.relay.tables import HeldShare
from tests.coalition import HARBOUR, NORTHGATE, RIVER, adopt_all, open_case, record, share
from tests.running import run
from tests.server.sync.test_syncer import edit
from tests.server.sync.wired import Wired


async def told(by_http: Wired) -> str:
    """Harbour hands River a survivor's identity, and River reads it in. Gives the share."""
    ref = (await open_case(by_http.agencies, HARBOUR)).ref
    await record(by_http.agencies, ref)
    part = (await share(by_http.agencies, HARBOUR, ref, RIVER, "handoff")).share
    await by_http.settle()
    return part


async def suspend(by_http: Wired, suspended: bool = True) -> None:
    async def change(desk: Desk) -> None:
        (river,) = (one for one in desk.directory.entries if one.name == RIVER)
        await coalitions.change_partner(river.id, Change(suspended=suspended), desk)

    await by_http.agencies.do(NORTHGATE, change)
    await by_http.round(NORTHGATE)


async def bodies(by_http: Wired, name: str, part: str) -> set[bytes | None]:
    with by_http.agencies.at(name):
        rows = await RecordRow.select(RecordRow.body).where(RecordRow.share == part)
        return {row["body"] for row in rows}


def test_what_others_had_shared_is_destroyed_there_and_confirmed_though_it_is_locked(
    by_http: Wired,
):
    async def story() -> None:
        part = await told(by_http)
        await open_case(by_http.agencies, RIVER)
        assert None not in await bodies(by_http, RIVER, part)
        await suspend(by_http)

        # Its owner has not heard of it yet: nobody's close is waited for.
        heard = await by_http.round(RIVER, locked=True)

        assert (heard.suspended, heard.not_enrolled, heard.directory) == (True, True, True)
        assert heard.ended == (part,)
        assert "This agency is suspended" in heard.not_let_in
        assert await bodies(by_http, RIVER, part) == {None}
        assert heard.pushed == 1
        assert (await by_http.round(HARBOUR)).receipts == 1
        with by_http.agencies.at(HARBOUR):
            row = await Share.objects().where(Share.id == part).first()
            assert row is not None
            assert row.state == "closed"
        with by_http.agencies.at(RIVER):
            assert await Case.count() == 1  # its own records stay

    run(story())


def test_what_it_wrote_before_it_heard_stays_with_it_and_nothing_more_comes(by_http: Wired):
    async def story() -> None:
        await told(by_http)
        ref = (await open_case(by_http.agencies, RIVER)).ref
        await adopt_all(by_http.agencies, RIVER, ref)
        await suspend(by_http)
        await share(by_http.agencies, RIVER, ref, NORTHGATE, "meeting")

        heard = await by_http.round(RIVER)
        again = await by_http.round(RIVER)

        assert heard.pushed == 1  # the receipt
        assert again.suspended
        assert not again.moved
        assert again.waiting
        with by_http.agencies.at(NORTHGATE):
            assert await HeldShare.count() == 1  # Harbour's to River, and none of River's

    run(story())


def test_let_in_again_it_takes_part_as_before(by_http: Wired):
    async def story() -> None:
        await told(by_http)
        await suspend(by_http)
        await by_http.round(RIVER)
        await by_http.settle()
        await suspend(by_http, False)

        back = await by_http.round(RIVER)
        assert (back.suspended, back.not_enrolled, back.directory) == (False, False, True)
        await by_http.settle()
        part = await told(by_http)
        assert None not in await bodies(by_http, RIVER, part)

    run(story())


def test_a_change_refused_on_its_way_there_does_not_keep_the_share_open(by_http: Wired):
    async def story() -> None:
        ref = (await open_case(by_http.agencies, HARBOUR)).ref
        await record(by_http.agencies, ref)
        part = (await share(by_http.agencies, HARBOUR, ref, RIVER, "handoff")).share
        await by_http.settle()
        await suspend(by_http)
        # Harbour has not heard of it yet.
        await edit(by_http, ref, 1)

        assert (await by_http.round(HARBOUR)).refused
        await by_http.settle()

        assert (await by_http.round(HARBOUR)).waiting == 0
        with by_http.agencies.at(NORTHGATE):
            held = await HeldShare.objects().where(HeldShare.share == bytes.fromhex(part)).first()
            assert held is not None
            assert held.closed

    run(story())
