"""Keys that come twice are pressed once."""

from __future__ import annotations

from telephony.media.keys import SAME_PRESS_SECONDS, KeyPresses


def test_a_far_end_with_one_way_is_believed_each_time() -> None:
    keys = KeyPresses()
    assert [keys.by_signalling("1", number * 0.01) for number in range(3)] == [True] * 3
    keys = KeyPresses()
    assert [keys.by_rtp("1", number * 0.01) for number in range(3)] == [True] * 3


def test_info_first_then_the_event() -> None:
    keys = KeyPresses()
    assert keys.by_signalling("1", 0.0)
    assert not keys.by_rtp("1", 0.1)
    assert keys.by_rtp("1", 0.2)  # a second press


def test_the_event_first_then_info() -> None:
    keys = KeyPresses()
    assert keys.by_rtp("1", 0.0)
    assert not keys.by_signalling("1", 0.1)
    assert not keys.by_signalling("2", 9.0)


def test_another_key_or_a_later_one_is_another_press() -> None:
    keys = KeyPresses()
    assert keys.by_signalling("1", 0.0)
    assert keys.by_rtp("2", 0.1)
    keys = KeyPresses()
    assert keys.by_signalling("1", 0.0)
    assert keys.by_rtp("1", SAME_PRESS_SECONDS)
