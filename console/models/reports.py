"""API models of reports."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class ReportRow(BaseModel):
    """The figures of one queue or agent in one stretch of time."""

    name: str = Field(description="The queue's name or the agent's number; empty for all together.")
    label: str = Field(description="The name that people read.")
    start: float = Field(description="Unix seconds.")
    end: float
    figures: dict[str, Any] = Field(
        description="By name (docs/records.md): times in seconds, rates 0..1, null for an average of nothing."
    )


class Report(BaseModel):
    """Figures over a stretch of time. Each event counts where it happens."""

    start: float
    end: float
    interval: str
    items: list[ReportRow] = Field(description="One for each queue or agent, over the whole time.")
    total: ReportRow = Field(description="All of them together.")
    intervals: list[ReportRow] = Field(description="One for each of them and interval; empty with `whole`.")


class Behind(BaseModel):
    """What a figure was counted from."""

    kind: str = Field(description="What the ids name: call, callback or ticket.")
    ids: list[str]
