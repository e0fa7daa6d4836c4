"""The threshold: which scores and ticks bring a case to the meeting, pack by pack."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tiers.test_shipped_packs import shipped
from tests.tiers.worlds import four_tiers
from tiers.fragment import Place
from tiers.rows import row_place
from tiers.threshold import assessed, reached


def assessment(row: str = "0001", **values: str) -> dict[Place, str]:
    return {
        row_place("assessments", "survivor", row, name): value for name, value in values.items()
    }


def risk(**values: str) -> dict[Place, str]:
    return {Place("risk", "survivor", name): value for name, value in values.items()}


def dash(score: str, row: str = "0001") -> dict[Place, str]:
    return assessment(row, instrument="SafeLives Dash", score=score)


DANGER = "Danger Assessment"


@pytest.mark.parametrize(
    ("pack", "fields", "met"),
    [
        ("four-tiers", {}, []),
        ("four-tiers", dash("13"), []),
        ("four-tiers", dash("14"), ["dash"]),
        ("four-tiers", dash("25"), []),  # no such score
        ("four-tiers", dash("many"), []),
        ("four-tiers", dash("١٤"), []),
        ("four-tiers", dash("13") | dash("17", "0002"), ["dash"]),
        ("four-tiers", assessment(instrument="SAFELIVES DASH", score="14"), ["dash"]),
        ("four-tiers", assessment(instrument="safelives_dash", score=" 14 "), ["dash"]),
        ("four-tiers", assessment(instrument="Tea leaves", score="99"), []),
        ("four-tiers", assessment(score="20"), []),
        ("four-tiers", risk(professional_judgement="yes"), ["professional_judgement"]),
        ("four-tiers", risk(professional_judgement="no"), []),
        ("four-tiers", risk(escalation="yes", repeat_case="yes"), ["escalation", "repeat"]),
        # visible high risk, and potential escalation as three incidents: domain, MARAC
        ("marac-uk", dash("14"), ["visible_high_risk"]),
        ("marac-uk", risk(visible_high_risk="yes"), ["visible_high_risk_ticked"]),
        ("marac-uk", risk(incidents_twelve_months="2"), []),
        ("marac-uk", risk(incidents_twelve_months="3"), ["incidents"]),
        ("marac-uk", risk(incidents_twelve_months="6, two of them reported"), ["incidents"]),
        ("marac-uk", risk(incidents_twelve_months="at least 3"), []),
        ("marac-uk", assessment(instrument="DARA", band="High"), ["graded_high"]),
        # the Dorset protocol: assessed as high risk by one of its tools
        ("hrda-dorset", assessment(instrument="GP Red Flag", band="high"), ["graded_high"]),
        ("hrda-dorset", assessment(instrument="Police DASH/PPN", score="20"), []),
        # the Danger Assessment is scored by whoever is certified
        ("dvhrt-texas", assessment(instrument=DANGER, score="18"), []),
        (
            "dvhrt-texas",
            assessment(instrument=DANGER, score="18", certified="yes"),
            ["danger_assessment"],
        ),
        ("dvhrt-texas", assessment(instrument=DANGER, score="-3", certified="yes"), []),
        ("dvhrt-texas", dash("20"), []),  # not an instrument there
    ],
)
def test_what_meets_the_threshold(pack: str, fields: dict[Place, str], met: list[str]):
    found = reached(fields, shipped(pack))

    assert [row.id for row in found.met] == met
    assert found.is_met == bool(met)


@pytest.mark.parametrize(
    ("pack", "fields", "band", "route"),
    [
        ("four-tiers", {}, "", ""),
        ("hrda-dorset", dash("3"), "standard", "victim_support"),
        ("hrda-dorset", dash("12"), "medium", "medium_risk_service"),
        ("hrda-dorset", dash("12") | dash("3", "0002"), "medium", "medium_risk_service"),
        ("hrda-dorset", dash("15"), "high", ""),
        ("hrda-dorset", dash("3") | risk(professional_judgement="yes"), "standard", ""),
        (
            "hrda-dorset",
            assessment(instrument="GP Red Flag", band="Medium"),
            "medium",
            "medium_risk_service",
        ),
        ("hrda-dorset", assessment(band="unheard of"), "unheard of", ""),
        (
            "dvhrt-texas",
            assessment(instrument=DANGER, score="9", certified="yes"),
            "increased",
            "domestic_violence_centre",
        ),
    ],
)
def test_below_the_threshold_somebody_else_helps(
    pack: str, fields: dict[Place, str], band: str, route: str
):
    found = reached(fields, shipped(pack))

    assert (found.band, found.route) == (band, route)


def test_several_assessments_stand_side_by_side_as_they_were_written():
    fields = dash("17") | assessment("0002", instrument="Tea leaves", score="3", band="High")

    first, second = assessed(fields, four_tiers())

    assert first.instrument is not None
    assert (first.row, first.score, first.band, first.counts) == ("0001", 17, "high", True)
    assert (second.instrument, second.named, second.score) == (None, "Tea leaves", None)
    assert (second.band, second.counts) == ("high", False)


def test_a_score_below_every_band_has_none():
    fields = assessment(instrument="Police DASH", score="5", band="standard")

    assert assessed(fields, shipped("marac-uk"))[0].band == "standard"


@given(
    st.dictionaries(
        st.sampled_from(
            [
                *assessment(instrument="", score="", band="", certified=""),
                *risk(repeat_case="", escalation="", incidents_twelve_months=""),
                Place("assessments", "survivor", "odd"),
                Place("gossip", "nobody", "0001.score"),
            ]
        ),
        st.text(max_size=12) | st.sampled_from(["yes", "14", "-3", DANGER, "SafeLives Dash"]),
    )
)
def test_nothing_a_person_types_stops_the_reading(fields: dict[Place, str]):
    for pack in ("four-tiers", "marac-uk", "hrda-dorset", "dvhrt-texas"):
        found = reached(fields, shipped(pack))

        assert not (found.met and found.route)


@given(st.integers(-10, 60), st.integers(-10, 60))
def test_a_higher_score_never_meets_less(one: int, other: int):
    low, high = sorted((max(0, min(24, one)), max(0, min(24, other))))
    pack = shipped("marac-uk")

    below = {row.id for row in reached(dash(str(low)), pack).met}
    above = {row.id for row in reached(dash(str(high)), pack).met}

    assert below <= above
