"""How far a consent goes: which sections, about whom, and what she ruled out. No name is in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """What a consent lets be told: these sections, about these people, but not what is excluded."""

    sections: frozenset[str]
    about: frozenset[str]
    excluded: frozenset[tuple[str, str]]  # section and field

    def covers(self, other: "Scope") -> bool:
        """May everything be told under this that may be told under the other?"""
        ruled_out = {pair for pair in self.excluded if pair[0] in other.sections}
        return (
            self.sections >= other.sections
            and self.about >= other.about
            and ruled_out <= other.excluded
        )
