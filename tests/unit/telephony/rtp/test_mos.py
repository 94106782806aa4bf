from __future__ import annotations

import pytest

from telephony.rtp.mos import mos, rating


def test_a_perfect_network_gets_the_default_rating() -> None:
    assert rating(0, 0) == pytest.approx(93.2)
    assert mos(0, 0) == pytest.approx(4.41, abs=0.005)


def test_the_rating_falls_with_loss_as_in_g_107_equation_7_29() -> None:
    # 95 * 5 / (5 + 25.1) = 15.78
    assert rating(0.05, 0) == pytest.approx(93.2 - 15.78, abs=0.01)


def test_delay_costs_little_up_to_177_ms_and_much_beyond() -> None:
    assert rating(0, 177.3) == pytest.approx(93.2 - 4.2552)
    assert rating(0, 277.3) == pytest.approx(93.2 - 0.024 * 277.3 - 11)


@pytest.mark.parametrize(("r", "expected"), [(80, 4.02), (70, 3.60), (60, 3.10), (50, 2.58)])
def test_ratings_become_the_opinion_scores_of_g_107_table_b_1(r: float, expected: float) -> None:
    delay = (93.2 - r + 0.11 * 177.3) / 0.134
    assert rating(0, delay) == pytest.approx(r)
    assert mos(0, delay) == pytest.approx(expected, abs=0.01)


def test_the_score_never_leaves_its_scale() -> None:
    scores = [mos(loss / 100, delay) for loss in range(0, 101, 5) for delay in range(0, 2000, 50)]
    assert min(scores) == 1.0
    assert max(scores) <= 4.5
