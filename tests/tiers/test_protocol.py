import pytest

from tests.tiers.worlds import PACK_TEXT, four_tiers
from tiers.protocol import PackMistake, read_pack
from tiers.tier import Tier

CHILD_PACK = """
id = "riverside"
parent = "four-tiers"
version = 3
title = "Riverside"
timezone = "America/Halifax"
[consents]
max_days = 60
[words]
meeting = "case table"
[sections.identity.fields]
nickname = { label = "Nickname" }
"""
HANDOFF = {
    "identity",
    "safe_contact",
    "referral",
    "assessments",
    "risk",
    "survivor_voice",
    "children",
}
ANSWERS = {
    "assessments",
    "background_checks",
    "attending",
    "ballots",
    "action_answers",
    "contact_log",
}
PLAN = {"plan_case", "plan_risks", "plan_actions", "plan_leads", "motions"}
MEETING = {
    "service_involvement",
    "risks",
    "safety_work",
    "recommendations",
    "survivor_voice",
    "children",
    "orders",
    "risk",
    *ANSWERS,
    *PLAN,
}


@pytest.mark.parametrize(
    ("exchange", "tier", "carried"),
    [
        ("handoff", Tier.DIRECTORY, set()),
        ("handoff", Tier.REFERRAL, HANDOFF),
        ("handoff", Tier.FRAMEWORKS, HANDOFF | {"health", "orders", "background"}),
        ("handoff", Tier.RESEARCH, HANDOFF),
        ("meeting", Tier.DIRECTORY, set()),
        ("meeting", Tier.REFERRAL, MEETING),
        ("meeting", Tier.FRAMEWORKS, MEETING | {"health"}),
        ("meeting", Tier.RESEARCH, MEETING),
    ],
)
def test_the_tier_table_of_the_default_pack(exchange, tier, carried):
    assert four_tiers().exchanges[exchange].carries[tier] == carried


def test_a_meeting_needs_a_seat_and_a_hand_off_does_not():
    assert four_tiers().exchanges["meeting"].seat == "meeting"
    assert four_tiers().exchanges["handoff"].seat is None


def test_the_default_pack_takes_written_consent_for_ninety_days_at_most():
    consents = four_tiers().consents

    assert (consents.max_days, consents.default_days) == (90, 30)
    assert consents.forms == {"written"}
    assert consents.find_sections == {"identity", "safe_contact"}
    assert consents.plan_sections == PLAN


def test_private_never_leaves_and_children_are_a_section_of_their_own():
    sections = four_tiers().sections

    assert [key for key, section in sections.items() if section.never_leaves] == ["private"]
    assert sections["children"].about == ("child",)
    assert "children" not in four_tiers().consents.find_sections


def test_the_forms_are_full_size():
    sections = four_tiers().sections.values()

    assert sum(len(section.fields) for section in sections) >= 150


@pytest.mark.parametrize("kind", ["coordinating", "domestic_violence_centre", "police", "hospital"])
def test_the_pack_knows_each_kind_of_agency(kind):
    assert four_tiers().agency_kinds[kind]


def test_tiers_cannot_be_compared():
    with pytest.raises(TypeError):
        assert Tier.REFERRAL < Tier.RESEARCH  # type: ignore[operator]


def test_each_tier_says_what_it_may_do_and_owes():
    for tier in Tier:
        assert four_tiers().tiers[tier].title
        assert four_tiers().tiers[tier].may
        assert four_tiers().tiers[tier].duties


def test_a_pack_takes_over_its_parents_tables_and_changes_only_what_it_says():
    pack = read_pack(CHILD_PACK, "riverside.toml", {"four-tiers": PACK_TEXT})

    assert (pack.id, pack.version, pack.timezone) == ("riverside", 3, "America/Halifax")
    assert (pack.consents.max_days, pack.consents.default_days) == (60, 30)
    assert pack.words["meeting"] == "case table"
    assert pack.words["matrix"] == four_tiers().words["matrix"]
    assert pack.sections["identity"].field("nickname") is not None
    assert pack.sections["identity"].field("name") == four_tiers().sections["identity"].field(
        "name"
    )
    assert pack.exchanges == four_tiers().exchanges


def test_the_digest_changes_with_the_text_and_with_the_parents():
    one = read_pack(CHILD_PACK, "r", {"four-tiers": PACK_TEXT}).digest
    two = read_pack(CHILD_PACK, "r", {"four-tiers": PACK_TEXT + "\n# more"}).digest

    assert len({one, two, four_tiers().digest}) == 3
    assert len(four_tiers().digest) == 64


def line_with(text, part):
    return next(n for n, row in enumerate(text.splitlines(), 1) if part in row)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("max_days = 90", "max_days = 900", "from 1 to 366"),
        ("max_days = 90", "max_days = true", "from 1 to 366"),
        ("default_days = 30", "default_days = 91", "from 1 to 90"),
        ('forms = ["written"]', 'forms = ["written", "spoken"]', '["written"] only'),
        ('forms = ["written"]', 'forms = ["shouted"]', "“shouted” is not known here"),
        ('forms = ["written"]', "forms = []", "how a consent is given"),
        ('forms = ["written"]', 'forms = "written"', "list of words"),
        ('timezone = "UTC" ', 'timezone = "Mars/Olympus" ', "Europe/London"),
        ('timezone = "UTC" ', 'timezone = "../../etc/passwd" ', "Europe/London"),
        ("version = 1", 'version = "1"', "whole number"),
        ("relay_heard_hours = 24 ", "relay_heard_hours = 0 ", "from 1 to 336"),
        ("renew_prompt_days = 14", "renew_prompt_day = 14", "not known here"),
        ('seat = "meeting"', 'seat = ""', "between quotation marks"),
        ('find_sections = ["identity", ', 'find_sections = ["private", ', "“private” is not known"),
        ('about = ["child"]', 'about = ["survivor"]', "children only"),
        ('name = { label = "Name" }', "name = 7", "write this as a table"),
        ('name = { label = "Name" }', 'Name = { label = "Name" }', "in small letters"),
        ('name = { label = "Name" }', 'name = { caption = "Name" }', "not known here"),
        ('name = { label = "Name" }', 'name = { label = "N", kind = "number" }', "“number”"),
        ('name = { label = "Name" }', 'name = { label = "N", kind = "choice" }', "needs choices"),
        ('name = { label = "Name" }', 'name = { label = "N", repeat = 1 }', "true or false"),
        ("[exchanges.meeting]", "[exchanges.gossip]\n[exchanges.meeting]", "not known here"),
        ("never_leaves = true", "never_leaves = false", "never_leaves = true"),
        ("never_leaves = true", 'never_leaves = "yes"', "true or false"),
        ("[tiers.4]", "[tiers.5]", "not known here"),
        ('title = "Directory and contact presence"', "", "between quotation marks"),
    ],
)
def test_a_mistake_in_a_pack_names_its_file_and_line_and_what_to_write(old, new, sentence):
    assert PACK_TEXT.count(old) >= 1
    text = PACK_TEXT.replace(old, new, 1)

    with pytest.raises(PackMistake) as caught:
        read_pack(text, "mine.toml")

    assert sentence in str(caught.value)
    assert str(caught.value).startswith(f"mine.toml, line {caught.value.line}: ")
    if "=" in new:
        assert caught.value.line == line_with(PACK_TEXT, old)


@pytest.mark.parametrize(
    ("extra", "sentence"),
    [
        ("\n[sections.releases]\ntitle = 'x'", "writes this section itself"),
        ("\n[sections.mine]\ntitle = 'x'", "whom it may be about"),
        ("\n[sections.mine]\ntitle = 'x'\nabout = ['saint']", "“saint” is not known"),
        ("\n[sections.mine]\ntitle = 'x'\nabout = ['child']", "at least one field"),
        ("\n[sections]\nmine = 1", "write this as a table"),
        ("\nthis is not TOML", "this is not TOML"),
        ("\nx = 1979-99-99", "this is not TOML"),
        ("\nx = " + "[" * 5000, "nested too deeply"),
        ("\n[overrides]\nx = 1", "not known here"),
        ("\n#" + "x" * 600_000, "at most"),
    ],
)
def test_more_mistakes_in_a_pack(extra, sentence):
    with pytest.raises(PackMistake) as caught:
        read_pack(PACK_TEXT + extra, "mine.toml")

    assert sentence in str(caught.value)
    assert 1 <= caught.value.line <= PACK_TEXT.count("\n") + 4


def without(text, start, end):
    before, rest = text.split(start, 1)
    return before + (end + rest.split(end, 1)[1] if end else "")


@pytest.mark.parametrize(
    ("start", "end", "sentence"),
    [
        ("[sections.identity]", "[sections.safe_contact]", "needs a section “identity”"),
        ("[sections.private]", "", "needs a section “private”"),
        ("[consents.purposes]", "[sections.identity]", "at least one purpose"),
        ("[clocks]", "[words]", "from 1 to 336"),
        ("[tiers.1]", "[tiers.2]", "between quotation marks"),
        ("[exchanges.handoff]", "[exchanges.meeting]", "between quotation marks"),
        ('seat = "meeting"\n', "\n[exchanges.meeting.carries]", "a meeting needs a seat"),
    ],
)
def test_what_a_pack_lacks_is_named(start, end, sentence):
    text = without(PACK_TEXT, start, end)
    for gone in ("identity", "private"):
        if f"[sections.{gone}]" not in text:
            text = text.replace(f'"{gone}", ', "")

    with pytest.raises(PackMistake) as caught:
        read_pack(text, "mine.toml")

    assert sentence in str(caught.value)


def test_a_tier_without_a_row_carries_nothing():
    text = without(PACK_TEXT, '4 = ["identity"', "\n[exchanges.meeting]")

    pack = read_pack(text, "mine.toml")

    assert pack.exchanges["handoff"].carries[Tier.RESEARCH] == frozenset()


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("sections", "1", "write this as a table"),
        ("tiers", "1", "write this as a table"),
        ("words", "[]", "write this as a table"),
        ("consents", "1", "write this as a table"),
        ("clocks", "1", "write this as a table"),
        ("exchanges", "1", "write this as a table"),
        ("agency_kinds", "1", "write this as a table"),
    ],
)
def test_a_table_that_is_no_table_is_named(key, value, sentence):
    parent = {"four-tiers": PACK_TEXT}
    text = f'id = "mine"\nversion = 1\ntitle = "Mine"\nparent = "four-tiers"\n{key} = {value}\n'

    with pytest.raises(PackMistake) as caught:
        read_pack(text, "mine.toml", parent)

    assert sentence in str(caught.value)


def test_a_purpose_table_that_is_no_table_is_named():
    text = 'id = "mine"\nparent = "four-tiers"\n[consents]\npurposes = 1\n'

    with pytest.raises(PackMistake, match="line 4"):
        read_pack(text, "mine.toml", {"four-tiers": PACK_TEXT})


@pytest.mark.parametrize("carries", ["carries = 1", "carries = { 9 = [] }"])
def test_a_tier_table_that_is_no_tier_table_is_named(carries):
    head = 'id = "mine"\nversion = 1\ntitle = "Mine"\nparent = "four-tiers"\n'
    text = f"{head}[exchanges.handoff]\n{carries}\n"

    with pytest.raises(PackMistake, match="line 6"):
        read_pack(text, "mine.toml", {"four-tiers": PACK_TEXT})


def test_without_parents_at_hand_a_child_is_refused():
    with pytest.raises(PackMistake, match="line 3"):
        read_pack(CHILD_PACK, "riverside.toml")


def test_a_value_where_a_table_should_be_does_not_stop_the_reader():
    with pytest.raises(PackMistake, match="id"):
        read_pack('id = ["x"]', "mine.toml")
