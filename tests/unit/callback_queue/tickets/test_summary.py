"""Category, severity, title and summary, in the caller's own words and in three languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from callback_queue.tickets.summary import SUMMARY, TITLE, find_category, matter_of, summary, title
from config.models.tickets import Category

CATEGORIES = [
    Category.model_validate(data)
    for data in (
        {
            "name": "printing",
            "words": {"en": ["printer", "print"], "zh": ["打印机", "打印"], "ko": ["프린터"]},
            "severity": 3,
        },
        {
            "name": "network",
            "words": {"en": ["internet", "wifi", "network"], "zh": ["网络", "上网"], "ko": ["인터넷"]},
            "severity": 2,
        },
        {
            "name": "password",
            "words": {"en": ["password"], "zh": ["密码"], "ko": ["비밀번호"]},
            "severity": 4,
        },
    )
]

PRINTER = (
    "Hello, um, my printer on the third floor doesn't print any more. I tried to switch it off and on."
    " It says paper jam but there is no paper in it. My name is Smith from accounting."
    " We print 200 invoices on it today. The weather is nice as well. The toner was changed yesterday."
)


@pytest.mark.parametrize(
    ("text", "language", "category", "severity", "first"),
    [
        (PRINTER, "en", "printing", 3, "My printer on the third floor doesn't print any more"),
        ("The whole office has no internet!", "en", "network", 1, "The whole office has no internet"),
        ("It is not urgent, I forgot my password.", "en", "password", 4, "It is not urgent"),
        ("您好，请问一下，我们三楼的打印机坏了，打印不出来。", "zh", "printing", 3, "我们三楼的打印机坏了"),
        ("网络断了，所有人都用不了，很急。", "zh", "network", 1, "网络断了"),
        ("不太急，就是密码忘了。", "zh", "password", 4, "不太急"),
        ("안녕하세요, 인터넷이 안 됩니다. 급합니다.", "ko", "network", 1, "인터넷이 안 됩니다"),
        ("저기요, 비밀번호를 잊어버렸어요.", "ko", "password", 4, "비밀번호를 잊어버렸어요"),
        ("What is the weather like?", "en", "", 3, "What is the weather like"),
        ("", "en", "", 3, ""),
    ],
)
def test_what_a_text_is_about(text: str, language: str, category: str, severity: int, first: str) -> None:
    found = matter_of(text, language, CATEGORIES)
    assert (found.category, found.severity, found.title) == (category, severity, first)


def test_words_are_whole_words_with_the_endings_of_english() -> None:
    for text in ("two printers", "I printed it", "PRINTING fails", "wi-fi? no: wifi!"):
        assert find_category(text, CATEGORIES) is not None
    for text in ("a blueprint", "fingerprint reader", "sprinter"):
        assert find_category(text, CATEGORIES) is None


def test_most_words_win_then_the_longest_then_the_first() -> None:
    network = find_category("the printer has no network and no wifi", CATEGORIES)
    assert network is not None
    assert network.name == "network"
    draw = find_category("打印 网络", CATEGORIES)
    assert draw is not None
    assert draw.name == "printing"


def test_a_category_may_be_told_in_another_language_than_the_calls() -> None:
    found = matter_of("那个 printer 不工作", "zh", CATEGORIES)
    assert found.category == "printing"


def test_fire_is_urgent_and_a_firewall_is_not() -> None:
    assert matter_of("There is fire in the printer", "en", CATEGORIES).severity == 2
    assert matter_of("The firewall blocks my printer", "en", CATEGORIES).severity == 3


def test_a_summary_keeps_what_says_most_in_the_order_of_the_call() -> None:
    found = matter_of(f"{PRINTER} That was done by a colleague of mine.", "en", CATEGORIES).summary
    assert found.startswith("my printer on the third floor")
    assert "200 invoices" in found
    assert "weather" not in found
    assert len(found) <= SUMMARY["en"]
    places = [PRINTER.find(sentence.strip(". ")) for sentence in found.split(". ")[1:]]
    assert places == sorted(places)
    assert -1 not in places


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "so " + "and then it made a noise and stopped " * 20),
        ("zh", "那个网络断了我们试过重启路由器也不行" * 20),
        ("ko", "인터넷이 계속 끊기고 있어서 공유기를 다시 켜 보았는데 " * 10),
    ],
)
def test_talk_without_an_end_is_cut_at_a_word(language: str, text: str) -> None:
    assert len(title(text, language)) <= TITLE[language]
    assert len(summary(text, language)) <= SUMMARY[language]
    assert title(text, language).endswith("…")


@given(st.text(max_size=400), st.sampled_from(["en", "zh", "ko", "fr"]))
def test_any_text_has_a_title_and_a_summary_that_fit(text: str, language: str) -> None:
    found = matter_of(text, language, CATEGORIES)
    assert found == matter_of(text, language, CATEGORIES)
    assert len(found.title) <= 60
    assert len(found.summary) <= 280
    assert 1 <= found.severity <= 4
