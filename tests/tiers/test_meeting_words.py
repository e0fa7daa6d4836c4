"""The way through the meeting, as a board reads it."""

import pytest

from tests.tiers.test_shipped_packs import PARENTS, shipped
from tests.tiers.worlds import PACK_TEXT
from tiers.pack_meeting_words import meeting_chapters
from tiers.pack_rule_words import rule_words
from tiers.protocol import Protocol, read_pack

HEAD = 'id = "mine"\nversion = 1\ntitle = "Mine"\nparent = "four-tiers"\n'


def mine(text: str) -> Protocol:
    return read_pack(HEAD + text, "mine.toml", {"four-tiers": PACK_TEXT})


def told(pack: Protocol) -> list[str]:
    return [line for chapter in meeting_chapters(pack) for line in (chapter.title, *chapter.lines)]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            "FREQ=WEEKLY;BYDAY=MO,TU,TH,FR",
            "every week on Monday, Tuesday, Thursday and Friday",
        ),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU", "every second week on Tuesday"),
        ("FREQ=MONTHLY;BYDAY=4WE", "every month on the fourth Wednesday"),
        ("FREQ=MONTHLY;BYDAY=-1FR", "every month on the last Friday"),
        ("FREQ=MONTHLY;BYDAY=1MO,3MO", "every month on the first Monday and the third Monday"),
        ("FREQ=DAILY", "every day"),
        ("FREQ=WEEKLY;INTERVAL=1", "every week"),
        ("FREQ=WEEKLY;INTERVAL=9", "by the rule FREQ=WEEKLY;INTERVAL=9"),
        ("FREQ=YEARLY;BYDAY=MO", "by the rule FREQ=YEARLY;BYDAY=MO"),
        ("FREQ=MONTHLY;BYDAY=+2MO", "by the rule FREQ=MONTHLY;BYDAY=+2MO"),
        ("FREQ=MONTHLY;BYMONTHDAY=1", "by the rule FREQ=MONTHLY;BYMONTHDAY=1"),
    ],
)
def test_a_rule_is_said_where_words_can_say_it(rule: str, words: str):
    assert rule_words(rule) == words


@pytest.mark.parametrize("name", PARENTS)
def test_every_chapter_of_every_pack_says_something(name: str):
    chapters = meeting_chapters(shipped(name))

    assert len(chapters) == 10
    for chapter in chapters:
        assert chapter.lines
        assert all(line.endswith((".", "else.")) for line in chapter.lines), chapter


@pytest.mark.parametrize(
    ("name", "line"),
    [
        (
            "hrda-dorset",
            "Every week on Monday, Tuesday, Thursday and Friday at 12:00, Microsoft Teams; "
            "12 to 15 minutes for each case.",
        ),
        (
            "hrda-dorset",
            "None is held on a public holiday (GB-ENG); its cases go to the next meeting.",
        ),
        ("hrda-dorset", "Led in turn by Dorset Police, Dorset Police, Dorset Police, a partner."),
        (
            "hrda-dorset",
            "Requests go out: by 14:00 on the day of the referral; after that hour, on the next "
            "working day.",
        ),
        (
            "hrda-dorset",
            "Targeted summaries are ready: by 12:00, 1 working day after the request.",
        ),
        (
            "hrda-dorset",
            "What became of the actions is told: within 3 weeks of the hearing. When one is "
            "overdue, its owner and the lead professionals hear of it.",
        ),
        ("hrda-dorset", "Standard: Victim Support."),
        (
            "hrda-dorset",
            "For the perpetrator: Dorset Police, Probation or Substance Misuse. Probation leads by "
            "itself where it is told: MAPPA level, 2 or 3.",
        ),
        ("hrda-dorset", "A case closes after its hearing."),
        ("hrda-dorset", "Potential escalation: yes."),
        ("hrda-dorset", "Assessed as high risk by its score (SafeLives Dash: 14 or more)."),
        ("hrda-dorset", "GP Red Flag: judged without a score."),
        (
            "marac-uk",
            "Potential escalation, by number (Reported incidents in twelve months: 3 or more).",
        ),
        (
            "dvhrt-texas",
            "A vote is carried when more than half of the agencies that vote are for it, "
            "3 agencies at least.",
        ),
        (
            "dvhrt-texas",
            "Before votes count, this agency writes the survivor's view: Family violence center.",
        ),
        ("dvhrt-texas", "The team closes a case, by its votes."),
    ],
)
def test_what_each_protocol_says_is_said(name: str, line: str):
    assert line in told(shipped(name))


def test_what_a_pack_does_not_say_is_left_out():
    pack = mine(
        'remove = ["meetings", "eligibility", "thresholds", "leads", "headings", '
        '"below_threshold", "intake.background_checks_by", "instruments"]\n'
    )

    titles = [chapter.title for chapter in meeting_chapters(pack)]

    assert titles == [
        "Before the meeting",
        "By when",
        "How it is decided",
        "On every page and paper",
    ]
    assert len(meeting_chapters(pack)[0].lines) == 2


def test_a_series_says_which_days_it_leaves_out():
    pack = mine(
        'remove = ["meetings.team.facilitators", "meetings.team.must_attend"]\n'
        "[meetings.team]\nminutes_each = [20, 20]\nexcept = [2026-12-24, 2026-12-31]\n"
        'moved = "previous_working_day"\n'
    )

    chapter = next(one for one in meeting_chapters(pack) if one.title == "Meetings: Case meeting")

    assert chapter.lines == (
        "Every second week on Tuesday at 10:00; 20 minutes for each case.",
        "One that falls on 24 December 2026 or 31 December 2026 is held on the working day before.",
    )


def test_a_series_says_from_which_day_it_counts():
    pack = mine("[meetings.team]\nfirst = 2027-01-12\n")

    said = told(pack)

    when = said.index(
        "Every second week on Tuesday at 10:00; 12 to 15 minutes for each case.",
    )
    assert said[when + 1] == "Counted from 12 January 2027; none is held for a day before it."


def test_a_team_may_decide_by_consensus_with_nobody_first():
    pack = mine(
        'remove = ["decision.first"]\n[decision]\naccept = "team"\nmethod = "consensus"\n'
        '[clocks.request_out]\nby = "14:00"\n'
    )

    lines = told(pack)

    assert (
        "A vote is carried when every agency has voted and none is against it, 2 agencies at least."
        in lines
    )
    assert not any(line.startswith("Before votes count") for line in lines)
    assert "Agencies are asked: by 14:00, 1 working day after the referral." in lines
