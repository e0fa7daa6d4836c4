"""A pack over its parents: only what differs is written, and what goes is named as going."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from tiers.pack_reading import PackText, did_you_mean

REMOVE = "remove"
# What each pack says of itself alone: two packs never pass under one title and version.
_BELONGS_TO_ONE = frozenset({"parent", REMOVE, "title", "version"})


def layered(text: str, name: str, parents: Mapping[str, str]) -> tuple[PackText, str]:
    """The pack with everything it takes over from its parents, and the digest of all the texts."""
    pack = PackText(text, name)
    chain = [pack, *_ancestors(pack, parents)]
    digest = hashlib.blake2b(text.encode(errors="replace"), digest_size=32)
    for ancestor in chain[1:]:
        digest.update(b"\0" + ancestor.text.encode(errors="replace"))
    values: Mapping[str, Any] = {}
    for layer in reversed(chain):
        values = _over(values, layer)
    pack.values = values
    pack.below = tuple(chain[1:])
    return pack, digest.hexdigest()


def merged(parent: Mapping[str, Any], child: Mapping[str, Any]) -> dict[str, Any]:
    """The parent's tables with the child's values laid over them, table by table."""
    together = dict(parent)
    for key, value in child.items():
        before = together.get(key)
        both = isinstance(before, Mapping) and isinstance(value, Mapping)
        together[key] = merged(before, value) if both else value  # type: ignore[arg-type]
    return together


def _ancestors(pack: PackText, parents: Mapping[str, str]) -> list[PackText]:
    line = [pack.word("id")]
    found: list[PackText] = []
    below = pack
    while (parent := below.at("parent")) is not None:
        if parent in line:
            circle = " → ".join([*line, str(parent)])
            sentence = f"a pack cannot be its own ancestor ({circle}); take this out."
            raise below.mistake(("parent",), sentence)
        if not isinstance(parent, str) or parent not in parents:
            meant = did_you_mean(str(parent), parents)
            sentence = f"this parent pack is not at hand; write one that is.{meant}"
            raise below.mistake(("parent",), sentence)
        line.append(parent)
        below = PackText(parents[parent], parent)
        found.append(below)
    return found


def _over(values: Mapping[str, Any], layer: PackText) -> Mapping[str, Any]:
    for dotted in layer.sentences(REMOVE):
        values = _without(values, dotted.split("."), dotted, layer)
    own = {key: value for key, value in layer.values.items() if key != REMOVE}
    inherited = {key: value for key, value in values.items() if key not in _BELONGS_TO_ONE}
    return merged(inherited, own)


def _without(
    values: Mapping[str, Any], path: Sequence[str], dotted: str, layer: PackText
) -> Mapping[str, Any]:
    """The values without what stands at this path; a path that leads nowhere is a mistake."""
    key, *rest = path
    below = values.get(key)
    if below is None or (rest and not isinstance(below, Mapping)):
        meant = did_you_mean(key, values)
        raise layer.mistake(
            (REMOVE,), f"no parent of this pack has “{dotted}”; take it out of the list.{meant}"
        )
    if not rest:
        return {other: value for other, value in values.items() if other != key}
    return {**values, key: _without(below, rest, dotted, layer)}
