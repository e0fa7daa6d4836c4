"""docs/roles.md is the table of roles and commands, and the table is what the node enforces."""

from pathlib import Path

from server.node.access import TABLE, Act, Role

PAPER = Path(__file__).parents[3] / "docs" / "roles.md"


def rows() -> list[list[str]]:
    lines = [line for line in PAPER.read_text().splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_paper_names_every_role_in_its_head() -> None:
    head = rows()[0]

    assert head[1:] == [role.value for role in Role]


def test_the_paper_says_of_every_act_exactly_what_the_node_enforces() -> None:
    head, _, *body = rows()

    said = {
        row[0].strip("`"): {
            role for role, cell in zip(head[1:], row[1:], strict=True) if cell == "yes"
        }
        for row in body
    }

    assert said == {act.value: {role.value for role in TABLE[act]} for act in Act}


def test_an_operator_alone_opens_no_case() -> None:
    opens = {
        Act.READ_CASE,
        Act.EDIT_CASE,
        Act.IMPORT_CASE,
        Act.VIEW_CASE,
        Act.SHARE,
        Act.LIST_CASES,
    }

    assert not [act for act in opens if Role.OPERATOR in TABLE[act]]
