"""A pack over its parents: what differs, what goes, and what a slip is told."""

import pytest

from tests.tiers.worlds import PACK_TEXT, four_tiers
from tiers.protocol import PackMistake, Protocol, read_pack

HEAD = 'id = "mine"\nversion = 1\ntitle = "Mine"\nparent = "county"\n'
COUNTY = """
id = "county"
version = 4
title = "County"
parent = "four-tiers"
remove = ["agency_kinds.research"]
[agency_kinds]
ambulance = "Ambulance"
"""
PARENTS = {"four-tiers": PACK_TEXT, "county": COUNTY}


def mine(text: str, **parents: str) -> Protocol:
    return read_pack(HEAD + text, "mine.toml", PARENTS | parents)


def refused(text: str, **parents: str) -> PackMistake:
    with pytest.raises(PackMistake) as caught:
        mine(text, **parents)
    return caught.value


def test_each_generation_takes_over_what_it_does_not_change():
    pack = mine('[agency_kinds]\npolice = "Constabulary"\n')

    assert pack.agency_kinds["ambulance"] == "Ambulance"
    assert pack.agency_kinds["police"] == "Constabulary"
    assert pack.agency_kinds["housing"] == four_tiers().agency_kinds["housing"]
    assert "research" not in pack.agency_kinds


def test_what_is_named_under_remove_goes_and_all_else_stays():
    pack = mine(
        'remove = ["sections.health.fields.due_on", "onboarding.steps.training", "notes"]\n',
        county=COUNTY + "[notes.a]\ntitle = 'A'\nsources = ['B.']\n",
    )

    assert pack.sections["health"].field("due_on") is None
    assert pack.sections["health"].field("pregnant") is not None
    assert len(pack.onboarding) == len(four_tiers().onboarding) - 1
    assert pack.notes == {}


def test_a_table_that_was_removed_can_be_written_anew():
    pack = mine('remove = ["onboarding.steps"]\n[onboarding.steps.one]\ntitle="One"\nwhat="It."\n')

    assert [step.key for step in pack.onboarding] == ["one"]


def test_a_child_may_bring_back_what_its_parent_removed():
    assert mine('[agency_kinds]\nresearch = "University"\n').agency_kinds["research"]


@pytest.mark.parametrize(
    ("gone", "meant"),
    [
        ("sections.helth", "Did you mean “health”?"),
        ("sections.health.fields.due", "Did you mean “due_on”?"),
        ("jurisdiction.area", ""),
        ("agency_kinds.research", ""),
    ],
)
def test_what_no_parent_has_cannot_be_removed(gone: str, meant: str):
    mistake = refused(f'remove = ["{gone}"]\n')

    assert f"no parent of this pack has “{gone}”" in mistake.sentence
    assert meant in mistake.sentence
    assert (mistake.file, mistake.line) == ("mine.toml", 5)


def test_a_pack_without_parents_has_nothing_to_remove():
    with pytest.raises(PackMistake, match="no parent of this pack has “tiers”"):
        read_pack('remove = ["tiers"]\n' + PACK_TEXT, "mine.toml")


def test_what_every_pack_needs_cannot_be_left_out():
    mistake = refused('remove = ["sections.private"]\n')

    assert "every pack needs a section “private”" in mistake.sentence


@pytest.mark.parametrize("key", ["title", "version"])
def test_title_and_version_are_a_packs_own(key: str):
    text = "\n".join(row for row in HEAD.splitlines() if not row.startswith(key))

    with pytest.raises(PackMistake, match=f"“{key}”"):
        read_pack(text, "mine.toml", PARENTS)


def test_a_mistake_of_a_parent_names_the_parents_file():
    mistake = refused("", county=COUNTY.replace('["agency_kinds.research"]', "3"))

    assert (mistake.file, mistake.line) == ("county", 6)


def test_a_value_that_no_longer_fits_says_from_where_it_comes():
    mistake = refused("[consents]\nmax_days = 20\n")
    line = PACK_TEXT.splitlines().index("default_days = 30") + 1

    assert mistake.file == "mine.toml"
    assert "from 1 to 20" in mistake.sentence
    assert f"It comes from four-tiers, line {line}; write it here to change it." in mistake.sentence


def test_a_value_nobody_wrote_comes_from_nowhere():
    mistake = refused("[agency_kinds]\n[roles.scribe]\nduties = []\n")

    assert "“roles.scribe.title”" in mistake.sentence
    assert "It comes from" not in mistake.sentence


def test_a_circle_of_parents_is_drawn():
    mistake = refused("", county=COUNTY.replace("four-tiers", "mine"), mine=HEAD)

    assert "mine → county → mine" in mistake.sentence
    assert mistake.file == "county"


def test_a_misspelt_parent_is_asked_after():
    with pytest.raises(PackMistake, match="Did you mean “county”"):
        read_pack(HEAD.replace("county", "countie"), "mine.toml", PARENTS)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("legal_profile = 'usa'", "“usa” is not known here; write any of: other, uk, us."),
        ("[clock]\nx = 1", "Did you mean “clocks”?"),
        ("[words]\nsurvivour = 'x'", "Did you mean “survivor”?"),
        ("[words]\nsay_helth = 'x'", "Did you mean “say_health”?"),
        ("[exchanges.meeting.carries]\n2 = ['risc']", "Did you mean “risk"),
        ("xyzzy = 1", "write any of: agency_kinds"),
    ],
)
def test_an_unknown_word_is_answered_with_the_nearest_known(text: str, sentence: str):
    assert sentence in refused(text).sentence


def test_a_profile_that_takes_spoken_consent_does_not_demand_it():
    assert mine("legal_profile = 'uk'").consents.forms == {"written"}


def test_a_word_inherited_for_a_section_that_went_is_no_mistake():
    carried = ["identity", "safe_contact", "referral", "risk", "survivor_voice", "children"]
    gone = f"""remove = ["sections.background"]
[exchanges.handoff.carries]
3 = {carried}
[consents]
handoff_sections = {carried[2:]}
"""
    pack = mine(gone)

    assert "background" not in pack.sections
    assert "say_background" not in pack.words
    assert "say_health" in pack.words


@pytest.mark.parametrize(
    ("parent", "parents"),
    [
        ('"nobody"', {}),
        ("7", {}),
        ('"mine"', {"mine": 'id = "mine"\n'}),
        ('"one"', {"one": 'parent = "two"', "two": 'parent = "one"'}),
    ],
)
def test_a_parent_must_be_at_hand_and_no_descendant(parent, parents):
    with pytest.raises(PackMistake, match=r"“parent”.+\."):
        read_pack(f'id = "mine"\nparent = {parent}\n', "mine.toml", parents)
