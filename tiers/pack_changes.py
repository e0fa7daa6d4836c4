"""What one pack says differently from another, key by key."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tiers.pack_layers import layered

_OF_ITSELF = frozenset({"id", "parent", "title", "version"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One key that is new, gone or written otherwise; None where there is nothing."""

    path: str
    before: str | None
    after: str | None

    @property
    def words(self) -> str:
        """The difference as one line."""
        if self.before is None:
            return f"new      {self.path} = {self.after}"
        if self.after is None:
            return f"gone     {self.path} (was {self.before})"
        return f"changed  {self.path} = {self.after} (was {self.before})"


def from_parent(texts: Sequence[tuple[str, str]]) -> tuple[Difference, ...]:
    """What the first of these texts changes of its parents; all of them hold already."""
    return between(texts[1:], texts)


def between(
    before: Sequence[tuple[str, str]], after: Sequence[tuple[str, str]]
) -> tuple[Difference, ...]:
    """What the second pack says differently from the first; each is given with its parents."""
    old, new = dict(_leaves(_values(before))), dict(_leaves(_values(after)))
    keys = [*new, *(key for key in old if key not in new)]
    return tuple(
        Difference(key, old.get(key), new.get(key)) for key in keys if old.get(key) != new.get(key)
    )


def _values(texts: Sequence[tuple[str, str]]) -> Mapping[str, Any]:
    if not texts:
        return {}
    (name, text), *parents = texts
    pack, _ = layered(text, name, dict(parents))
    return {key: value for key, value in pack.values.items() if key not in _OF_ITSELF}


def _leaves(values: Mapping[str, Any], *path: str) -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        here = (*path, key)
        if isinstance(value, Mapping):
            yield from _leaves(value, *here)
        else:
            yield ".".join(here), _said(value)


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(_said(row) for row in value)}]"
    return f"“{value}”" if isinstance(value, str) else str(value)
