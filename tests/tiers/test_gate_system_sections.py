import json

import pytest

from tests.tiers.worlds import (
    HARBOUR,
    POLICE,
    RIVERSIDE,
    STRANGER,
    ask,
    find,
    plan,
    reason_at,
    record,
    tell,
    written,
)
from tiers.fragment import Place
from tiers.gate import Reason


def carrying(consent, section="releases", value=None):
    """What the gate says of this consent's terms in Casefold's own section."""
    text = json.dumps(consent.to_terms()) if value is None else value
    field = Place(section, "survivor", consent.id if consent else "x")
    return record(fields={**record().fields, field: written(text)})


THEIR_TELL = tell(discloser=POLICE, adopted_by=None)
NAMELESS_PLAN = plan(adopted_by=None).without_name()


def test_a_find_takes_the_recipients_own_tell_along():
    answer = ask(find(), fragment=carrying(THEIR_TELL))

    assert reason_at(answer, "releases") is None


def test_the_collectors_tell_takes_the_plan_along_without_her_name():
    answer = ask(tell(), fragment=carrying(NAMELESS_PLAN))

    assert reason_at(answer, "releases") is None


def test_the_collectors_tell_takes_along_who_was_asked():
    answer = ask(tell(), fragment=carrying(THEIR_TELL, "asked", '{"name": "Police"}'))

    assert reason_at(answer, "asked") is None


@pytest.mark.parametrize(
    ("consent", "carried", "section", "value", "reason"),
    [
        (find(), THEIR_TELL, "asked", "{}", Reason.NOT_FOR_THIS_EXCHANGE),
        (plan(), NAMELESS_PLAN, "releases", None, Reason.NOT_FOR_THIS_EXCHANGE),
        (tell(discloser=POLICE), NAMELESS_PLAN, "releases", None, Reason.NOT_FOR_THIS_EXCHANGE),
        (tell(discloser=POLICE), THEIR_TELL, "asked", "{}", Reason.NOT_FOR_THIS_EXCHANGE),
        (
            plan(collected_by=RIVERSIDE),
            NAMELESS_PLAN,
            "releases",
            None,
            Reason.NOT_FOR_THIS_EXCHANGE,
        ),
        (find(), tell(discloser=STRANGER), "releases", None, Reason.NOT_THEIR_CONSENT),
        (find(), tell(discloser=HARBOUR), "releases", None, Reason.NOT_THEIR_CONSENT),
        (
            find(),
            tell(discloser=POLICE, release_id="9" * 32),
            "releases",
            None,
            Reason.NOT_THEIR_CONSENT,
        ),
        (tell(), plan(), "releases", None, Reason.NOT_THEIR_CONSENT),
        (find(), THEIR_TELL, "releases", "not JSON", Reason.NOT_THEIR_CONSENT),
        (find(), THEIR_TELL, "releases", "[" * 100_000, Reason.NOT_THEIR_CONSENT),
        (find(), THEIR_TELL, "releases", "{}", Reason.NOT_THEIR_CONSENT),
    ],
)
def test_casefolds_own_notes_go_nowhere_else(consent, carried, section, value, reason):
    answer = ask(consent, fragment=carrying(carried, section, value))

    assert reason_at(answer, section) is reason
