"""Who works here: agents with their telephones (agents.yaml)."""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from config.kinds import Items, Number, OneOrMore, Secret, Text, is_number, matching, one_of
from config.models.base import Table

Language = Annotated[Literal["en", "zh", "ko"], one_of("en", "zh", "ko")]
_MOBILE = re.compile(r"\+?[0-9]{2,20}")
MobileNumber = Annotated[str, matching(_MOBILE, "a telephone number, such as +8613800138000")]


class Phone(Table):
    """One telephone: the user name and password that it registers with."""

    user: Number = Field(
        description="User name the phone registers with.",
        json_schema_extra={"stands_in": "the agent's number"},
    )
    password: Secret = Field(repr=False, description="Password of the phone, 8 to 128 characters.")


class Agent(Table):
    """One person who takes calls."""

    number: Number = Field(
        description="The extension that reaches this agent, and the agent's name in reports."
    )
    name: Text = Field(description="The name shown to people.")
    languages: OneOrMore[Language] = Field(
        default=(), description="Languages the agent speaks, best first. Empty: the site's language."
    )
    phones: Items[Phone] = Field(
        default=(), description="The agent's phones; all of them ring. Empty: the agent has no phone yet."
    )
    mobile: MobileNumber | None = Field(
        default=None,
        repr=False,
        description="An outside number that is rung through a trunk when the agent has been logged in on it.",
    )

    @model_validator(mode="before")
    @classmethod
    def _name_phones_after_agent(cls, data: Any) -> Any:
        """Give a phone without a user name the agent's number."""
        if not isinstance(data, dict) or not isinstance(data.get("phones"), list):
            return data
        # Without a number of its own to give, a stand-in: the agent is refused for that one mistake.
        number = data["number"] if is_number(data.get("number")) else "0"
        phones = [{"user": number, **phone} if isinstance(phone, dict) else phone for phone in data["phones"]]
        return {**data, "phones": phones}


class AgentsFile(Table):
    """agents.yaml."""

    agents: Items[Agent] = Field(default=(), description="Everyone who takes calls.")
