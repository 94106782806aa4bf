"""The events of surveys."""

from __future__ import annotations

from dataclasses import dataclass

from journal.event import CallEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyAnswered(CallEvent):
    """A customer rated a call by key: `score` of 1..`scale`; `queue` and `agent` are who is rated."""

    queue: str
    agent: str
    score: int
    scale: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyOffered(CallEvent):
    """A customer was asked to rate the call; without `SurveyAnswered` after it nobody answered."""

    queue: str
    agent: str
