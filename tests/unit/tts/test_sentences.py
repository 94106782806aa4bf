"""Long text in parts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tts.sentences import LONGEST_PART, render_parts

EXAMPLES = [
    ("Hello. How are you? Fine!", ["Hello.", "How are you?", "Fine!"]),
    ("您好，欢迎致电。请说出您的问题！好吗？", ["您好，欢迎致电。", "请说出您的问题！", "好吗？"]),
    ("안녕하세요. 문제를 말씀해 주세요.", ["안녕하세요.", "문제를 말씀해 주세요."]),
    ("Dr. Smith and Mr. Lee, e.g. at 3.5 p.m. today.", ["Dr. Smith and Mr. Lee, e.g. at 3.5 p.m. today."]),
    ("See hotline.yaml. Then call.", ["See hotline.yaml.", "Then call."]),
    ('He said "Stop." Then he left.', ['He said "Stop."', "Then he left."]),
    ("他说：“好。”然后走了。", ["他说：“好。”", "然后走了。"]),
    ("One\nTwo", ["One", "Two"]),
    ("Well... go on", ["Well...", "go on"]),
    ("", []),
    (" ... ! ", []),
]


@pytest.mark.parametrize(("text", "parts"), EXAMPLES)
def test_text_is_split_where_sentences_end(text: str, parts: list[str]) -> None:
    assert render_parts(text) == parts


def test_a_sentence_that_is_too_long_is_split_at_commas() -> None:
    clause = "这是一个很长的句子里的一个分句，"
    parts = render_parts(clause * 8 + "完。")
    assert len(parts) > 1
    assert all(part.endswith(("，", "。")) for part in parts)


def test_a_clause_that_is_too_long_is_split_between_words() -> None:
    parts = render_parts("word " * 100)
    assert len(parts) > 1
    assert {word for part in parts for word in part.split()} == {"word"}


@given(st.text(alphabet="ab1 .,!?\n。，！？好请가나\"”'…", max_size=400))
def test_nothing_that_can_be_heard_is_lost(text: str) -> None:
    parts = render_parts(text)
    heard = [sign for sign in text if sign.isalnum()]
    assert [sign for part in parts for sign in part if sign.isalnum()] == heard
    assert all(part == part.strip() and len(part) <= LONGEST_PART for part in parts)
