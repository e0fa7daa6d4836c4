"""How records and pages are framed between courier and relay: every length is bounded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from struct import Struct
from typing import Final

MAX_REQUEST: Final = 8 * 1024 * 1024  # bytes of one push
MAX_RECORDS: Final = 2_000  # records of one push
MAX_STATEMENT: Final = 4 * 1024
MAX_DIRECTORY: Final = 4 * 1024 * 1024
MAX_BLOB: Final = 1024 * 1024
MAX_BLOBS_ASKED: Final = 1_000
BLOB_NAME: Final = 32  # bytes
# A page ends where a push ended, so it may pass its aim by one whole push.
PAGE_BYTES: Final = 8 * 1024 * 1024
PAGE_RECORDS: Final = 5_000
MAX_PAGE: Final = PAGE_BYTES + MAX_REQUEST + 1024 * 1024

_BATCH = b"CFB1"
_PAGE = b"CFG1"
_COUNT = Struct("!I")
_RECORD = Struct("!HI")  # length of the stub, length of the body
_PAGE_HEAD = Struct("!BqQH")  # more to come, the relay's hour, directory, length of the cursor
_ITEM_RECORD, _ITEM_STATEMENT = 1, 2


class Misframed(Exception):
    """What arrived is cut short, too long or not framed as agreed. Nothing was kept."""


class Outcome(Enum):
    """What a relay did with one record that was pushed."""

    ACCEPTED = "accepted"
    HELD = "held"  # it had this very record already: as good as accepted
    REFUSED = "refused"
    LEFT = "left"  # sound, but it cannot stand without another record of its share: offer it again


@dataclass(frozen=True, slots=True)
class Packet:
    """A record as it travels: its stub and its body, which is empty once the share has ended."""

    stub: bytes
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Page:
    """What a relay hands over at one pull, in the order in which it was kept."""

    records: tuple[Packet, ...]
    statements: tuple[bytes, ...]
    cursor: str
    more: bool
    hour: int  # the relay's clock in unix seconds, rounded down to the hour
    directory: int  # the number of the directory the relay holds


def frame(records: Sequence[Packet]) -> bytes:
    """The body of a push."""
    parts = [_BATCH, _COUNT.pack(len(records))]
    for packet in records:
        parts += (_RECORD.pack(len(packet.stub), len(packet.body)), packet.stub, packet.body)
    return b"".join(parts)


def framed_size(packet: Packet) -> int:
    """How many bytes this record adds to a push."""
    return _RECORD.size + len(packet.stub) + len(packet.body)


def batches(lanes: Iterable[Sequence[Packet]]) -> Iterable[tuple[Packet, ...]]:
    """The same records in order, cut into pushes that a relay takes; a lane is cut last of all."""
    batch: list[Packet] = []
    size = 0
    for lane in lanes:
        whole = sum(map(framed_size, lane))
        if batch and not _fits(len(batch) + len(lane), size + whole):
            yield tuple(batch)
            batch, size = [], 0
        for packet in lane:
            more = framed_size(packet)
            if batch and not _fits(len(batch) + 1, size + more):
                yield tuple(batch)
                batch, size = [], 0
            batch.append(packet)
            size += more
    if batch:
        yield tuple(batch)


def _fits(count: int, size: int) -> bool:
    return count <= MAX_RECORDS and size + len(_BATCH) + _COUNT.size <= MAX_REQUEST


def unframe(raw: bytes, most: int = MAX_RECORDS) -> tuple[Packet, ...]:
    """The records of a push, not yet checked; Misframed when a byte is missing or left over."""
    reader = _Reader(raw, _BATCH)
    count = reader.count(most)
    packets = tuple(reader.record() for _ in range(count))
    reader.finish()
    return packets


def frame_page(page: Page) -> bytes:
    """The answer to a pull."""
    cursor = page.cursor.encode("ascii")
    parts = [
        _PAGE,
        _PAGE_HEAD.pack(page.more, page.hour, page.directory, len(cursor)),
        cursor,
        _COUNT.pack(len(page.records) + len(page.statements)),
    ]
    for packet in page.records:
        parts += (
            b"\x01",
            _RECORD.pack(len(packet.stub), len(packet.body)),
            packet.stub,
            packet.body,
        )
    for raw in page.statements:
        parts += (b"\x02", _COUNT.pack(len(raw)), raw)
    return b"".join(parts)


def unframe_page(raw: bytes) -> Page:
    """The page that a relay sent; Misframed when it is not exactly one."""
    reader = _Reader(raw, _PAGE)
    more, hour, directory, length = _PAGE_HEAD.unpack(reader.take(_PAGE_HEAD.size))
    try:
        cursor = reader.take(length).decode("ascii")
    except UnicodeDecodeError as wrong:
        raise Misframed from wrong
    if more > 1:
        raise Misframed
    records: list[Packet] = []
    statements: list[bytes] = []
    for _ in range(reader.count(len(raw))):
        kind = reader.take(1)[0]
        if kind == _ITEM_RECORD:
            records.append(reader.record())
        elif kind == _ITEM_STATEMENT:
            (size,) = _COUNT.unpack(reader.take(_COUNT.size))
            statements.append(reader.take(size))
        else:
            raise Misframed
    reader.finish()
    return Page(tuple(records), tuple(statements), cursor, bool(more), hour, directory)


class _Reader:
    """Reads forward through bytes of known length and never past their end."""

    __slots__ = ("_at", "_raw")

    def __init__(self, raw: bytes, magic: bytes) -> None:
        self._raw = raw
        self._at = 0
        if self.take(len(magic)) != magic:
            raise Misframed

    def take(self, size: int) -> bytes:
        end = self._at + size
        if end > len(self._raw):
            raise Misframed
        piece = self._raw[self._at : end]
        self._at = end
        return piece

    def count(self, most: int) -> int:
        (number,) = _COUNT.unpack(self.take(_COUNT.size))
        if number > most:
            raise Misframed
        return int(number)

    def record(self) -> Packet:
        stub, body = _RECORD.unpack(self.take(_RECORD.size))
        return Packet(self.take(stub), self.take(body))

    def finish(self) -> None:
        if self._at != len(self._raw):
            raise Misframed
