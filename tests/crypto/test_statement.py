import json

import pytest

from crypto import statement
from crypto.errors import BadSignature, Malformed, TooLarge, UnknownVersion
from crypto.statement import MAX_STATEMENT, read, sign
from tests.crypto.agencies import HARBOUR, HARBOUR_NODE, MEADOW

BODY = {"to": ["*"], "at": 1_800_000_000, "name": "Häven", "yes": True, "none": None}


def signed_as_written(content: bytes, kind: str = "card") -> bytes:
    """Sign bytes that sign() would not write, as a hostile member could."""
    header = sign(kind, {}, HARBOUR)[:37]
    return header + HARBOUR.sign(statement._signed(kind, header, content)) + content


@pytest.mark.parametrize(
    "kind",
    [
        "card",
        "directory",
        "receipt",
        "withdrawn",
        "needs-key",
        "week-keys",
        "beacon",
        "token",
        "cosign",
        "proposal",
        "succession",
        "entry",
        "listing",
        "invitation",
        "step",
    ],
)
def test_each_kind_reads_back_as_it_was_signed(kind):
    raw = sign(kind, BODY, HARBOUR)

    said = read(raw, kind)

    assert (said.kind, said.signer, said.body, said.raw) == (kind, HARBOUR.public, BODY, raw)
    assert len(said.id) == 32
    assert read(raw) == said


def test_a_node_key_may_sign_and_is_named_as_the_signer():
    assert read(sign("receipt", BODY, HARBOUR_NODE)).signer == HARBOUR_NODE.public


def test_the_same_words_in_another_order_are_the_same_statement():
    assert sign("card", {"a": 1, "b": 2}, HARBOUR) == sign("card", {"b": 2, "a": 1}, HARBOUR)


def test_a_statement_of_another_kind_is_not_taken_for_the_one_asked_for():
    with pytest.raises(Malformed, match="receipt, not withdrawn"):
        read(sign("receipt", BODY, HARBOUR), "withdrawn")


def test_a_statement_cannot_be_turned_into_another_kind():
    raw = sign("receipt", BODY, HARBOUR)

    with pytest.raises(BadSignature):
        read(raw[:4] + b"\x04" + raw[5:])


def test_a_statement_cannot_be_put_into_another_agencys_mouth():
    raw = sign("receipt", BODY, HARBOUR)

    with pytest.raises(BadSignature):
        read(raw[:5] + MEADOW.public + raw[37:])


@pytest.mark.parametrize(
    ("raw", "error"),
    [
        (b"", Malformed),
        (b"CFS1", Malformed),
        (b"XFS1" + bytes(200), Malformed),
        (b"CFS2" + bytes(200), UnknownVersion),
        (b"CFS1\x00" + bytes(200), UnknownVersion),
        (b"CFS1\xc8" + bytes(200), UnknownVersion),
        (b"CFS1\x01" + bytes(MAX_STATEMENT), TooLarge),
        (b"CFS1\x02" + bytes(MAX_STATEMENT), BadSignature),
        (b"CFS1\x02" + bytes(statement.MAX_DIRECTORY), TooLarge),
    ],
)
def test_what_is_not_a_statement_is_refused_by_name(raw, error):
    with pytest.raises(error):
        read(raw)


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":1,"a":2}',
        b'{"a": 1}',
        b'{"b":1,"a":2}',
        b'{"a":1.5}',
        b'{"a":1e3}',
        b'{"a":NaN}',
        b'{"a":-0}',
        b'{"a":"\\u0041"}',
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b'{"a":1}\n',
        b"[1]",
        b'"words"',
        b"{",
        b"\x00",
        b"[" * 3_000,
        b'{"a":' * 17 + b"1" + b"}" * 17,
        b'{"a":' + b"[" * 16 + b"]" * 16 + b"}",
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_though_it_is_signed(content):
    with pytest.raises(Malformed):
        read(signed_as_written(content))


def test_a_body_may_be_sixteen_deep():
    content = b'{"a":' * 16 + b"1" + b"}" * 16

    assert read(signed_as_written(content)).raw.endswith(content)


def test_a_directory_full_of_brackets_or_digits_is_refused():
    for content in (b"[" * 100_000, b'{"a":' * 100_000, b'{"a":' + b"9" * 100_000 + b"}"):
        with pytest.raises(Malformed):
            read(signed_as_written(content, "directory"))


@pytest.mark.parametrize(
    "body",
    [
        {"a": 1.5},
        {"a": b"bytes"},
        {"a": {1, 2}},
        {1: "x", "1": "y"},
        {"a": float("nan")},
        {"a": "\ud800"},
    ],
)
def test_what_cannot_be_written_plainly_is_not_signed(body):
    with pytest.raises(Malformed):
        sign("card", body, HARBOUR)


def test_a_body_that_holds_itself_is_not_signed():
    body: dict[str, object] = {}
    body["me"] = body

    with pytest.raises(Malformed):
        sign("card", body, HARBOUR)


def test_an_unknown_kind_is_not_signed():
    with pytest.raises(Malformed):
        sign("rumour", BODY, HARBOUR)


def test_a_statement_fits_in_four_kilobytes_to_the_byte():
    most = MAX_STATEMENT - len(sign("card", {"a": ""}, HARBOUR))

    assert len(sign("card", {"a": "x" * most}, HARBOUR)) == MAX_STATEMENT
    assert read(sign("card", {"a": "x" * most}, HARBOUR)).body == {"a": "x" * most}
    with pytest.raises(TooLarge):
        sign("card", {"a": "x" * (most + 1)}, HARBOUR)


def test_a_directory_may_be_larger():
    body = {"entries": ["x" * 100] * 1_000}

    assert read(sign("directory", body, HARBOUR), "directory").body == body


def test_the_bytes_are_sorted_json_without_spaces():
    content = sign("card", BODY, HARBOUR)[101:]

    assert json.loads(content) == BODY
    assert content.startswith(b'{"at":1800000000,"name":"H\xc3\xa4ven"')


def test_the_kind_a_statement_claims_is_known_before_it_is_believed():
    raw = sign("step", BODY, HARBOUR)

    assert statement.kind_of(raw) == "step"
    assert statement.kind_of(raw[:4] + b"\xc8" + raw[5:]) == ""
    for noise in (b"", b"CFS1", b"XFS1" + raw[4:]):
        with pytest.raises(Malformed):
            statement.kind_of(noise)


def test_what_a_body_says_has_one_hash_whoever_signs_it():
    assert statement.body_hash({"a": 1, "b": 2}) == statement.body_hash({"b": 2, "a": 1})
    assert statement.body_hash({"a": 1}) != statement.body_hash({"a": 2})
