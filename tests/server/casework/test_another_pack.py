"""A coalition changes its protocol: signed, taken in by each node, and nothing widens by itself."""

from dataclasses import replace
from pathlib import Path

import pytest

from directory import card as cards
from server import checkup
from server.casework import mailroom
from server.node import coalition as directories
from server.node import pack_changing, packs
from server.node.desk import Desk
from server.node.errors import BadFile, NotPermitted, RefusedAct
from server.node.packs import Texts
from tests.coalition import HARBOUR, NORTHGATE, RIVER, Coalition, case_file, open_case, record
from tests.running import run
from tiers.fragment import SYSTEM_SECTIONS
from tiers.gate import Cleared, Withheld
from tiers.reason import Reason

HEALTH = case_file(health={"survivor": {"summary": "She told us of an injury."}})
TIER_2 = ["risks", "risk", "service_involvement", "survivor_voice", "children", "plan_case"]
HEAD = 'id = "ours"\nversion = {}\ntitle = "Ours"\nparent = "four-tiers"\n'
CARRIES = "[exchanges.meeting.carries]\n2 = {}\n"
WITHOUT_CENTRES = """remove = [
  "agency_kinds.domestic_violence_centre",
  "meetings.team", "below_threshold", "leads.survivor", "decision.first",
]
"""
WIDER = CARRIES.format([*TIER_2, "health"])


def ours(tmp_path: Path, text: str = WIDER, version: int = 1) -> Texts:
    file = tmp_path / "ours.toml"
    file.write_text(HEAD.format(version) + text)
    return packs.load(str(file))


async def adopt(made: Coalition, name: str, texts: Texts) -> pack_changing.Adopted:
    return await made.do(name, lambda desk: pack_changing.adopt(texts, desk))


async def believe(made: Coalition, *names: str) -> None:
    """These agencies hear the coordinator's newest directory."""
    with made.at(NORTHGATE):
        raw = (await made.desk(NORTHGATE)).directory.raw
    for name in names:
        await made.do(name, lambda desk: directories.adopt(raw, desk))


async def asked(made: Coalition, ref: str) -> Cleared | Withheld:
    """What Harbour would tell the meeting."""
    return await made.do(HARBOUR, lambda desk: mailroom.preview(ref, NORTHGATE, "meeting", desk))


async def doctor(made: Coalition) -> str:
    """What an operator at Harbour is told of the pack."""
    checks = await made.do(HARBOUR, checkup.look)
    return next(one.sentence for one in checks if one.name == "pack")


def sections(answer: Cleared | Withheld) -> set[str]:
    assert isinstance(answer, Cleared), answer.reason
    return {place.section for place in answer.fragment.fields} - SYSTEM_SECTIONS


async def signed(made: Coalition) -> str:
    """She has signed at Harbour that the meeting may be told, her health included."""
    ref = (await open_case(made, HARBOUR, None, HEALTH)).ref
    await record(made, ref)
    return ref


def test_a_node_without_the_agreed_pack_withholds_until_it_is_taken_in(
    agencies: Coalition, tmp_path: Path
) -> None:
    async def walk() -> None:
        ref, texts = await signed(agencies), ours(tmp_path)
        assert (await adopt(agencies, NORTHGATE, texts)).in_force
        before = await asked(agencies, ref)

        await believe(agencies, HARBOUR)
        without, looked = await asked(agencies, ref), await doctor(agencies)
        await adopt(agencies, HARBOUR, texts)
        after = await asked(agencies, ref)

        assert isinstance(before, Cleared)
        assert isinstance(without, Withheld)
        assert without.reason is Reason.NOT_THE_PACK
        assert "casefold pack adopt FILE" in looked
        assert isinstance(after, Cleared)
        assert await doctor(agencies) == "Ours, version 1."

    run(walk())


def test_a_wider_pack_opens_nothing_for_a_release_signed_before_it(
    agencies: Coalition, tmp_path: Path
) -> None:
    async def walk() -> None:
        ref, texts = await signed(agencies), ours(tmp_path)
        await adopt(agencies, NORTHGATE, texts)
        await believe(agencies, HARBOUR)
        await adopt(agencies, HARBOUR, texts)

        old = await asked(agencies, ref)
        fresh = await signed(agencies)
        new = await asked(agencies, fresh)

        assert "health" not in sections(old)
        assert "health" in sections(new)

    run(walk())


def test_a_narrower_pack_narrows_what_was_signed_before_it(
    agencies: Coalition, tmp_path: Path
) -> None:
    async def walk() -> None:
        ref, texts = await signed(agencies), ours(tmp_path, CARRIES.format(["risks"]))
        await adopt(agencies, NORTHGATE, texts)
        await believe(agencies, HARBOUR)
        await adopt(agencies, HARBOUR, texts)

        assert sections(await asked(agencies, ref)) == {"risks"}

    run(walk())


def test_an_agency_takes_in_only_the_file_the_directory_names(
    agencies: Coalition, tmp_path: Path
) -> None:
    async def walk() -> None:
        agreed = ours(tmp_path)
        with pytest.raises(RefusedAct, match="names another pack than this file"):
            await adopt(agencies, HARBOUR, agreed)
        await adopt(agencies, NORTHGATE, agreed)
        await believe(agencies, HARBOUR)
        with pytest.raises(RefusedAct, match="names another pack than this file"):
            await adopt(agencies, HARBOUR, ours(tmp_path, version=2))
        await adopt(agencies, HARBOUR, agreed)
        with pytest.raises(RefusedAct, match="this very pack already"):
            await adopt(agencies, HARBOUR, agreed)

        with agencies.at(HARBOUR):
            desk = await agencies.desk(HARBOUR)
        assert (desk.pack.id, desk.directory.pack) == ("ours", desk.pack.digest)

    run(walk())


@pytest.mark.parametrize(
    ("text", "version", "sentence"),
    [
        ('timezone = "Europe/London"\n', 2, "keeps its time zone"),
        ("[words]\nmeeting = 'table'\n", 1, "Raise the version"),
        (WITHOUT_CENTRES, 2, "knows no such kind"),
        ('[exchanges.meeting]\nseat = "table"\n', 2, "knows no such seat"),
    ],
)
def test_a_pack_that_would_break_what_stands_is_refused(
    agencies: Coalition, tmp_path: Path, text: str, version: int, sentence: str
) -> None:
    async def walk() -> None:
        await adopt(agencies, NORTHGATE, ours(tmp_path))

        with pytest.raises(RefusedAct, match=sentence):
            await adopt(agencies, NORTHGATE, ours(tmp_path, text, version))

    run(walk())


def test_two_packs_never_pass_under_one_id_and_version(agencies: Coalition, tmp_path: Path) -> None:
    async def walk() -> None:
        await adopt(agencies, NORTHGATE, ours(tmp_path))
        await adopt(agencies, NORTHGATE, packs.load("four-tiers"))

        with pytest.raises(RefusedAct, match="consents were signed under it"):
            await adopt(agencies, NORTHGATE, ours(tmp_path, CARRIES.format(["risks"])))

    run(walk())


def test_a_newcomer_with_the_pack_in_force_can_join(agencies: Coalition, tmp_path: Path) -> None:
    async def walk() -> None:
        await adopt(agencies, NORTHGATE, ours(tmp_path))

        async def tended(desk: Desk) -> None:
            await pack_changing.tend(desk)

        await agencies.do(NORTHGATE, tended)
        await agencies.do(NORTHGATE, tended)
        await agencies.do(HARBOUR, tended)

        with agencies.at(NORTHGATE):
            desk = await agencies.desk(NORTHGATE)
        assert cards.read(desk.node.card).pack == desk.pack.digest == desk.directory.pack
        assert cards.read(desk.node.card).words == cards.read(desk.node.trusted_card).words

    run(walk())


def test_who_may_change_no_partner_changes_no_protocol(agencies: Coalition, tmp_path: Path) -> None:
    texts = ours(tmp_path)

    async def as_operator(desk: Desk) -> None:
        member = replace(agencies[RIVER].member, roles=frozenset())
        await pack_changing.adopt(texts, replace(desk, staff=member))

    with pytest.raises(NotPermitted):
        run(agencies.do(RIVER, as_operator))


def test_a_file_with_a_mistake_is_never_taken_in(agencies: Coalition, tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"ours\.toml, line 5"):
        ours(tmp_path, "[consent]\n")
