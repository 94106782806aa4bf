"""set: keep something in a variable, or change the language."""

from __future__ import annotations

from typing import Any

from pydantic import Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from config.kinds import expected
from ivr_flows.expressions import Value
from ivr_flows.kinds import Setting, Variable
from ivr_flows.settings import LANGUAGES
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Outcome
from ivr_flows.templates import Template
from ivr_flows.verbs.base import Verb


class Set(Verb):
    """Set variables. A text that consists only of `{...}` gives the value of that expression.

    `language` sets the language of prompts and recognition from there on.

    Example:
        languages: [en, ko]
        steps:
          count:
            set:
              visits: 1
              greeted: false
              language: ko
          more:
            set: {visits: "{visits + 1}", greeting: "Visit {visits}"}
          end:
            hangup:
    """

    needs_answer = False

    values: dict[Variable, Setting] = Field(description="Variables and what they are set to.")

    @model_validator(mode="before")
    @classmethod
    def _names_and_values(cls, data: Any) -> Any:
        if not isinstance(data, dict) or not data:
            raise expected("variables, each as name: value")
        return {"values": data}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        full = handler.resolve_ref_schema(handler(core_schema))
        return {"title": "Set", "description": full["description"], **full["properties"]["values"]}

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Set them, each seeing those before it."""
        for name, value in self.values.items():
            secret = context.reads_secret(value)
            assign(conversation, context, name, setting_value(context, value), secret=secret)
        return Done()


def setting_value(context: Context, setting: Value | Template) -> Value:
    """The value of a `Setting` now."""
    return setting.value(context.names) if isinstance(setting, Template) else setting


def assign(
    conversation: Conversation, context: Context, name: str, value: Value, *, secret: bool = False
) -> None:
    """Set a variable; `language` takes effect at once, unless it is none that we speak."""
    if name != "language":
        context.put(name, value, secret=secret)
    elif value in LANGUAGES:
        conversation.language = str(value)
