"""What agents say by dialling codes."""

from __future__ import annotations

import pytest

from callback_queue.agents.feature_codes import FeatureCode, read_code
from config.models.agent_settings import AgentSettings

DEFAULT = AgentSettings()


@pytest.mark.parametrize(
    ("dialled", "code"),
    [
        ("*71", FeatureCode("log_in")),
        ("*72", FeatureCode("log_out")),
        ("*73", FeatureCode("break", "break")),
        ("*731", FeatureCode("break", "lunch")),
        ("*733", FeatureCode("break", "training")),
        ("*74", FeatureCode("ready")),
        ("*739", None),
        ("*7311", None),
        ("*7", None),
        ("1001", None),
        ("", None),
    ],
)
def test_the_codes_as_they_are_without_settings(dialled: str, code: FeatureCode | None) -> None:
    assert read_code(dialled, DEFAULT) == code


def test_a_site_has_its_own_codes_or_none() -> None:
    own = AgentSettings.model_validate(
        {"feature_codes": {"log_in": "#1", "take_break": None}, "break_reasons": {"5": "tea"}}
    )
    assert read_code("#1", own) == FeatureCode("log_in")
    assert read_code("*71", own) is None
    assert read_code("*73", own) is None
    assert read_code("5", own) is None
