"""One agency's pages asked in memory, and a whole coalition's pages served for a browser."""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from server.node import chamber, database
from server.node.keyholder import Keyholder
from server.sync import Syncer
from tests import coalition, founding, nodes, postgres
from tests.coalition import Coalition
from tests.running import run
from tests.server.meeting import sitting
from tests.web.asked import Pages
from tests.web.room import Room
from tests.web.served import Served, apart, serve
from web import app

_CHROMIUM = Path("/usr/bin/chromium")
_QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture
def node(
    tmp_path: Path, original: Callable[[postgres.Cluster | None, bool], nodes.Original]
) -> Iterator[nodes.TestedNode]:
    """An agency's node on SQLite: pages do not know which database there is."""
    made = nodes.copy(original(None, False), tmp_path / "node", str)
    with database.using(made.engine):
        yield made
    asyncio.run(made.engine.release())


@pytest.fixture
def coordinating(
    tmp_path: Path, original: Callable[[postgres.Cluster | None, bool], nodes.Original]
) -> Iterator[nodes.TestedNode]:
    """A coordinating node on SQLite, which its own directory lists."""
    made = nodes.copy(original(None, True), tmp_path / "node", str)
    with database.using(made.engine):
        yield made
    asyncio.run(made.engine.release())


@pytest.fixture
def pages(node: nodes.TestedNode) -> Pages:
    """The pages of that node, asked as a browser asks, and nobody signed in."""
    keyholder = Keyholder(node.settings.idle_minutes, lambda: None)
    syncer = Syncer(node.settings, keyholder)
    return Pages(app.create(node.settings, keyholder, syncer, "http://127.0.0.1:8400"), keyholder)


@dataclass
class Story:
    """Four nodes whose pages are served, and one case they have told each other of."""

    coalition: Coalition
    served: dict[str, Served]
    ref: str


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """From her signature to the meeting, with every page to look at."""
    first = apart(lambda: founding.make_original(None))
    made = founding.copy(first, tmp_path_factory.mktemp("story"), None)
    ref = apart(lambda: asyncio.run(coalition.whole_story(made)))
    served = {name: serve(made.settings(name), made[name].engine) for name in made.places}
    yield Story(made, served, ref)
    for one in served.values():
        one.end()
    apart(lambda: asyncio.run(founding.close(made)))
    chamber.close()
    shutil.rmtree(first[coalition.HARBOUR].settings.data.parent)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium, which calls nobody."""
    if not _CHROMIUM.exists():
        pytest.skip("Debian's Chromium is not installed: make test installs it where it may")
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=_CHROMIUM, args=_QUIET)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def first() -> Iterator[Coalition]:
    made = founding.make_original(None)
    yield made
    chamber.close()
    shutil.rmtree(made[coalition.HARBOUR].settings.data.parent)


@pytest.fixture
def room(first: Coalition, tmp_path: Path) -> Iterator[Room]:
    made = founding.copy(first, tmp_path, None)
    ref, meeting, slot = run(sitting.on_agenda(made))
    yield Room(made, ref, meeting, slot)
    asyncio.run(founding.close(made))
