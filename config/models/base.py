"""The base of every settings model: frozen, closed to unknown settings, defaults checked like the rest."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Table(BaseModel):
    """One mapping in a site's YAML; unknown keys are mistakes, a loaded site never changes."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        validate_default=True,
        arbitrary_types_allowed=True,
        hide_input_in_errors=True,
    )
