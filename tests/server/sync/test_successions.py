"""An agency begins anew: both identities sign, the words are compared, and no share moves."""

import time
from pathlib import Path

import pytest

from crypto import statement
from crypto.keys import Identity
from server import announcements
from server.casework.tables import Share
from server.node import (
    announcing,
    coalition,
    database,
    init,
    proposals,
    signers,
    successions,
    voice,
)
from server.node.coalition import Change
from server.node.desk import Desk
from server.node.errors import BadFile, NotFound, RefusedAct
from server.node.settings import Settings
from tests.coalition import (
    HARBOUR,
    NORTHGATE,
    PASSPHRASE,
    RIVER,
    Coalition,
    open_case,
    record,
    share,
)
from tests.running import run
from tests.server.sync.wired import Wired


async def _new_node(made: Coalition, folder: Path, name: str) -> tuple[Settings, Desk]:
    """This agency's new laptop, with keys of its own."""
    settings = Settings(folder / "new", moved_now=made.now, read_at=time.monotonic())
    created = await init.create(
        settings, name=name, staff_name="Sam Okoro", passphrase=PASSPHRASE, rehearsal=True
    )
    return settings, created.desk


async def _claimed(made: Coalition, folder: Path, name: str = RIVER) -> tuple[str, str, str]:
    """The line to take to the old node, the new card's words, and the new identity."""
    with made.at(name):
        old = (await made.desk(name)).node.card
    settings = Settings(folder / "new", moved_now=made.now, read_at=time.monotonic())
    engine = database.engine_for(settings)
    with database.using(engine):
        _, desk = await _new_node(made, folder, name)
        line = await successions.claim(old, desk)
        words = " ".join(voice.read_card(desk.node.card, desk).words)
    await engine.release()
    return line, words, desk.node.identity


def test_an_agency_with_a_new_identity_keeps_its_standing_and_none_of_its_shares(
    agencies: Coalition, tmp_path: Path
):
    async def walk() -> None:
        ref = (await open_case(agencies, HARBOUR)).ref
        await record(agencies, ref)
        await share(agencies, HARBOUR, ref, RIVER, "handoff")
        await agencies.settle()
        line, words, new = await _claimed(agencies, tmp_path)

        await agencies.do(RIVER, lambda desk: successions.agree(line, desk))
        await agencies.settle()
        (waiting,) = await agencies.do(NORTHGATE, successions.waiting)
        assert waiting.card.id == new
        with pytest.raises(RefusedAct, match="not the words"):
            await agencies.do(
                NORTHGATE, lambda desk: successions.accept(RIVER, "eight other words", desk)
            )
        await agencies.publish(lambda desk: successions.accept(RIVER, words, desk))
        await agencies.sync(HARBOUR)

        with agencies.at(NORTHGATE):
            directory = (await agencies.desk(NORTHGATE)).directory
        entry = directory.find(RIVER)
        assert (entry.id, entry.seats, entry.tier) == (new, {"meeting"}, 2)
        assert directory.agency(agencies[RIVER].id) is None
        with agencies.at(HARBOUR):
            assert not await Share.exists().where(
                (Share.recipient == agencies[RIVER].id) & (Share.state == "live")
            )
        with pytest.raises(NotFound):
            await agencies.do(NORTHGATE, lambda desk: successions.accept(RIVER, words, desk))

    run(walk())


def test_where_several_sign_the_others_read_the_new_identity_and_sign_it(
    by_http: Wired, tmp_path: Path
):
    made = by_http.agencies

    async def rounds() -> None:
        for name in (HARBOUR, NORTHGATE, RIVER, NORTHGATE):
            await by_http.round(name)

    async def walk() -> None:
        await made.do(NORTHGATE, lambda desk: signers.set_signers([RIVER], 2, desk))
        await rounds()
        line, words, new = await _claimed(made, tmp_path, HARBOUR)
        await made.do(HARBOUR, lambda desk: successions.agree(line, desk))
        await rounds()

        await made.do(NORTHGATE, lambda desk: successions.accept(HARBOUR, words, desk))
        assert await made.do(NORTHGATE, successions.waiting) == []
        with made.at(NORTHGATE):
            await proposals.replace_own()
        (again,) = await made.do(NORTHGATE, successions.waiting)
        assert again.card.id == new
        await made.do(NORTHGATE, lambda desk: successions.accept(HARBOUR, words, desk))
        await rounds()
        (waits,) = await made.do(RIVER, proposals.waiting)
        assert waits.missing == 1
        await made.do(RIVER, lambda desk: proposals.sign(waits.id, desk))
        await rounds()

        with made.at(NORTHGATE):
            directory = (await made.desk(NORTHGATE)).directory
        assert directory.find(HARBOUR).id == new
        assert await made.do(NORTHGATE, successions.waiting) == []

    run(walk())


def test_a_suspended_agency_names_no_successor(agencies: Coalition, tmp_path: Path):
    async def walk() -> None:
        line, words, _ = await _claimed(agencies, tmp_path)
        await agencies.do(RIVER, lambda desk: successions.agree(line, desk))
        with agencies.at(RIVER):
            (said,) = [
                bytes(row.signed)
                for row in await announcing.waiting(9, await agencies.desk(RIVER))
                if row.kind == "succession"
            ]
        await agencies.publish(
            lambda desk: coalition.change_partner(RIVER, Change(suspended=True), desk)
        )

        taken = await agencies.do(NORTHGATE, lambda desk: announcements.take([said], desk))

        assert [why for _, why in taken.refused] == [announcements.SUSPENDED]
        with pytest.raises(NotFound, match="no new identity"):
            await agencies.do(NORTHGATE, lambda desk: successions.accept(RIVER, words, desk))

    run(walk())


def test_an_agency_suspended_after_it_named_one_is_enrolled_by_voice_instead(
    agencies: Coalition, tmp_path: Path
):
    async def walk() -> None:
        line, words, _ = await _claimed(agencies, tmp_path)
        await agencies.do(RIVER, lambda desk: successions.agree(line, desk))
        await agencies.settle()
        await agencies.publish(
            lambda desk: coalition.change_partner(RIVER, Change(suspended=True), desk)
        )

        with pytest.raises(RefusedAct, match="enrol it again by voice"):
            await agencies.do(NORTHGATE, lambda desk: successions.accept(RIVER, words, desk))

    run(walk())


def test_what_is_no_succession_is_refused_in_a_sentence(agencies: Coalition):
    stranger = Identity(b"\x07" * 32)
    odd = statement.sign("succession", {"to": ["*"], "agreed": "AAAA"}, stranger)

    async def walk() -> None:
        for line in ("casefold-succession-1 !", "casefold-succession-1 AAAA"):
            with pytest.raises(BadFile):
                await agencies.do(RIVER, lambda desk, line=line: successions.agree(line, desk))  # type: ignore[misc]
        for name in (RIVER, NORTHGATE):
            with pytest.raises(RefusedAct):
                await agencies.do(
                    name,
                    lambda desk: successions.take(statement.read(odd), agencies[RIVER].id, desk),
                )
        with agencies.at(NORTHGATE):
            pinned = (await agencies.desk(NORTHGATE)).node.card
        with pytest.raises(RefusedAct, match="pinned"):
            await agencies.do(RIVER, lambda desk: successions.claim(pinned, desk))

    run(walk())
