"""Rows of a section: where a field of a row stands, and a section as its rows."""

from tests.tiers.worlds import ask, every_field, four_tiers, reason_at, tell
from tiers.fragment import Place
from tiers.reason import Reason
from tiers.rows import row_of, row_place, rows_in


def test_a_field_of_a_row_stands_beside_its_person():
    place = row_place("plan_actions", "child-a", "4f2a", "due")

    assert place == Place("plan_actions", "child-a", "4f2a.due")
    assert row_of(place) == ("4f2a", "due")


def test_a_flat_field_has_no_row():
    assert row_of(Place("identity", "survivor", "name")) == ("", "name")


def test_a_section_is_read_as_its_rows_person_by_person():
    fields = {
        row_place("plan_actions", "survivor", "bbbb", "action"): "locks",
        row_place("plan_actions", "survivor", "aaaa", "action"): "alarm",
        row_place("plan_actions", "survivor", "aaaa", "due"): "2026-04-10",
        row_place("plan_actions", "child-a", "aaaa", "action"): "school",
        row_place("plan_risks", "survivor", "aaaa", "risk"): "another section",
        Place("plan_actions", "survivor", "action"): "not in a row",
    }

    assert rows_in(fields, "plan_actions") == {
        ("child-a", "aaaa"): {"action": "school"},
        ("survivor", "aaaa"): {"action": "alarm", "due": "2026-04-10"},
        ("survivor", "bbbb"): {"action": "locks"},
    }


def test_the_form_of_a_row_is_found_by_the_name_of_its_field():
    section = four_tiers().sections["plan_actions"]

    assert section.field("4f2a.due") is section.field("due")
    for no_row in ("4f2.due", "4F2A.due", "4f2a.gossip", ".due", "4f2a.", "4f2a", "4f2a.due.due"):
        assert section.field(no_row) is None
    assert four_tiers().sections["identity"].field("0001.name") is None


def test_what_she_rules_out_by_name_stays_in_every_row():
    first = four_tiers().sections["assessments"].fields[0].id
    assert row_place("assessments", "survivor", "0001", first) in every_field()

    answer = ask(tell(excluded=frozenset({("assessments", first)})))

    assert reason_at(answer, "assessments") is Reason.EXCLUDED


def test_what_she_rules_out_by_row_stays_too():
    first = four_tiers().sections["assessments"].fields[0].id

    answer = ask(tell(excluded=frozenset({("assessments", f"0001.{first}")})))

    assert reason_at(answer, "assessments") is Reason.EXCLUDED
