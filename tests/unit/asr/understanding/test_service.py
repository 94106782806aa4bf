"""Who understands for a site: what is installed and what its settings say."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from asr.models.plan import plan_understanding
from asr.understanding.llm import Llm
from asr.understanding.meaning import Meaning
from asr.understanding.rules import Rules
from asr.understanding.service import UnderstandingService, category_examples
from config import Category, UnderstandingSettings
from tests.unit.tts.loop import on_loop

LLM: dict[str, Any] = {"url": "http://127.0.0.1:9/v1", "model": "qwen3"}


def settings(**given: Any) -> UnderstandingSettings:
    return UnderstandingSettings.model_validate(given)


@pytest.mark.parametrize(
    ("given", "installed", "provider"),
    [
        ({}, False, Rules),
        ({}, True, Meaning),
        ({"provider": "rules", "llm": LLM}, True, Rules),
        ({"provider": "meaning", "llm": LLM}, True, Meaning),
        ({"provider": "meaning"}, False, Rules),
        ({"llm": LLM}, False, Llm),
        ({"provider": "llm", "llm": LLM}, True, Llm),
    ],
)
@on_loop
async def test_a_site_has_the_provider_that_it_asks_for_as_far_as_it_is_there(
    given: dict[str, Any], installed: bool, provider: type, tmp_path: Path
) -> None:
    service = UnderstandingService(tmp_path if installed else None)
    try:
        found = service.for_site(settings(**given), ())
        assert type(found) is provider
        assert (service.pid is None) or installed
    finally:
        await service.close()


@pytest.mark.parametrize(
    ("given", "installed", "line"),
    [
        ({}, True, "meaning by multilingual-e5-small and rules"),
        ({"provider": "rules", "llm": LLM}, True, "meaning by rules"),
        ({}, False, "hotline models get multilingual-e5-small"),
        ({"llm": LLM}, True, "texts go to qwen3 at http://127.0.0.1:9/v1, digits and names masked"),
        ({"llm": {**LLM, "mask": False}}, True, "texts go to qwen3 at http://127.0.0.1:9/v1, as they are"),
    ],
)
def test_the_start_says_who_understands_and_where_texts_go(
    given: dict[str, Any], installed: bool, line: str, tmp_path: Path
) -> None:
    if installed:
        (tmp_path / "multilingual-e5-small").mkdir()
    model, said = plan_understanding(settings(**given), tmp_path)
    assert line in said
    assert (model is not None) is installed
    assert ("texts go" in said) is (given.get("provider") != "rules" and "llm" in given)


def test_a_category_is_known_by_its_sentences_or_else_by_its_words() -> None:
    words = {"en": ["printer"], "zh": ["打印机"]}
    known = category_examples(
        [
            Category.model_validate({"name": "a", "words": words, "examples": ["It prints stripes."]}),
            Category.model_validate({"name": "b", "words": words}),
            Category.model_validate({"name": "c"}),
        ]
    )
    assert known == {"a": ("It prints stripes.",), "b": ("printer", "打印机"), "c": ()}
