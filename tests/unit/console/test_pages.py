"""The pages' own words: which language they are in, and that no word is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
from starlette.requests import Request

from callback_queue.callbacks.events import AttemptOutcome
from callback_queue.tickets.ticket import STATES
from cdr.calls.record import ATTEMPT_OUTCOMES, OUTCOMES, Outcome
from cdr.events import EVENTS
from cdr.figures.formulas import agent_figures, queue_figures
from cdr.figures.tallies import AgentTally, QueueTally
from console.languages import TEXTS, language_of
from console.metrics import STATES as AGENT_STATES
from tests.support.paths import ROOT

PAGES = ROOT / "console" / "pages"
SCRIPTS = sorted((PAGES / "static" / "js").rglob("*.js"))


def entries(language: str) -> list[tuple[str, str]]:
    """A language's texts by key, in the order of the file."""
    text = (PAGES / "static" / "js" / f"texts-{language}.js").read_text(encoding="utf-8")
    found = re.findall(r'(?:"([\w.]+)"|\b(\w+)): "([^"]*)"', text)
    return [(quoted or plain, words) for quoted, plain, words in found]


def keys(language: str) -> set[str]:
    """The keys of a language's texts."""
    return {key for key, _ in entries(language)}


def outcome_texts(language: str) -> dict[str, str]:
    """What the pages call the outcomes of calls and callback attempts, by outcome."""
    return {key.removeprefix("outcome."): words for key, words in entries(language) if "outcome." in key}


def request(**headers: str) -> Request:
    """A question with these headers."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw, "query_string": b"", "path": "/"})


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("en-GB,zh;q=0.9", "en"),
        ("de-DE,de;q=0.9,zh;q=0.4,en;q=0.3", "zh"),
        ("ko", "en"),
        ("zh;q=0, en;q=0.1", "en"),
        ("zh;q=nonsense", "en"),
    ],
)
def test_the_browsers_best_language_that_we_speak_is_taken(header: str, language: str) -> None:
    assert language_of(request(accept_language=header)) == language


def test_both_languages_have_the_same_words() -> None:
    assert keys("en") == keys("zh")
    assert TEXTS["en"].keys() == TEXTS["zh"].keys()


def test_every_word_that_a_script_says_is_there() -> None:
    known = keys("en")
    said = {key for path in SCRIPTS for key in re.findall(r'\bt\("(\w+)"', path.read_text(encoding="utf-8"))}
    assert said - known == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_no_text_is_there_twice(language: str) -> None:
    found = [key for key, _ in entries(language)]
    assert [key for key in found if found.count(key) > 1] == []


def test_every_outcome_has_its_words_once() -> None:
    assert set(OUTCOMES) == set(get_args(Outcome))
    assert set(ATTEMPT_OUTCOMES) == set(get_args(AttemptOutcome))
    words = {**OUTCOMES, **ATTEMPT_OUTCOMES}
    assert outcome_texts("en") == words
    assert outcome_texts("zh").keys() == words.keys()
    assert len(set(OUTCOMES.values())) == len(OUTCOMES)


def test_the_systems_words_have_names() -> None:
    known = keys("en")
    words = {
        *(f"ticket.{state}" for state in STATES),
        *(f"state.{state}" for state in AGENT_STATES),
        *(f"figure.{name}" for name in {**queue_figures(QueueTally()), **agent_figures(AgentTally())}),
        *(
            f"event.{name}"
            for name in EVENTS
            if not name.startswith(("Phone", "Switch", "CallRefused", "Address", "SettingsApplied"))
        ),
    }
    assert words - known == set()


@pytest.mark.parametrize(
    "path", [*SCRIPTS, *(PAGES / "static" / "css").glob("*.css")], ids=lambda path: path.name
)
def test_files_of_the_page_stay_readable_and_safe(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") <= 400
    assert text.startswith(("//", "/*")), "says what it is for"
    for forbidden in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "http://"):
        assert forbidden not in text.replace("http://www.w3.org", "")
