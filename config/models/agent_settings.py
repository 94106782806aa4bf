"""How agents log in, take breaks and prove that a person answered (`agents:` in hotline.yaml)."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from config.kinds import Name, matching, one_of, whole
from config.models.base import Table
from config.time_kinds import lasting

_CODE = re.compile(r"[*#][0-9*#]{1,7}")
_DIGIT = re.compile(r"[0-9]")

FeatureCode = Annotated[str, matching(_CODE, 'a code such as "*71", or null for none')]
Digit = Annotated[str, matching(_DIGIT, "a key 0..9")]
ConfirmKey = Annotated[str, matching(re.compile(r"[0-9*#]"), 'one key 0..9, "*" or "#"')]


class FeatureCodes(Table):
    """What agents dial to say that they come and go."""

    log_in: FeatureCode | None = Field(default="*71", description="Log in.")
    log_out: FeatureCode | None = Field(default="*72", description="Log out.")
    take_break: FeatureCode | None = Field(
        default="*73", description="Take a break; followed by a digit of `break_reasons`, for that reason."
    )
    ready: FeatureCode | None = Field(default="*74", description="End a break or wrap-up.")


class AgentSettings(Table):
    """Agents' coming and going."""

    login: Annotated[Literal["register", "code"], one_of("register", "code")] = Field(
        default="register",
        description="register: logged in while a phone is registered. code: by dialling the feature code.",
    )
    no_answer_limit: Annotated[int, whole(0, 100)] = Field(
        default=2, description="Unanswered calls in a row after which an agent is paused; 0 never."
    )
    confirm_key: ConfirmKey = Field(
        default="1", description="The key that an agent presses to take a call on a mobile, or a callback."
    )
    confirm_seconds: Annotated[float, lasting(3, 120)] = Field(
        default=10.0, description="Seconds to press it."
    )
    feature_codes: FeatureCodes = Field(
        default_factory=FeatureCodes, description="What agents dial on their phones."
    )
    break_reasons: dict[Digit, Name] = Field(
        default_factory=lambda: {"1": "lunch", "2": "meeting", "3": "training"},
        description="Break reasons, each with the digit that is dialled after the code: *731 is lunch.",
    )
