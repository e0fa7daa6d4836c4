from datetime import UTC, datetime
from pathlib import Path

import pytest

from server.node import settings
from server.node.errors import UnknownSetting, Usage


def test_a_setting_that_is_misspelt_is_named():
    with pytest.raises(UnknownSetting, match="CASEFOLD_DATABSE_URL") as stop:
        settings.read({"CASEFOLD_DATA": "/srv/x", "CASEFOLD_DATABSE_URL": "postgresql://"})

    assert stop.value.exit_code == 2


def test_a_folder_given_by_hand_wins():
    found = settings.read({"CASEFOLD_DATA": "/srv/x"}, Path("/srv/y"))

    assert found.data == Path("/srv/y")
    assert found.database_file == Path("/srv/y/casefold.db")


def test_without_a_folder_it_says_how_to_name_one():
    with pytest.raises(Usage, match="--data"):
        settings.read({})


def test_what_an_operator_writes_is_read():
    found = settings.read(
        {
            "CASEFOLD_DATA": "/srv/x",
            "CASEFOLD_DATABASE_URL": "postgresql://casefold@/casefold",
            "CASEFOLD_HOSTS": "Casefold.example.org, 10.0.0.5",
            "CASEFOLD_HTTPS": "yes",
            "CASEFOLD_IDLE_MINUTES": "15",
            "CASEFOLD_NOW": "2031-05-04T09:00:00+02:00",
        }
    )

    assert found.hosts == ("casefold.example.org", "10.0.0.5")
    assert found.https
    assert found.idle_minutes == 15
    assert found.moved_now == datetime(2031, 5, 4, 7, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CASEFOLD_DATABASE_URL", "mysql://x"),
        ("CASEFOLD_HTTPS", "perhaps"),
        ("CASEFOLD_IDLE_MINUTES", "1"),
        ("CASEFOLD_IDLE_MINUTES", "16"),
        ("CASEFOLD_IDLE_MINUTES", "five"),
        ("CASEFOLD_NOW", "tomorrow"),
    ],
)
def test_a_value_that_cannot_be_is_refused(name: str, value: str):
    with pytest.raises(Usage, match=name):
        settings.read({"CASEFOLD_DATA": "/srv/x", name: value})


def test_a_database_password_is_never_printed():
    found = settings.read(
        {"CASEFOLD_DATA": "/srv/x", "CASEFOLD_DATABASE_URL": "postgresql://a:hush@/b"}
    )

    assert "hush" not in repr(found)


MAIL = {
    "CASEFOLD_DATA": "/srv/casefold",
    "CASEFOLD_SMTP_HOST": "mail.example.org",
    "CASEFOLD_SMTP_SENDER": "node@example.org",
    "CASEFOLD_SMTP_TO": "liaison@example.org, second@example.org",
}


def test_the_digest_goes_where_the_operator_says():
    mail = settings.read(MAIL).mail

    assert mail is not None
    assert (mail.host, mail.port, mail.tls) == ("mail.example.org", 587, "starttls")
    assert mail.to == ("liaison@example.org", "second@example.org")
    assert settings.read({"CASEFOLD_DATA": "/srv/casefold"}).mail is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CASEFOLD_SMTP_TLS", "perhaps"),
        ("CASEFOLD_SMTP_PORT", "0"),
        ("CASEFOLD_SMTP_PORT", "mail"),
        ("CASEFOLD_SMTP_SENDER", ""),
        ("CASEFOLD_SMTP_SENDER", "nobody"),
        ("CASEFOLD_SMTP_TO", " , "),
        ("CASEFOLD_SMTP_TO", "two words@example.org"),
    ],
)
def test_a_mail_setting_that_cannot_be_is_refused_by_name(name: str, value: str):
    with pytest.raises(Usage, match=name):
        settings.read(MAIL | {name: value})


def test_no_password_goes_over_a_line_of_others_in_clear():
    bare = MAIL | {"CASEFOLD_SMTP_TLS": "no"}
    asked = bare | {"CASEFOLD_SMTP_USER": "node"}

    with pytest.raises(Usage, match="for all to read"):
        settings.read(asked)
    assert settings.read(bare).mail is not None
    assert settings.read(asked | {"CASEFOLD_SMTP_HOST": "127.0.0.1"}).mail is not None
