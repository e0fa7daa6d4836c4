"""What a pack says of the agreement, of joining, and of what its sources leave open."""

from datetime import date

import pytest

from tests.tiers.worlds import PACK_TEXT, four_tiers
from tiers.protocol import AgreementTerms, EntryTerms, PackMistake, Protocol, RoleRow, read_pack

HEAD = 'id = "mine"\nversion = 1\ntitle = "Mine"\nparent = "four-tiers"\n'


def mine(text: str) -> Protocol:
    return read_pack(HEAD + text, "mine.toml", {"four-tiers": PACK_TEXT})


def test_the_default_agreement_lasts_a_year_and_its_end_is_said_three_times():
    agreement = four_tiers().agreement

    assert (agreement.term_days, agreement.reminders) == (365, (60, 30, 7))
    assert agreement.review_on is None
    assert agreement.commitments
    assert four_tiers().entry == EntryTerms(365)


def test_the_six_steps_of_joining_stand_in_their_order():
    steps = four_tiers().onboarding

    assert [step.key for step in steps] == [
        "internal_lead",
        "review",
        "referral_flows",
        "tier",
        "roles",
        "training",
    ]
    assert [step.key for step in steps if not step.asks_document] == ["internal_lead", "tier"]
    assert all(step.title and step.what for step in steps)


def test_the_four_duties_bind_at_every_tier():
    assert list(four_tiers().duties) == [
        "governance",
        "survivor_rights",
        "decisions_recorded",
        "unintended_consequences",
    ]


def test_a_first_referral_asks_only_for_what_a_hand_off_may_carry():
    pack = four_tiers()
    carried = pack.consents.find_sections | pack.consents.handoff_sections

    assert pack.minimum_dataset[0] == ("identity", "name")
    for section, field in pack.minimum_dataset:
        assert section in carried
        assert pack.sections[section].field(field) is not None


def test_each_role_says_what_it_is_there_to_do():
    assert {"advocate", "liaison", "coordinator", "operator"} <= set(four_tiers().roles)
    assert all(row.title and row.duties for row in four_tiers().roles.values())


def test_a_pack_changes_these_tables_key_by_key():
    pack = mine(
        "[agreement]\nterm_days = 90\nreminders = [7, 30, 7]\nreview_on = 2025-11-30\n"
        "[entry]\nassure_days = 30\n"
        '[onboarding.steps.tier]\ntitle = "Which tier"\n'
        '[onboarding.steps.visit]\ntitle = "A visit"\nwhat = "Come and see."\n'
        '[duties]\ngovernance = "Ours."\n'
        '[roles.chair]\ntitle = "Facilitator"\nduties = []\n'
        '[minimum_dataset]\nfields = ["referral.reason"]\n'
        '[notes.name]\ntitle = "The name"\nsources = ["One says A.", "Another says B."]\n'
        '[notes.day]\ntitle = "The day"\nsources = ["Silent."]\nchosen = "Friday."\n'
    )

    assert pack.agreement == AgreementTerms(
        90, (30, 7), date(2025, 11, 30), four_tiers().agreement.commitments
    )
    assert pack.entry == EntryTerms(30)
    assert [step.title for step in pack.onboarding][3:] == [
        "Which tier",
        "Roles, responsibilities and escalation",
        "A plan for training",
        "A visit",
    ]
    assert pack.duties["governance"] == "Ours."
    assert pack.roles["chair"] == RoleRow("Facilitator", ())
    assert pack.minimum_dataset == (("referral", "reason"),)
    assert [note.chosen for note in pack.notes.values()] == ["", "Friday."]
    assert pack.notes["name"].sources == ("One says A.", "Another says B.")


def test_a_pack_that_says_nothing_of_the_agreement_has_a_year():
    before, rest = PACK_TEXT.split("[agreement]")
    after = "[sections.identity]" + rest.split("[sections.identity]", 1)[1]

    pack = read_pack(before + after, "old.toml")

    assert pack.agreement == AgreementTerms(365, (60, 30, 7), None, ())
    assert pack.entry == EntryTerms(365)
    assert (pack.onboarding, pack.minimum_dataset) == ((), ())
    assert {**pack.duties, **pack.roles, **pack.notes} == {}


def test_an_agreement_of_a_month_is_not_announced_before_it_begins():
    before, rest = PACK_TEXT.split("[agreement]")
    after = "[sections.identity]" + rest.split("[sections.identity]", 1)[1]

    pack = read_pack(before + "[agreement]\nterm_days = 31\n" + after, "month.toml")

    assert pack.agreement.reminders == (30, 7)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[agreement]\nterm_days = 0", "from 1 to 1096"),
        ("[agreement]\nterm_day = 365", "Did you mean “term_days”?"),
        ("[agreement]\nreminders = 30", "a list of whole numbers"),
        ("[agreement]\nreminders = [30, true]", "a list of whole numbers"),
        ("[agreement]\nreminders = [366]", "from 1 to 365"),
        ('[agreement]\nreview_on = "2025-11-30"', "without quotation marks"),
        ("[agreement]\nreview_on = 2025-11-30T09:00:00Z", "without quotation marks"),
        ('[agreement]\ncommitments = ["keep it", " "]', "one of these is empty"),
        ('[agreement]\ncommitments = ["keep it", "keep it"]', "“keep it” stands here twice"),
        ("[entry]\nassure_days = 'a year'", "from 1 to 1096"),
        ("[entry]\nassured_days = 1", "Did you mean “assure_days”?"),
        ("[onboarding]\nstep = 1", "Did you mean “steps”?"),
        ("[onboarding.steps.visit]\ntitle = 'A visit'", "“onboarding.steps.visit.what”"),
        ("[onboarding.steps.tier]\nasks_document = 'yes'", "true or false"),
        ("[onboarding.steps.tier]\nask_document = true", "Did you mean “asks_document”?"),
        ("[minimum_dataset]\nfields = ['identity.nmae']", "Did you mean “identity.name”?"),
        ("[minimum_dataset]\nfields = ['private.notes']", "“private.notes” is not known here"),
        ("[minimum_dataset]\nfields = ['plan_case.status']", "“plan_case.status” is not known"),
        ("[minimum_dataset]\nfield = []", "Did you mean “fields”?"),
        ("[duties]\ngovernance = ''", "between quotation marks"),
        ("[roles.chair]\nduty = []", "Did you mean “duties”?"),
        ("[roles]\nchair = 1", "write this as a table"),
        ("[notes.name]\ntitle = 'The name'", "what each source says"),
        ("[notes.name]\nsources = ['A.']", "“notes.name.title”"),
        ("[notes.name]\nsource = ['A.']", "Did you mean “sources”?"),
    ],
)
def test_a_mistake_in_these_tables_says_what_to_write(text: str, sentence: str):
    with pytest.raises(PackMistake) as caught:
        mine(text)

    assert sentence in str(caught.value)
    assert caught.value.line >= HEAD.count("\n") + 1
