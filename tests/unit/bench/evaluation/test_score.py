"""What became of a call is judged by what the caller wanted, and added up."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bench.evaluation.caller import Answer, Phrase
from bench.evaluation.facts import same_name, same_number, stands_in
from bench.evaluation.report import compared, read, table
from bench.evaluation.score import Asked, Played, Result, Short, score
from bench.evaluation.script import load

NOW = datetime(2026, 11, 30, 10, 20, tzinfo=ZoneInfo("Asia/Shanghai"))
YES = Answer(intent="yes", phrase=Phrase(("Yes.",)), short=True)


def turn(question: str, meaning: str, text: str = "") -> dict[str, Any]:
    """An entry of a ticket's history."""
    heard = {"kind": "speech", "text": text, "digits": "", "confidence": 0.5}
    return {"question": question, "attempt": 1, "heard": heard, "meaning": meaning}


def slot(name: str, value: str) -> dict[str, Any]:
    """A slot of a ticket."""
    return {"name": name, "value": value, "text": value, "confirmed": True, "audio": []}


def played(**changes: Any) -> Played:
    """A call of en-02 in which all went well."""
    answers = [
        Asked("problem", 1, Answer(intent="problem", phrase=Phrase(("I cannot log in ...",)))),
        Asked("confirm_problem", 1, YES),
        Asked("confirm_problem", 2, YES),
        Asked("number", 1, Answer(intent="number", phrase=Phrase(("Two zero two ...",)))),
        Asked("confirm_number", 1, YES),
        Asked("time", 1, Answer(intent="time", phrase=Phrase(("Tomorrow at nine.",)))),
    ]
    meanings = ("text", "not_understood", "yes", "number", "yes", "time")
    ticket = {
        "state": "confirmed",
        "category": "login",
        "callback_number": "2025550143",
        "note": "",
        "slots": [
            slot("problem", "I can't log in to the portal. It says my password expired."),
            slot("callback_number", "2025550143"),
            slot("callback_time", "2026-12-01T09:00:00+08:00"),
        ],
        "history": [turn(one.question, meaning) for one, meaning in zip(answers, meanings, strict=True)],
    }
    values = {"asked": answers, "answered_at": 100.0, "ticket_at": 171.0, "now": NOW, "ticket": ticket}
    return Played(**{**values, **changes})


def scored(call: str = "en-02", **changes: Any) -> Result:
    """What became of it."""
    [caller] = load([call])
    return score(caller, played(**changes), provider="rules", engine="whisper-base")


def test_a_good_call_has_everything_right() -> None:
    result = scored()
    assert {name: filed.right for name, filed in result.slots.items()} == {
        "problem": True, "callback_number": True, "callback_time": True,
    }  # fmt: skip
    assert (result.slots["problem"].found, result.slots["problem"].of) == (3, 3)
    assert (result.turns, result.reasks, result.seconds, result.others) == (6, 1, 71.0, 6)
    assert [short.right for short in result.short] == [False, True, True]
    assert not any(short.wrong for short in result.short)
    assert (result.category, result.category_wanted) == ("login", "login")
    assert not result.taken_for_wish


def test_what_is_wrong_counts_as_wrong() -> None:
    ticket = {**(played().ticket or {})}
    ticket |= {
        "callback_number": "2025550144",
        "slots": [slot("problem", "I cannot log in."), slot("callback_time", "asap")],
    }
    result = scored(ticket=ticket)
    assert not any(filed.right for filed in result.slots.values())
    assert result.slots["problem"].found == 0
    assert not result.slots["callback_number"].confirmed


def test_a_lost_ticket_is_noticed() -> None:
    result = scored(ticket=None)
    assert not result.ticket
    assert result.seconds is None
    assert not any(filed.right for filed in result.slots.values())


@pytest.mark.parametrize(
    ("person_after", "note", "honoured", "taken", "given_up"),
    [
        (2, "wanted a person: asked", True, False, False),
        (3, "wanted a person: asked", True, False, False),
        (None, "", False, False, False),
        (6, "wanted a person: not_understood", False, False, True),
    ],
)
def test_a_wish_is_honoured_at_once_or_after_one_question(
    person_after: int | None, note: str, honoured: bool, taken: bool, given_up: bool
) -> None:
    asked = played().asked
    asked[1] = Asked("confirm_problem", 1, Answer(intent="human", phrase=Phrase(("A person, please.",))))
    ticket = {**(played().ticket or {}), "note": note}
    result = scored("en-11", asked=asked, ticket=ticket, person_after=person_after)
    assert (result.wish, result.honoured) == ("confirm_problem", honoured)
    assert (result.taken_for_wish, result.given_up) == (taken, given_up)
    assert result.slots == {}


def test_another_sentence_that_is_taken_for_a_wish_is_counted() -> None:
    ticket = {**(played().ticket or {}), "note": "wanted a person: asked"}
    result = scored(ticket=ticket, person_after=2)
    assert result.taken_for_wish
    assert not result.given_up


def test_a_yes_taken_for_a_no_is_wrong_and_no_answer_is_only_asked_again() -> None:
    taken = {meaning: Short(said="yes", meaning=meaning, attempt=1) for meaning in ("yes", "no", "noise")}
    assert [(one.right, one.wrong) for one in taken.values()] == [
        (True, False),
        (False, True),
        (False, False),
    ]
    assert Short(said="no", meaning="redo", attempt=1).right
    assert Short(said="yes", meaning="yes callback_number", attempt=1).right
    assert Short(said="no", meaning="yes", attempt=1).wrong


def test_facts_numbers_and_names_count_however_they_are_written() -> None:
    assert stands_in("second floor|2nd floor", "on the 2nd-floor.", "en")
    assert stands_in("crashes|crash", "It CRASHED", "en")
    assert not stands_in("print", "the blueprint", "en")
    assert stands_in("打印机", "打印機壞了", "zh")
    assert same_number("+12025550143", "2025550143", "en")
    assert same_number("040362988", "040 362 988", "en")
    assert not same_number("13800138000", "13800138001", "zh")
    assert not same_number("", "13800138001", "zh")
    assert same_name("王芳", "我叫王方", "zh")
    assert not same_name("王芳", "王伟", "zh")


def test_results_go_to_a_file_and_come_back_as_tables(tmp_path: Path) -> None:
    before, after = tmp_path / "before.jsonl", tmp_path / "after.jsonl"
    for path, result in ((before, scored(ticket=None)), (after, scored())):
        path.write_text(json.dumps(result.to_plain()) + "\n", encoding="utf-8")
    [result] = read(after)
    assert json.dumps(result.to_plain()) == json.dumps(scored().to_plain())
    assert (result.slots, result.short) == (scored().slots, scored().short)
    assert "| required slots right in the ticket | 3/3 (100%) |" in table(read(after))
    assert "| what | en unseen rules whisper-base (1) |" in table(read(after))
    both = compared(read(before), read(after))
    assert "| tickets lost | 1 → 0 |" in both
    assert "| callback number right | 0/1 (0%) → 1/1 (100%) |" in both
    assert "| name right, where asked | - → - |" in both
