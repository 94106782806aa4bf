"""Turn one file's data into its typed model, and every mistake into a `Problem` at its place.

Pydantic finds the mistakes; this file says them in the site's words. So that checks across files can
still run when a file has mistakes, the faulty parts are cut away and the rest is validated again.
"""

from __future__ import annotations

import copy
import difflib
import types
from collections.abc import Mapping
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from config.models.base import Table
from config.problems import Problem
from config.yaml_source import Data, Key, Source

TableT = TypeVar("TableT", bound=Table)

_SECRET_SETTINGS = frozenset({"api_key", "password", "database"})
_LONGEST_FOUND = 60


def validate(model: type[TableT], source: Source) -> tuple[TableT, list[Problem]]:
    """Validate the source's data.

    Returns:
        the model, made of whatever is right in the data, and the mistakes in the rest.
    """
    data = copy.deepcopy(source.data)
    problems: list[Problem] = []
    while True:
        try:
            return model.model_validate(data), problems
        except ValidationError as error:
            if not data:
                raise  # a model that refuses an empty file is a bug
            details = error.errors(include_url=False)
        # Only the first round reads what the user wrote; later rounds see the gaps we cut.
        if not problems:
            problems = [_problem(model, source, detail) for detail in details]
        # Later items first, so that an index still means what it meant.
        cuts = {as_written(data, _cut_path(detail)) for detail in details}
        for path in sorted(cuts, key=_later_last, reverse=True):
            _cut(data, path)


def table_at(model: type[Table], path: Key) -> type[Table] | None:
    """Find the model that describes the table at `path` below `model`, if it is one."""
    table: type[Table] | None = model
    for part in path:
        if table is None:
            return None
        if isinstance(part, int) or part not in table.model_fields:
            continue  # an item of a list, or a key of a dict: its table was found with the setting
        table = table_of(table.model_fields[part].annotation)
    return table


def table_of(annotation: Any) -> type[Table] | None:
    """Find the one `Table` inside an annotation such as `tuple[Trunk, ...]` or `Trunk | None`."""
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return annotation
    if get_origin(annotation) in (tuple, list, dict, Annotated, Union, types.UnionType):
        for inner in get_args(annotation):
            found = table_of(inner)
            if found is not None:
                return found
    return None


def _problem(model: type[Table], source: Source, detail: ErrorDetails) -> Problem:
    path = tuple(part for part in detail["loc"] if part != "[key]")
    context: Mapping[str, Any] = detail.get("ctx", {})
    kind = detail["type"]
    if kind == "missing":
        return source.problem(path, "missing" + _description(model, path), at_key=True)
    if kind == "extra_forbidden":
        return source.problem(path, "unknown setting" + _did_you_mean(model, path), at_key=True)
    found = detail["input"]
    path = as_written(source.data, path)
    if found == {} and _at(source.data, path) is None:
        found = None  # a name with nothing behind the colon, read as an empty table
    if kind == "expected":
        wanted = str(context["expected"])
        item = context.get("item")
        if isinstance(item, int):
            path, found = (*path, item), found[item]
    elif kind in ("model_type", "dict_type"):
        wanted = "settings, each as name: value"
    else:
        wanted = detail["msg"]
    shown = "(hidden)" if _SECRET_SETTINGS.intersection(path) else found_text(found)
    # Nothing has no place of its own: the next word in the file is not it.
    at_key = found is None or "[key]" in detail["loc"]
    return source.problem(path, f"found {shown}, expected {wanted}", at_key=at_key)


def found_text(value: object) -> str:
    """Say what a value is, for `found ...`."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return f"{value} (a number)"
    if isinstance(value, str):
        cut = value if len(value) <= _LONGEST_FOUND else value[:_LONGEST_FOUND] + "..."
        return f'"{cut}" (text)'
    if isinstance(value, list | tuple):
        return "a list"
    # A table shows its names only: its values may hold a password.
    return (
        "a table of " + ", ".join(str(key) for key in value)
        if isinstance(value, dict) and value
        else "a table"
    )


def _description(model: type[Table], path: Key) -> str:
    table = table_at(model, path[:-1])
    field = table.model_fields.get(str(path[-1])) if table else None
    if not field or not field.description:
        return ""
    return f", expected {field.description[0].lower()}{field.description[1:]}".rstrip(".")


def _did_you_mean(model: type[Table], path: Key) -> str:
    table = table_at(model, path[:-1])
    known = list(table.model_fields) if table else []
    close = difflib.get_close_matches(str(path[-1]), known, n=1)
    if close:
        return f', did you mean "{close[0]}"?'
    return f"; known here: {', '.join(known)}" if known else ""


def as_written(data: Data, path: Key) -> Key:
    """The path of a value as it stands in the file, where a short form may leave parts of it out.

    One value stands for a list of one, or for the table that it is the important setting of.
    """
    written: list[str | int] = []
    for part in path:
        if isinstance(data, dict) and part in data:
            data = data[str(part)]
        elif isinstance(data, list) and isinstance(part, int) and part < len(data):
            data = data[part]
        elif isinstance(data, dict | list):
            continue
        else:
            break
        written.append(part)
    return tuple(written)


def _cut_path(detail: ErrorDetails) -> Key:
    """What to cut so that this mistake is gone: the value, or for a missing one the table that lacks it."""
    path = tuple(part for part in detail["loc"] if part != "[key]")
    return path[:-1] if detail["type"] == "missing" else path


def _later_last(path: Key) -> tuple[tuple[bool, int, str], ...]:
    return tuple((isinstance(part, int), part if isinstance(part, int) else 0, str(part)) for part in path)


def _cut(data: Data, path: Key) -> None:
    """Remove the value at `path`, or the nearest thing above it that the data have."""
    holder: Any = data
    *above, last = path or ("",)
    for part in above:
        below = _below(holder, part)
        if not isinstance(below, dict | list):
            last = part
            break
        holder = below
    try:
        del holder[last]
    except (KeyError, IndexError, TypeError):
        if path:
            _cut(data, path[:-1])
        else:
            holder.clear()


def _at(data: Any, path: Key) -> Any:
    for part in path:
        data = _below(data, part)
    return data


def _below(holder: Any, part: str | int) -> Any:
    if isinstance(holder, dict):
        return holder.get(part)
    return holder[part] if isinstance(part, int) and part < len(holder) else None
