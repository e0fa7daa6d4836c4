"""How the pages of a referral say things: where it stands, the threshold, and what to do now."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from directory.agency import Agency
from server.meeting import referring
from server.meeting.referring import ReferralView
from server.node.desk import Desk
from web.rendering import Tag

STATES: Final = {
    referring.DRAFT: Tag("Being written", "info"),
    referring.WAITING: Tag("Waiting for consent", "you"),
    referring.DECLINED: Tag("She says no", ""),
    referring.SENT: Tag("Sent", "good"),
    referring.ENDED: Tag("Ended: nothing of it is out any more", ""),
}


@dataclass(frozen=True, slots=True)
class ThresholdLine:
    """One way to meet the threshold, and whether this case does."""

    title: str
    tag: Tag


@dataclass(frozen=True, slots=True)
class Call:
    """An agency to turn to, and the numbers its directory entry gives."""

    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ActNow:
    """What to do while nothing leaves, and whom to call."""

    sentence: str
    below: str
    calls: tuple[Call, ...]


def threshold_lines(view: ReferralView, desk: Desk) -> tuple[ThresholdLine, ...]:
    """Every way to meet the threshold of this protocol, in its own order."""
    met = {row.id for row in view.reached.met}
    yes, no = Tag("Reached", "good"), Tag("Not reached", "")
    return tuple(
        ThresholdLine(row.title, yes if row.id in met else no)
        for row in desk.pack.thresholds.values()
    )


def act_now(view: ReferralView, desk: Desk) -> ActNow | None:
    """Said where nothing leaves, and where the case is below the threshold."""
    held = view.state in {referring.WAITING, referring.DECLINED}
    below = _below(view, desk)
    if not held and not below:
        return None
    kinds = [kind for kind in (view.reached.route, "police") if kind]
    return ActNow(
        sentence=desk.pack.words["nothing_leaves"] if held else "",
        below=below,
        calls=_calls(kinds, desk),
    )


def _below(view: ReferralView, desk: Desk) -> str:
    """Where the protocol would send her, once something was assessed and it is not enough."""
    if view.reached.is_met or not view.reached.assessments or not desk.pack.thresholds:
        return ""
    band = f" ({view.reached.band})" if view.reached.band else ""
    said = f"As it is written, this is below the threshold{band}."
    kind = desk.pack.agency_kinds.get(view.reached.route, "")
    if kind:
        said += f" The protocol would send her to: {kind}."
    return f"{said} Professional judgement counts as much as a score."


def _calls(kinds: Sequence[str], desk: Desk) -> tuple[Call, ...]:
    named = [
        one
        for kind in kinds
        for one in desk.directory.entries
        if one.kind == kind and not one.suspended and one.identity != desk.node.identity
    ]
    return tuple(Call(one.name, _numbers(one)) for one in dict.fromkeys(named))


def _numbers(agency: Agency) -> tuple[str, ...]:
    return tuple(f"{one.name}, {one.phone}" for one in agency.liaisons if one.phone)
