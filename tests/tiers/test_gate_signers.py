"""Who signed is compared with everybody in the case, under every name."""

import pytest

from tests.tiers.worlds import (
    ask,
    plan,
    record,
    tell,
    written,
)
from tiers.consent import Signer
from tiers.fragment import Place
from tiers.gate import Cleared, Reason, Withheld


@pytest.mark.parametrize(
    ("signer", "field", "recorded"),
    [
        ("José Novak", "name", "Jose  NOVÁK"),
        ("Marek Novak", "name", "Novak, Marek"),
        ("Marek Novak", "aliases", "Max, Marek Novak"),
        ("Max Muster", "aliases", "Marek\nMax Muster"),
        ("O'Neill Sam", "name", "Sam O\u2019Neill"),
        ("Max", "name", "Marek Novak also known as Max"),
    ],
)
def test_nobody_recorded_as_using_violence_signs_under_any_of_their_names(signer, field, recorded):
    fields = {**record().fields, Place("identity", "puv", field): written(recorded)}

    answer = ask(
        tell(signer=Signer("guardian", signer, "parent", None, True)),
        fragment=record(fields=fields),
    )

    assert isinstance(answer, Withheld)
    assert answer.reason is Reason.SIGNER_USES_VIOLENCE


def test_a_consent_without_a_name_is_compared_by_code_alone():
    nameless = plan().without_name()
    fields = {**record().fields, Place("identity", "puv", "name"): written("")}

    assert isinstance(ask(nameless, fragment=record(fields=fields)), Cleared)


@pytest.mark.parametrize(("section", "field"), [("identity", "lives_with"), ("risks", "name")])
def test_a_signer_may_be_mentioned_where_no_name_of_theirs_is_written(section, field):
    fields = {**record().fields, Place(section, "puv", field): written("Invented Person")}

    assert isinstance(ask(tell(), fragment=record(fields=fields)), Cleared)


@pytest.mark.parametrize("about", ["survivor", "nan"])
def test_a_signer_may_bear_the_name_of_anybody_else(about):
    fields = {**record().fields, Place("identity", about, "name"): written("Invented Person")}

    assert isinstance(ask(tell(), fragment=record(fields=fields)), Cleared)
