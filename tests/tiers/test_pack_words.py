"""A protocol in plain words, and what one pack changes of another."""

from datetime import date

import pytest

from tests.tiers.test_shipped_packs import PARENTS, shipped
from tests.tiers.worlds import PACK_TEXT, four_tiers
from tiers.pack_changes import Difference, between, from_parent
from tiers.pack_words import (
    carry_tables,
    chapters,
    clock_lines,
    consent_lines,
    minimum_dataset_lines,
    review_past,
)
from tiers.tier import Tier

HEAD = 'id = "mine"\nversion = 2\ntitle = "Mine"\nparent = "four-tiers"\n'


@pytest.mark.parametrize("name", PARENTS)
def test_every_pack_is_told_whole(name: str):
    pack = shipped(name)

    told = "\n".join(line for chapter in chapters(pack) for line in (chapter.title, *chapter.lines))

    assert pack.title in told
    for words in (*pack.agreement.commitments, *pack.duties.values(), *pack.agency_kinds.values()):
        assert words in told
    for note in pack.notes.values():
        assert all(source in told for source in note.sources)


def test_what_a_tier_may_not_carry_is_not_said_of_it():
    meeting = next(table for table in carry_tables(four_tiers()) if table.title == "Meeting")

    health = next(row for row in meeting.rows if row.section == "Health")

    assert meeting.seat == "meeting"
    assert health.tiers == {Tier.FRAMEWORKS}
    assert "Private" not in {row.section for row in meeting.rows}


def test_terms_are_sentences():
    assert "Lasts 30 days unless she says otherwise; 90 at most." in consent_lines(four_tiers())
    assert "Given in writing; withdrawn with a word." in consent_lines(four_tiers())
    assert "Spoken, it lasts 14 days at most." in consent_lines(shipped("hrda-dorset"))
    assert "Days begin and end as in America/Chicago." in clock_lines(shipped("dvhrt-texas"))


def test_a_least_referral_is_told_by_section():
    lines = minimum_dataset_lines(four_tiers())

    assert lines[0].startswith("Who they are: Name, Other names and spellings, Date of birth")


@pytest.mark.parametrize(
    ("name", "today", "past"),
    [
        ("hrda-dorset", date(2025, 11, 30), False),
        ("hrda-dorset", date(2025, 12, 1), True),
        ("hrda-dorset", None, False),
        ("four-tiers", date(2026, 3, 16), False),
    ],
)
def test_a_review_that_is_past_is_said_to_be_past(name, today, past):
    first = chapters(shipped(name), today)[0].lines

    assert review_past(shipped(name), today) is past
    assert any(line.endswith("which is past.") for line in first) is past


def test_nothing_chosen_yet_is_said():
    left = {chapter.title: chapter.lines for chapter in chapters(shipped("hrda-dorset"))}

    lines = left["Left open: The body at which a disagreement ends"]
    assert lines[-1] == "Here: Nothing is chosen yet: the coalition decides."


def test_a_pack_is_told_apart_from_its_parent_key_by_key():
    text = HEAD + (
        'remove = ["notes", "clocks.renew_prompt_days"]\n[clocks]\nrelay_heard_hours = 12\n'
        "[agreement]\nreminders = [7]\n[onboarding.steps.tier]\nasks_document = true\n"
        '[agency_kinds]\nferry = "Ferry"\n'
    )
    parent = PACK_TEXT + '\n[notes.a]\ntitle = "A"\nsources = ["B", "C"]\n'

    found = from_parent([("mine", text), ("four-tiers", parent)])

    assert set(found) == {
        Difference("clocks.relay_heard_hours", "24", "12"),
        Difference("clocks.renew_prompt_days", "14", None),
        Difference("agreement.reminders", "[60, 30, 7]", "[7]"),
        Difference("onboarding.steps.tier.asks_document", None, "true"),
        Difference("agency_kinds.ferry", None, "“Ferry”"),
        Difference("notes.a.title", "“A”", None),
        Difference("notes.a.sources", "[“B”, “C”]", None),
    }


@pytest.mark.parametrize(
    ("difference", "words"),
    [
        (Difference("a", None, "1"), "new      a = 1"),
        (Difference("a", "1", None), "gone     a (was 1)"),
        (Difference("a", "1", "2"), "changed  a = 2 (was 1)"),
    ],
)
def test_a_difference_is_one_line(difference: Difference, words: str):
    assert difference.words == words


def test_a_pack_without_a_parent_is_all_its_own_and_differs_not_from_itself():
    alone = [("four-tiers", PACK_TEXT)]

    assert all(each.before is None for each in from_parent(alone))
    assert Difference("sections.private.never_leaves", None, "true") in from_parent(alone)
    assert between(alone, alone) == ()
