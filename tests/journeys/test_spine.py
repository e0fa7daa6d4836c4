"""The spine, by command line, over real processes: from a release to a merged view and its end."""

import pytest

from tests.journeys.conftest import Told
from tests.journeys.nodes import EXAMPLES, Coalition, eventually
from tests.journeys.steps import (
    AFTER_THE_END,
    agencies_in,
    ana_is_shared,
    edit,
    share,
    sign,
    values,
    view,
)

pytestmark = [pytest.mark.journey, pytest.mark.timeout(600)]


@pytest.fixture
def four(four_on_each: Coalition) -> Coalition:
    """Every story here is told on each kind of database."""
    return four_on_each


@pytest.fixture
def told(told_on_each: Told) -> Told:
    """The same after three agencies told."""
    return told_on_each


def test_three_agencies_tell_and_the_coordinator_opens_one_view(four: Coalition) -> None:
    ref, release = ana_is_shared(four)

    seen = view(four, ref)

    assert seen["case_ref"] == ref
    assert agencies_in(seen) == {"Harbour House", "Northfield Police", "St Brigid's Hospital"}
    assert values(seen, "risks", "strangulation") == {
        "Harbour House": ["no"],
        "Northfield Police": ["no"],
        "St Brigid's Hospital": ["yes"],
    }
    assert {"section": "risks", "about": "survivor", "field": "strangulation"} in seen["differ"]
    assert "private" not in seen["sections"]
    assert "identity" not in seen["sections"]

    four.sync()
    edit(four.police, ref, "risks", "threats", "A second call, recorded")
    four.sync(four.police, four.coordinating)

    assert values(view(four, ref), "risks", "threats")["Northfield Police"] == [
        "A second call, recorded"
    ]

    ended = four.hospital.done("withdraw", "--release", release)
    assert ended["whole"]
    four.sync(four.hospital)
    four.sync()
    four.sync()

    assert four.coordinating.run("view", ref).exit == 5
    for node in four.agencies:
        assert node.done("audit", "verify")["ok"]


def test_without_adoption_nothing_is_told_and_the_view_says_who_has_not_answered(
    four: Coalition,
) -> None:
    ref, _ = sign(four.centre, "ana", "ana-harbour-house")
    share(four.centre, ref, "Northfield Police", "handoff")
    share(four.centre, ref, "Riverside Coordination", "meeting")
    four.sync(four.centre, four.police)
    four.police.done(
        "case", "import", str(EXAMPLES / "ana-northfield-police.json"), "--case-ref", ref
    )

    refused = four.police.run("share", ref, "--to", "Riverside Coordination", "--for", "meeting")
    four.sync()
    seen = view(four, ref)

    assert refused.exit == 3
    assert refused.answer["outcome"] == "withheld"
    assert all(row["sentence"] for row in refused.answer["withheld"])
    assert agencies_in(seen) == {"Harbour House"}
    assert [one["agency"] for one in seen["asked"]] == ["Northfield Police"]


def test_a_dry_run_shows_exactly_what_then_leaves(four: Coalition) -> None:
    ref, _ = sign(four.centre, "ana", "ana-harbour-house")
    to_police = ("--to", "Northfield Police", "--for", "handoff")

    shown = four.centre.done("share", ref, *to_police, "--dry-run")
    sent = four.centre.done("share", ref, *to_police)

    assert shown["leaves"] == sent["leaves"]
    assert shown["withheld"] == sent["withheld"]
    assert {row["section"] for row in sent["leaves"]} <= {
        "identity",
        "safe_contact",
        "assessments",
        "risk",
        "survivor_voice",
        "releases",  # the consents that the police may adopt
    }
    assert ["identity", "immigration"] not in [[r["section"], r["field"]] for r in sent["leaves"]]


def test_sharing_again_with_nothing_new_sends_nothing(four: Coalition) -> None:
    ref, _ = sign(four.centre, "ana", "ana-harbour-house")
    share(four.centre, ref, "Riverside Coordination", "meeting")
    four.sync(four.centre)

    again = share(four.centre, ref, "Riverside Coordination", "meeting")

    assert again["outcome"] == "unchanged"
    assert four.centre.done("sync")["pushed"] == 0


def test_agencies_work_while_the_coordinating_node_is_down_and_the_outbox_drains_by_itself(
    four: Coalition,
) -> None:
    four.coordinating.stop()
    ref, _ = sign(four.centre, "ana", "ana-harbour-house")
    share(four.centre, ref, "Riverside Coordination", "meeting")

    cut_off = four.centre.run("sync")
    four.centre.serve()
    four.serve_relay()

    assert cut_off.exit == 4
    assert cut_off.answer["waiting"] > 0
    assert eventually(lambda: four.coordinating.run("view", ref).exit == 0, 60)


def test_a_withdrawal_reaches_a_locked_holder_and_is_confirmed(told: Told) -> None:
    four, ref = told.four, told.ref
    view(four, ref)
    consent = next(
        one["consent"]
        for one in four.police.done("consent", "list")["consents"]
        if one["kind"] == "tell"
    )

    four.police.done("withdraw", consent)
    four.sync(four.police)
    four.sync(four.coordinating)
    four.sync(four.police)
    receipts = four.police.done("consent", "receipts", consent)

    assert [row["name"] for row in receipts["confirmed"]] == ["Riverside Coordination"]
    assert receipts["waiting"] == []
    assert receipts["opened"] >= 1
    assert agencies_in(view(four, ref)) == {"Harbour House", "St Brigid's Hospital"}


def test_after_the_end_nothing_opens_without_any_message(told: Told) -> None:
    four, ref = told.four, told.ref
    assert agencies_in(view(four, ref))
    four.coordinating.stop()

    four.at(AFTER_THE_END)

    assert four.coordinating.run("view", ref).exit == 5
    assert four.centre.run("share", ref, "--to", "Riverside", "--for", "meeting").exit == 3
    assert four.centre.done("case", "show", ref)["case_ref"] == ref


def test_a_consent_that_was_refused_stays_refused(four: Coalition) -> None:
    ref, _ = sign(four.centre, "ana", "ana-harbour-house")
    share(four.centre, ref, "Northfield Police", "handoff")
    four.sync(four.centre, four.police)
    waiting = next(c for c in four.police.done("consent", "list")["consents"] if c["to_adopt"])

    four.police.done("consent", "refuse", waiting["consent"])
    four.police.done(
        "case", "import", str(EXAMPLES / "ana-northfield-police.json"), "--case-ref", ref
    )
    adopting = four.police.run("consent", "adopt", waiting["consent"], "--case", ref)

    assert adopting.exit == 5
