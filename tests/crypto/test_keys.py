from datetime import UTC, datetime
from hashlib import blake2b
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from nacl import bindings

from crypto import keys
from crypto.errors import BadSignature, CryptoError, Malformed, WeakKey
from crypto.keys import Identity, NodeKey, WeekKey

PRIME = 2**255 - 19
GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493

# The points of small order of edwards25519 and their other spellings.
WEAK_IDENTITIES = [
    bytes(32),
    b"\x01" + bytes(31),
    b"\x01" + bytes(30) + b"\x80",
    bytes(31) + b"\x80",
    (PRIME - 1).to_bytes(32, "little"),
    PRIME.to_bytes(32, "little"),
    (PRIME + 1).to_bytes(32, "little"),
    bytes.fromhex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    bytes.fromhex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
    b"\x02" + bytes(31),  # not on the curve
    b"\xff" * 32,
    b"",
    b"\x01" * 31,
    b"\x01" * 33,
]

# The points of small order of curve25519 and their other spellings.
WEAK_WEEKS = [
    bytes(32),
    b"\x01" + bytes(31),
    bytes.fromhex("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"),
    bytes.fromhex("5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157"),
    (PRIME - 1).to_bytes(32, "little"),
    PRIME.to_bytes(32, "little"),
    (PRIME + 1).to_bytes(32, "little"),
    (PRIME + 9).to_bytes(32, "little"),  # a sound point in another spelling
    bytes(31) + b"\x80",
    b"",
    b"\x09" * 33,
]


@pytest.mark.parametrize(
    ("number", "vector"),
    [  # libsodium's own test of crypto_kdf: test/default/kdf.exp, 32 bytes
        (0, "c13fcc2e6cd0cd0f82d93b163a5696c5105378f8c629d36baf3ae0239de9c280"),
        (2**64 - 1, "500c3043b2b9177ec843ecbe9f98f92d8c11fbbd10a225ab844548de89c21d55"),
    ],
)
def test_a_derived_key_is_what_libsodium_derives(number, vector):
    master = bytes(range(32))

    assert keys.kdf(master, number, b"KDF test").hex() == vector


@given(st.binary(min_size=32, max_size=32), st.integers(0, 2**64 - 1), st.binary(max_size=8))
def test_a_derived_key_is_a_keyed_hash_with_salt_and_person(master, number, ctx):
    salt = number.to_bytes(8, "little")

    by_libsodium = bindings.crypto_generichash_blake2b_salt_personal(
        b"", digest_size=32, key=master, salt=salt, person=ctx
    )
    by_hashlib = blake2b(
        b"", digest_size=32, key=master, salt=salt + bytes(8), person=ctx.ljust(16, b"\0")
    ).digest()

    assert keys.kdf(master, number, ctx) == by_libsodium == by_hashlib


@pytest.mark.parametrize(
    ("master", "number", "ctx"),
    [
        (b"short", 0, b"x"),
        (bytes(32), -1, b"x"),
        (bytes(32), 2**64, b"x"),
        (bytes(32), 0, b"9" * 9),
    ],
)
def test_a_key_is_derived_from_a_whole_key_only(master, number, ctx):
    with pytest.raises(Malformed):
        keys.kdf(master, number, ctx)


def test_an_identity_comes_from_its_seed_and_signs_as_ed25519():
    seed = keys.new_seed()
    identity = Identity(seed)

    public, secret = bindings.crypto_sign_seed_keypair(keys.kdf(seed, 0, b"cf-sign"))

    assert identity.public == public
    assert identity.sign(b"words") == bindings.crypto_sign(b"words", secret)[:64]
    assert identity.at_rest == keys.kdf(seed, 0, b"cf-rest")
    assert len({identity.public, identity.at_rest, seed}) == 3


def test_a_node_key_is_the_same_key_when_read_from_its_file():
    node_key = keys.new_node_key()

    again = NodeKey(node_key.secret)

    assert again.public == node_key.public
    keys.verify(node_key.public, b"words", again.sign(b"words"))


@pytest.mark.parametrize("kind", [Identity, NodeKey])
def test_a_secret_of_the_wrong_size_is_refused(kind):
    with pytest.raises(Malformed):
        kind(bytes(31))


def test_nothing_secret_is_shown():
    seed = keys.new_seed()
    identity, node_key = Identity(seed), keys.new_node_key()
    week_key = keys.new_week_key(202701)

    shown = f"{identity!r} {node_key!r} {week_key!r} {identity} {node_key} {week_key}"

    assert identity.public.hex() in shown
    for secret in (seed, identity.at_rest, node_key.secret, week_key.secret):
        assert secret.hex() not in shown
        assert repr(secret) not in shown


def test_a_signature_of_another_key_or_other_words_is_refused():
    identity, other = Identity(keys.new_seed()), Identity(keys.new_seed())
    signature = identity.sign(b"words")

    keys.verify(identity.public, b"words", signature)
    for public, words, signed in [
        (other.public, b"words", signature),
        (identity.public, b"other", signature),
        (identity.public, b"words", signature[:-1]),
        (identity.public[:-1], b"words", signature),
        (identity.public, b"words", bytes(64)),
    ]:
        with pytest.raises(BadSignature):
            keys.verify(public, words, signed)


def test_a_signature_cannot_be_rewritten_into_a_second_valid_one():
    identity = Identity(keys.new_seed())
    signature = identity.sign(b"words")

    scalar = int.from_bytes(signature[32:], "little") + GROUP_ORDER
    twin = signature[:32] + scalar.to_bytes(32, "little")

    with pytest.raises(BadSignature):
        keys.verify(identity.public, b"words", twin)


@pytest.mark.parametrize("public", WEAK_IDENTITIES)
def test_a_weak_identity_is_refused_in_words_a_person_understands(public):
    with pytest.raises(WeakKey, match="Ask the agency for its card again"):
        keys.check_public(public)


@pytest.mark.parametrize("public", WEAK_IDENTITIES)
def test_a_weak_identity_signs_nothing(public):
    with pytest.raises(BadSignature):
        keys.verify(public, b"words", bytes(64))


@pytest.mark.parametrize("public", WEAK_WEEKS)
def test_a_weak_week_key_is_refused(public):
    with pytest.raises(WeakKey):
        keys.check_week_public(public)
    with pytest.raises(WeakKey):
        WeekKey(202701, public, bytes(32))


def test_a_sound_key_passes():
    keys.check_public(Identity(keys.new_seed()).public)
    keys.check_week_public(keys.new_week_key(202701).public)


def test_a_week_key_without_its_secret_is_refused():
    sound = keys.new_week_key(202701)

    with pytest.raises(Malformed):
        WeekKey(202701, sound.public, b"")


@pytest.mark.parametrize(
    ("ends", "week"),
    [
        (datetime(2027, 4, 12, tzinfo=UTC), 202714),  # Monday midnight: the week before
        (datetime(2027, 4, 12, 0, 0, 1, tzinfo=UTC), 202715),
        (datetime(2027, 1, 3, tzinfo=UTC), 202653),  # a year of 53 weeks
        (datetime(2025, 12, 30, tzinfo=UTC), 202601),  # December in the next year's first week
    ],
)
def test_a_share_is_wrapped_to_the_week_of_its_last_second(ends, week):
    assert keys.week_of(int(ends.timestamp())) == week


@given(st.integers(1, 2**35))
def test_a_week_key_outlives_every_share_of_its_week_by_less_than_a_week(ends):
    over = keys.week_ends(keys.week_of(ends))

    assert 0 <= over - ends < 7 * 86_400


@pytest.mark.parametrize("ends", [2**64 - 1, 2**63, 10**13, -(10**13)])
def test_an_impossible_end_has_no_week(ends):
    with pytest.raises(Malformed):
        keys.week_of(ends)


@pytest.mark.parametrize("week", [0, 202700, 202754, 999_952, 2**32 - 1])
def test_an_impossible_week_has_no_end(week):
    with pytest.raises(Malformed):
        keys.week_ends(week)


def test_week_keys_are_made_for_half_a_year_without_a_gap():
    now = int(datetime(2026, 11, 18, 13, tzinfo=UTC).timestamp())

    weeks = keys.weeks_from(now)

    assert weeks[0] == 202647
    assert len(set(weeks)) == keys.WEEKS_AHEAD
    assert [keys.week_ends(b) - keys.week_ends(a) for a, b in pairwise(weeks)] == [7 * 86_400] * (
        len(weeks) - 1
    )


def test_at_the_first_second_of_a_week_that_week_is_the_first():
    assert keys.weeks_from(keys.week_ends(202714), 1) == [202715]
    assert keys.weeks_from(keys.week_ends(202714) - 1, 1) == [202714]


def test_words_are_eleven_bits_each_of_the_english_list():
    assert keys.short_words(bytes(6)) == ("abandon",) * 4
    assert keys.short_words(b"\xff" * 32) == ("zoo",) * 4
    assert keys.short_words(bytes.fromhex("002008018040")) == ("ability", "able", "about", "above")


def test_eight_words_name_identity_and_node_key_together():
    identity, node_key, other = Identity(b"\x01" * 32), NodeKey(b"\x02" * 32), NodeKey(b"\x03" * 32)

    spoken = keys.words(identity.public, node_key.public)

    assert len(spoken) == 8
    assert spoken == keys.words(identity.public, node_key.public)
    assert spoken != keys.words(identity.public, other.public)


def test_too_few_bytes_make_no_words():
    with pytest.raises(Malformed):
        keys.short_words(b"12345")


def test_every_error_says_a_sentence():
    for error in CryptoError.__subclasses__():
        if error.__name__ != "Refused":
            assert str(error()).endswith(".")
