"""What an agent says by dialling a feature code: *71 in, *72 out, *73 break, *74 ready. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from config.models.agent_settings import AgentSettings

Action: TypeAlias = Literal["log_in", "log_out", "break", "ready"]

UNNAMED = "break"
"""The reason of a break that was taken without one."""


@dataclass(frozen=True, slots=True)
class FeatureCode:
    """What was dialled: `reason` is that of a break."""

    action: Action
    reason: str = ""


def read_code(dialled: str, settings: AgentSettings) -> FeatureCode | None:
    """Read a dialled number; None when it is no feature code.

    Args:
        dialled: as it came from the phone.
        settings: the site's codes, and the reasons by the digit behind the code of a break.
    """
    codes = settings.feature_codes
    if not dialled:
        return None
    if dialled == codes.log_in:
        return FeatureCode("log_in")
    if dialled == codes.log_out:
        return FeatureCode("log_out")
    if dialled == codes.ready:
        return FeatureCode("ready")
    if codes.take_break is None or not dialled.startswith(codes.take_break):
        return None
    digit = dialled.removeprefix(codes.take_break)
    reason = settings.break_reasons.get(digit) if digit else UNNAMED
    return None if reason is None else FeatureCode("break", reason)
