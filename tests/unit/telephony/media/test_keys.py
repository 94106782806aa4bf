"""Keys that come in several ways are pressed once; none is lost."""

from __future__ import annotations

from itertools import permutations

import pytest

from telephony.media.keys import SAME_PRESS_SECONDS, KeyPresses, KeyWay

EVENT, INFO, TONE = KeyWay.EVENT, KeyWay.INFO, KeyWay.TONE


@pytest.mark.parametrize("way", list(KeyWay))
def test_a_far_end_with_one_way_is_believed_each_time(way: KeyWay) -> None:
    keys = KeyPresses()
    assert [keys.press("1", way, number * 0.01) for number in range(3)] == [True] * 3


@pytest.mark.parametrize("ways", list(permutations(KeyWay)))
def test_a_key_that_comes_in_every_way_counts_once(ways: tuple[KeyWay, ...]) -> None:
    keys = KeyPresses()
    for at in (0.0, 0.5, 10.0):
        counted = [keys.press("1", way, at + number * 0.1) for number, way in enumerate(ways)]
        assert counted == [True, False, False]


def test_a_key_pressed_twice_in_two_ways_counts_twice() -> None:
    keys = KeyPresses()
    presses = [(EVENT, 0.0), (EVENT, 0.2), (INFO, 0.3), (INFO, 0.4)]
    assert [keys.press("1", way, at) for way, at in presses] == [True, True, False, False]


def test_another_key_is_another_press() -> None:
    keys = KeyPresses()
    assert keys.press("1", INFO, 0.0)
    assert keys.press("2", EVENT, 0.1)


def test_a_far_end_that_changes_its_way_loses_no_key() -> None:
    """After a transfer at the far end, say."""
    keys = KeyPresses()
    assert keys.press("1", EVENT, 0.0)
    assert not keys.press("1", INFO, 0.1)
    assert keys.press("2", INFO, 9.0)
    assert keys.press("1", INFO, 9.5)
    assert keys.press("1", EVENT, 9.5 + SAME_PRESS_SECONDS)


def test_a_key_that_is_held_is_one_press_however_often_that_is_said() -> None:
    keys = KeyPresses()
    said = [("1", True), ("1", True), ("1", False), ("1", True), ("1", False), ("2", False)]
    counted = [keys.hold(digit, held, number * 3.0) for number, (digit, held) in enumerate(said)]
    assert counted == [True, False, False, True, False, True]


def test_it_is_known_who_presses_keys_by_info() -> None:
    keys = KeyPresses()
    assert not keys.press("1", EVENT, 0.0) or not keys.signalled
    keys.press("2", INFO, 0.1)
    assert keys.signalled
