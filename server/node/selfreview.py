"""The yearly self-review: are the duties that hold at every tier kept here, and what follows?"""

import json
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from crypto.at_rest import Place, reopen, shut
from crypto.errors import CryptoError
from server.node import audit, database, reminders
from server.node.access import Act, require
from server.node.desk import Desk
from server.node.errors import BadFile, Usage
from server.node.joining_tables import SelfReview
from server.node.standing_words import day
from server.node.tables import NodeRow

KEPT: Final = ("yes", "partly", "no")
_FORMAT: Final = "casefold-body-1"
_LONGEST: Final = 4_000
_NOTICE: Final = (30, 7)  # days before it is due, and once more when it is late


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found of one duty, and what the agency will do about it."""

    duty: str
    sentence: str  # as the pack said it then
    kept: str  # yes, partly, no
    words: str


@dataclass(frozen=True, slots=True)
class Review:
    """One self-review, as it was recorded."""

    id: str
    done_on: date
    who: str
    answers: tuple[Answer, ...]


async def reviews(desk: Desk) -> list[Review]:
    """Every self-review recorded here, newest first."""
    require(desk, Act.READ_REVIEWS)
    desk.unlocked()
    rows = await SelfReview.objects().order_by(SelfReview.done_on, ascending=False)
    return [_opened(row, desk) for row in rows]


async def record(found: Mapping[str, tuple[str, str]], desk: Desk) -> Review:
    """Write a self-review down: for each duty whether it is kept, and in words what follows."""
    require(desk, Act.REVIEW_DUTIES)
    answers = tuple(
        _answer(duty, sentence, found.get(duty, ("", "")))
        for duty, sentence in desk.pack.duties.items()
    )
    if not answers:
        raise Usage("The protocol pack of this coalition names no duties to look at.")
    id, who = secrets.token_hex(16), desk.staff.name if desk.staff else desk.node.name
    body = {"who": who, "answers": [asdict(one) for one in answers]}
    key = desk.unlocked().identity.at_rest
    box = shut(key, json.dumps(body, ensure_ascii=False).encode(), _place(id))
    async with database.transaction():
        await SelfReview.insert(SelfReview(id=id, done_on=desk.today, staff=desk.who, body=box))
        kept = {one.duty: one.kept for one in answers}
        await audit.record(Act.REVIEW_DUTIES.value, id, desk, **kept)
    return Review(id, desk.today, who, answers)


async def due_on(desk: Desk) -> date:
    """The day by which the duties are to be looked at again."""
    last = (
        await SelfReview.select(SelfReview.done_on)
        .order_by(SelfReview.done_on, ascending=False)
        .first()
    )
    since = last["done_on"] if last else await _began(desk)
    return since + timedelta(days=desk.pack.agreement.term_days)


async def due(desk: Desk) -> dict[str, str]:
    """The reminder of the review this agency owes, by its key; nothing of what any found.

    None for a node that takes part in no coalition, or whose pack names no duties. Works locked.
    """
    if not desk.pack.duties or desk.directory.agency(desk.node.identity) is None:
        return {}
    on = await due_on(desk)
    which = reminders.notice((on - desk.today).days, _NOTICE)
    if which is None:
        return {}
    words = f"The yearly self-review {'was' if which < 0 else 'is'} due on {day(on)}."
    return {f"selfreview:{on.isoformat()}:{which}": words}


async def _began(desk: Desk) -> date:
    """From when the first year counts: the agreement, or the day the node was made."""
    own = desk.directory.agency(desk.node.identity)
    if own is not None and own.agreement_signed is not None:
        return own.agreement_signed
    row = await NodeRow.select(NodeRow.created_at).first()
    made = datetime.fromtimestamp(row["created_at"] if row else 0, UTC)
    return made.astimezone(ZoneInfo(desk.pack.timezone)).date()


def _answer(duty: str, sentence: str, given: tuple[str, str]) -> Answer:
    kept, words = given[0], given[1].strip()
    if kept not in KEPT:
        raise Usage(f"Say of each duty whether it is kept: yes, partly or no. ({sentence})")
    if kept != "yes" and not words:
        raise Usage(f"Where a duty is not wholly kept, write what you will do. ({sentence})")
    if len(words) > _LONGEST:
        raise Usage(f"At most {_LONGEST} letters fit in one answer.")
    return Answer(duty, sentence, kept, words)


def _opened(row: SelfReview, desk: Desk) -> Review:
    try:
        plain = reopen(desk.unlocked().identity.at_rest, bytes(row.body), _place(row.id))
    except CryptoError:
        raise BadFile("A self-review was altered on this node's disk and does not open.") from None
    body = json.loads(plain)
    answers = tuple(Answer(**one) for one in body["answers"])
    return Review(row.id, row.done_on, body["who"], answers)


def _place(id: str) -> Place:
    return Place(_FORMAT, "self_review", id, "body")
