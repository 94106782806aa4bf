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
