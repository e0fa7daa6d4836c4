"""An agency joins: docs/joining.md followed to the letter, and links that open nothing."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from tests.journeys.nodes import DAY_ONE, Node, Ran, eventually, free_port
from tests.journeys.papers import follow

PAPER = Path(__file__).parents[2] / "docs" / "joining.md"
NEXT_MONTH = "2031-06-20T09:00:00Z"
REFUSED = (
    "This invitation cannot be used: it was used, taken back or has ended, or was made just now "
    "and the relay has not heard of it. Try again in a minute; then ask for another."
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


def test_from_nothing_to_the_first_test_handoff_as_the_paper_says(
    tmp_path: Path, record_property
) -> None:
    minutes = follow(PAPER, tmp_path)

    record_property("machine_minutes", round(minutes, 1))
    print(f"docs/joining.md took {minutes:.1f} minutes of machine time")  # noqa: T201


@pytest.fixture
def coordinating(tmp_path: Path):
    """A coordinating node whose relay is served."""
    port = free_port()
    made = Node(tmp_path / "coordinating", "Ruth Ndlovu")
    made.init("Riverside Coordination", "--coordinating", "--url", f"http://127.0.0.1:{port}")
    made.serve("--relay-port", str(port))
    yield made
    made.stop()


def agency(folder: Path, name: str) -> Node:
    made = Node(folder / name.split(maxsplit=1)[0].lower(), "Joy Adeyemi")
    made.init(name, "--kind", "community")
    return made


def invite(node: Node, name: str, days: int = 7) -> str:
    until = (date.fromisoformat(DAY_ONE[:10]) + timedelta(days=days)).isoformat()
    link = str(node.done("invitation", "make", "--name", name, "--until", until)["link"])
    synced(node)
    return link


def synced(node: Node) -> None:
    assert eventually(lambda: node.run("sync", "--until-idle", locked=True).exit == 0, 60)


def open_link(node: Node, link: str) -> Ran:
    return node.run("invitation", "open", "-", stdin=link)


def test_a_link_opens_once_and_every_other_link_is_refused_in_the_same_words(
    tmp_path: Path, coordinating: Node
) -> None:
    house, second = agency(tmp_path, "Harbour House"), agency(tmp_path, "Second House")
    used = invite(coordinating, "Harbour House")
    revoked = invite(coordinating, "Second House")
    coordinating.done("invitation", "revoke", "Second House")
    synced(coordinating)
    guessed = used[:-4] + ("AAAA" if used[-4:] != "AAAA" else "BBBB")

    first = open_link(house, used)
    again = open_link(house, used)
    others = [open_link(second, link) for link in (used, revoked, guessed)]
    cut_short = open_link(second, used[:-5])
    nobody = open_link(second, f"http://127.0.0.1:{free_port()}/invitation#{used.split('#')[1]}")

    assert first.exit == 0
    assert again.exit == 0, "the same card may come twice, until this agency has joined"
    assert {(ran.exit, ran.error) for ran in others} == {(5, REFUSED)}
    assert cut_short.exit == 2
    assert nobody.exit == 4
    synced(coordinating)
    waits = coordinating.done("invitation", "list")["invitations"]
    assert {one["name"]: one["state"] for one in waits} == {
        "Harbour House": "waiting",
        "Second House": "revoked",
    }
    wrong = coordinating.run("invitation", "admit", "Harbour House", "--words", "one " * 8)
    admitted = coordinating.done(
        "invitation", "admit", "Harbour House", "--words", first.answer["own_words"]
    )
    assert wrong.exit == 5
    assert admitted["directory"] == 2
    house.done("invitation", "join", "--words", first.answer["words"])
    assert open_link(house, used).exit == 5
    assert coordinating.run("invitation", "revoke", "Harbour House").exit == 5


def test_a_link_opens_nothing_after_its_last_day(tmp_path: Path, coordinating: Node) -> None:
    house = agency(tmp_path, "Harbour House")
    link = invite(coordinating, "Harbour House")
    coordinating.stop()
    coordinating.now = house.now = NEXT_MONTH
    port = link.split(":")[2].split("/")[0]

    coordinating.serve("--relay-port", port)
    late = open_link(house, link)

    assert (late.exit, late.error) == (5, REFUSED)
    (kept,) = coordinating.done("invitation", "list")["invitations"]
    assert kept["state"] == "ended"
