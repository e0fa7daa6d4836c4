"""What a paper says, as plain values: filled by those who may read it, set by those who cannot."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Mark:
    """What stands on every sheet: for whom, by whom and when, and how long it counts."""

    made_for: str  # the agency that takes it away
    made_by: str
    made_at: datetime
    until: date | None  # the last day on which all of it rests on a live consent
    restricted: str  # the pack's words: restricted when complete
    never_told: str  # the pack's words: the person using violence must not learn of this
    timezone: str
    sheet: str = "a4"  # "us-letter" where that is the paper in the printer


@dataclass(frozen=True, slots=True)
class AttendanceLine:
    """One agency at one meeting, or one observer."""

    agency: str
    who: str
    state: str  # in words: expected, present, apologies, absent
    must: bool = False  # the protocol wants this agency at every such meeting
    observer: bool = False
    statement: bool = False  # has this observer signed the confidentiality statement
    information_sent: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class AgendaLine:
    """One case on the agenda: only its reference, never a name."""

    position: int
    begins: datetime
    minutes: int
    case: str  # the short reference
    referred_by: str = ""  # an agency
    missing: tuple[str, ...] = ()  # agencies that were asked and have not answered
    note: str = ""  # "something was withdrawn", "put off"


@dataclass(frozen=True, slots=True)
class AgendaPaper:
    """One meeting: when, where, who, which cases in which order, and the words read out first."""

    mark: Mark
    title: str  # of the series, in the pack's words
    starts_at: datetime
    place: str
    facilitator: str
    confidentiality: str
    beacon_words: tuple[tuple[str, str], ...]  # agency, and four words of what both hold
    directory_words: str  # four words of the directory this node believes
    attending: tuple[AttendanceLine, ...]
    lines: tuple[AgendaLine, ...]
    withdrawn: bool = False  # something of what was on it was taken back


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """One row of the matrix: a risk or an action of one person concerned."""

    person: str  # role in the pack's words, and the code
    risk: str = ""
    level: str = ""
    in_place: str = ""
    action: str = ""
    owner_agency: str = ""
    owner: str = ""
    due: date | None = None
    status: str = ""
    survivors_part: str = ""  # with its label in the pack's words before it
    outcome: str = ""
    on_file: str = ""  # in words: safe, or not safe, to put on file
    rests_on: str = ""  # in words: whose part, until when; "own words" where it is nobody's
    closed: str = ""  # why this row says nothing any more


@dataclass(frozen=True, slots=True)
class LeadLine:
    """Who leads for one person concerned."""

    person: str
    agency: str
    name: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class MatrixPaper:
    """One case's plan, for one recipient, under the consents that live as it is made."""

    mark: Mark
    title: str  # "HRDA Matrix", in the pack's words
    case: str  # the short reference
    heard_on: date | None
    decision: str
    next_review_on: date | None
    lines: tuple[MatrixLine, ...]
    leads: tuple[LeadLine, ...]
    withdrawn: bool = False  # rows closed because a consent they rested on ended


@dataclass(frozen=True, slots=True)
class ActionLine:
    """One action as the monitor lists it."""

    case: str  # the short reference
    heard_on: date | None
    person: str
    action: str
    owner_agency: str
    owner: str
    due: date | None
    status: str  # in words
    update: str = ""
    done_on: date | None = None
    outcome: str = ""
    on_file: str = ""
