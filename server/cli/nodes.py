"""Make a node, and serve it."""

import asyncio
import json
import os
from pathlib import Path
from urllib.parse import urlsplit

import click

from server.cli.line import Line, at_locked_desk, line_options, read_passphrase, write_secret
from server.node import database, init
from server.node.desk import Desk
from server.node.errors import Usage
from server.serve_lock import serving
from server.supervisor import Serving, Supervisor, Unlock

_RELAY_PORT = 8400


@click.command("init")
@click.option("--name", required=True, help="The agency's name, as partners will read it.")
@click.option("--staff", "first", required=True, help="The first member of staff.")
@click.option("--kind", default="", help="The agency's kind, a row of the pack, e.g. police.")
@click.option("--coordinating", is_flag=True, help="This node coordinates, and runs the relay.")
@click.option("--url", default="", help="Where partners will reach the relay (coordinating node).")
@click.option("--pack", default="four-tiers", show_default=True, help="A pack's name or file.")
@click.option(
    "--recovery-code-file",
    type=click.Path(path_type=Path),
    required=True,
    help="Where to write the paper code. Print it, lock it away, delete the file.",
)
@click.option("--rehearsal", is_flag=True, help="For exercises: its clock can be moved.")
@line_options
def make_node(
    line: Line,
    *,
    first: str,
    name: str,
    kind: str,
    url: str,
    pack: str,
    recovery_code_file: Path,
    coordinating: bool,
    rehearsal: bool,
) -> None:
    """Make a node in an empty folder, with its keys and its first member of staff."""
    if coordinating and not url:
        raise Usage("A coordinating node needs --url: where partners will reach its relay.")
    if url and not coordinating:
        raise Usage(
            "Only a coordinating node has --url; an agency learns it from the card it joins."
        )
    passphrase = read_passphrase(line.passphrase_file, "New passphrase", again=True)
    write_secret(recovery_code_file, "")

    async def act() -> init.Created:
        database.bind(database.engine_for(line.settings))
        await database.keep_open()
        try:
            return await init.create(
                line.settings,
                name=name,
                staff_name=first,
                passphrase=passphrase,
                kind=kind,
                coordinating=coordinating,
                url=url,
                pack=pack,
                rehearsal=rehearsal,
            )
        finally:
            await database.release()

    try:
        line.settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        made = asyncio.run(act())
    except BaseException:
        recovery_code_file.unlink(missing_ok=True)
        raise
    recovery_code_file.write_text(made.recovery_code + "\n", encoding="utf-8")
    line.say(
        {
            "name": name,
            "coordinating": coordinating,
            "rehearsal": rehearsal,
            "staff": first,
            "recovery_code_file": str(recovery_code_file),
        },
        f"{name} is ready in {line.settings.data}.",
        f"The paper code is in {recovery_code_file}: print it, lock it away, delete the file.",
        "Without it and without every passphrase, nothing in this node can be read again.",
        f"{first} may sign in.",
    )


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(0, 65535), default=8401, show_default=True)
@click.option("--relay-port", type=click.IntRange(0, 65535), help="Coordinating node only.")
@click.option("--unlock-as", metavar="STAFF", help="Sign this member of staff in at the start.")
@click.option("--public-directory", is_flag=True, help="Answer /hsds to anybody: the public part.")
@line_options
def serve(
    line: Line,
    host: str,
    port: int,
    relay_port: int | None,
    unlock_as: str | None,
    *,
    public_directory: bool,
) -> None:
    """Serve the pages, sync in the background, and on a coordinating node run the relay.

    Prints one line, {"ready": URL, "relay": URL or null}, when pages are answered.
    """
    relay_url = at_locked_desk(line, _own_relay)
    unlock = None if unlock_as is None else Unlock(unlock_as, _in_a_pipe(line))
    wanted = _relay_port(relay_url, relay_port)
    public = public_directory or line.settings.public_directory
    asked = Serving(line.settings.data, host, port, wanted, unlock, public)
    with serving(line.settings):
        asyncio.run(_supervise(asked))


def _in_a_pipe(line: Line) -> int:
    """The passphrase where the first worker reads it; the parent keeps no copy of it."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", encoding="utf-8") as pipe:
        pipe.write(line.passphrase())
    return reading


async def _own_relay(desk: Desk) -> str | None:
    return desk.node.relay_url if desk.node.coordinating else None


def _relay_port(own_url: str | None, asked: int | None) -> int | None:
    """An agency runs no relay; a coordinating node's is where its card says, unless told."""
    if own_url is None:
        if asked is not None:
            raise Usage("This node runs no relay: --relay-port is for the coordinating node.")
        return None
    if asked is not None:
        return asked
    return urlsplit(own_url).port or _RELAY_PORT


async def _supervise(asked: Serving) -> None:
    await Supervisor(asked, _announce).run()


def _announce(pages: str, relay: str | None) -> None:
    click.echo(json.dumps({"ready": pages, "relay": relay}))


COMMANDS = (make_node, serve)
