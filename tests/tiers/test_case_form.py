import pytest

from tests.tiers.worlds import CASE_REF, case_file, four_tiers
from tiers.case_form import FormMistake, place_form, read_case, read_value
from tiers.fragment import Place
from tiers.protocol import FieldForm


def read(**changes):
    return read_case(case_file(**changes), four_tiers())


def test_a_case_is_read_place_by_place():
    case = read(case_ref=CASE_REF)

    assert case.fields[Place("identity", "survivor", "name")] == "Invented Person"
    assert case.fields[Place("identity", "survivor", "aliases")] == "Vee\nV. Person"
    assert case.fields[Place("identity", "puv", "born")] == "1980-02-03"
    assert case.fields[Place("identity", "puv", "interpreter")] == "no"
    assert case.fields[Place("assessments", "survivor", "0001.score")] == "17"
    assert case.fields[Place("assessments", "survivor", "0002.score")] == "9"
    assert case.fields[Place("risk", "survivor", "repeat_case")] == "yes"
    assert case.people["child-a"] == "child"
    assert case.bases == {"puv": "to protect her"}
    assert case.case_ref == CASE_REF


def test_an_empty_field_is_not_kept():
    case = read(
        sections={
            "identity": {"survivor": {"name": " ", "interpreter": "", "born": "", "area": "x"}}
        }
    )

    assert list(case.fields) == [Place("identity", "survivor", "area")]


def identity(**fields):
    return {"sections": {"identity": {"survivor": fields}}}


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"format": "casefold-case-9"}, "format"),
        ({"people": []}, "people"),
        ({"people": {"puv": "person_using_violence"}}, "people"),
        ({"people": {"Survivor": "survivor"}}, "people"),
        ({"people": {"survivor": "victim"}}, "people.survivor"),
        ({"people": {f"p{n}": "survivor" for n in range(201)}}, "people"),
        ({"sections": []}, "sections"),
        ({"sections": {"gossip": {}}}, "sections.gossip"),
        ({"sections": {"releases": {}}}, "sections.releases"),
        ({"sections": {"identity": {"nobody": {}}}}, "sections.identity.nobody"),
        ({"sections": {"children": {"survivor": {}}}}, "sections.children.survivor"),
        ({"sections": {"identity": {"survivor": []}}}, "sections.identity.survivor"),
        (identity(secret="x"), "sections.identity.survivor.secret"),
        (identity(name=None), "sections.identity.survivor.name"),
        (identity(name=True), "sections.identity.survivor.name"),
        (identity(name=10**16), "sections.identity.survivor.name"),
        (identity(name=["a"]), "sections.identity.survivor.name"),
        (identity(name="x" * 65_537), "sections.identity.survivor.name"),
        (identity(name="a\x00"), "sections.identity.survivor.name"),
        (identity(aliases=["a\nb"]), "sections.identity.survivor.aliases"),
        (identity(born="3.2.1980"), "sections.identity.survivor.born"),
        (identity(interpreter="maybe"), "sections.identity.survivor.interpreter"),
        (
            {"sections": {"service_involvement": {"survivor": {"status": "x"}}}},
            "sections.service_involvement.survivor.status",
        ),
        (
            {"sections": {"assessments": {"survivor": {"score": 1}}}},
            "sections.assessments.survivor",
        ),
        (
            {"sections": {"assessments": {"survivor": [{"score": 1}, {"gossip": 1}]}}},
            "sections.assessments.survivor[1].gossip",
        ),
        (
            {"sections": {"assessments": {"survivor": [[]]}}},
            "sections.assessments.survivor[0]",
        ),
        ({"sections": {"plan_case": {"survivor": {}}}}, "sections.plan_case"),
        ({"bases": {"survivor": "x"}}, "bases.survivor"),
        ({"bases": {"puv": " "}}, "bases.puv"),
        ({"case_ref": 1}, "case_ref"),
        ({"consent_overridden": True}, "consent_overridden"),
    ],
)
def test_a_mistake_names_its_part(changes, path):
    with pytest.raises(FormMistake) as caught:
        read(**changes)

    assert caught.value.path == path


def test_too_many_fields_are_refused():
    people = {f"p{n}": "survivor" for n in range(150)}
    fields = {
        section.id: {
            person: {field.id: "x" for field in section.fields if field.kind in {"text", "long"}}
            for person in people
        }
        for section in four_tiers().sections.values()
        if "survivor" in section.about and not section.rows and not section.own_page
    }

    with pytest.raises(FormMistake, match="10000 fields"):
        read(people=people, sections=fields, bases={})


def test_a_typed_value_is_checked_like_one_from_a_file():
    choice = FieldForm("status", "Status", "choice", ("open", "closed"), False)

    assert read_value(choice, " open ", "status") == "open"
    assert read_value(choice, "", "status") == ""
    with pytest.raises(FormMistake, match="closed, open"):
        read_value(choice, "ajar", "status")


def test_a_place_has_a_form_only_where_the_protocol_has_one():
    people = {"survivor": "survivor"}

    found = place_form(Place("identity", "survivor", "name"), people, four_tiers(), "field")

    in_row = place_form(Place("motions", "survivor", "4f2a.result"), people, four_tiers(), "field")

    assert found.label == "Name"
    assert in_row.choices == ("carried", "lost")
    for place in (
        Place("identity", "survivor", "secret"),
        Place("identity", "puv", "name"),
        Place("children", "survivor", "school"),
        Place("gossip", "survivor", "name"),
        Place("assessments", "survivor", "score"),
        Place("assessments", "survivor", "1.score"),
        Place("identity", "survivor", "0001.name"),
    ):
        with pytest.raises(FormMistake):
            place_form(place, people, four_tiers(), "field")
