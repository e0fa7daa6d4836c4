"""make run: an invented coalition on this machine, one coordinating node and three agencies."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from types import FrameType

import click

from server.cli import demo_directory
from server.cli.demo_meeting import CHAIR, Meetings
from server.cli.demo_node import DemoNode, DemoStopped, end, say
from server.cli.demo_story import Story
from server.cli.line import table
from server.node import clock
from server.node.settings import Settings

_ROOT = Path(".casefold")
_PASSPHRASE = "seven calm otters by the weir"  # noqa: S105  # invented, printed, for a rehearsal
_FIRST_PORT = 8400
_MADE = "coalition.json"


def main() -> None:
    """Make the coalition if it is not there, serve it, and end it with Ctrl-C."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        _run(_ROOT.absolute(), _asked_port())
    except DemoStopped as stopped:
        click.echo(str(stopped), err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("\n  Every node has ended. make run goes on from here.")


def _interrupt(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _asked_port() -> int | None:
    asked = os.environ.get("DEMO_PORT", "")
    if not asked:
        return None
    if not asked.isdecimal() or not 1024 <= int(asked) <= 65531:
        raise DemoStopped("DEMO_PORT is the first of five ports: a number from 1024 to 65531.")
    return int(asked)


def _run(root: Path, asked: int | None) -> None:
    made = _made_with(root)
    first = made or asked or _FIRST_PORT
    if made is not None and asked not in {None, made}:
        raise DemoStopped(
            f"This coalition was made on port {made}: run it there, or make forget to begin again."
        )
    _refuse_taken(first)
    story = _story(root, first)
    served: list[subprocess.Popen[str]] = []
    try:
        if made is None:
            _begin(root, story, first, served)
        for node in story.nodes:
            if node is not story.coordinating or not served:
                served.append(node.serve(*_relay_port(node, story, first)))
        _show(story, root)
        signal.pause()
    finally:
        end(served)


def _made_with(root: Path) -> int | None:
    file = root / _MADE
    return int(json.loads(file.read_text())["first_port"]) if file.exists() else None


def _refuse_taken(first: int) -> None:
    for port in range(first, first + 5):
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind(("127.0.0.1", port))
            except OSError:
                raise DemoStopped(
                    f"Port {port} is taken by another program: end it, or choose five other "
                    f"ports in a row: make run DEMO_PORT=9400 (after make forget)."
                ) from None


def _story(root: Path, first: int) -> Story:
    today = clock.clock_without_node(Settings(data=root), rehearsal=False).date()
    return Story(
        DemoNode(root, "riverside", "Riverside Coordination", "", "Ruth Ndlovu", first + 1),
        DemoNode(
            root, "harbour", "Harbour House", "domestic_violence_centre", "Joy Adeyemi", first + 2
        ),
        DemoNode(root, "police", "Northfield Police", "police", "Rosa Lindqvist", first + 3),
        DemoNode(
            root, "hospital", "St Brigid's Hospital", "hospital", "Maud Achterberg", first + 4
        ),
        today,
    )


def _relay_port(node: DemoNode, story: Story, first: int) -> list[str]:
    return ["--relay-port", str(first)] if node is story.coordinating else []


def _begin(root: Path, story: Story, first: int, served: list[subprocess.Popen[str]]) -> None:
    """The first start: everything a coalition does in its first weeks, in a few minutes."""
    shutil.rmtree(root, ignore_errors=True)  # a first start that was cut short begins again
    root.mkdir(mode=0o700)
    (root / "passphrase").write_text(_PASSPHRASE + "\n", encoding="utf-8")
    click.echo("An invented coalition, on this machine only (a few minutes the first time)")
    story.make(f"http://127.0.0.1:{first}")
    story.meet()
    story.add_staff()
    served.append(story.coordinating.serve("--relay-port", str(first)))
    story.sync()
    demo_directory.fill(story.coordinating, story.agencies, story.today)
    story.sync()
    story.sign()
    story.answer()
    story.change()
    meetings = Meetings(story)
    meetings.refer()
    meetings.take_up()
    meetings.hear()
    meetings.act()
    (root / _MADE).write_text(json.dumps({"first_port": first}), encoding="utf-8")
    say("Done")


def _show(story: Story, root: Path) -> None:
    rows = [("Node", "Pages", "Who signs in")]
    for node in story.nodes:
        also = {story.centre.key: ", Tomasz Wren", story.coordinating.key: f", {CHAIR}"}
        rows.append((node.name, node.url, node.staff + also.get(node.key, "")))
    click.echo("\n" + "\n".join("  " + line for line in table(rows)))
    click.echo(f"\n  Everybody's passphrase: {_PASSPHRASE}")
    click.echo(f"  Folders, one a node: {root}. All people here are invented.")
    click.echo("  Ctrl-C ends every process; make run resumes; make forget begins again.")


if __name__ == "__main__":
    main()
