"""What a set of flows says of itself: here, which languages its calls can come to speak."""

from __future__ import annotations

from pathlib import Path

from tests.unit.ivr_flows.sites import make

PLAIN = """
languages: [en, zh, ko]
steps:
  hello: {say: {en: Hello., zh: 您好。, ko: 안녕하세요.}}
  end: {hangup: }
"""
CHOOSES = PLAIN.replace("steps:", "steps:\n  korean: {set: {language: ko}}")


def test_calls_speak_what_their_numbers_say_and_else_the_first_language(tmp_path: Path) -> None:
    flows = make(tmp_path, PLAIN)
    assert flows.languages_from([("main", None)]) == {"en"}
    assert flows.languages_from([("main", None), ("main", "zh")]) == {"en", "zh"}
    assert flows.languages_from([]) == set()


def test_a_flow_that_changes_the_language_may_come_to_speak_all_of_them(tmp_path: Path) -> None:
    flows = make(tmp_path, CHOOSES)
    assert flows.languages_from([("main", "zh")]) == {"en", "zh", "ko"}
    assert flows.languages_from([]) == set()


def test_what_the_intake_bot_asks_for_is_spoken_ahead_in_the_flows_languages(tmp_path: Path) -> None:
    text = """
        languages: [en, zh]
        steps:
          problem:
            intake:
              otherwise: end
              slots:
                - problem
                - {name: product, values: [{value: X200, words: {en: [router], zh: [路由器]}}]}
                - {name: room, kind: digits, ask: {en: Which room?, zh: 哪个房间？}}
          end: {hangup: }
    """
    texts = set(make(tmp_path, text).texts())
    assert {("en", "What is the problem?"), ("zh", "路由器"), ("zh", "哪个房间？")} <= texts
    assert ("en", "For router, press 1.") in texts
    assert {language for language, _ in texts} == {"en", "zh"}
    assert ("en", "And when? As soon as possible, or at what time?") not in texts
