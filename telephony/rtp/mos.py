"""An estimate of how a listener would rate a G.711 call, from its loss and delay.

This is the E-model of ITU-T G.107 with every parameter that a switch cannot know left at its default, so it
tells good networks from bad ones; it knows nothing of echo, noise or level.
"""

from __future__ import annotations

_DEFAULT_RATING = 93.2
"""The rating with all parameters at their defaults (G.107 table 3)."""
_ROBUSTNESS = 25.1
"""Bpl of G.711 whose losses are concealed (G.113 appendix I, table I.4); its Ie is 0."""


def rating(loss: float, delay_ms: float) -> float:
    """The transmission rating R, at most 93.2; below 50 nearly all users are dissatisfied (G.107 annex B).

    R = 93.2 - Id - Ie_eff, where for random loss (BurstR = 1) and Ie = 0 (G.107 section 7.5, equation 7-29)
    Ie_eff = 95 * Ppl / (Ppl + Bpl), and Id = 0.024 d + 0.11 (d - 177.3) H(d - 177.3) approximates the delay
    impairment of G.107 section 7.4 (Cole and Rosenbluth, "Voice over IP performance monitoring", 2001).

    Args:
        loss: share of the packets not played, 0 to 1.
        delay_ms: one way, mouth to ear, buffers included.
    """
    percent = 100 * loss
    equipment = 95 * percent / (percent + _ROBUSTNESS)
    delay = 0.024 * delay_ms + 0.11 * max(0.0, delay_ms - 177.3)
    return _DEFAULT_RATING - delay - equipment


def mos(loss: float, delay_ms: float) -> float:
    """The estimated mean opinion score, 1 to 4.41.

    G.107 annex B: MOS = 1 + 0.035 R + R (R - 60)(100 - R) 7e-6 for R in 0 to 100, and 1 below.

    Args:
        loss, delay_ms: as for `rating`.
    """
    r = rating(loss, delay_ms)
    if r <= 0:
        return 1.0
    # The cubic dips below 1 for ratings under 6.5.
    return max(1.0, 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6)
