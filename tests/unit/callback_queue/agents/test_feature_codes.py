"""What agents say by dialling codes."""

from __future__ import annotations

import pytest

from callback_queue.agents.agent import AgentCommand, LogIn, LogOut, Ready, TakeBreak
from callback_queue.agents.feature_codes import answer_code, read_code
from config.models.agent_settings import AgentSettings
from tests.support.fake_leg import FakeLeg
from tests.support.virtual_time import virtual_time
from tests.unit.callback_queue.call_centre import CallCentre

DEFAULT = AgentSettings()


@pytest.mark.parametrize(
    ("dialled", "code"),
    [
        ("*71", LogIn(why="dialled *71")),
        ("*72", LogOut("dialled *72")),
        ("*73", TakeBreak("break", "dialled *73")),
        ("*731", TakeBreak("lunch", "dialled *731")),
        ("*733", TakeBreak("training", "dialled *733")),
        ("*74", Ready("dialled *74")),
        ("*739", None),
        ("*7311", None),
        ("*7", None),
        ("1001", None),
        ("", None),
    ],
)
def test_the_codes_as_they_are_without_settings(dialled: str, code: AgentCommand | None) -> None:
    assert read_code(dialled, DEFAULT) == code


def test_a_site_has_its_own_codes_or_none() -> None:
    own = AgentSettings.model_validate(
        {"feature_codes": {"log_in": "#1", "take_break": None}, "break_reasons": {"5": "tea"}}
    )
    assert read_code("#1", own) == LogIn(why="dialled #1")
    assert read_code("*71", own) is None
    assert read_code("*73", own) is None
    assert read_code("5", own) is None


@virtual_time
async def test_a_feature_code_is_carried_out_confirmed_and_hung_up() -> None:
    centre = CallCentre([])
    leg = FakeLeg(centre.context, "c1", called="*731", source="agent:1001")
    done: list[AgentCommand] = []
    command = TakeBreak("lunch", "dialled *731")
    await answer_code(leg.real, command, done.append, centre.services.prompts, "en")
    assert done == [command]
    assert centre.voice.spoken == ["You are on a break."]
    assert (leg.answered, leg.audio.heard) == (True, ["feature code"])
    assert leg.end is not None
    assert leg.end.reason == "feature code"
