"""The sentences that acts are known by: those of the package, and a site's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, get_args

from ruamel.yaml import YAML

from asr.understanding.values import Act

Examples: TypeAlias = Mapping[str, tuple[str, ...]]
"""Sentences by what they are: an act, or a category."""

FOLDER = Path(__file__).resolve().parent / "examples"
LANGUAGES = ("en", "zh", "ko")


@cache
def shipped(language: str) -> Examples:
    """The package's examples in a language (`examples/*.yaml`)."""
    found: dict[str, Any] = YAML(typ="safe").load(FOLDER / f"{language}.yaml")
    return {act: tuple(found[act]) for act in get_args(Act)}


def with_own(own: Mapping[str, Sequence[str]]) -> Examples:
    """The examples of all languages, and a site's own beside them.

    The model reads all languages alike, so nobody has to say which language a sentence is in, and callers
    who mix them are understood.
    """
    return {
        act: tuple(
            dict.fromkeys([*(text for name in LANGUAGES for text in shipped(name)[act]), *own.get(act, ())])
        )
        for act in get_args(Act)
    }
