"""A yes that only two witnesses heard: where a pack takes it, it lives a short while."""

from datetime import timedelta

import pytest

from tests.tiers.worlds import HARBOUR, PACK_TEXT, RIVERSIDE, TODAY, ask, release_file, tell
from tiers.gate import Cleared
from tiers.protocol import PackMistake, Protocol, read_pack
from tiers.reading import FormMistake
from tiers.reason import Reason
from tiers.release_form import expand, read_release

HEAD = 'id = "mine"\nversion = 1\ntitle = "Mine"\nparent = "four-tiers"\nlegal_profile = "uk"\n'
TERMS = '[consents]\nforms = ["written", "spoken"]\nspoken_days = {days}\n'


def mine(days: int) -> Protocol:
    return read_pack(HEAD + TERMS.format(days=days), "mine.toml", {"four-tiers": PACK_TEXT})


@pytest.mark.parametrize(
    ("form", "days", "reason"),
    [
        ("spoken", 14, None),
        ("spoken", 15, Reason.CONSENT_TOO_LONG),
        ("written", 15, None),
        ("written", 91, Reason.CONSENT_TOO_LONG),
    ],
)
def test_the_gate_gives_a_spoken_consent_a_shorter_life(form, days, reason):
    ends = TODAY + timedelta(days=days)
    consent = tell(form=form, second_witness="Bo", signed_on=TODAY, ends=ends)

    answer = ask(consent, pack=mine(14))

    assert (None if isinstance(answer, Cleared) else answer.reason) is reason


def test_a_spoken_release_that_is_too_long_is_told_why():
    form = read_release(
        release_file(form="spoken", second_witness="Bo", signed_on="2026-03-16", ends="2026-04-10")
    )

    with pytest.raises(FormMistake) as caught:
        expand(form, HARBOUR, RIVERSIDE, mine(14), TODAY, lambda: "0" * 32)

    assert caught.value.sentence == (
        "the protocol allows 14 days to a spoken release: at most 2026-03-30."
    )


def test_where_the_pack_says_nothing_a_spoken_consent_lasts_as_long_as_a_written_one():
    pack = read_pack(HEAD, "mine.toml", {"four-tiers": PACK_TEXT})

    assert pack.consents.longest("spoken") == pack.consents.longest("written") == 90


def test_a_spoken_consent_never_outlasts_a_written_one():
    with pytest.raises(PackMistake, match="from 1 to 90"):
        mine(91)
