"""What a row of the release means, in one sentence to be read aloud."""

from dataclasses import replace

from tests.tiers.release_rows import police, rows
from tests.tiers.worlds import (
    four_tiers,
    release_file,
)
from tiers.release_form import read_aloud, read_release


def test_a_ticked_row_is_one_plain_sentence():
    form = read_release(release_file())

    said = read_aloud(form.rows[1], form, four_tiers(), "Northfield Police")

    assert said == (
        "Northfield Police may be told your name and who you are and how to reach you safely, "
        "may tell the meeting what it knows: your own words, your risk assessments, how "
        "high your risk was judged, what it has done, the risks it sees, what was done for your "
        "safety, what it recommends, your children, health, police and courts, what its own "
        "records say in a background check, who comes to the meeting for it, how it votes on your "
        "case, what became of its actions and when it was in touch and may get the plan the "
        "meeting makes; "
        "this includes child-a and puv; until 10 April 2026, and you can stop it with a word."
    )


def test_a_row_may_be_the_plan_alone():
    form = read_release(release_file(rows=[*rows(), police(plan=True)]))

    said = read_aloud(form.rows[1], form, four_tiers(), "Police")

    assert said.startswith("Police may get the plan the meeting makes; no child")


def test_a_section_without_spoken_words_is_said_by_its_title():
    pack = replace(four_tiers(), words={})
    form = read_release(release_file(rows=[police(find=True)]))

    assert "who they are and how to reach them safely" in read_aloud(form.rows[0], form, pack)


def test_the_sentence_says_when_no_child_is_included():
    form = read_release(release_file(rows=[police(find=True)]))

    assert "no child is included" in read_aloud(form.rows[0], form, four_tiers())


def test_an_unticked_row_says_so():
    form = read_release(release_file(rows=[*rows(), {"agency": "Northfield Police"}]))

    assert read_aloud(form.rows[1], form, four_tiers()) == "Northfield Police will be told nothing."
