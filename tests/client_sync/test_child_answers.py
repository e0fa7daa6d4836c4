"""What a child says is believed only where it can be true."""

import json

import pytest

from client_sync.answer import Unsafe, believed
from client_sync.cell import answer, frame, unframe
from client_sync.child import Batch
from client_sync.document import read
from tests.client_sync.batches import OTHER, good
from tests.client_sync.lanes import OWNER


def test_a_question_survives_its_framing():
    batch = [good("é"), Batch("", OTHER, ()), Batch("x", OWNER, (b"", b"1"))]

    assert unframe(frame(batch)[4:]) == batch


def _answer_with(**altered: object) -> bytes:
    said = json.loads(answer([good()]))
    said["good"]["lane"].update(altered)
    return json.dumps(said).encode()


def test_an_honest_answer_is_believed():
    one = good()

    assert believed(answer([one]), [one]) == {"good": read(one.changes, OWNER)}


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b"null",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"good": {}}',
        b'{"good": {"lane": null}}',
        b'{"good": {"lane": {"heads": []}}}',
        b'{"good": {"unsafe": "\\u0000"}}',
        b'{"good": {"unsafe": "' + b"x" * 300 + b'"}}',
        b'{"good": {"unsafe": 7}}',
        _answer_with(heads=[]),
        _answer_with(heads=["00" * 32]),
        _answer_with(heads=["x"]),
        _answer_with(case_ref=None),
        _answer_with(case_ref="r" * 500),
        _answer_with(people={"survivor": 1}),
        _answer_with(fields={}),
        _answer_with(fields=[["a", "b", "c"]]),
        _answer_with(fields=[["a", "b", "c", [["v", "later", "Ana"]]]]),
        _answer_with(fields=[["a/b", "b", "c", [["v", "2026-01-05T08:00:00Z", "Ana"]]]]),
        _answer_with(more="than asked"),
    ],
)
def test_an_answer_that_cannot_be_true_is_not_believed(raw):
    said = believed(raw, [good()])

    assert isinstance(said["good"], Unsafe)


def test_an_answer_about_another_share_is_not_listened_to():
    one, two = good("one"), good("two")

    said = believed(answer([one, two]), [one])

    assert list(said) == ["one"]
