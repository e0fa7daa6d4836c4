"""Widening needs k signatures of the last directory's signers, restricting needs one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from crypto import statement
from crypto.errors import BadSignature, CryptoError, Malformed, TooLarge
from directory import signing
from directory.errors import (
    DirectoryError,
    Forked,
    Gap,
    NotNewer,
    NotSignedEnough,
    NotTheCoordinator,
    SnapshotMistake,
)
from directory.signing import bundle, cosign, fingerprint, unbundle
from directory.snapshot import EMPTY, adopt, kept, missing_signatures
from tests.directory.coalition_cards import (
    COORDINATOR,
    HARBOUR,
    HARBOUR_HOUSE,
    ISSUED,
    NORTHFIELD,
    POLICE,
    RIVERSIDE,
    UNTIL,
    published,
)
from tests.directory.signers import ALONE, BOTH, SUSPENDED, THREE, TIER_ONE, body_after, signed_by

TRUSTED = RIVERSIDE.public


def test_two_of_three_signers_give_an_agency_more():
    found = signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, TIER_ONE), HARBOUR, POLICE)

    assert adopt(BOTH, found.raw, TRUSTED) == found
    assert found.signed_by == {HARBOUR.public.hex(), POLICE.public.hex()}
    assert (found.k, found.signers) == (2, THREE)


@pytest.mark.parametrize("signer", [RIVERSIDE, HARBOUR, POLICE])
def test_one_signature_is_not_enough_to_give_more_whoever_gives_it(signer):
    with pytest.raises(NotSignedEnough, match="lacks one signature"):
        signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, TIER_ONE), signer)


@pytest.mark.parametrize("signer", [RIVERSIDE, HARBOUR])
def test_any_one_signer_takes_away(signer):
    found = signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, SUSPENDED), signer)

    assert adopt(BOTH, found.raw, TRUSTED).agency(NORTHFIELD.id) == SUSPENDED


def test_the_same_entries_are_renewed_by_one_signature_and_for_no_longer():
    days = {"issued": UNTIL, "valid_until": UNTIL + timedelta(days=35)}
    longer = {"issued": UNTIL, "valid_until": UNTIL + timedelta(days=36)}
    late = {"issued": UNTIL + timedelta(days=1), "valid_until": UNTIL + timedelta(days=30)}

    renewed = signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, NORTHFIELD, **days), HARBOUR)

    assert renewed.number == BOTH.number + 1
    for terms in (longer, late):
        with pytest.raises(NotSignedEnough):
            signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, NORTHFIELD, **terms), HARBOUR)


@pytest.mark.parametrize("terms", [{"k": 1}, {"k": 3}, {"signers": THREE[:2]}, {"pack": "f" * 64}])
def test_who_signs_how_many_and_the_pack_are_changed_together_only(terms):
    body = body_after(BOTH, HARBOUR_HOUSE, NORTHFIELD, **terms)

    with pytest.raises(NotSignedEnough):
        signed_by(BOTH, body, RIVERSIDE)
    assert signed_by(BOTH, body, RIVERSIDE, HARBOUR).number == BOTH.number + 1


def test_the_signers_are_those_of_the_directory_before_not_of_the_new_one():
    body = body_after(ALONE, HARBOUR_HOUSE, NORTHFIELD, signers=THREE, k=2)

    with pytest.raises(NotTheCoordinator):
        signed_by(ALONE, body, HARBOUR)


def test_whoever_was_suspended_signs_nothing_any_more():
    after = signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, SUSPENDED), HARBOUR)
    free_again = body_after(after, HARBOUR_HOUSE, NORTHFIELD)
    all_others = body_after(after, replace(HARBOUR_HOUSE, suspended=True), SUSPENDED)

    with pytest.raises(NotSignedEnough, match="suspended"):
        signed_by(after, all_others, POLICE)
    with pytest.raises(NotSignedEnough, match="lacks one"):
        signed_by(after, free_again, RIVERSIDE, POLICE)
    assert signed_by(after, free_again, RIVERSIDE, HARBOUR).agency(NORTHFIELD.id) == NORTHFIELD


def test_a_thief_of_one_key_cannot_lock_the_others_out_for_good():
    all_others = [replace(HARBOUR_HOUSE, suspended=True), NORTHFIELD]
    first = replace(COORDINATOR, suspended=True)
    body = body_after(BOTH, *all_others) | {
        "entries": [entry.to_entry() for entry in (first, *all_others)]
    }
    stolen = signed_by(BOTH, body, POLICE)
    repaired = body_after(stolen, HARBOUR_HOUSE, SUSPENDED)

    assert stolen.restrictors == {NORTHFIELD.id}
    assert stolen.voters == set(THREE)
    with pytest.raises(NotSignedEnough):
        signed_by(stolen, repaired, HARBOUR)
    assert signed_by(stolen, repaired, HARBOUR, RIVERSIDE).agency(NORTHFIELD.id) == SUSPENDED


def test_a_directory_dated_ahead_by_one_thief_is_put_right_by_two_others():
    ahead = {"issued": UNTIL, "valid_until": UNTIL + timedelta(days=35)}
    stolen = signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, NORTHFIELD, **ahead), POLICE)
    now = body_after(stolen, HARBOUR_HOUSE, SUSPENDED, issued=ISSUED, valid_until=UNTIL)

    with pytest.raises(NotNewer):
        signed_by(stolen, now, HARBOUR)
    assert signed_by(stolen, now, HARBOUR, RIVERSIDE).issued == ISSUED


def test_a_node_that_was_away_takes_what_k_signed_and_asks_for_the_rest():
    restricted = signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, SUSPENDED), HARBOUR)
    renewed = signed_by(restricted, body_after(restricted, HARBOUR_HOUSE, SUSPENDED), RIVERSIDE)
    agreed = signed_by(
        restricted, body_after(restricted, HARBOUR_HOUSE, NORTHFIELD), RIVERSIDE, HARBOUR
    )

    assert adopt(BOTH, agreed.raw, TRUSTED) == agreed
    with pytest.raises(Gap):
        adopt(BOTH, renewed.raw, TRUSTED)
    assert adopt(restricted, renewed.raw, TRUSTED) == renewed


def test_a_node_that_has_seen_none_begins_with_number_one_or_with_the_pinned_key_alone():
    alone = published(HARBOUR_HOUSE, NORTHFIELD, prev=ALONE)

    assert adopt(EMPTY, alone.raw, TRUSTED) == alone
    with pytest.raises(Gap):
        adopt(EMPTY, BOTH.raw, TRUSTED)


def test_a_fork_names_the_numbers_that_differ():
    one = signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, SUSPENDED), HARBOUR)
    other = signed_by(
        BOTH, body_after(BOTH, replace(HARBOUR_HOUSE, suspended=True), NORTHFIELD), RIVERSIDE
    )

    with pytest.raises(Forked, match="forked at 3"):
        adopt(one, other.raw, TRUSTED)


def test_who_signed_beside_does_not_make_it_another_directory():
    body = body_after(BOTH, HARBOUR_HOUSE, SUSPENDED)
    alone = signed_by(BOTH, body, HARBOUR)
    together = signed_by(BOTH, body, HARBOUR, RIVERSIDE)

    assert alone.id == together.id
    assert adopt(alone, together.raw, TRUSTED) is alone


def test_what_was_kept_is_read_again_with_its_signatures():
    agreed = signed_by(BOTH, body_after(BOTH, HARBOUR_HOUSE, TIER_ONE), HARBOUR, POLICE)

    assert kept(agreed.raw, TRUSTED) == agreed
    assert kept(ALONE.raw, TRUSTED) == ALONE
    assert missing_signatures(BOTH, frozenset()) == 2
    with pytest.raises(NotTheCoordinator):
        kept(ALONE.raw, HARBOUR.public)
    with pytest.raises(CryptoError):
        kept(agreed.raw.replace(b"Northfield", b"Northfeild"), TRUSTED)


def test_a_kept_directory_of_the_pinned_key_alone_carries_its_signature():
    forged = statement.sign("directory", statement.read(ALONE.raw).body, HARBOUR)

    with pytest.raises(NotTheCoordinator):
        kept(forged, TRUSTED)


def test_another_coordinating_node_is_not_put_first():
    other = replace(HARBOUR_HOUSE, coordinating=True, kind="coordinating")
    entries = [other.to_entry(), replace(COORDINATOR, coordinating=False, kind="x").to_entry()]
    body = body_after(ALONE, HARBOUR_HOUSE) | {"entries": entries, "signers": [HARBOUR_HOUSE.id]}

    with pytest.raises(SnapshotMistake, match="first entry"):
        adopt(ALONE, statement.sign("directory", body, RIVERSIDE), TRUSTED)


@pytest.mark.parametrize(
    "terms",
    [
        {"signers": THREE[1:]},
        {"signers": ()},
        {"signers": ["x"]},
        {"signers": (THREE[0], THREE[0])},
        {"signers": (THREE[0], "ab" * 32)},
        {"signers": THREE, "k": 4},
        {"k": 0},
    ],
)
def test_signers_that_cannot_be_are_refused(terms):
    with pytest.raises(SnapshotMistake, match=r".+\."):
        body_after(ALONE, HARBOUR_HOUSE, NORTHFIELD, **terms)


def _agreed():
    body = body_after(BOTH, HARBOUR_HOUSE, TIER_ONE)
    return body, statement.sign("directory", body, HARBOUR), cosign(body, POLICE, THREE)


def test_a_bundle_is_a_directory_and_its_other_signatures():
    body, signed, beside = _agreed()

    said, signers = unbundle(bundle(signed, [beside]))

    assert (said.body, signers) == (body, {HARBOUR.public.hex(), POLICE.public.hex()})
    assert bundle(signed, []) == signed
    assert len(fingerprint(body)) == 64


def test_a_bundle_that_is_not_whole_is_refused():
    _, signed, beside = _agreed()
    raw = bundle(signed, [beside])

    for cut in (raw[:4], raw[:7], raw[:-1], raw + b"\0", raw + bytes(4), bundle(raw, [beside])):
        with pytest.raises((SnapshotMistake, CryptoError)):
            unbundle(cut)
    for at in range(0, len(raw), 7):
        with pytest.raises((DirectoryError, CryptoError)):
            unbundle(raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :])


def test_a_signature_counts_once_and_only_under_its_own_directory():
    _, signed, beside = _agreed()
    other = cosign(body_after(BOTH, HARBOUR_HOUSE, SUSPENDED), POLICE, THREE)

    with pytest.raises(SnapshotMistake, match="another directory"):
        unbundle(bundle(signed, [other]))
    with pytest.raises(SnapshotMistake, match="twice"):
        unbundle(bundle(signed, [beside, beside]))
    with pytest.raises(Malformed):
        unbundle(bundle(signed, [signed]))
    with pytest.raises(SnapshotMistake, match="at least one"):
        unbundle(b"CFD1" + len(signed).to_bytes(4, "big") + signed)
    with pytest.raises(SnapshotMistake, match="empty"):
        unbundle(b"CFD1")


def test_a_signature_with_odd_parts_is_refused():
    _, signed, _ = _agreed()
    odd = statement.sign("cosign", {"to": ["*"], "number": True, "directory": "0" * 64}, POLICE)

    with pytest.raises(SnapshotMistake):
        unbundle(bundle(signed, [odd]))


def test_a_bundle_larger_than_a_directory_may_be_is_refused(monkeypatch):
    _, signed, beside = _agreed()
    raw = bundle(signed, [beside])
    monkeypatch.setattr(signing, "MAX_DIRECTORY", len(raw) - 1)

    with pytest.raises(TooLarge):
        bundle(signed, [beside])
    with pytest.raises(TooLarge):
        unbundle(raw)


def test_a_forged_signature_beside_is_refused():
    _, signed, beside = _agreed()

    with pytest.raises(BadSignature):
        unbundle(bundle(signed, [beside[:40] + bytes([beside[40] ^ 1]) + beside[41:]]))
