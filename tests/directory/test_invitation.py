import pytest

from directory import invitation
from directory.errors import InvitationMistake

RELAY = "https://relay.example"
TOKEN = bytes(range(32))


def given(relay=RELAY):
    return invitation.Invitation(relay, TOKEN)


def test_a_link_comes_back_as_the_invitation_it_was_made_of():
    made = invitation.new(RELAY)

    assert invitation.read(f"  {made.link}\n") == made


def test_two_invitations_are_never_the_same():
    assert invitation.new(RELAY).link != invitation.new(RELAY).link


def test_a_relay_below_another_address_keeps_its_place():
    assert invitation.read(given(f"{RELAY}/below/").link).relay == f"{RELAY}/below"


def test_what_the_relay_keeps_and_what_is_said_at_its_door_are_not_the_token():
    made = given()

    assert len({made.token, made.knock, made.held, made.mark_key}) == 4
    assert made.token.hex() not in made.link
    assert invitation.held_as(made.knock) == made.held


def test_a_card_bears_the_mark_of_the_link_it_came_with_and_of_no_other():
    made, other = given(), invitation.new(RELAY)

    assert invitation.bears(b"card", made.mark(b"card"), made.mark_key)
    assert not invitation.bears(b"another card", made.mark(b"card"), made.mark_key)
    assert not invitation.bears(b"card", other.mark(b"card"), made.mark_key)


def test_an_invitation_does_not_show_its_token_where_it_is_printed():
    assert TOKEN.hex() not in repr(given())
    assert str(TOKEN) not in repr(given())


@pytest.mark.parametrize(
    "link",
    [
        "",
        "an invitation",
        f"{RELAY}/invitation",
        f"{RELAY}/invitation#",
        f"{RELAY}/elsewhere#{given().link.partition('#')[2]}",
        given().link[:-1],
        given().link + "A",
        given().link + "!",
        given().link.replace("https", "ftp"),
        f"{RELAY}/invitation#é{given().link.partition('#')[2][1:]}",
    ],
)
def test_what_is_no_whole_link_is_refused(link):
    with pytest.raises(InvitationMistake):
        invitation.read(link)


@pytest.mark.parametrize("sign", ["?", "@", "\\", " ", "\n"])
def test_a_link_that_looks_like_one_place_and_is_another_is_refused(sign):
    link = given(f"https://relay.example{sign}elsewhere.example").link

    with pytest.raises(InvitationMistake):
        invitation.read(link)
