"""The yearly self-review: a form with one question a duty, and its record, to be printed."""

from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post

from server.node import selfreview
from server.node.access import Act, may, require
from server.node.selfreview import Review
from web.forms import new_token, typed
from web.frame import show
from web.rendering import Tag, day
from web.workplace import AnyRequest, AtWork, go, once

_WORDS = {
    "yes": Tag("Kept", "good"),
    "partly": Tag("Partly kept", "you"),
    "no": Tag("Not kept", "bad"),
}


@dataclass(frozen=True, slots=True)
class DutyQuestion:
    """One duty, to be answered."""

    key: str
    sentence: str


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """One duty as it was found then."""

    sentence: str
    tag: Tag
    words: str


@dataclass(frozen=True, slots=True)
class ReviewRecord:
    """One self-review, as recorded."""

    on: str
    who: str
    answers: tuple[AnswerLine, ...]


@dataclass(frozen=True, slots=True)
class SelfReviewPage:
    """The form, when the next is due, and the records."""

    token: str
    due: str
    is_due: bool
    may_record: bool
    questions: tuple[DutyQuestion, ...]
    records: tuple[ReviewRecord, ...]


@get("/self-review")
async def self_review_page(request: AnyRequest, desk: AtWork) -> Response[str]:
    """The duties that hold at every tier, once a year."""
    due = await selfreview.due_on(desk)
    value = SelfReviewPage(
        token=new_token(),
        due=day(due),
        is_due=due <= desk.today,
        may_record=may(desk.roles, Act.REVIEW_DUTIES),
        questions=tuple(DutyQuestion(key, said) for key, said in desk.pack.duties.items()),
        records=tuple(_record(one) for one in await selfreview.reviews(desk)),
    )
    return await show(request, desk, "/partners", "joining/selfreview.html", value)


def _record(one: Review) -> ReviewRecord:
    answers = tuple(AnswerLine(a.sentence, _WORDS[a.kept], a.words) for a in one.answers)
    return ReviewRecord(day(one.done_on), one.who, answers)


@post("/self-review")
async def record(request: AnyRequest, desk: AtWork) -> Response[Any]:
    """Write the self-review down."""
    require(desk, Act.REVIEW_DUTIES)
    form = await typed(request)
    for key in desk.pack.duties:
        if form.word(f"kept-{key}") not in selfreview.KEPT:
            form.wrong(f"kept-{key}-yes", "Say whether this duty is kept.")
        elif form.word(f"kept-{key}") != "yes" and not form.word(f"words-{key}"):
            form.wrong(f"words-{key}", "Write what you will do about it.")
    form.settle()
    found = {
        key: (form.word(f"kept-{key}"), form.whole(f"words-{key}")) for key in desk.pack.duties
    }

    async def act() -> Response[Any]:
        await selfreview.record(found, desk)
        return go(request, "/self-review", "Recorded. The next is due in a year.")

    return await once(request, form, act)


handlers = (self_review_page, record)
