"""Contact cards as they travel: whole, damaged, and written by a newer version."""

import asyncio

import pytest

from server.node import voice
from server.node.errors import BadFile
from tests.nodes import TestedNode


def test_a_card_that_travelled_as_a_line_is_the_same_card(agency: TestedNode) -> None:
    desk = asyncio.run(agency.desk())

    line = voice.line(desk.node.card)

    assert "\n" not in line
    assert voice.from_line(f"  {line}\n") == desk.node.card
    assert voice.read_card(voice.from_line(line), desk).name == desk.node.name


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("casefold-card-2 AAAA", "Update this node"),
        ("casefold-card-12\nAAAA", "Update this node"),
        ("casefold-card-1 A*A=", "ask for it again"),
        ("casefold-cardigan AAAA", "not a contact card"),
        ("AAAA", "not a contact card"),
        ("", "not a contact card"),
    ],
)
def test_a_line_that_cannot_be_read_says_what_to_do(text: str, said: str) -> None:
    with pytest.raises(BadFile, match=said):
        voice.from_line(text)


@pytest.mark.parametrize(
    ("first", "said"),
    [(b"CFS2", "newer Casefold. Update this node"), (b"CFX1", "not a contact card")],
)
def test_a_card_of_a_newer_format_says_to_update_this_node(
    agency: TestedNode, first: bytes, said: str
) -> None:
    desk = asyncio.run(agency.desk())

    with pytest.raises(BadFile, match=said):
        voice.read_card(first + desk.node.card[4:], desk)


def test_a_kind_of_statement_nobody_knows_yet_says_to_update_this_node(agency: TestedNode) -> None:
    desk = asyncio.run(agency.desk())
    card = desk.node.card

    with pytest.raises(BadFile, match="Update this node"):
        voice.read_card(card[:4] + b"\xc8" + card[5:], desk)
