"""Tokens and numbers from a block of random bytes: as long and as wide as asked for, none given twice."""

from __future__ import annotations

import pytest

from telephony.net.randomness import BlockRandom


def test_a_token_has_its_length_and_none_comes_twice_also_across_blocks() -> None:
    source = BlockRandom()
    tokens = [source.token_hex(size) for _ in range(500) for size in (6, 8, 12)]
    assert [len(token) for token in tokens[:3]] == [12, 16, 24]
    assert len(set(tokens)) == len(tokens)
    assert all(len(bytes.fromhex(token)) in (6, 8, 12) for token in tokens)


def test_two_sources_have_nothing_in_common() -> None:
    one, other = BlockRandom(), BlockRandom()
    assert {one.token_hex(8) for _ in range(100)}.isdisjoint(other.token_hex(8) for _ in range(100))


@pytest.mark.parametrize("bits", [1, 7, 8, 16, 31, 32, 53, 100_000])
def test_a_number_has_its_bits_and_uses_all_of_them(bits: int) -> None:
    source = BlockRandom()
    seen = 0
    for _ in range(200):
        number = source.getrandbits(bits)
        assert 0 <= number < 2**bits
        seen |= number
    assert seen == 2**bits - 1


def test_a_share_is_at_least_0_and_below_1_and_anywhere_between() -> None:
    source = BlockRandom()
    shares = [source.random() for _ in range(2000)]
    assert min(shares) >= 0.0
    assert max(shares) < 1.0
    assert {int(10 * share) for share in shares} == set(range(10))
    assert {source.randint(1, 6) for _ in range(500)} == {1, 2, 3, 4, 5, 6}


def test_fewer_bits_than_none_are_refused() -> None:
    with pytest.raises(ValueError, match="non-negative"):
        BlockRandom().getrandbits(-1)
