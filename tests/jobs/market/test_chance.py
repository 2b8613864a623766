from uuid import UUID

from jobs.market.chance import MAX_SEED, Chance, Draw, key, public_id
from kernel.ids import ALPHABET, PUBLIC_ID_LENGTH


def test_each_row_draws_from_a_source_of_its_own() -> None:
    drawn = {
        Chance(seed).of(draw, number).random()
        for seed in (0, 1, MAX_SEED)
        for draw in Draw
        for number in (0, 1, 9_999_999)
    }
    assert len(drawn) == 3 * len(Draw) * 3


def test_same_row_draws_the_same() -> None:
    assert Chance(7).of(Draw.POSTING, 3).random() == Chance(7).of(Draw.POSTING, 3).random()


def test_key_is_a_uuid_of_version_7_made_at_the_moment() -> None:
    found = UUID(key(Chance(1).of(Draw.POSTING, 1), 1_700_000_000_123))
    assert (found.version, found.variant) == (7, "specified in RFC 4122")
    assert found.int >> 80 == 1_700_000_000_123


def test_public_id_looks_like_any_other() -> None:
    found = public_id(Chance(1).of(Draw.POSTING, 1))
    assert len(found) == PUBLIC_ID_LENGTH
    assert set(found) <= set(ALPHABET)
