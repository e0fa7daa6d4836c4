"""Said twice is said once: another round, and all of it once more, changes nothing anywhere."""

from hashlib import blake2b

from server.casework import mailroom
from tests.server.histories import World


async def again_changes_nothing(world: World) -> None:
    """Everybody syncs again, and is handed again whatever came."""
    before = {name: digest(world, name) for name in world.names}
    for name in world.names:
        await world.sync(name)
        await _hand_over_everything_again(world, name)
    for name in world.names:
        now = digest(world, name)
        assert {key for key in now if now[key] != before[name][key]} == set(), name


async def _hand_over_everything_again(world: World, name: str) -> None:
    """Whatever the relay ever delivered and this node keeps, once more and backwards."""
    had = world.delivered[name]
    with world.opened(name) as connection:
        stubs = {one for (one,) in connection.execute("SELECT stub FROM casework_record")}
        said = {one for (one,) in connection.execute("SELECT signed FROM casework_statement")}
    with world.at(name):
        await mailroom.keep(
            [(one.stub, one.body) for one in had.records[::-1] if one.stub in stubs],
            [one for one in had.statements[::-1] if one in said],
            await world.desk(name, locked=True),
        )


def digest(world: World, name: str) -> dict[str, str]:
    """All that a node holds, but for the clock and how far it has read."""
    found = {}
    with world.opened(name) as connection:
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (table,) in connection.execute(tables).fetchall():
            rows = sorted(map(repr, connection.execute(f"SELECT * FROM {table}")))  # noqa: S608
            if table == "node_row":
                left = "name, node_key, relay_identity, quarantined"
                rows = [repr(connection.execute(f"SELECT {left} FROM node_row").fetchall())]  # noqa: S608
            found[table] = blake2b("\n".join(rows).encode()).hexdigest()
    with world.opened(name, "keys.db") as keys:
        held = keys.execute("SELECT share, epoch, ends FROM epoch_key ORDER BY 1, 2").fetchall()
        found["keys"] = repr(held)
    return found
