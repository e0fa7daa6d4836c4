"""Whatever a file or a partner sends, a reader either understands it or says what is wrong."""

import json
import random

import pytest

from tests.tiers.worlds import PACK_TEXT, case_file, four_tiers, release_file, tell
from tiers.case_form import read_case
from tiers.consent import Consent, ConsentMistake
from tiers.protocol import PackMistake, read_pack
from tiers.reading import FormMistake
from tiers.release_form import read_release

ODD = [
    None,
    True,
    -1,
    10**400,
    1.5,
    float("nan"),
    "",
    "\x00",
    "\ud800",
    "x" * 70_000,
    "2026-02-30",
    "\uff12\uff10\uff12\uff16-03-11",
    [],
    {},
    [[]],
    {"": {}},
    {"private": {"survivor": {"notes": "x"}}},
    "Ω" * 31,
    "survivor\n",
]


def mutated(value, dice):
    """The same form with one part somewhere replaced, dropped, doubled or renamed."""
    if isinstance(value, dict) and value and dice.random() < 0.85:
        key = dice.choice(list(value))
        changed = dict(value)
        fate = dice.random()
        if fate < 0.1:
            del changed[key]
        elif fate < 0.2:
            changed[key + dice.choice("x\n.")] = changed.pop(key)
        elif fate < 0.3:
            changed[dice.choice(list(value))] = value[key]
        else:
            changed[key] = mutated(value[key], dice)
        return changed
    if isinstance(value, list) and value and dice.random() < 0.85:
        place = dice.randrange(len(value))
        return [*value[:place], mutated(value[place], dice), *value[place + dice.randrange(2) :]]
    if isinstance(value, str) and value and dice.random() < 0.5:
        place = dice.randrange(len(value))
        return (
            value[:place] + chr(dice.choice([0, 10, 32, 45, 57, 97, 0x661, 0xD801])) + value[place:]
        )
    return dice.choice(ODD)


READERS = {
    "release": (read_release, release_file, FormMistake),
    "case": (lambda value: read_case(value, four_tiers()), case_file, FormMistake),
    "terms": (Consent.from_terms, lambda: tell().to_terms(), ConsentMistake),
}


@pytest.mark.fuzz
@pytest.mark.parametrize("name", sorted(READERS))
def test_a_mutated_form_is_read_or_refused_by_name(name):
    read, whole, mistake = READERS[name]
    dice = random.Random(7)  # noqa: S311 - the same mutants each time
    refused = 0

    for _ in range(6_000):
        form = whole()
        for _ in range(dice.randint(1, 3)):
            form = mutated(form, dice)
        try:
            read(form)
        except mistake as error:
            refused += 1
            assert str(error).strip().endswith(".")  # noqa: PT017 - counted, not expected each time

    assert refused > 3_000


@pytest.mark.fuzz
def test_terms_that_are_read_say_what_they_say_again():
    dice = random.Random(11)  # noqa: S311 - the same mutants each time
    read = 0

    for _ in range(4_000):
        terms = mutated(tell().to_terms(), dice)
        try:
            consent = Consent.from_terms(terms)
        except ConsentMistake:
            continue
        read += 1
        assert Consent.from_terms(json.loads(json.dumps(consent.to_terms()))) == consent

    assert read > 50


@pytest.mark.fuzz
def test_a_mutated_pack_is_read_or_refused_with_its_line():
    dice = random.Random(13)  # noqa: S311 - the same mutants each time
    rows = PACK_TEXT.splitlines()
    refused = 0

    for _ in range(400):
        changed = list(rows)
        for _ in range(dice.randint(1, 3)):
            place = dice.randrange(len(changed))
            row = changed[place]
            where = dice.randrange(len(row) + 1)
            changed[place] = dice.choice(
                [
                    "",
                    row[:where],
                    row[:where] + dice.choice('"[]{}=.#\x00\u2028xé1') + row[where:],
                    row.replace('"', "", 1),
                    row.replace("=", "= 7 #", 1),
                    row.replace("=", "= [", 1),
                    dice.choice(rows),
                ]
            )
        try:
            read_pack("\n".join(changed), "mine.toml")
        except PackMistake as error:
            refused += 1
            assert 1 <= error.line <= len(rows) + 1  # noqa: PT017 - counted, not expected each time

    assert refused > 150


@pytest.mark.parametrize(
    "deep",
    ["x = " + "[" * 900 + "]" * 900, "x = " + "{a=" * 900 + "1" + "}" * 900, "a." * 5000 + "b = 1"],
)
def test_a_deeply_nested_pack_is_refused(deep):
    with pytest.raises(PackMistake):
        read_pack(PACK_TEXT + "\n" + deep, "mine.toml")
    with pytest.raises(PackMistake):
        read_pack(deep + "\n" + PACK_TEXT, "mine.toml")


def test_a_deeply_nested_form_is_refused():
    deep: object = "x"
    for _ in range(5_000):
        deep = {"a": deep}

    with pytest.raises(FormMistake):
        read_release(deep)
    with pytest.raises(FormMistake):
        read_case(case_file(sections=deep), four_tiers())


def test_a_mistake_can_always_be_printed():
    form = release_file() | {"\x1b[2J\ud800": 1}

    with pytest.raises(FormMistake) as caught:
        read_release(form)

    assert caught.value.path == "?[2J?"
    assert str(caught.value).encode()


def test_a_mistake_in_a_pack_can_always_be_printed():
    with pytest.raises(PackMistake) as caught:
        read_pack(PACK_TEXT.replace('["written"]', '["\\u001b[2J"]'), "mine.toml")

    assert caught.value.sentence.isprintable()
