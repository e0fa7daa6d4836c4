import asyncio
from pathlib import Path

import pytest

from crypto import locks
from directory import card as cards
from server.node import audit, database, init, node, packs
from server.node.access import Role
from server.node.desk import locked_desk
from server.node.errors import BadFile, Locked, NodeExists, NoNodeHere, Usage
from server.node.settings import Settings
from tests.nodes import PASSPHRASE, TestedNode


def test_a_new_node_has_its_keys_its_card_and_its_first_member(agency: TestedNode):
    desk = asyncio.run(agency.desk())

    card = cards.read(desk.node.card)
    assert card.identity == desk.unlocked().identity.public
    assert card.node_key == desk.node.node_key.public
    assert card.pack == desk.pack.digest
    assert card.rehearsal
    assert desk.roles == {Role.LIAISON, Role.OPERATOR}
    assert desk.node.kind in desk.pack.agency_kinds
    assert not desk.node.joined
    assert len(desk.unlocked().keyring.publics()) == 26
    opened = locks.paper_unlock(desk.node.paper_lock, agency.recovery_code)
    assert opened.public == card.identity
    assert asyncio.run(audit.verify()).ok
    assert asyncio.run(audit.list_entries(1))[0].act == "init"


def test_the_first_member_of_a_coordinating_node_is_its_coordinator(coordinating: TestedNode):
    desk = asyncio.run(coordinating.desk())

    assert desk.roles == {Role.COORDINATOR, Role.OPERATOR}
    assert desk.node.trusted == desk.node.identity_key


def test_the_folder_is_for_this_user_only(agency: TestedNode):
    folder = agency.settings.data

    assert folder.stat().st_mode & 0o777 == 0o700
    for file in folder.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file.name


def test_the_seed_the_passphrase_and_the_code_are_in_no_file(agency: TestedNode):
    for file in agency.settings.data.iterdir():
        kept = file.read_bytes()
        for secret in (
            agency.identity.seed,
            agency.identity.at_rest,
            PASSPHRASE.encode(),
            agency.recovery_code.encode(),
        ):
            assert secret not in kept, file.name


def test_a_folder_with_a_node_is_left_as_it_is(agency: TestedNode):
    before = agency.settings.node_key_file.read_bytes()

    with pytest.raises(NodeExists):
        asyncio.run(
            init.create(
                agency.settings, name="Another", staff_name="Somebody", passphrase=PASSPHRASE
            )
        )

    assert agency.settings.node_key_file.read_bytes() == before
    assert asyncio.run(agency.locked()).node.name == "Harbour Centre"


@pytest.mark.parametrize(
    "asked",
    [
        {"name": ""},
        {"staff_name": " "},
        {"passphrase": "too short"},
        {"kind": "florist"},
        {"kind": "coordinating"},
        {"coordinating": True},
        {"coordinating": True, "url": "ftp://x"},
    ],
)
def test_what_cannot_be_makes_no_file(tmp_path: Path, asked: dict[str, object]):
    settings = Settings(tmp_path / "node")
    full: dict[str, object] = {
        "name": "Harbour",
        "staff_name": "Robin",
        "passphrase": PASSPHRASE,
    } | asked

    with database.using(database.engine_for(settings)), pytest.raises(Usage):
        asyncio.run(init.create(settings, **full))  # type: ignore[arg-type]

    assert not settings.data.exists()


def test_an_empty_folder_says_how_to_make_a_node(database: object, node_settings: Settings):
    with pytest.raises(NoNodeHere, match="casefold init"):
        asyncio.run(locked_desk(node_settings))


def test_a_missing_or_foreign_node_key_is_named(agency: TestedNode):
    file = agency.settings.node_key_file
    kept = file.read_bytes()

    file.write_bytes(bytes(32))
    with pytest.raises(BadFile, match="card names"):
        asyncio.run(agency.locked())
    file.unlink()
    with pytest.raises(BadFile, match="missing"):
        asyncio.run(agency.locked())

    file.write_bytes(kept)
    assert asyncio.run(node.exists())


def test_a_locked_desk_holds_no_keys_and_says_so(agency: TestedNode):
    desk = asyncio.run(agency.locked())

    assert desk.who == "node"
    assert not desk.signed_in
    assert desk.keyring.publics()
    with pytest.raises(Locked):
        desk.unlocked()


def test_nothing_secret_is_printed_with_a_desk(agency: TestedNode):
    printed = repr(asyncio.run(agency.desk()))

    for secret in (agency.identity.seed, agency.identity.at_rest):
        assert secret.hex() not in printed
        assert repr(secret) not in printed


def test_the_pack_stays_as_it_was_read(agency: TestedNode):
    desk = asyncio.run(agency.locked())

    assert desk.node.pack_name == packs.DEFAULT
    assert packs.read(desk.node.pack_texts).digest == desk.pack.digest


def test_a_pack_from_a_file_is_kept_with_its_parents(tmp_path: Path):
    file = tmp_path / "valley.toml"
    file.write_text('parent = "four-tiers"\nid = "valley"\nversion = 1\ntitle = "The valley"\n')

    texts = packs.load(str(file))

    assert [name for name, _ in texts] == ["valley", "four-tiers"]
    assert packs.read(texts).title == "The valley"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("this is not toml", "line 1"),
        ('parent = "../../etc/passwd"\nid = "x"\n', "does not come with"),
        ('id = "x"\n', "line"),
    ],
)
def test_a_pack_with_a_mistake_names_it(tmp_path: Path, text: str, sentence: str):
    file = tmp_path / "broken.toml"
    file.write_text(text)

    with pytest.raises(BadFile, match=sentence):
        packs.load(str(file))


def test_a_pack_that_is_not_there_names_those_that_are():
    with pytest.raises(BadFile, match="four-tiers"):
        packs.load("atlantis")
