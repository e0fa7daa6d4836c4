"""A served node: its processes come, change places and go; no key outlives the last session."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.journeys.nodes import PASSPHRASE, Node, eventually
from tests.postgres import Cluster

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]
_POSTGRES = pytest.mark.postgres


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgres", marks=_POSTGRES)])
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Node:
    """One agency's node on each kind of database, made once for this module."""
    node = Node(tmp_path_factory.mktemp("agency"), "Joy Adeyemi")
    if request.param == "postgres":
        cluster: Cluster = request.getfixturevalue("postgres_cluster")
        node.database_url = cluster.new_database(lasting=True)
    node.init("Harbour House", "--kind", "domestic_violence_centre")
    return node


@pytest.fixture
def node(made: Node) -> Iterator[Node]:
    """The node, served by the test and ended after it."""
    yield made
    made.stop()


def below(process: int) -> dict[int, str]:
    """Every process under this one, and its command line."""
    parents: dict[int, int] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError):
                parents[int(entry.name)] = int(
                    (entry / "stat").read_text().rpartition(")")[2].split()[1]
                )
    found, look = {}, [process]
    while look:
        parent = look.pop()
        for child, its in parents.items():
            if its == parent and child not in found:
                with contextlib.suppress(OSError):
                    found[child] = Path(f"/proc/{child}/cmdline").read_text()
                    look.append(child)
    return found


def workers(node: Node) -> list[int]:
    assert node.served is not None
    return sorted(pid for pid, words in below(node.served.pid).items() if "web.worker" in words)


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def two_workers(node: Node) -> list[int]:
    """The one that serves and the spare, once both are there."""
    found: list[int] = eventually(lambda: w if len(w := workers(node)) == 2 else [])
    assert len(found) == 2
    return found


def sign_in(browser: httpx.Client, name: str) -> None:
    """A browser's first minute: the sign-in page, its proof, the name and the passphrase."""
    prove(browser, browser.get("/sign-in").text)
    browser.headers.update({"Origin": str(browser.base_url).rstrip("/"), "HX-Request": "true"})
    answer = browser.post("/sign-in", data={"name": name, "passphrase": PASSPHRASE})
    assert answer.status_code < 300, answer.text
    prove(browser, browser.get("/cases", follow_redirects=True).text)


def prove(browser: httpx.Client, shown: str) -> None:
    """From now on send what this page gave to be sent back."""
    found = re.search(r'<body hx-headers=.{"([^"]+)": "([^"]+)"}', shown)
    assert found, shown
    browser.headers[found[1]] = found[2]


def test_one_line_says_where_the_pages_are_and_they_answer(node: Node) -> None:
    url = node.serve()

    answer = httpx.get(url, follow_redirects=True)

    assert answer.status_code == 200
    assert "Harbour House" in answer.text


def test_every_process_is_gone_within_two_seconds_of_the_signal(node: Node) -> None:
    node.serve()
    two_workers(node)
    assert node.served is not None
    processes = below(node.served.pid)

    took = node.stop(signal.SIGINT)

    assert took < 5  # two seconds, and room for a machine that is busy with other tests
    assert [
        words
        for pid, words in processes.items()
        if eventually(lambda p=pid: not alive(p), 1) is False
    ] == []


def test_a_file_where_it_was_started_is_not_taken_for_its_own(
    node: Node, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "web.py").write_text("raise SystemExit('read where it lies')")
    monkeypatch.chdir(tmp_path)

    answer = httpx.get(node.serve(), follow_redirects=True)

    assert answer.status_code == 200
    assert "Harbour House" in answer.text


def test_a_worker_that_dies_is_replaced_and_no_connection_is_refused(node: Node) -> None:
    url = node.serve()
    serving = two_workers(node)[0]

    os.kill(serving, signal.SIGKILL)
    answers = {httpx.get(f"{url}/sign-in", timeout=30).status_code for _ in range(20)}

    assert answers == {200}
    assert serving not in two_workers(node)


def test_children_end_with_a_parent_that_was_killed(node: Node) -> None:
    node.serve()
    two_workers(node)
    assert node.served is not None
    processes = list(below(node.served.pid))

    node.stop(signal.SIGKILL)

    assert eventually(lambda: not any(alive(pid) for pid in processes), 5)


def test_the_last_lock_ends_the_worker_that_held_the_keys(node: Node) -> None:
    url = node.serve()
    holding = two_workers(node)[0]

    with httpx.Client(base_url=url, timeout=30) as browser:
        sign_in(browser, node.staff)
        locked = browser.post("/lock")
    answers = {httpx.get(f"{url}/sign-in", timeout=30).status_code for _ in range(20)}

    assert locked.status_code < 300
    assert answers == {200}
    assert eventually(lambda: not alive(holding), 5)
    assert holding not in two_workers(node)


def test_unlock_as_starts_unlocked_and_the_passphrase_is_in_no_process_list(node: Node) -> None:
    node.serve("--unlock-as", node.staff)
    two_workers(node)
    assert node.served is not None

    everything = ""
    for pid in [node.served.pid, *below(node.served.pid)]:
        everything += Path(f"/proc/{pid}/cmdline").read_text()
        everything += Path(f"/proc/{pid}/environ").read_text()

    assert "web.worker" in everything
    assert PASSPHRASE not in everything


def test_a_wrong_passphrase_ends_serve_with_seven(node: Node, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("this is not the passphrase")

    ended = subprocess.run(
        [
            *(sys.executable, "-m", "server.cli", "serve", "--port", "0"),
            *("--unlock-as", node.staff, "--data", str(node.data), "--passphrase-file", str(wrong)),
        ],
        env=node.environ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert ended.returncode == 7
    assert ended.stdout == ""
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_folder_is_served_once_at_a_time(node: Node) -> None:
    node.serve()

    ended = node.run("serve", "--port", "0", locked=True)

    assert ended.exit == 5
    assert ended.error == "This node is served already, by another process: end that one first."
    node.stop()
    assert node.serve()


def test_a_taken_port_is_one_clear_sentence_and_two(node: Node) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        ended = node.run("serve", "--port", str(port), locked=True)

    assert ended.exit == 2
    assert (
        ended.error == f"Port {port} on 127.0.0.1 is taken by another program: choose another one."
    )


def test_commands_work_while_the_node_is_served(node: Node) -> None:
    node.serve()

    made = node.done("staff", "list")

    assert [one["name"] for one in made["staff"]] == ["Joy Adeyemi"]


def test_an_agency_has_no_relay_to_serve(node: Node) -> None:
    ended = node.run("serve", "--port", "0", "--relay-port", "0", locked=True)

    assert ended.exit == 2
