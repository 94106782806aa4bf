"""When a silent peer is asked whether it is there, and when its silence means that it is gone."""

from __future__ import annotations

from math import inf

from telephony.sip.liveness import Liveness


def test_nobody_is_asked_unless_that_is_wanted() -> None:
    liveness = Liveness()
    liveness.heard(5.0)
    assert liveness.due == inf


def test_a_sign_of_life_puts_the_question_off() -> None:
    liveness = Liveness()
    liveness.watch(10.0, 0.0)
    assert liveness.due == 10.0
    liveness.heard(4.0)
    assert (liveness.due, liveness.asked) == (14.0, False)


def test_a_peer_that_was_asked_has_as_long_again_to_answer() -> None:
    liveness = Liveness()
    liveness.watch(10.0, 0.0)
    liveness.ask(10.0)
    assert (liveness.due, liveness.asked) == (20.0, True)
    liveness.heard(12.0)
    assert (liveness.due, liveness.asked) == (22.0, False)


def test_the_check_stops_for_good() -> None:
    liveness = Liveness()
    liveness.watch(10.0, 0.0)
    liveness.ask(10.0)
    liveness.stop()
    liveness.heard(30.0)
    assert (liveness.due, liveness.asked) == (inf, False)
