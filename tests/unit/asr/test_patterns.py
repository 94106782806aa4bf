"""Patterns are compiled when they are used, or all together, and match as those of `re` do."""

from __future__ import annotations

import re

import pytest

import asr.intake.bot  # makes the patterns of the product
from asr import patterns
from asr.patterns import Pattern, compile_all


def test_it_is_compiled_when_it_is_first_used() -> None:
    pattern = Pattern("a+")
    assert "compiled" not in vars(pattern)
    assert pattern.search("baab")
    assert "compiled" in vars(pattern)


def test_all_are_compiled_before_the_first_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patterns, "_made", [])
    made = [Pattern("a"), Pattern("b")]
    compile_all()
    assert all("compiled" in vars(pattern) for pattern in made)


def test_every_pattern_of_the_product_is_one() -> None:
    assert asr.intake.bot
    compile_all()  # raises re.error for one that is none
    assert len(patterns._made) > 200


def test_it_matches_as_re_does() -> None:
    ours, theirs, text = Pattern("A+|B", re.I), re.compile("A+|B", re.I), "caabxb"
    assert (ours.search(text) or [""])[0] == "aa"
    assert ours.match(text) is None
    assert (ours.match(text, 1) or [""])[0] == "aa"
    assert ours.fullmatch("aaa")
    assert not ours.fullmatch("aaab")
    assert ours.findall(text) == theirs.findall(text)
    assert [found.span() for found in ours.finditer(text)] == [
        found.span() for found in theirs.finditer(text)
    ]
    assert ours.split(text) == theirs.split(text)
    assert ours.sub("-", text) == theirs.sub("-", text)
