"""The packs that come with Casefold, held against what their sources say."""

from datetime import date, time
from functools import cache
from pathlib import Path

import pytest

import tiers
from tiers.protocol import Protocol, read_pack
from tiers.tier import Tier

FOLDER = Path(tiers.__file__).parent / "packs"
PARENTS = {
    "four-tiers": ["four-tiers"],
    "marac-uk": ["marac-uk", "four-tiers"],
    "hrda-dorset": ["hrda-dorset", "marac-uk", "four-tiers"],
    "dvhrt-texas": ["dvhrt-texas", "four-tiers"],
}


@cache
def shipped(name: str) -> Protocol:
    text, *rest = [(FOLDER / f"{each}.toml").read_text(encoding="utf-8") for each in PARENTS[name]]
    return read_pack(text, name, dict(zip(PARENTS[name][1:], rest, strict=True)))


def test_these_are_the_packs_that_come_with_casefold():
    assert {file.stem for file in FOLDER.iterdir()} == set(PARENTS)


@pytest.mark.parametrize("name", PARENTS)
def test_a_pack_is_called_as_its_file(name: str):
    assert shipped(name).id == name


@pytest.mark.parametrize(
    ("name", "timezone", "profile", "forms"),
    [
        ("four-tiers", "UTC", "us", {"written"}),
        ("marac-uk", "Europe/London", "uk", {"written", "spoken"}),
        ("hrda-dorset", "Europe/London", "uk", {"written", "spoken"}),
        ("dvhrt-texas", "America/Chicago", "us", {"written"}),
    ],
)
def test_each_lives_where_it_works_and_takes_consent_as_its_law_does(
    name, timezone, profile, forms
):
    pack = shipped(name)

    assert (pack.timezone, pack.legal_profile, pack.consents.forms) == (timezone, profile, forms)
    assert pack.consents.max_days <= 90


@pytest.mark.parametrize(("name", "days"), [("marac-uk", 30), ("hrda-dorset", 14)])
def test_a_spoken_consent_lives_a_short_while(name: str, days: int):
    assert shipped(name).consents.longest("spoken") == days


@pytest.mark.parametrize(
    ("name", "kinds"),
    [
        (  # four participation tiers: types of participating organizations
            "four-tiers",
            {
                "domestic_violence_centre",
                "court",
                "prosecution",
                "legal_aid",
                "hospital",
                "health",
                "mental_health",
                "child_protection",
                "housing",
                "government",
                "research",
            },
        ),
        (  # Dorset protocol: agencies
            "hrda-dorset",
            {
                "police",
                "child_protection",
                "domestic_violence_centre",
                "adult_social_care",
                "health",
                "housing",
                "probation",
                "substance_use",
                "education",
                "medium_risk_service",
            },
        ),
        (  # Texas overview: core membership, and who may also be a member
            "dvhrt-texas",
            {
                "domestic_violence_centre",
                "police",
                "prosecution",
                "probation",
                "pretrial",
                "parole",
                "corrections",
                "intervention_program",
                "health",
                "hospital",
            },
        ),
    ],
)
def test_each_kind_of_agency_its_source_names_can_take_part(name: str, kinds: set[str]):
    assert kinds <= set(shipped(name).agency_kinds)
    assert "coordinating" in shipped(name).agency_kinds


def test_the_texas_partners_promise_fourteen_things():
    agreement = shipped("dvhrt-texas").agreement

    assert len(agreement.commitments) == 14
    assert agreement.term_days == 365


def test_the_dorset_protocol_was_to_be_looked_at_again_in_november_2025():
    assert shipped("hrda-dorset").agreement.review_on == date(2025, 11, 30)


def test_a_summary_for_dorset_has_the_four_headings_in_their_order():
    titles = [section.title for section in shipped("hrda-dorset").sections.values()]

    at = [
        titles.index(title)
        for title in (
            "Our service's involvement",
            "Risks in the context of the individuals and family",
            "What our service has done to make them safer",
            "What we recommend to increase safety or reduce offending",
        )
    ]
    assert at == sorted(at)


@pytest.mark.parametrize(
    ("name", "release", "matrix"),
    [
        ("four-tiers", "release", "plan"),
        ("marac-uk", "consent form", "minutes and action plan"),
        ("hrda-dorset", "consent form", "HRDA Matrix"),
        ("dvhrt-texas", "release", "intervention plan"),
    ],
)
def test_things_are_called_as_people_there_call_them(name: str, release: str, matrix: str):
    assert shipped(name).words["release"] == release
    assert shipped(name).words["matrix"] == matrix


@pytest.mark.parametrize("name", PARENTS)
def test_analysts_and_listed_agencies_carry_no_health_to_a_meeting(name: str):
    carries = shipped(name).exchanges["meeting"].carries

    assert carries[Tier.DIRECTORY] == frozenset()
    assert "health" not in carries[Tier.RESEARCH]


@pytest.mark.parametrize("name", PARENTS)
def test_each_asks_six_steps_and_four_duties_and_a_least_referral(name: str):
    pack = shipped(name)

    assert (len(pack.onboarding), len(pack.duties)) == (6, 4)
    assert pack.exchanges["meeting"].seat == "meeting"
    assert ("identity", "name") in pack.minimum_dataset
    assert pack.agreement.reminders == (60, 30, 7)


@pytest.mark.parametrize("name", PARENTS)
def test_each_is_complete_for_the_way_through_the_meeting(name: str):
    pack = shipped(name)

    assert set(pack.clock_rows) == {"request_out", "answers_in", "plan_out", "actions_done"}
    assert set(pack.lead_rules) == {"survivor", "child", "person_using_violence"}
    assert pack.meetings
    assert pack.eligibility
    assert "professional_judgement" in pack.thresholds
    assert set(pack.below_threshold) <= {
        band for one in pack.instruments.values() for band, _ in one.bands
    }
    assert pack.decision.quorum >= 2
    said = {f"say_{key}" for key in pack.consents.tell_sections | pack.consents.find_sections}
    assert said <= set(pack.words)


@pytest.mark.parametrize(
    ("name", "days", "hour", "holidays"),
    [
        # “daily, Monday, Tuesday, Thursday and Friday at 12pm promptly”: Dorset protocol, stage 3
        ("hrda-dorset", "FREQ=WEEKLY;BYDAY=MO,TU,TH,FR", time(12), "GB-ENG"),
        ("marac-uk", "FREQ=MONTHLY;BYDAY=2TU", time(9, 30), "GB-ENG"),
        ("dvhrt-texas", "FREQ=MONTHLY;BYDAY=2TH", time(10), "US-TX"),
    ],
)
def test_each_meets_when_its_source_or_its_note_says(name, days, hour, holidays):
    (row,) = shipped(name).meetings.values()

    assert (row.rrule, row.at, row.holidays) == (days, hour, holidays)


def test_the_dorset_clocks_are_those_of_its_protocol():
    clocks = shipped("hrda-dorset").clock_rows

    # stage 2: details go out with a request by 2pm that day
    assert (clocks["request_out"].by, clocks["request_out"].within) == (time(14), None)
    # stage 3: updates at the earliest, at least within three weeks of the case being heard
    assert (clocks["actions_done"].starts, clocks["actions_done"].within) == ("heard", (3, "weeks"))
    # stage 3: the administrator is not responsible for chasing actions
    assert clocks["actions_done"].told == ("owner", "leads")


def test_probation_leads_by_itself_for_mappa_levels_two_and_three():
    automatic = shipped("hrda-dorset").lead_rules["person_using_violence"].automatic

    assert automatic is not None
    assert (automatic.kind, automatic.equals) == ("probation", ("2", "3"))


def test_in_texas_no_single_agency_accepts_or_closes_and_others_go_by_the_threshold():
    by_team = {
        name: [shipped(name).decision.by_team(question) for question in ("accept", "close")]
        for name in PARENTS
    }

    assert by_team.pop("dvhrt-texas") == [True, True]
    assert set(map(tuple, by_team.values())) == {(False, False)}


@pytest.mark.parametrize("name", PARENTS)
def test_no_name_of_an_assessment_brings_its_questions(name: str):
    fields = {field.id for field in shipped(name).sections["assessments"].fields}

    assert fields == {
        "instrument",
        "version",
        "score",
        "band",
        "assessed_on",
        "assessed_by",
        "certified",
    }


def test_where_the_dorset_sources_disagree_both_names_stand():
    note = shipped("hrda-dorset").notes["final_body"]

    assert any("Strategic Leads Group" in source for source in note.sources)
    assert any("Strategy Group" in source for source in note.sources)
    assert note.chosen == ""


@pytest.mark.parametrize("name", sorted(set(PARENTS) - {"four-tiers"}))
def test_every_open_question_names_more_than_one_answer(name: str):
    assert all(len(note.sources) > 1 for note in shipped(name).notes.values())
