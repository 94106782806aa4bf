"""Walk through a flow's settings: every value with the path that leads to it.

Checks find what a setting refers to by the class of its value (`ivr_flows.kinds`), so that a new verb
needs no check of its own.
"""

from __future__ import annotations

from collections.abc import Iterator

from config.models.base import Table
from config.yaml_source import Key


def values_in(value: object, path: Key) -> Iterator[tuple[Key, object]]:
    """Yield every table, name of a variable, and plain value in `value`, the outer before the inner."""
    if isinstance(value, Table):
        yield path, value
        for name in type(value).model_fields:
            yield from values_in(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, str(key)), key
            yield from values_in(inner, (*path, str(key)))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from values_in(inner, (*path, index))
    elif value is not None:
        yield path, value
