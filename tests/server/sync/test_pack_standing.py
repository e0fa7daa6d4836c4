"""Who has taken in the protocol in force: told once, by whoever changes, to whom it concerns."""

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from crypto import statement
from server import announcements
from server.node import pack_changing, pack_standing, packs, steps
from server.node.joining_tables import Step
from server.node.pack_standing import WorksBy
from server.node.packs import Texts
from server.node.steps import WORKS_BY
from server.relay.tables import Addressee, HeldStatement
from tests.backups import back_up, put_back
from tests.coalition import BRIGID, HARBOUR, NORTHGATE, RIVER, Coalition
from tests.running import run
from tests.server.sync.wired import Wired

TELLS = ("to", "agency", "step", "done", "who", "on", "document", "called", "note", "at")


@pytest.fixture
def ours(tmp_path: Path) -> Texts:
    """A pack of the coalition's own."""
    file = tmp_path / "ours.toml"
    file.write_text('id = "ours"\nversion = 2\ntitle = "Ours"\nparent = "four-tiers"\n')
    return packs.load(str(file))


async def seen(agencies: Coalition) -> dict[str, WorksBy]:
    """What the coordinating node knows, by the agency's name."""
    with agencies.at(NORTHGATE):
        found = await pack_standing.agencies(await agencies.locked(NORTHGATE))
    return {one.agency.name: one for one in found}


async def adopt(agencies: Coalition, name: str, texts: Texts) -> None:
    await agencies.do(name, lambda desk: pack_changing.adopt(texts, desk))


async def said_by(agencies: Coalition, name: str) -> int:
    with agencies.at(name):
        return int(await Step.count().where(Step.step == WORKS_BY))


def test_whoever_takes_a_protocol_in_is_seen_to_work_by_it_and_the_others_are_not(
    by_http: Wired, ours: Texts
) -> None:
    async def walk() -> None:
        agencies, digest = by_http.agencies, packs.read(ours).digest
        await by_http.settle()
        begun = await seen(agencies)
        assert set(begun) == {HARBOUR, RIVER, BRIGID}
        assert all(one.same and one.pack == "four-tiers" for one in begun.values())
        assert [await said_by(agencies, name) for name in begun] == [0, 0, 0]

        await adopt(agencies, NORTHGATE, ours)
        await by_http.settle()
        waiting = await seen(agencies)
        agencies.later(days=3)
        await adopt(agencies, HARBOUR, ours)
        await by_http.settle()
        await by_http.settle()
        after = await seen(agencies)

        assert not any(one.same for one in waiting.values())
        assert after[HARBOUR].same
        assert (after[HARBOUR].pack, after[HARBOUR].version) == ("ours", 2)
        assert after[HARBOUR].digest == digest
        assert after[HARBOUR].since == date(2026, 11, 26)
        assert (after[RIVER].pack, after[RIVER].same) == ("four-tiers", False)
        assert [await said_by(agencies, name) for name in (HARBOUR, RIVER, NORTHGATE)] == [1, 0, 1]

    run(walk())


def test_it_is_said_to_the_coordinating_node_alone_and_names_nobody(
    by_http: Wired, ours: Texts
) -> None:
    async def walk() -> None:
        agencies = by_http.agencies
        await adopt(agencies, NORTHGATE, ours)
        await by_http.settle()
        await adopt(agencies, HARBOUR, ours)
        await by_http.settle()

        with agencies.at(NORTHGATE):
            rows = await HeldStatement.objects().where(HeldStatement.kind == "step")
            (held,) = [row for row in rows if _body(row)["step"] == WORKS_BY]
            named = await Addressee.select(Addressee.member).where(Addressee.statement == held.g)

        body = _body(held)
        assert [bytes(one["member"]).hex() for one in named] == [agencies[NORTHGATE].id]
        assert sorted(body) == sorted(TELLS)
        assert (body["to"], body["who"], body["note"]) == ([agencies[NORTHGATE].id], "", "")

    run(walk())


def _body(row: HeldStatement) -> dict[str, Any]:
    return statement.read(bytes(row.signed)).body


def test_a_node_put_back_from_before_says_again_what_it_works_by(
    by_http: Wired, ours: Texts
) -> None:
    async def walk() -> None:
        agencies = by_http.agencies
        await by_http.settle()
        await back_up(agencies, HARBOUR)
        await adopt(agencies, NORTHGATE, ours)
        await by_http.settle()
        await adopt(agencies, HARBOUR, ours)
        await by_http.settle()
        assert (await seen(agencies))[HARBOUR].same

        await put_back(agencies, HARBOUR, keys_lost=False)
        await by_http.settle()
        restored = (await seen(agencies))[HARBOUR]
        told = await said_by(agencies, HARBOUR)
        await by_http.settle()

        assert (restored.pack, restored.same) == ("four-tiers", False)
        assert await said_by(agencies, HARBOUR) == told

    run(walk())


def test_an_agency_is_not_believed_about_another_nor_about_a_name(agencies: Coalition) -> None:
    """River says it of Harbour, and of itself with a digest nobody has under a name all know."""

    async def walk() -> None:
        river, to = agencies[RIVER], [agencies[NORTHGATE].id]
        said = {"done": True, "who": "", "on": "2026-11-23", "note": "", "at": 1}
        false = {**said, "step": WORKS_BY, "document": "ab" * 32, "called": "four-tiers 1"}
        raws = [
            statement.sign("step", {**false, "to": to, "agency": agency}, river.identity)
            for agency in (agencies[HARBOUR].id, river.id)
        ]
        unnamed = {**false, "to": to, "agency": river.id, "called": "what we like", "at": 2}
        with agencies.at(NORTHGATE):
            desk = await agencies.desk(NORTHGATE)
            taken = await announcements.take(raws, desk)
            before = await seen(agencies)
            await announcements.take([statement.sign("step", unnamed, river.identity)], desk)
            after = await seen(agencies)

        assert (taken.accepted, len(taken.refused)) == (1, 1)
        assert before[HARBOUR].same
        assert (before[RIVER].pack, before[RIVER].same) == ("four-tiers", False)
        assert (after[RIVER].pack, after[RIVER].version) == ("what we like", None)

    run(walk())


def test_no_other_node_keeps_such_a_list_and_the_coordinating_node_says_nothing(
    agencies: Coalition,
) -> None:
    async def walk() -> None:
        with agencies.at(HARBOUR):
            assert await pack_standing.agencies(await agencies.desk(HARBOUR)) == ()
        with agencies.at(NORTHGATE):
            desk = await agencies.desk(NORTHGATE)
            await pack_standing.tend(desk)
            assert await steps.said_of(desk.node.identity) == []

    run(walk())


def test_a_script_reads_who_works_by_which(by_http: Wired, ours: Texts) -> None:
    async def walk() -> None:
        await adopt(by_http.agencies, NORTHGATE, ours)
        await by_http.settle()
        await adopt(by_http.agencies, HARBOUR, ours)
        await by_http.settle()

    run(walk())
    settings = by_http.agencies.settings(NORTHGATE)
    env = {name: value for name, value in os.environ.items() if "CASEFOLD" not in name}
    if settings.database_url:
        env["CASEFOLD_DATABASE_URL"] = settings.database_url

    def told(*words: str) -> str:
        command = [sys.executable, "-m", "server.cli", "pack", *words]
        place = ["--data", str(settings.data)]
        return subprocess.run(
            [*command, *place], env=env, check=True, capture_output=True, text=True
        ).stdout

    listed, shown = json.loads(told("list", "--json")), json.loads(told("show", "--json"))
    words = told("list")

    assert listed["agencies"] == shown["agencies"]
    by_name = {one["name"]: one for one in listed["agencies"]}
    assert by_name[HARBOUR]["pack"] == "ours"
    assert by_name[HARBOUR]["version"] == 2
    assert by_name[HARBOUR]["same"] is True
    assert by_name[RIVER]["same"] is False
    assert sum("not the one in force" in line for line in words.splitlines()) == 2
