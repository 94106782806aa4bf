"""A site's settings of the intake bot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """How the bot takes in a problem.

    Args:
        greet: whether it says who it is; False when the flow has.
        ask_name: whether it asks for the caller's name.
        ask_number: whether it asks where to call; without, the caller's own number is taken.
        ask_time: whether it asks when to call; without, as soon as possible.
        read_back: whether the problem is read back always, or only when the recogniser is unsure of it.
        sure: confidence, 0..1, from which words count as certain.
        attempts: how often one question is asked: in full, shorter, then by keys.
        retells: how often the caller may tell the problem anew, or correct a number.
        human: whether callers can reach a person, by key 0 or in any words.
        give_up: what comes when the caller speaks but is not understood: a person, if callers can reach one,
            or a plain recording. A caller who says nothing at all gets the recording.
        recording_seconds: the longest plain recording.
        recording_silence: seconds of silence that end it.
        questions: after so many questions the bot files what it has, whatever the caller does.
        texts: other words for prompts: by key of `asr.intake.texts`, then by language.
    """

    greet: bool = True
    ask_name: bool = False
    ask_number: bool = True
    ask_time: bool = True
    read_back: Literal["always", "unsure"] = "always"
    sure: float = 0.6
    attempts: int = 3
    retells: int = 2
    human: bool = True
    give_up: Literal["human", "recording"] = "human"
    recording_seconds: float = 120.0
    recording_silence: float = 4.0
    questions: int = 30
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.attempts < 1 or self.retells < 0 or self.questions < 1:
            raise ValueError("attempts and questions are at least 1, retells at least 0")
