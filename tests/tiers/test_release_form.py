from datetime import date
from itertools import count

import pytest

from tests.tiers.release_rows import police, rows
from tests.tiers.worlds import (
    CASE_REF,
    HARBOUR,
    PACK_TEXT,
    POLICE,
    RIVERSIDE,
    TODAY,
    four_tiers,
    release_file,
)
from tiers.consent import EVERYTHING_TOLD, Consent, ConsentKind, ConsentState
from tiers.protocol import read_pack
from tiers.release_form import FormMistake, expand, read_release

NAMES = {"Harbour House": HARBOUR, "Northfield Police": POLICE, "Riverside": RIVERSIDE}


def expanded(pack=None, today=TODAY, collector=HARBOUR, **changes):
    numbers = count(1)
    form = read_release(release_file(**changes))
    return expand(
        form,
        collector,
        RIVERSIDE,
        pack or four_tiers(),
        today,
        lambda: f"{next(numbers):032x}",
        lambda name: NAMES.get(name, name),
    )


def by_kind(consents, discloser, recipient):
    return next(c for c in consents if (c.discloser, c.recipient) == (discloser, recipient))


def test_one_release_makes_one_directed_consent_for_each_tick():
    consents = expanded()

    made = {(c.kind, c.discloser, c.recipient) for c in consents}
    assert made == {
        (ConsentKind.TELL, HARBOUR, RIVERSIDE),
        (ConsentKind.PLAN, RIVERSIDE, HARBOUR),
        (ConsentKind.FIND, HARBOUR, POLICE),
        (ConsentKind.TELL, POLICE, RIVERSIDE),
        (ConsentKind.PLAN, RIVERSIDE, POLICE),
    }
    assert len(consents) == 5
    assert len({c.id for c in consents}) == 5
    assert len({c.release_id for c in consents}) == 1


def test_each_consent_says_all_that_was_agreed():
    found = by_kind(expanded(), HARBOUR, POLICE)

    assert found.sections == {"identity", "safe_contact"}
    assert found.about == {"survivor", "child-a", "puv"}
    assert found.excluded == {("identity", "employer")}
    assert (found.signed_on, found.ends) == (date(2026, 3, 11), date(2026, 4, 10))
    assert found.told == EVERYTHING_TOLD
    assert found.state is ConsentState.GIVEN
    assert (found.collected_by, found.adopted_by, found.carrier) == (HARBOUR, None, RIVERSIDE)
    assert (found.case_ref, found.legal_profile, found.pack) == (CASE_REF, "us", "four-tiers 1")
    assert found.purpose_kind == "safety"
    assert Consent.from_terms(found.to_terms()) == found


def test_what_must_not_be_shared_is_in_no_consent():
    terms = str([consent.to_terms() for consent in expanded()])

    assert "sister" not in terms


def test_the_plan_tells_nobody_her_name_and_neither_does_a_find_that_excludes_it():
    plans = [c for c in expanded() if c.kind is ConsentKind.PLAN]
    nameless = expanded(exclude=[["identity", "name"]])

    assert {c.signer.name for c in plans} == {""}
    assert {c.signer.name for c in nameless} == {""}


def test_agencies_and_carrier_may_be_written_by_name():
    row = {"agency": "Northfield Police", "find": True, "initials": "IP"}

    (found,) = expanded(carrier="Riverside", rows=[row])

    assert (found.recipient, found.carrier) == (POLICE, RIVERSIDE)


def test_children_are_never_implied():
    unnamed = expanded(rows=rows(police(tell=True, about=["puv"])))
    named = expanded(rows=rows(police(tell=True, about=["child-a"])))

    assert "children" not in by_kind(unnamed, POLICE, RIVERSIDE).sections
    assert "children" not in by_kind(unnamed, HARBOUR, RIVERSIDE).sections
    assert "children" in by_kind(named, POLICE, RIVERSIDE).sections
    assert "children" not in by_kind(named, HARBOUR, RIVERSIDE).sections


def test_the_forms_own_list_of_people_says_who_is_a_child():
    people = {"survivor": "survivor", "ada": "child", "child-x": "other_at_risk"}
    named = expanded(people=people, rows=rows(police(tell=True, about=["ada"])))
    other = expanded(people=people, rows=rows(police(tell=True, about=["child-x"])))

    assert "children" in by_kind(named, POLICE, RIVERSIDE).sections
    assert "children" not in by_kind(other, POLICE, RIVERSIDE).sections


def test_a_row_may_narrow_the_summary_and_widen_a_hand_off():
    consents = expanded(
        rows=rows(police(find=True, tell=True, tell_sections=["risks"], handoff_sections=["risk"]))
    )

    assert by_kind(consents, HARBOUR, POLICE).sections == {"identity", "safe_contact", "risk"}
    assert by_kind(consents, POLICE, RIVERSIDE).sections == {"risks"}


def test_an_unticked_row_makes_nothing():
    consents = expanded(rows=rows({"agency": POLICE}))

    assert [c.kind for c in consents] == [ConsentKind.TELL]


def test_the_longest_release_the_pack_allows_is_taken():
    assert expanded(ends="2026-06-09")[0].ends == date(2026, 6, 9)


def spoken_pack():
    text = PACK_TEXT.replace('forms = ["written"]', 'forms = ["written", "spoken"]')
    return read_pack(text.replace('legal_profile = "us"', 'legal_profile = "other"'), "spoken.toml")


def test_a_spoken_release_stands_where_the_pack_takes_it_with_a_second_witness():
    consents = expanded(pack=spoken_pack(), form="spoken", second_witness="Bo")

    assert {(c.form, c.second_witness) for c in consents} == {("spoken", "Bo")}


SIGNER = release_file()["signer"]


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"form": "spoken", "second_witness": "Bo"}, "form"),
        ({"signed_on": "2026-03-17"}, "signed_on"),
        ({"signed_on": "2026-02-01", "ends": "2026-03-15"}, "ends"),
        ({"ends": "2026-06-10"}, "ends"),
        ({"purpose_kind": "gossip"}, "purpose_kind"),
        ({"rows": rows(police(tell=True), police(find=True))}, "rows[2].agency"),
        ({"rows": [{"agency": HARBOUR, "find": True, "initials": "IP"}]}, "rows[0].find"),
        ({"rows": rows({"agency": RIVERSIDE, "tell": True, "initials": "IP"})}, "rows[1]"),
        ({"rows": rows({"agency": RIVERSIDE, "plan": True, "initials": "IP"})}, "rows[1]"),
        ({"rows": [police(find=True, plan=True)]}, "rows[0].plan"),
        ({"rows": rows(police(tell=True, tell_sections=["identity"]))}, "rows[1].tell_sections"),
        ({"rows": rows(police(tell=True, tell_sections=["children"]))}, "rows[1].tell_sections"),
        ({"rows": rows(police(tell=True, tell_sections=[]))}, "rows[1].tell_sections"),
        (
            {"rows": rows(police(find=True, handoff_sections=["private"]))},
            "rows[1].handoff_sections",
        ),
    ],
)
def test_what_the_protocol_forbids_makes_no_consent_at_all(changes, path):
    with pytest.raises(FormMistake) as caught:
        expanded(**changes)

    assert caught.value.path == path
    assert caught.value.sentence.endswith(".")


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"format": "casefold-release-2"}, "format"),
        ({"ends": None}, "ends"),
        ({"ends": "2026-03-10"}, "ends"),
        ({"case_ref": "7KQ-42M"}, "case_ref"),
        ({"purpose": " "}, "purpose"),
        ({"witness": ""}, "witness"),
        ({"form": "spoken"}, "second_witness"),
        ({"told": {}}, "told.alternatives"),
        ({"told": dict.fromkeys(sorted(EVERYTHING_TOLD), False)}, "told.alternatives"),
        ({"signer": SIGNER | {"confirmed_not_abuser": False}}, "signer.confirmed_not_abuser"),
        ({"signer": SIGNER | {"name": ""}}, "signer.name"),
        ({"signer": SIGNER | {"kind": "guardian"}}, "signer.relation"),
        ({"signer": SIGNER | {"kind": "friend"}}, "signer.kind"),
        (
            {
                "signer": SIGNER | {"person": "puv"},
                "people": {"puv": "person_using_violence"},
            },
            "signer.person",
        ),
        ({"people": {"survivor": "other_at_risk"}}, "survivor"),
        ({"people": {"survivor": "saint"}}, "people.survivor"),
        ({"people": []}, "people"),
        ({"rows": {}}, "rows"),
        ({"rows": []}, "rows"),
        ({"rows": [{"agency": POLICE}]}, "rows"),
        ({"rows": [{"agency": POLICE, "find": True}]}, "rows[0].initials"),
        ({"rows": [{"agency": POLICE, "find": 1}]}, "rows[0].find"),
        ({"rows": [{"agency": POLICE, "override": True}]}, "rows[0].override"),
        ({"rows": [7]}, "rows[0]"),
        ({"rows": [{"agency": POLICE}] * 201}, "rows"),
        ({"exclude": [["identity"]]}, "exclude[0]"),
        ({"copy_safe": "yes"}, "copy_safe"),
        ({"override": True}, "override"),
    ],
)
def test_a_mistake_in_the_file_names_its_part(changes, path):
    with pytest.raises(FormMistake) as caught:
        read_release(release_file(**changes))

    assert caught.value.path == path
    assert str(caught.value) == f"{path}: {caught.value.sentence}"


@pytest.mark.parametrize(
    "part", sorted(set(release_file()) - {"case_ref", "must_not_share", "exclude"})
)
def test_no_needed_part_may_be_missing(part):
    form = release_file()
    del form[part]

    with pytest.raises(FormMistake) as caught:
        read_release(form)

    assert caught.value.path == part


@pytest.mark.parametrize("value", [None, [], "release", 7])
def test_what_is_no_form_is_refused(value):
    with pytest.raises(FormMistake, match="write an object here"):
        read_release(value)


def test_all_optional_parts_are_kept():
    form = read_release(
        release_file(
            purpose_kind="housing", copy_safe=False, interpreter="Cy", people={"child-a": "child"}
        )
    )

    assert (form.purpose_kind, form.copy_safe, form.interpreter) == ("housing", False, "Cy")
    assert form.must_not_share == "not to my sister"
