"""The keys to which a part of an entry is shut for another agency."""

from crypto.keys import week_ends
from crypto.statement import read
from server.casework.tables import StatementRow
from server.node.desk import Desk


async def published_by(agency: str) -> dict[int, str]:
    """The week keys this agency last published, by week."""
    row = await (
        StatementRow.select(StatementRow.signed)
        .where(
            (StatementRow.direction == "in")
            & (StatementRow.kind == "week-keys")
            & (StatementRow.signer == agency)
        )
        .order_by(StatementRow.at, ascending=False)
        .first()
    )
    if row is None:
        return {}
    keys = read(bytes(row["signed"]), "week-keys").body["keys"]
    return {int(week): str(public) for week, public in keys.items()}


async def last_of(agency: str, desk: Desk) -> tuple[int, str] | None:
    """The latest week this agency has a key for: it may be locked for months and then open it."""
    at = int(desk.now.timestamp())
    ahead = [one for one in (await published_by(agency)).items() if week_ends(one[0]) > at]
    return max(ahead) if ahead else None
