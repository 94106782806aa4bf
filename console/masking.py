"""What those do not see who may only look: telephone numbers, keys that were pressed, what callers said."""

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

# Fields of events that say what a caller said, or lead to it.
_WORDS = frozenset(
    {
        "digit",
        "digits",
        "slots",
        "history",
        "text",
        "words",
        "title",
        "summary",
        "note",
        "file",
        "recording",
        "sip_call_id",
        "contact",
        "peer",
    }
)
# Fields that name things of ours, however many digits they have.
_OURS = frozenset({"event", "switch", "at", "call", "leg", "other", "ticket", "into", "callback", "entry"})


def mask_number(number: str) -> str:
    """A telephone number with only its last digits; one of the house stays as it is."""
    if sum(character.isdigit() for character in number) < _SHORTEST:
        return number
    return HIDDEN * (len(number) - _SHOWN) + number[-_SHOWN:]


def mask_text(text: str) -> str:
    """A text in which telephone numbers are masked."""
    return _NUMBER.sub(lambda found: mask_number(found.group()), text)


def mask_event(event: Mapping[str, Any]) -> dict[str, Any]:
    """An event, as plain data, without anything private."""
    return {name: _masked(name, value) for name, value in event.items()}


def _masked(name: str, value: Any) -> Any:
    if name in _OURS:
        return value
    if name in _WORDS:
        return type(value)() if value is not None else None
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, Mapping):
        return mask_event(value)
    if isinstance(value, list):
        return [_masked("", one) for one in value]
    return value
