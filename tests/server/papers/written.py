"""Papers with invented words, as tests set them."""

from dataclasses import replace
from datetime import UTC, date, datetime

from server.papers.forms import (
    ActionLine,
    AgendaLine,
    AgendaPaper,
    AttendanceLine,
    LeadLine,
    Mark,
    MatrixLine,
    MatrixPaper,
)

NOON = datetime(2026, 3, 12, 12, 0, tzinfo=UTC)
MARK = Mark(
    made_for="Northfield Police",
    made_by="Maren",
    made_at=NOON,
    until=date(2026, 4, 10),
    restricted="Restricted when complete",
    never_told="The perpetrator must not be made aware of this.",
    timezone="Europe/London",
)
AGENDA = AgendaPaper(
    mark=MARK,
    title="HRDA meeting",
    starts_at=NOON,
    place="Online",
    facilitator="Northfield Police",
    confidentiality="What is said here stays here.",
    beacon_words=(("Harbour House", "river stone lamp oak"),),
    directory_words="acid moon tide fern",
    attending=(
        AttendanceLine("Harbour House", "Ines", "apologies", must=True, information_sent=True),
        AttendanceLine("The university", "Wim", "expected", observer=True),
    ),
    lines=(
        AgendaLine(1, NOON, 12, "7KQ-42M", "Harbour House", missing=("Probation",)),
        AgendaLine(2, NOON, 15, "4GT-9XA", note="Something was withdrawn."),
    ),
)
MATRIX = MatrixPaper(
    mark=MARK,
    title="HRDA Matrix",
    case="7KQ-42M",
    heard_on=date(2026, 3, 12),
    decision="Accepted",
    next_review_on=date(2026, 4, 2),
    lines=(
        MatrixLine("victim (a)", risk="Followed home", level="high", on_file="safe"),
        MatrixLine(
            "victim (a)",
            action="Put a marker on the address",
            owner_agency="Northfield Police",
            due=date(2026, 4, 2),
            status="open",
        ),
        MatrixLine("child (b)", closed="Closed: a consent it rested on ended."),
    ),
    leads=(LeadLine("victim (a)", "Harbour House", "Ines", "01632 960001"),),
    withdrawn=True,
)
ACTION = ActionLine(
    case="7KQ-42M",
    heard_on=date(2026, 3, 12),
    person="victim (a)",
    action="Put a marker on the address",
    owner_agency="Northfield Police",
    owner="Sergeant",
    due=date(2026, 4, 2),
    status="open",
)


def action(words: str) -> ActionLine:
    """An action that says this."""
    return replace(ACTION, action=words)
