"""The calls of the evaluation: how many of which kind, in halves; and which filed times are right."""

from __future__ import annotations

import math
from collections import Counter
from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from pydantic import ValidationError

from bench.evaluation.line import LINES, background, telephone
from bench.evaluation.phrases import _OTHERS
from bench.evaluation.script import QUICK, Caller, When, load
from tests.support import sounds

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 30, 10, 20, tzinfo=ZONE)
"""A Monday."""


def test_the_set_is_what_it_is_said_to_be() -> None:
    calls = load()
    assert Counter((call.language, call.half) for call in calls) == {
        ("en", "tuned"): 25, ("en", "unseen"): 25, ("zh", "tuned"): 25, ("zh", "unseen"): 25,
        ("ko", "tuned"): 10, ("ko", "unseen"): 10,
    }  # fmt: skip
    assert sum(call.person is not None for call in calls) >= 16
    assert sum(call.number != "own" for call in calls) >= 40
    assert {call.line for call in calls} == set(LINES)
    assert {call.id for call in load(QUICK)} == set(QUICK)
    assert all(call.half == "tuned" for ids in _OTHERS.values() for call in load(ids))


def test_no_call_has_a_voice_or_a_recording_of_the_other_half() -> None:
    [call] = load(["en-02"])
    with pytest.raises(ValidationError, match="tuned"):
        Caller.model_validate({**call.model_dump(), "voice": "af_alloy"})
    with pytest.raises(ValidationError, match="other half"):
        Caller.model_validate({**call.model_dump(), "recordings": {"yes": "en/yes_1acc97de"}})
    with pytest.raises(ValueError, match="no such calls: en-99"):
        load(["en-99"])


@pytest.mark.parametrize(
    ("when", "filed", "right"),
    [
        ({"asap": True}, None, True),
        ({"asap": True}, "2026-11-30T14:00", False),
        ({"days": 1}, None, False),
        ({"days": 1}, "2026-12-01T08:00", True),
        ({"days": 1}, "2026-11-30T10:20", False),
        ({"days": 1, "at": "09:30"}, "2026-12-01T09:30", True),
        ({"days": 1, "at": "09:30"}, "2026-12-01T09:00", False),
        ({"days": 1, "from": "12:00", "to": "18:00"}, "2026-12-01T13:00", True),
        ({"days": 1, "from": "12:00", "to": "18:00"}, "2026-12-01T09:00", False),
        ({"weekday": "friday"}, "2026-12-04T09:00", True),
        ({"weekday": "friday"}, "2026-12-11T09:00", False),
        ({"next_week": "thursday"}, "2026-12-10T09:00", True),
        ({"not_on": "monday"}, "2026-12-01T08:00", True),
        ({"not_on": "monday"}, "2026-11-30T11:00", False),
        ({"not_before": "15:00"}, "2026-11-30T15:00", True),
        ({"not_before": "15:00"}, "2026-11-30T14:00", False),
        ({"minutes": 30}, "2026-11-30T10:50", True),
        ({"minutes": 30}, "2026-11-30T13:30", False),
    ],
)
def test_which_filed_time_is_right(when: dict[str, object], filed: str | None, right: bool) -> None:
    time = None if filed is None else datetime.fromisoformat(filed).replace(tzinfo=ZONE)
    assert When.model_validate({"say": "", **when}).is_met_by(time, NOW) is right


def test_noise_is_as_loud_as_it_should_be_and_the_same_each_time() -> None:
    voice = sounds.at_level(sounds.noise(-22, 2.0), -22)
    for name, line in LINES.items():
        noise = background(line, 7, [voice, voice[::-1]])
        level = sounds.levels(noise)
        measured = 20 * math.log10((level**2).mean() ** 0.5 / 32768)
        assert measured == pytest.approx(-22 - line.soft - line.below, abs=1.0), name
        assert (noise == background(line, 7, [voice, voice[::-1]])).all()


def test_the_telephone_keeps_its_band_alone() -> None:
    seconds = np.arange(24000) / 24000
    inside = telephone(np.sin(2 * np.pi * 1000 * seconds).astype(np.float32) / 4, 24000)
    both = np.sin(2 * np.pi * 1000 * seconds) + np.sin(2 * np.pi * 60 * seconds)
    assert np.abs(telephone((both / 4).astype(np.float32), 24000)[2000:6000] - inside[2000:6000]).max() < 200
