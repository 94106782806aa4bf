"""Write the reference of all settings (docs/configuration.md) from the models themselves.

`python -m config.reference docs/configuration.md` renews the tables between the two marks in that file.
What is expected of a value is what its own check says when it refuses one, so the page cannot be wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from pydantic import ValidationError, create_model
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from config.models.agents import AgentsFile
from config.models.base import Table
from config.models.queues import QueuesFile
from config.models.settings import Settings
from config.validation import table_of

BEGIN = "<!-- settings: made by `python -m config.reference`, do not edit -->"
END = "<!-- end of settings -->"

_FILES: tuple[tuple[str, type[Table]], ...] = (
    ("hotline.yaml", Settings),
    ("agents.yaml", AgentsFile),
    ("queues.yaml", QueuesFile),
)
# What the keys of a table of tables are.
_KEYS = {"sla": ("TIER", "SEVERITY"), "rules": ("NAME",)}


def settings_reference() -> str:
    """Write every setting of every file as Markdown tables."""
    parts: list[str] = []
    for name, model in _FILES:
        parts.append(f"## {name}\n")
        parts += ["\n".join(_table(title, table)) + "\n" for title, table in _tables(model, "")]
    return "\n".join(parts)


def renew(page: str) -> str:
    """Replace what stands between the marks in `page` with the reference."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{settings_reference()}\n{END}{after}"


def _tables(model: type[Table], path: str) -> Iterator[tuple[str, type[Table]]]:
    """Yield the model's own table, then those below it, each with the path that leads to it."""
    yield path, model
    for name, field in model.model_fields.items():
        below = table_of(field.annotation)
        if below is not None:
            yield from _tables(below, _path_below(path, name, field))


def _path_below(path: str, name: str, field: FieldInfo) -> str:
    here = f"{path}.{name}" if path else name
    text = str(field.annotation)
    if text.startswith("tuple"):
        return f"{here}[]"
    depth = text.count("dict[")
    return here + "".join(f".{word}" for word in _KEYS.get(name, ("NUMBER",))[:depth])


def _table(title: str, model: type[Table]) -> Iterator[str]:
    if title:
        yield f"### {title}\n"
    yield from setting_rows(model)


def setting_rows(model: type[Table]) -> Iterator[str]:
    """Write a Markdown table of a model's settings: each with what it may be, and its default."""
    yield "| setting | value | default | what it does |"
    yield "| --- | --- | --- | --- |"
    for name, field in model.model_fields.items():
        what = (field.description or "").replace("|", "\\|")
        yield f"| `{name}` | {_expected(field)} | {_default(field)} | {what} |"


def _expected(field: FieldInfo) -> str:
    below = table_of(field.annotation)
    if below is not None:
        text = str(field.annotation)
        takes = getattr(below, "takes", "a table")
        return "a list of tables" if text.startswith("tuple") else str(takes)
    if get_origin(field.annotation) is dict:
        return "a table of: " + _refusal(get_args(field.annotation)[1])
    # Nothing accepts an object, so every kind says here what it expects.
    return _refusal(Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation)


def _refusal(kind: Any) -> str:
    """What a kind says it expects, when it refuses an object."""
    try:
        create_model("Setting", __base__=Table, value=(kind, ...)).model_validate({"value": object()})
    except ValidationError as error:
        detail = next(detail for detail in error.errors() if detail["type"] == "expected")
        text = str(detail["ctx"]["expected"]).replace("|", "\\|").replace("*", "\\*")
        return f"one or a list of: {text}" if len(detail["loc"]) > 1 else text
    raise TypeError(f"{kind} accepts anything")


def _default(field: FieldInfo) -> str:
    if isinstance(field.json_schema_extra, dict) and "stands_in" in field.json_schema_extra:
        return str(field.json_schema_extra["stands_in"])
    if field.is_required():
        return "needed"
    if table_of(field.annotation) is not None:
        return ""
    default = field.default
    if default is PydanticUndefined or default is None or default == ():
        return "none"
    if isinstance(default, tuple):
        return ", ".join(f"`{item}`" for item in default)
    if isinstance(default, bool):
        return "`true`" if default else "`false`"
    return f"`{default:g}`" if isinstance(default, float) else f"`{default}`"


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(renew(target.read_text(encoding="utf-8")), encoding="utf-8")
