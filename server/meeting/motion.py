"""One question put to the team, as the fields of a plan say it at either end."""

from collections.abc import Mapping
from dataclasses import dataclass

from tiers.fragment import Place
from tiers.rows import rows_in

SECTION = "motions"
CARRIED, LOST = "carried", "lost"
_COUNTED = 3  # agency, vote, record


@dataclass(frozen=True, slots=True)
class Counted:
    """One ballot as it was counted: whose, how they voted, and the signed record it stood in."""

    agency: str
    vote: str
    record: str


@dataclass(frozen=True, slots=True)
class Motion:
    """One question put to the team, and what came of it."""

    id: str
    question: str
    put_at: str
    put_by: str
    method: str
    quorum: int
    voters: tuple[str, ...]
    view_given_at: str
    result: str
    counted: tuple[Counted, ...]
    settled_at: str

    @property
    def open(self) -> bool:
        """Does it still wait to be counted?"""
        return not self.result


def read(fields: Mapping[Place, str]) -> tuple[Motion, ...]:
    """The motions these fields say, in the order in which they were put."""
    found = [_motion(row, said) for (_, row), said in rows_in(fields, SECTION).items()]
    return tuple(sorted(found, key=lambda one: (one.put_at, one.id)))


def _motion(row: str, said: Mapping[str, str]) -> Motion:
    quorum = said.get("quorum", "")
    lines = (line.split() for line in said.get("counted", "").splitlines())
    return Motion(
        id=row,
        question=said.get("question", ""),
        put_at=said.get("put_at", ""),
        put_by=said.get("put_by", ""),
        method=said.get("method", ""),
        quorum=int(quorum) if quorum.isascii() and quorum.isdigit() else 0,
        voters=tuple(said.get("voters", "").split()),
        view_given_at=said.get("view_given_at", ""),
        result=said.get("result", ""),
        counted=tuple(Counted(*parts) for parts in lines if len(parts) == _COUNTED),
        settled_at=said.get("settled_at", ""),
    )
