"""Values that replace a site's own: from the environment (HOTLINE_SIP__LISTEN) or the command line.

Only hotline.yaml can be overridden: it holds the settings that differ between machines. A value is read
as YAML, so `5`, `true` and `[udp:0.0.0.0:5060, tcp:0.0.0.0:5060]` mean what they mean in the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.problems import Problem
from config.yaml_source import Data, Key, Source, parse_yaml, plain_scalar

PREFIX = "HOTLINE_"
# Read by the programs themselves; no settings.
RESERVED = frozenset({"HOTLINE_SITE", "HOTLINE_PHONE_PASSWORD", "HOTLINE_MODELS", "HOTLINE_FAULT"})


@dataclass(frozen=True, slots=True)
class Override:
    """One value that replaces a setting.

    Args:
        path: keys and list indexes (as text) from the top of hotline.yaml.
        value: the new value.
        origin: what problems name as its place, such as HOTLINE_SIP__LISTEN or --sip.
    """

    path: Sequence[str]
    value: Data
    origin: str


def variable(path: Sequence[str]) -> str:
    """The name of the variable that overrides the setting at `path`."""
    return PREFIX + "__".join(path).upper()


def from_environment(environ: Mapping[str, str]) -> list[Override]:
    """Collect the overrides in `environ`: HOTLINE_ and the keys in capitals, two underscores between them."""
    return [
        Override(name.removeprefix(PREFIX).lower().split("__"), _value(text), name)
        for name, text in sorted(environ.items())
        if name.startswith(PREFIX) and name not in RESERVED
    ]


def apply(source: Source, overrides: Iterable[Override]) -> None:
    """Put each override into the source's data, and note its origin (or that it has no place to go to)."""
    for override in overrides:
        path = _put(source.data, override.path, override.value)
        if path is None:
            source.problems.append(Problem(override.origin, 0, 0, "", "names no setting of hotline.yaml"))
        else:
            source.origins[path] = override.origin


def _value(text: str) -> Data:
    if text.lstrip()[:1] in ("[", "{"):
        source = parse_yaml(f"value: {text}", "")
        if not source.problems and isinstance(source.data, dict):
            return source.data["value"]
    return plain_scalar(text.strip())


def _put(data: Data, path: Sequence[str], value: Data) -> Key | None:
    """Set `value` at `path` below `data`, making tables on the way; returns the path as it is in the data."""
    part, rest = path[0], path[1:]
    if isinstance(data, list):
        if not part.isdecimal() or int(part) >= len(data):
            return None
        index = int(part)
        if not rest:
            data[index] = value
            return (index,)
        below = _put(data[index], rest, value)
        return None if below is None else (index, *below)
    if not isinstance(data, dict) or not part:
        return None
    if not rest:
        data[part] = value
        return (part,)
    # `sip:` with nothing below it reads as None, and stands for an empty table.
    if data.get(part) is None:
        data[part] = {}
    below = _put(data[part], rest, value)
    return None if below is None else (part, *below)
