"""How what callers say is understood (`understanding:` in hotline.yaml): rules, meaning, a language model.

Whether the model of meaning is installed, or an endpoint answers, is nothing that a site's files could
know: the first is said when the server starts.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from config.kinds import OneOrMore, OnOff, Text, expected, matching, one_of, seconds
from config.models.base import Table

PROVIDERS = ("auto", "rules", "meaning", "llm")
Provider: TypeAlias = Literal["auto", "rules", "meaning", "llm"]

ACTS = (
    "human", "yes", "no", "correction", "repeat", "redo", "add", "another_number", "wait", "does_not_know",
    "problem", "hello", "other",
)  # fmt: skip
ActName: TypeAlias = Annotated[str, one_of(*ACTS)]

_URL = re.compile(r"https?://[^\s/?#]+(/[^\s?#]*)?")
EndpointUrl = Annotated[
    str, matching(_URL, "the address of an OpenAI-compatible endpoint, such as http://127.0.0.1:8080/v1")
]
ApiKey = Annotated[str, matching(re.compile(r"[!-~]{1,512}"), "a key without spaces")]


class LlmSettings(Table):
    """A language model behind an OpenAI-compatible endpoint."""

    url: EndpointUrl = Field(
        description="The endpoint, up to /v1. What callers say is sent there as text, and nowhere else."
    )
    model: Text = Field(description="The model's name, as the endpoint knows it.")
    api_key: ApiKey | None = Field(
        default=None, repr=False, description="Key for the endpoint, if it wants one."
    )
    deadline: Annotated[float, seconds(0.1, 10)] = Field(
        default=1.0,
        description="Seconds after which an answer is no longer waited for: callers hear nothing meanwhile.",
    )
    format: Annotated[Literal["json_schema", "json_object"], one_of("json_schema", "json_object")] = Field(
        default="json_schema",
        description="How the endpoint is told the form of its answer; json_object for those that know no "
        "schema.",
    )
    mask: OnOff = Field(
        default=True,
        description="Whether digits and names are replaced by placeholders before anything is sent.",
    )
    questions: OnOff = Field(default=False, description="Whether it words the next question.")


class UnderstandingSettings(Table):
    """What kind of thing callers say."""

    provider: Annotated[Provider, one_of(*PROVIDERS)] = Field(
        default="auto",
        description="rules (phrase tables), meaning (a local model, see hotline models), llm (a language "
        "model beside these). auto: llm where one is named, else meaning where installed, else rules.",
    )
    examples: dict[ActName, OneOrMore[Text]] = Field(
        default_factory=dict,
        description="Further sentences, in any of the languages, by what they are: human (a wish for a "
        "person), yes, no, correction, repeat, redo, add, another_number, wait, does_not_know, problem, "
        "hello, other.",
    )
    llm: LlmSettings | None = Field(default=None, description="The language model. Default: none.")

    @model_validator(mode="before")
    @classmethod
    def _fits_together(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("provider") == "llm" and data.get("llm") is None:
            raise expected(
                "llm beside provider: llm, such as llm: {url: http://127.0.0.1:8080/v1, model: qwen}"
            )
        return data
