"""Masking for the role `read`: telephone numbers, pressed keys, what callers said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "•"
# Extensions and service numbers are no secret, and a wall display without them would say nothing.
_SHORTEST = 6
_SHOWN = 3
# A number as people write it: digits with at most a space, dot, dash or bracket between two of them.
_NUMBER = re.compile(r"\+?\d(?:[ .()/-]{0,2}\d){5,}")

# Fields that name things of ours, however many digits they have.
_OURS = frozenset(
    (
        *("event", "switch", "version", "call", "leg", "agent_leg", "other", "ticket", "into", "callback"),
        *("entry", "queue", "flow", "step", "verb", "prompt"),
    )
)
# Texts that may be seen, numbers in them masked. What is not named here is not shown: an event that somebody
# adds, and the words in it, stay private until somebody decides otherwise.
_SHOWN_TEXTS = frozenset(
    (
        *(
            "kind",
            "why",
            "outcome",
            "end",
            "state",
            "was",
            "reason",
            "by",
            "mode",
            "tier",
            "category",
            "tags",
        ),
        *("language", "engine", "codec", "slot", "role", "source", "agent", "to_agent", "owner", "customer"),
        *("caller", "called", "original_called", "dialled", "number", "callback_number", "target", "user"),
    )
)
# What else is looked into.
_PARTS = frozenset({"changes", "quality"})
# The parts of a call's record (`cdr.calls.record`).
_RECORDS = frozenset({"legs", "segments", "steps", "stays", "offers", "contacts", "transfers"})


def mask_number(number: str) -> str:
    """A telephone number with only its last digits; one of the services stays as it is."""
    if sum(character.isdigit() for character in number) < _SHORTEST:
        return number
    return HIDDEN * (len(number) - _SHOWN) + number[-_SHOWN:]


def mask_text(text: str) -> str:
    """A text in which telephone numbers are masked."""
    return _NUMBER.sub(lambda found: mask_number(found.group()), text)


def seen_event(kind: str, body: Mapping[str, Any], *, private: bool, keys: bool) -> dict[str, Any]:
    """An event as somebody may see it.

    Args:
        kind, body: the event as it is stored.
        private: whether numbers and words may be seen.
        keys: whether keys that callers press may be seen; what they pressed may be a secret of theirs.
    """
    seen = dict(body) if private else mask_event(body)
    if kind == "DigitReceived" and private and not keys:
        seen["digit"] = HIDDEN
    return seen


def mask_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event, as plain data, without anything private."""
    return {name: _masked(name, value) for name, value in event.items()}


def _masked(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float) or name in _OURS:
        return value
    if isinstance(value, str):
        return mask_text(value) if name in _SHOWN_TEXTS else ""
    if isinstance(value, Mapping):
        return mask_event(value) if name in _PARTS else {}
    if isinstance(value, list) and name in _SHOWN_TEXTS:
        return [_masked(name, one) for one in value]
    if isinstance(value, list) and all(isinstance(one, Mapping) for one in value) and name in _RECORDS:
        return [mask_event(one) for one in value]
    return []
