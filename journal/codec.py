"""Events as rows and back, each by the name of its class.

Reading is tolerant, because journals live longer than programs: a field that a class has got since takes its
default, or what is empty of its type; one that it has no more is dropped; a kind that nobody knows is None.
Which events there are is left to the reader (`cdr.events`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, fields
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

from journal.event import CallEvent, Event, to_dict

_EMPTY: dict[Any, Callable[[], Any]] = {str: str, int: int, float: float, bool: bool, list: list, dict: dict}


@dataclass(frozen=True, slots=True)
class _Field:
    """How one field is read.

    Args:
        make: what it is when it is missing.
        is_float: JSON may say 5 for 5.0.
    """

    make: Callable[[], Any]
    is_float: bool


def event_classes(*modules: ModuleType) -> dict[str, type[Event]]:
    """The event classes that some modules define, by name, without the bases."""
    return {
        name: value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, type) and issubclass(value, Event) and value not in (Event, CallEvent)
    }


def _reading(kind: type[Event]) -> dict[str, _Field]:
    hints = get_type_hints(kind)
    reading = {}
    for field in fields(kind):
        make: Callable[[], Any]
        if field.default_factory is not MISSING:
            make = field.default_factory
        elif field.default is not MISSING:
            make = _constant(field.default)
        else:
            make = _empty(hints[field.name])
        reading[field.name] = _Field(make, hints[field.name] is float)
    return reading


def _constant(value: Any) -> Callable[[], Any]:
    return lambda: value


def _empty(hint: Any) -> Callable[[], Any]:
    """What is empty of a type: "", 0, [], {}; None where that is allowed; a Literal's first word."""
    choices = get_args(hint)
    if type(None) in choices:
        return _constant(None)
    origin = get_origin(hint) or hint
    return _EMPTY[origin] if origin in _EMPTY else _constant(choices[0])


def encode(event: Event) -> dict[str, Any]:
    """An event's fields as plain data; its kind is the name of its class."""
    data = to_dict(event)
    del data["event"]
    return data


class Decoder:
    """Makes events of their stored fields.

    Args:
        classes: every event class that may be met, by its name.
    """

    def __init__(self, classes: Mapping[str, type[Event]]) -> None:
        self._classes = classes
        self._reading = {name: _reading(kind) for name, kind in classes.items()}

    def decode(self, kind: str, body: Mapping[str, Any]) -> Event | None:
        """The event of that kind with these fields; None when the kind is not known. Never raises."""
        reading = self._reading.get(kind)
        if reading is None:
            return None
        values = {}
        for name, field in reading.items():
            if name not in body:
                values[name] = field.make()
                continue
            value = body[name]
            if field.is_float and not isinstance(value, float):
                value = float(value) if isinstance(value, int) else field.make()
            values[name] = value
        return self._classes[kind](**values)


def to_row(event: Event) -> dict[str, Any]:
    """An event as a row of `cdr.tables.EventRow`, without switch and seq."""
    return row_of(type(event).__name__, encode(event))


def row_of(kind: str, body: dict[str, Any]) -> dict[str, Any]:
    """A row of `EventRow`, without switch and seq, for an event that may be of no kind we know."""
    at, call, leg = body.get("at"), body.get("call"), body.get("leg")
    return {
        "at": float(at) if isinstance(at, int | float) else 0.0,
        "kind": kind,
        "call": call if isinstance(call, str) else "",
        "leg": leg if isinstance(leg, str) else "",
        "body": body,
    }
