"""Thresholds, decisions, leads and statements in a pack: what is read, and what a slip is told."""

import pytest

from tests.tiers.worlds import PACK_TEXT, four_tiers
from tiers.protocol import AutomaticLead, PackMistake, Protocol, read_pack

HEAD = 'id = "mine"\nversion = 1\ntitle = "Mine"\nparent = "four-tiers"\n'


def mine(text: str) -> Protocol:
    return read_pack(HEAD + text, "mine.toml", {"four-tiers": PACK_TEXT})


def refused(text: str) -> PackMistake:
    with pytest.raises(PackMistake) as caught:
        mine(text)
    return caught.value


def test_an_instrument_has_numbers_or_none():
    pack = mine(
        "[instruments.local]\ntitle = 'Local'\nrange = [1, 9]\nbands = { low = 1, high = 6 }\n"
        "[instruments.flag]\ntitle = 'Flag'\n"
    )

    local, flag = pack.instruments["local"], pack.instruments["flag"]
    assert (local.low, local.high, local.bands) == (1, 9, (("low", 1), ("high", 6)))
    assert (local.scored, flag.scored) == (True, False)
    assert (local.certified, pack.instruments["danger_assessment"].certified) == (False, True)


def test_a_threshold_is_a_score_or_what_a_field_says():
    pack = mine(
        "[thresholds.dash]\nat_least = 16\n"
        "[thresholds.incidents]\ntitle = 'Incidents'\nfield = 'risk.incidents_twelve_months'\n"
        "at_least = 3\n"
        "[thresholds.banded]\ntitle = 'Banded'\nfield = 'assessments.band'\nequals = 'high'\n"
    )

    assert pack.thresholds["dash"].at_least == 16
    assert (pack.thresholds["incidents"].at_least, pack.thresholds["incidents"].equals) == (3, "")
    assert pack.thresholds["banded"].equals == "high"
    assert pack.thresholds["repeat"].equals == "yes"


def test_the_default_decides_by_threshold_and_a_pack_may_let_the_team():
    here = four_tiers().decision
    there = mine("[decision]\naccept = 'team'\nclose = 'team'\nmethod = 'consensus'\n").decision

    assert [here.by_team(question) for question in ("accept", "close")] == [False, False]
    assert [there.by_team(question) for question in ("accept", "close")] == [True, True]
    assert (here.votes, there.votes) == (False, True)
    assert (there.method, there.quorum, there.first) == ("consensus", 2, "domestic_violence_centre")


def test_without_a_table_nobody_goes_first_and_two_are_needed():
    terms = mine('remove = ["decision"]\n').decision

    assert (terms.accept, terms.close, terms.quorum, terms.first) == (
        "threshold",
        "after_hearing",
        2,
        "",
    )


def test_a_lead_may_come_by_itself():
    pack = mine(
        "[leads.person_using_violence]\n"
        "automatic = { kind = 'probation', field = 'orders.custody', equals = ['yes'] }\n"
    )

    rule = pack.lead_rules["person_using_violence"]
    assert rule.kinds == ("police", "probation")
    assert rule.automatic == AutomaticLead("probation", "orders", "custody", ("yes",))
    assert pack.lead_rules["child"].automatic is None


def test_who_is_told_of_what_is_overdue_stands_with_its_clock():
    assert mine("[clocks.actions_done]\ntold = ['owner']\n").action_terms.overdue_told == ("owner",)
    assert mine('remove = ["clocks.actions_done"]\n').action_terms.overdue_told == ()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[instruments.local]\ntitle = 'L'\nrange = [9]", "the lowest and the highest score"),
        ("[instruments.local]\ntitle = 'L'\nrange = [9, 1]", "the lowest and the highest score"),
        ("[instruments.local]\ntitle = 'L'\nrange = [0, 9]\nbands = { a = 10 }", "from 0 to 9"),
        (
            "[instruments.local]\ntitle = 'L'\nrange = [0, 9]\nbands = { a = 5, b = 5 }",
            "from the lowest to the highest",
        ),
        ("[instruments.local]\ntitle = 'L'\nquestions = ['…']", "not known here"),
        ("[thresholds.mine]\ntitle = 'M'", "an instrument or a field, and not both"),
        (
            "[thresholds.dash]\nfield = 'risk.repeat_case'",
            "an instrument or a field, and not both",
        ),
        ("[thresholds.dash]\ninstrument = 'dish'", "“dish” is not known here"),
        ("[thresholds.dash]\nat_least = 25", "from 0 to 24"),
        ("[thresholds.repeat]\nfield = 'risk.repeat'", "Did you mean “risk.repeat_case”"),
        ("[thresholds.repeat]\nat_least = 0", "from 1 to 1000"),
        ("[below_threshold]\nlowish = 'police'", "“lowish” is not known here"),
        ("[below_threshold]\nmedium = 'shop'", "“shop” is not known here"),
        ("[decision]\naccept = 'coordinator'", "“coordinator” is not known here"),
        ("[decision]\nclose = 'never'", "“never” is not known here"),
        ("[decision]\nmethod = 'lot'", "“lot” is not known here"),
        ("[decision]\nquorum = 1", "from 2 to 100"),
        ("[decision]\nfirst = 'advocate'", "“advocate” is not known here"),
        ("[decision]\ncasting_vote = 'police'", "not known here"),
        ("[leads.survivor]\nkinds = []", "at least one kind of agency that leads"),
        ("[leads.survivor]\nkinds = ['aunt']", "“aunt” is not known here"),
        ("[leads.aunt]\nkinds = ['police']", "not known here"),
        (
            "[leads.child.automatic]\nkind = 'aunt'\nfield = 'orders.custody'\nequals = ['x']",
            "“aunt” is not known here",
        ),
        (
            "[leads.child.automatic]\nkind = 'police'\nfield = 'risk.escalation'\nequals = ['x']",
            "“risk.escalation” is not known here",
        ),
        (
            "[leads.child]\nautomatic = { kind = 'police', field = 'orders.custody', equals = [] }",
            "say what the field then says",
        ),
        ("[leads.child]\nautomatic = { who = 'police' }", "not known here"),
        ("[statements]\nnever_told = ''", "between quotation marks"),
        ("[statements]\nnevertold = 'x'", "Did you mean “never_told”"),
        ("[intake]\nidentity_at = 'once'", "“once” is not known here"),
        ("[intake]\nrepeat_days = 0", "from 1 to 3660"),
        ("[intake]\nbackground_checks_by = ['shop']", "“shop” is not known here"),
        ("[headings]\norder = ['identity']", "“identity” is not known here"),
        ("[headings]\norder = ['risks', 'risks']", "stands here twice"),
        ("[eligibility]\nchild = ''", "between quotation marks"),
    ],
)
def test_a_slip_is_one_sentence_that_says_what_to_write(text: str, sentence: str):
    mistake = refused(f"{text}\n")

    assert sentence in str(mistake)
    assert mistake.line >= 5


@pytest.mark.parametrize(
    ("row", "table", "key"),
    [
        ("thresholds.dash", "thresholds", "dash"),
        ("below_threshold.medium", "below_threshold", "medium"),
        ("leads.child", "lead_rules", "child"),
        ("eligibility.survivor", "eligibility", "survivor"),
    ],
)
def test_each_row_can_be_taken_out(row: str, table: str, key: str):
    assert key in getattr(four_tiers(), table)
    assert key not in getattr(mine(f'remove = ["{row}"]\n'), table)


def test_a_pack_without_its_statements_is_none():
    assert "never_told" in str(refused('remove = ["statements"]\n'))
