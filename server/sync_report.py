"""What a round of sync did, for people and for scripts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refusal:
    """A record or statement that was refused, here or by the relay, and why."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a round of sync did."""

    pushed: int = 0
    pulled: int = 0
    refused: tuple[Refusal, ...] = ()
    receipts: int = 0
    waiting: int = 0
    unreachable: bool = False
    not_enrolled: bool = False
    suspended: bool = False  # the directory says so, and the relay takes receipts only
    shut_out: bool = False  # this node was in the directory, and is let in no more
    ended: tuple[str, ...] = ()  # shares that ended
    changed: frozenset[str] = frozenset()  # shares that have news
    directory: bool = False  # a newer directory was adopted

    @property
    def moved(self) -> bool:
        """Did anything go or come?"""
        return bool(self.pushed or self.pulled or self.receipts or self.ended or self.directory)

    @property
    def not_let_in(self) -> str:
        """Why the relay does not let this node in, in a sentence; empty where it does."""
        if self.suspended:
            return (
                "This agency is suspended: nothing goes to others or comes from them. What they "
                "had shared is destroyed here; your own records stay. Ask the coordinating agency."
            )
        if self.shut_out:
            return (
                "The coordinating node lets this agency in no more: it was taken out. Ask them. "
                "Your own records stay."
            )
        if self.not_enrolled:
            return "The coordinating node has not taken this agency in yet. Everything is kept."
        return ""

    def and_then(self, later: "SyncReport") -> "SyncReport":
        """Both rounds as one."""
        return SyncReport(
            self.pushed + later.pushed,
            self.pulled + later.pulled,
            tuple(dict.fromkeys(self.refused + later.refused)),
            self.receipts + later.receipts,
            later.waiting,
            later.unreachable,
            later.not_enrolled,
            later.suspended,
            later.shut_out,
            tuple(dict.fromkeys(self.ended + later.ended)),
            self.changed | later.changed,
            self.directory or later.directory,
        )
