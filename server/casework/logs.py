"""Share rows as the log of crypto.log, so that every node follows a share by the same rules."""

from crypto.log import Log
from server.casework.tables import Share

_COLUMNS = [column._meta.db_column_name for column in Share._meta.columns]
_NAMES, _PLACES = ", ".join(_COLUMNS), ", ".join("{}" for _ in _COLUMNS)
NEW_SHARE = f"INSERT INTO casework_share ({_NAMES}) VALUES ({_PLACES})"  # noqa: S608 - our own names


def log_of(row: Share) -> Log:
    """Where this share stands."""
    return Log(
        share=bytes.fromhex(row.id),
        release=bytes.fromhex(row.release),
        owner=bytes.fromhex(row.owner),
        recipient=bytes.fromhex(row.recipient),
        epoch=row.epoch,
        seq=row.seq,
        last_id=bytes.fromhex(row.last_id),
        ends=row.ends,
        closed=row.closed,
    )


def stand_at(row: Share, log: Log) -> None:
    """Move the row to where the log stands now."""
    row.epoch = log.epoch
    row.seq = log.seq
    row.last_id = log.last_id.hex()
    row.ends = log.ends
    row.closed = log.closed


def row_of(log: Log) -> Share:
    """A new share's row."""
    return Share(
        id=log.share.hex(),
        owner=log.owner.hex(),
        recipient=log.recipient.hex(),
        release=log.release.hex(),
        epoch=log.epoch,
        seq=log.seq,
        last_id=log.last_id.hex(),
        ends=log.ends,
        closed=log.closed,
        body=b"",
    )


def values_of(row: Share) -> tuple[object, ...]:
    """What NEW_SHARE writes for this row."""
    return tuple(getattr(row, column) for column in _COLUMNS)
