"""The pages' own words: which language they are in, and that no word is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from starlette.requests import Request

from callback_queue.tickets.ticket import STATES
from cdr.calls.record import Outcome
from cdr.events import EVENTS
from cdr.figures.formulas import agent_figures, queue_figures
from cdr.figures.tallies import AgentTally, QueueTally
from console.languages import TEXTS, language_of
from console.metrics import STATES as AGENT_STATES
from tests.support.paths import ROOT

PAGES = ROOT / "console" / "pages"
SCRIPTS = sorted((PAGES / "static" / "js").rglob("*.js"))


def keys(language: str) -> set[str]:
    """The keys of a language's texts."""
    text = (PAGES / "static" / "js" / f"texts-{language}.js").read_text(encoding="utf-8")
    return {quoted or plain for quoted, plain in re.findall(r'(?:"([\w.]+)"|\b(\w+)): "', text)}


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


def test_the_systems_words_have_names() -> None:
    known = keys("en")
    words = {
        *(f"ticket.{state}" for state in STATES),
        *(f"state.{state}" for state in AGENT_STATES),
        *(f"outcome.{outcome}" for outcome in Outcome.__args__),  # type: ignore[attr-defined]
        *(f"figure.{name}" for name in {**queue_figures(QueueTally()), **agent_figures(AgentTally())}),
        *(
            f"event.{name}"
            for name in EVENTS
            if not name.startswith(("Phone", "Switch", "CallRefused", "SettingsApplied"))
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
