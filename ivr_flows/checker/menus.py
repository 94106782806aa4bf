"""Checks of menus: keys that are used twice, words that mean two things."""

from __future__ import annotations

from collections.abc import Iterator

from config import Problem
from config.yaml_source import Key
from ivr_flows.checker.facts import FlowSource
from ivr_flows.schema import values_in
from ivr_flows.settings import LANGUAGES, Words
from ivr_flows.verbs.menu import Menu


def check_menus(flow: FlowSource) -> Iterator[Problem]:
    """Yield every choice of a menu that is the same as an earlier one."""
    for path, value in values_in(flow.file, ()):
        if isinstance(value, Menu):
            yield from _keys(flow, path, value)
            yield from _words(flow, path, value)


def _keys(flow: FlowSource, path: Key, menu: Menu) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, choice in enumerate(menu.choices):
        if choice.key is None:
            continue
        if choice.key in seen:
            yield flow.problem(
                (*path, "choices", index, "key"),
                f'key "{choice.key}" is taken by choices[{seen[choice.key]}]; expected another key',
            )
        seen.setdefault(choice.key, index)


def _words(flow: FlowSource, path: Key, menu: Menu) -> Iterator[Problem]:
    seen: dict[tuple[str, str], int] = {}
    for index, choice in enumerate(menu.choices):
        here: Key = (*path, "choices", index, "words")
        for setting, position, word in _spoken(choice.words):
            key = setting, "".join(word.casefold().split())
            if key in seen:
                what = "here" if seen[key] == index else f"by choices[{seen[key]}]"
                yield flow.problem(
                    (*here, setting, position), f'"{word}" is taken {what}; expected other words'
                )
            seen.setdefault(key, index)


def _spoken(words: Words | None) -> Iterator[tuple[str, int, str]]:
    for setting in ("words", *LANGUAGES):
        for position, word in enumerate(getattr(words, setting, ())):
            yield setting, position, word
