"""The listing as it travels: a root that names buckets, buckets that name chunks, and the chunks.

A change of one organization makes one new chunk, one new bucket and one new root: a few kB.
"""

import json
import re
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import msgspec

from directory.errors import DirectoryError

BUCKETS = 64
MOST_INFLATED = 4 * 2**20  # a bomb stops here, before it fills memory
MOST_ITEMS = 2_000  # in one bucket
MOST_ROWS = 20_000  # in one chunk
_MAGIC = b"CFM1"
_NAME = re.compile(r"[0-9a-f]{64}\Z")
_KEY = re.compile(r"[a-z]/[a-z0-9_/-]{1,100}\Z")
_MOST_ENTRY = 4 * 2**10

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


class ManifestMistake(DirectoryError):
    """This part of the listing is not as it should be. What was known before stays."""


@dataclass(frozen=True, slots=True)
class Item:
    """One chunk of the listing: what it is of, its blob, and the agency's own word for it."""

    key: str  # o/… an imported organization, s/… rows of no organization, a/… an agency's entry
    blob: str
    entry: bytes = b""  # the agency's signed statement, for an entry of its own


class _Root(msgspec.Struct, forbid_unknown_fields=True):
    root: list[str]


class _Bucket(msgspec.Struct, forbid_unknown_fields=True):
    bucket: list[tuple[str, str, str]]


class _Chunk(msgspec.Struct, forbid_unknown_fields=True):
    chunk: dict[str, list[dict[str, Any]]]


_ROOT = msgspec.json.Decoder(_Root)
_BUCKET = msgspec.json.Decoder(_Bucket)
_CHUNK = msgspec.json.Decoder(_Chunk)


def bucket_of(key: str) -> int:
    """Which bucket names the chunk of this key."""
    return blake2b(key.encode(), digest_size=1, person=b"cf-bucket").digest()[0] % BUCKETS


def write_root(buckets: Sequence[str]) -> bytes:
    """The root: the name of each bucket's blob, in order."""
    return _packed({"root": list(buckets)})


def read_root(raw: bytes) -> tuple[str, ...]:
    """The names of the buckets; ManifestMistake unless it is a root and nothing else."""
    found = _read(raw, _ROOT).root
    if len(found) != BUCKETS or not all(map(_NAME.match, found)):
        raise ManifestMistake
    return tuple(found)


def write_bucket(items: Sequence[Item]) -> bytes:
    """A bucket: its chunks in the order of their keys."""
    rows = [[one.key, one.blob, b64encode(one.entry).decode()] for one in items]
    return _packed({"bucket": sorted(rows)})


def read_bucket(raw: bytes) -> tuple[Item, ...]:
    """The chunks that a bucket names, each once."""
    rows = _read(raw, _BUCKET).bucket
    items = tuple(_item(*row) for row in rows)
    if len(items) > MOST_ITEMS or len({one.key for one in items}) != len(items):
        raise ManifestMistake
    return items


def write_chunk(rows: Rows) -> bytes:
    """Imported rows by table, in one order, so that the same rows make the same bytes."""
    return _packed(
        {
            "chunk": {
                table: sorted((dict(row) for row in found), key=lambda row: str(row.get("id", "")))
                for table, found in rows.items()
                if found
            }
        }
    )


def read_chunk(raw: bytes) -> dict[str, list[dict[str, Any]]]:
    """The rows of a chunk, not yet checked by what HSDS says of them."""
    rows: dict[str, list[dict[str, Any]]] = _read(raw, _CHUNK).chunk
    if sum(map(len, rows.values())) > MOST_ROWS:
        raise ManifestMistake
    return rows


def named_in(raw: bytes) -> tuple[str, ...]:
    """The blobs that a root or a bucket names; none for anything else."""
    for read in (read_root, _blobs_of_bucket):
        try:
            return read(raw)
        except ManifestMistake:
            continue
    return ()


def _blobs_of_bucket(raw: bytes) -> tuple[str, ...]:
    return tuple(item.blob for item in read_bucket(raw))


def _item(key: str, blob: str, entry: str) -> Item:
    try:
        said = b64decode(entry, validate=True)
    except ValueError:
        raise ManifestMistake from None
    if not _KEY.match(key) or not _NAME.match(blob) or len(said) > _MOST_ENTRY:
        raise ManifestMistake
    if key.startswith("a/") != bool(said):
        raise ManifestMistake
    return Item(key, blob, said)


def _packed(value: Mapping[str, Any]) -> bytes:
    text = json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    ).encode()
    if len(text) > MOST_INFLATED:
        raise ManifestMistake("This is more than one chunk of a listing holds.")
    return _MAGIC + zlib.compress(text, 6)


def _read(raw: bytes, decoder: msgspec.json.Decoder[Any]) -> Any:
    if raw[: len(_MAGIC)] != _MAGIC:
        raise ManifestMistake
    inflating = zlib.decompressobj()
    try:
        text = inflating.decompress(raw[len(_MAGIC) :], MOST_INFLATED + 1)
        if len(text) > MOST_INFLATED or not inflating.eof or inflating.unused_data:
            raise ManifestMistake
        return decoder.decode(text)
    except (zlib.error, msgspec.MsgspecError, ValueError, RecursionError):
        raise ManifestMistake from None
