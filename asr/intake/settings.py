"""A site's settings of the intake bot."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from asr.intake.slots import IntakeSlot, Known, usual_slots


@dataclass(frozen=True, slots=True)
class Filing:
    """What a ticket is filed as; "" and 0 leave it to what the caller said, or to the flow.

    Args:
        title: in a few words what it is about.
        category: one of the site's.
        severity: 1 (the worst) to 4.
        queue: who works on it.
    """

    title: str = ""
    category: str = ""
    severity: int = 0
    queue: str = ""


FilingRules: TypeAlias = Callable[[Known], Filing]


def _by_words(_known: Known) -> Filing:
    return Filing()


@dataclass(frozen=True, slots=True)
class IntakeSettings:
    """How the bot takes in a problem.

    Args:
        slots: what it asks for, in this order.
        filing: what the ticket is filed as, by what is known at the end.
        country: where the site is, as ISO 3166 has it ("CN"), "" for not known: whose numbers are dialled.
        may_call_back: whether a number may be called back; one that may not is not taken.
        greet: whether it says who it is; False when the flow has.
        sure: confidence, 0..1, from which words count as certain.
        attempts: how often one question is asked: in full, shorter, then with the keys for it.
        retells: how often the caller may correct the same thing.
        human: whether callers can reach a person, by key 0 or in any words.
        give_up: what comes when the caller speaks but is not understood: a person, if callers can reach one,
            or a plain recording. A caller who says nothing at all gets the recording.
        recording_seconds: the longest plain recording.
        recording_silence: seconds of silence that end it.
        questions: after so many questions the bot files what it has, whatever the caller does.
        texts: other words for prompts: by key of `asr.intake.texts`, then by language.
    """

    slots: tuple[IntakeSlot, ...] = usual_slots()
    filing: FilingRules = _by_words
    country: str = ""
    may_call_back: Callable[[str], bool] = lambda number: True
    greet: bool = True
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
        names = [slot.name for slot in self.slots]
        if not names or len(set(names)) != len(names):
            raise ValueError("there is at least one slot, and each has a name of its own")
