"""What was measured, as a table for people and as JSON for machines."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.bench.floor import Spent


@dataclass(frozen=True, slots=True)
class Part:
    """One timed piece of a figure; `counts` says whether the figure includes it."""

    name: str
    seconds: float
    counts: bool = True
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should reach, and whether it did."""

    words: str
    met: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table: a measured thing, beside its floor where it has one."""

    key: str
    name: str
    seconds: float
    floor: float | None = None
    cpu_ratio: float | None = None
    aim: Aim | None = None
    parts: tuple[Part, ...] = ()
    notes: tuple[str, ...] = ()
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float | None:
        return None if self.floor is None else self.seconds / self.floor

    def plain(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "name": self.name,
            "seconds": round(self.seconds, 6),
            "floor_seconds": None if self.floor is None else round(self.floor, 6),
            "ratio": None if self.ratio is None else round(self.ratio, 3),
            "cpu_ratio": None if self.cpu_ratio is None else round(self.cpu_ratio, 3),
            "aim": None if self.aim is None else {"words": self.aim.words, "met": self.aim.met},
            "parts": [
                {"name": part.name, "seconds": round(part.seconds, 6), "counts": part.counts}
                for part in self.parts
            ],
            "notes": list(self.notes),
            **self.more,
        }


def against_floor(
    key: str, name: str, parts: Sequence[Part], floor: Spent, most: float, *notes: str
) -> Figure:
    """A figure that should stay within so many floors."""
    seconds = sum(part.seconds for part in parts if part.counts)
    cpu = sum(part.cpu for part in parts if part.counts) / floor.cpu
    aim = Aim(f"at most {most:g} x floor", seconds <= most * floor.seconds)
    busy = f"processor time, every process together: {cpu:.1f} x the floor's"
    return Figure(key, name, seconds, floor.seconds, cpu, aim, tuple(parts), (busy, *notes))


def table(figures: Sequence[Figure]) -> str:
    """The figures as text."""
    lines = [f"{'':3} {'':50} {'took':>10} {'floor':>10} {'ratio':>6}  aim"]
    for one in figures:
        ratio = "" if one.ratio is None else f"{one.ratio:.1f}"
        floor = "" if one.floor is None else _shown(one.floor)
        aim = "" if one.aim is None else f"{one.aim.words}: {'met' if one.aim.met else 'NOT MET'}"
        key = f"({one.key})"
        line = f"{key:3} {one.name:50} {_shown(one.seconds):>10} {floor:>10} {ratio:>6}  {aim}"
        lines.append(line.rstrip())
        for part in one.parts:
            beside = "" if part.counts else "  (beside, not in the figure)"
            lines.append(f"       {part.name:46} {_shown(part.seconds):>10}{beside}")
        lines += [f"       {note}" for note in one.notes]
    return "\n".join(lines)


def _shown(seconds: float) -> str:
    return f"{seconds * 1000:.1f} ms" if seconds < 1 else f"{seconds:.2f} s"
