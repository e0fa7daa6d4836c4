"""Endings are real: shown with files, against somebody who copied folders and learned the seed.

The copies are taken while the shares live, databases and write-ahead logs included. What matters
afterwards is keys.db alone, which is in no backup: with it the copies open, and without it they
open for a while with what the live folder still holds, and a week after the end with nothing.
"""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from crypto.keys import Identity
from crypto.record import Record
from server.node.keyring import Keyring
from tests.journeys.conftest import OriginalTold
from tests.journeys.nodes import PASSPHRASE, Coalition, Node, eventually, served
from tests.journeys.seized import Keys, Seized, from_seed, opened
from tests.journeys.steps import view
from tests.postgres import Cluster

pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

# Ana's release ends with 10 June 2031, a Tuesday; the week of that day ends on 16 June.
THE_DAY_AFTER = "2031-06-11T09:00:00Z"
A_WEEK_AFTER = "2031-06-18T00:00:01Z"
SAFE_TELEPHONE = "01632 960771"  # Harbour House tells it to those it asks, and to nobody else
OF_THE_POLICE = "Northfield magistrates"
POLICE, HOSPITAL, RIVERSIDE = "Northfield Police", "St Brigid's Hospital", "Riverside Coordination"


@pytest.fixture(scope="module")
def shared(
    tmp_path_factory: pytest.TempPathFactory, original_told_on_each: OriginalTold
) -> OriginalTold:
    """Ana's release, told by all and then seen by the coordinator; made once and copied."""
    at_rest = original_told_on_each.at_rest.again(tmp_path_factory.mktemp("endings") / "four")
    with served(at_rest.four) as four:
        view(four, original_told_on_each.ref)
        four.sync(four.coordinating, four.centre)
    return replace(original_told_on_each, at_rest=at_rest)


@pytest.fixture
def four(tmp_path: Path, shared: OriginalTold) -> Iterator[Coalition]:
    """The four in the middle of that release, for one test; the relay is served."""
    with served(shared.at_rest.copied(tmp_path / "four")) as made:
        yield made


def carried_away(node: Node, to: Path, cluster: Cluster | None) -> Seized:
    """A copy of a node's folder, and of its database elsewhere, taken while it is in use."""
    shutil.copytree(node.data, to / node.folder.name)
    url = cluster.carried_away(node.database_url or "") if cluster else None
    return Seized(to / node.folder.name, url)


def still_offered(four: Coalition, seeds: Mapping[str, Identity]) -> Keys:
    """Every key in the live folders of all four, and all that a thief makes of their seeds."""
    keys = Keys()
    for node in four.nodes:
        live, seed = Seized.of(node), seeds[node.folder.name]
        keys += live.keys(seed) + from_seed(seed, live.node_key())
    return keys


def test_a_week_after_the_end_old_copies_and_every_key_left_open_nothing(
    four: Coalition, shared: OriginalTold, tmp_path: Path
) -> None:
    cluster = shared.at_rest.cluster
    police = carried_away(four.police, tmp_path / "copies", cluster)
    relay = carried_away(four.coordinating, tmp_path / "copies", cluster)
    copies = {"police": police, "coordinating": relay}
    seeds = {node.folder.name: Seized.of(node).identity(PASSPHRASE) for node in four.nodes}

    # With keys.db the copies open: that is what this test would see if endings were not real.
    bodies = {name: copy.bodies() for name, copy in copies.items()}
    kept_keys = {name: copy.keys(seeds[name]) for name, copy in copies.items()}
    then = {name: opened(bodies[name], kept_keys[name]) for name in copies}
    assert SAFE_TELEPHONE in " ".join(one.words for one in then["police"])
    assert OF_THE_POLICE in " ".join(one.words for one in then["coordinating"])
    assert len(relay.rows("SELECT 1 FROM relay_record WHERE length(body) > 0")) >= 5
    for copy in copies.values():
        (copy.data / "keys.db").unlink()

    # The end comes with no message: the relay is down, and nobody is signed in anywhere.
    four.coordinating.stop()
    four.at(THE_DAY_AFTER)
    for node in four.nodes:
        assert node.run("sync", locked=True).exit == 4
        assert _bodies_in_its_post(node) == 0
        assert Keyring(node.data / "keys.db").shares() == frozenset()
    # Until the week of the end has passed, its key may still open an old copy: sync.md says so.
    left = still_offered(four, seeds)
    assert {name for name in copies if opened(bodies[name], left)} == set(copies)

    four.at(A_WEEK_AFTER)
    for node in four.nodes:
        assert node.run("sync", locked=True).exit == 4
    four.serve_relay()
    emptied = "SELECT 1 FROM relay_record WHERE length(body) > 0"
    assert eventually(lambda: not Seized.of(four.coordinating).rows(emptied), 90)
    four.coordinating.stop()

    left = still_offered(four, seeds)
    assert len(left.weeks) > 4 * 20
    for name, copy in copies.items():
        assert len(copy.bodies()) == len(bodies[name]) >= 2
        assert opened(copy.bodies(), left) == ()
    # The seed opens the agency's own words in the copy, and nobody else's.
    own = police.boxes(seeds["police"])
    assert OF_THE_POLICE in own
    assert SAFE_TELEPHONE not in own
    assert OF_THE_POLICE not in relay.boxes(seeds["coordinating"])
    _no_key_is_left_in_the_file(four.police, kept_keys["police"])
    # With the keys.db that was carried away the very same copies would still open.
    assert opened(copies["police"].bodies(), kept_keys["police"]) == then["police"]


def test_locked_nodes_destroy_at_a_withdrawal_and_confirm_it(
    four: Coalition, shared: OriginalTold
) -> None:
    relay_and_all = {node.name: node for node in _named(four)}
    before = {name: Seized.of(node).bodies() for name, node in relay_and_all.items()}
    pieces = {name: _pieces(bodies) for name, bodies in before.items()}
    assert all(_any_piece(relay_and_all[name], pieces[name]) for name in pieces)
    four.police.serve()  # nobody signs in, here or at the coordinating node

    withdrawn = four.centre.done("withdraw", "--release", shared.release)
    at_once = four.centre.done("consent", "receipts", shared.release)
    four.centre.done("sync")

    assert withdrawn["whole"]
    assert len(withdrawn["waiting"]) == 3
    assert at_once["confirmed"] == []
    for node in (four.police, four.coordinating):
        assert eventually(lambda n=node: not _bodies_in_its_post(n), 90), node.name
        assert eventually(lambda n=node: not Keyring(n.data / "keys.db").shares(), 90), node.name
        assert eventually(lambda n=node: not _any_piece(n, pieces[n.name]), 90), node.name
    assert not _any_piece(four.centre, pieces["Harbour House"])

    def confirmed() -> set[str]:
        four.centre.done("sync", locked=True)
        told = four.centre.done("consent", "receipts", shared.release)
        return {one["name"] for one in told["confirmed"]}

    assert eventually(lambda: confirmed() == {POLICE, RIVERSIDE}, 90)
    told = four.centre.done("consent", "receipts", shared.release)
    opened_by = {one["name"]: one["opened"] for one in told["confirmed"]}
    assert opened_by[RIVERSIDE] == 1
    assert told["opened"] >= 1
    assert told["waiting"] == [_identity(four.hospital)]

    # What the police had told under the release ended with it, and that is confirmed too.
    four.police.stop()
    ended = four.police.done("consent", "receipts", shared.release)
    assert [one["name"] for one in ended["confirmed"]] == [RIVERSIDE]
    assert ended["waiting"] == []

    # The hospital was away; it still holds its part until it hears, and then destroys it, locked.
    assert _any_piece(four.hospital, pieces[HOSPITAL])
    assert Keyring(four.hospital.data / "keys.db").shares()
    four.hospital.done("sync", "--until-idle", locked=True)
    assert not _any_piece(four.hospital, pieces[HOSPITAL])
    assert Keyring(four.hospital.data / "keys.db").shares() == frozenset()
    assert confirmed() == {POLICE, RIVERSIDE, HOSPITAL}
    assert four.centre.done("consent", "receipts", shared.release)["waiting"] == []


def _named(four: Coalition) -> tuple[Node, ...]:
    names = (RIVERSIDE, "Harbour House", POLICE, HOSPITAL)
    for node, name in zip(four.nodes, names, strict=True):
        node.name = name
    return four.nodes


def _identity(node: Node) -> str:
    ((identity,),) = Seized.of(node).rows("SELECT identity FROM node_row")
    return str(identity)


def _bodies_in_its_post(node: Node) -> int:
    """What its relay holds for others goes by itself, when the relay next looks."""
    return len(Seized.of(node).rows("SELECT 1 FROM casework_record WHERE length(body) > 0"))


def _pieces(bodies: list[Record]) -> tuple[bytes, ...]:
    """From the middle of each ciphertext, a piece that nothing else contains."""
    assert len(bodies) >= 2
    return tuple(one.body[len(one.body) // 2 :][:48] for one in bodies)


def _any_piece(node: Node, pieces: tuple[bytes, ...]) -> bool:
    whole = Seized.of(node).everything()
    return any(piece in whole for piece in pieces)


def _no_key_is_left_in_the_file(node: Node, keys: Keys) -> None:
    """Neither in the clear, which they never were, nor as they were shut."""
    left = Seized.of(node).everything()
    assert keys.epochs
    assert not any(key in left for key in keys.epochs)
    assert not any(secret in left for secret, _ in keys.weeks)
