"""Signed words to other nodes: written in the act that needs them, sent by the next sync."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from crypto.keys import Identity, NodeKey
from crypto.statement import read, sign
from server.casework.own import signer, unix
from server.casework.tables import Share, StatementRow
from server.node.database import require_transaction
from server.node.desk import Desk

EVERYBODY = "*"


async def queue_statement(
    kind: str,
    body: Mapping[str, Any],
    by: Identity | NodeKey,
    desk: Desk,
    *,
    share: str = "",
    release: str = "",
) -> str:
    """Sign a statement and put it with what waits to be sent; the caller is in a transaction."""
    require_transaction()
    raw = sign(kind, body, by)
    statement = read(raw, kind)
    ident = statement.id.hex()
    if await StatementRow.exists().where(StatementRow.id == ident):
        return ident
    await StatementRow.insert(
        StatementRow(
            id=ident,
            kind=kind,
            direction="out",
            signed=raw,
            signer=statement.signer.hex(),
            to_ids=json.dumps(list(body.get("to", ()))),
            share=share,
            release=release,
            at=unix(desk),
        )
    )
    return ident


async def queue_receipt(row: Share, outcome: str, desk: Desk) -> None:
    """Tell a share's owner that its part was destroyed here; the node key may say so."""
    body = {
        "to": [row.owner],
        "share": row.id,
        "release": row.release,
        "id": row.last_id,
        "outcome": outcome,
        "opened": row.opened_count,
        "at": unix(desk),
    }
    key = desk.node.node_key
    await queue_statement("receipt", body, key, desk, share=row.id, release=row.release)


async def queue_withdrawn(release: str, to: Sequence[str], desk: Desk) -> None:
    """Tell every holder of a part that the survivor has taken it back."""
    await queue_statement(
        "withdrawn",
        {"to": list(to), "release": release, "at": unix(desk)},
        signer(desk),
        desk,
        release=release,
    )


async def waiting_statements(limit: int, desk: Desk, kind: str = "") -> list[StatementRow]:
    """Statements that wait to be sent and may be tried now, oldest first; all, or of one kind."""
    due = (
        (StatementRow.direction == "out")
        & (StatementRow.sent == 0)
        & (StatementRow.refused == "")
        & (StatementRow.next_try <= unix(desk))
    )
    rows: list[StatementRow] = await (
        StatementRow.objects()
        .where(due & (StatementRow.kind == kind) if kind else due)
        .order_by(StatementRow.at)
        .order_by(StatementRow.id)
        .limit(limit)
    )
    return rows


async def statement_sent(ids: Sequence[str], desk: Desk) -> None:
    """Remember that the relay has these."""
    if ids:
        await StatementRow.update({StatementRow.sent: max(1, unix(desk))}).where(
            StatementRow.id.is_in(list(ids))
        )


async def statement_refused(statement: str, reason: str) -> None:
    """Remember that the relay will not take this one, and why."""
    await StatementRow.update({StatementRow.refused: reason}).where(StatementRow.id == statement)


async def put_off_statements(ids: Sequence[str], until: int) -> None:
    """Try these again later."""
    if ids:
        await StatementRow.update(
            {StatementRow.next_try: until, StatementRow.attempts: StatementRow.attempts + 1}
        ).where(StatementRow.id.is_in(list(ids)))
