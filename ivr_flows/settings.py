"""Settings that many verbs share: tables with a short form, what to say, and words to listen for.

They are `config.models.base.Table`s, so that mistakes in them are reported as in the rest of a site.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any, ClassVar, cast

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from config.kinds import expected
from config.models.agents import Language
from config.models.base import Table
from ivr_flows.kinds import Prompt, TextTemplate
from ivr_flows.templates import Template

LANGUAGES: tuple[Language, ...] = ("en", "zh", "ko")


class ShortTable(Table):
    """A table that may be written as the value of its one important setting."""

    shorthand: ClassVar[str]
    """The setting that a value stands for which is no table."""

    @model_validator(mode="before")
    @classmethod
    def _written_short(cls, data: Any) -> Any:
        return data if isinstance(data, dict) else {cls.shorthand: data}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        full = handler.resolve_ref_schema(handler(core_schema))
        short = full["properties"][cls.shorthand]
        return {"title": full.get("title", ""), "anyOf": [short, full]}


class PromptText(ShortTable):
    """What to say: one text, or one for each language, or a sound file of the site."""

    shorthand = "text"
    takes: ClassVar[str] = "text, or a table of it by language (en, zh, ko)"

    text: TextTemplate | None = Field(default=None, description="What to say, in a flow of one language.")
    en: TextTemplate | None = Field(default=None, description="What to say in English.")
    zh: TextTemplate | None = Field(default=None, description="What to say in Chinese.")
    ko: TextTemplate | None = Field(default=None, description="What to say in Korean.")
    recorded: Prompt | None = Field(
        default=None,
        description="A sound file of prompts/ to play instead; for Chinese, NAME.zh before NAME.",
    )

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, data: Any) -> Any:
        if data is None or data == {} or data == "":
            raise expected(cls.takes)
        if isinstance(data, dict) and all(value is None for value in data.values()):
            raise expected("text; put a text that begins with { in quotes")
        if isinstance(data, dict) and "text" in data and any(language in data for language in LANGUAGES):
            raise expected("either text, for every language, or one text for each language")
        return data

    def template(self, language: str) -> Template | None:
        """The text in a language, None when there is none."""
        return cast("Template | None", getattr(self, language)) or self.text

    def templates(self) -> Iterator[tuple[str, Template]]:
        """Every text with the setting that it stands in."""
        for name in ("text", *LANGUAGES):
            template = getattr(self, name)
            if template is not None:
                yield name, template


def _words(value: object) -> object:
    items = value if isinstance(value, list | tuple) else (value,)
    if not items:
        raise expected("at least one word or phrase")
    for index, item in enumerate(items):
        if isinstance(item, bool) or not isinstance(item, str | int) or not str(item).strip():
            raise expected(
                "words, such as agent or talk to someone", item=None if items == (value,) else index
            )
    return tuple(str(item).strip() for item in items)


WordList = Annotated[tuple[str, ...], BeforeValidator(_words)]


class Words(ShortTable):
    """Words and phrases that mean something: one list, or one for each language."""

    shorthand = "words"
    takes: ClassVar[str] = "a list of words, or a table of lists by language (en, zh, ko)"

    words: WordList = Field(
        default=(), description="The words, in a flow of one language.", validate_default=False
    )
    en: WordList = Field(default=(), description="The words in English.", validate_default=False)
    zh: WordList = Field(default=(), description="The words in Chinese.", validate_default=False)
    ko: WordList = Field(default=(), description="The words in Korean.", validate_default=False)

    def of(self, language: str) -> tuple[str, ...]:
        """The words in a language."""
        found: tuple[str, ...] = getattr(self, language)
        return found or self.words
