"""Menu words, as equals of keys: found anywhere, forgiven small slips, never guessed."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from asr.slots.understand import understand
from asr.slots.values import SlotContext, Understood

EN = {
    "1": ("agent", "representative"),
    "2": ("problem", "leave a problem"),
    "3": ("ticket", "ticket status"),
    "0": ("repeat", "again"),
}
ZH = {"1": ("人工", "客服"), "2": ("留言", "报告问题"), "3": ("查询工单", "工单")}
KO = {"1": ("상담원", "상담사"), "2": ("문제 접수", "문제"), "3": ("티켓 조회", "접수 번호")}
NAMED = {
    "sales": ("sales", "buy something"),
    "support": ("technical support", "support"),
    "other": ("something else",),
}


def _choice(said: str, language: str, choices: Mapping[str, tuple[str, ...]]) -> Understood | None:
    return understand("choice", said, (), language, SlotContext(choices=choices, confidence=1.0))


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("agent", "1"), ("An agent, please.", "1"), ("I'd like to speak to an agent", "1"),
        ("option two", "2"),
        ("two", "2"), ("2", "2"), ("press three please", "3"), ("I want to leave a problem", "2"),
        ("ticket", "3"),
        ("um the first one", "1"), ("repeat", "0"), ("zero", "0"), ("the status of my ticket", "3"),
        ("not an agent, ticket", None), ("agent or problem", None), ("engine", None), ("probably", None),
        ("a message", None), ("i don't want an agent", None), ("yes", None), ("", None),
        ("I have three", None),
        ("agents", "1"), ("tickit status", "3"), ("representatif", "1"), ("problems", "2"),
    ],
)  # fmt: skip
def test_english(said: str, option: str | None) -> None:
    found = _choice(said, "en", EN)
    assert (found and found.value) == option


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("人工", "1"), ("我要人工", "1"), ("转客服", "1"), ("一", "1"), ("按二", "2"), ("第三个", "3"),
        ("查工单", "3"),
        ("我想查询一下工单", "3"), ("報告問題", "2"), ("查询共单", "3"), ("不要人工", None),
        ("人工还是留言", None),
        ("报张", None), ("我要留言，不要人工", "2"), ("你好", None),
    ],
)  # fmt: skip
def test_chinese(said: str, option: str | None) -> None:
    found = _choice(said, "zh", ZH)
    assert (found and found.value) == option


@pytest.mark.parametrize(
    ("said", "option"),
    [
        ("상담원", "1"), ("상담원이요", "1"), ("상담원 연결해 주세요", "1"), ("일번", "1"), ("이번이요", "2"),
        ("문제 접수요", "2"), ("접수번호", "3"), ("상담완", "1"), ("문재 접수", "2"), ("티켓 조해", "3"),
        ("상담원 말고 문제요", "2"), ("안녕하세요", None), ("네", None),
    ],
)  # fmt: skip
def test_korean(said: str, option: str | None) -> None:
    found = _choice(said, "ko", KO)
    assert (found and found.value) == option


def test_options_may_have_names_of_their_own() -> None:
    assert (found := _choice("I'd like to buy something", "en", NAMED))
    assert found.value == "sales"
    assert (found := _choice("technical suport please", "en", NAMED))
    assert found.value == "support"
    assert _choice("one", "en", NAMED) is None  # no option is called by a key


def test_a_forgiven_slip_is_less_certain() -> None:
    exact, near = _choice("ticket status", "en", EN), _choice("tickit status", "en", EN)
    assert exact is not None
    assert near is not None
    assert near.confidence < exact.confidence


def test_a_longer_phrase_wins_over_a_word_of_another_option() -> None:
    choices = {"new": ("new order",), "status": ("order status",), "order": ("order",)}
    assert (found := _choice("order status please", "en", choices))
    assert found.value == "status"


def test_words_that_are_near_to_two_options_are_none() -> None:
    choices = {"bill": ("billing",), "fill": ("filling",)}
    assert _choice("milling", "en", choices) is None


@pytest.mark.parametrize(
    ("said", "meanings", "option"),
    [
        ("Sails.", {"sales": 0.95, "other": 0.05}, "sales"),
        ("", {"sales": 0.95, "other": 0.05}, "sales"),
        ("sales", {"sales": 0.95, "other": 0.05}, "sales"),
        ("sales", {"sales": 0.4, "other": 0.6}, "sales"),
        ("sales", {"support": 0.95, "other": 0.05}, None),
        ("sales or support", {"support": 0.95, "other": 0.05}, None),
        ("Agent.", {"human": 0.95, "other": 0.05}, None),
        ("Hello?", {"other": 1.0}, None),
    ],
)
def test_the_score_decides_where_words_say_nothing_and_must_not_contradict_them(
    said: str, meanings: dict[str, float], option: str | None
) -> None:
    context = SlotContext(choices=NAMED, confidence=1.0, meanings=meanings)
    found = understand("choice", said, (), "en", context)
    assert (found and found.value) == option
