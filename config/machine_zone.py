"""The machine's own time zone, as the C library sees it: by TZ, else by /etc/localtime.

`zoneinfo` knows zones by name and from files; here is found out which of them, and TZ may be a rule as well
(POSIX: `EST5EDT,M3.2.0,M11.1.0`). Which zone a site has is in `config.site`.
"""

from __future__ import annotations

import os
import re
import struct
from contextlib import suppress
from datetime import UTC, tzinfo
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCALTIME = Path("/etc/localtime")
NAME_FILE = Path("/etc/timezone")

_FOLDER = "/zoneinfo/"
# POSIX.1-2017 8.3: a name and an offset, then perhaps summer time, then perhaps the days of its changes.
_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]{3,}>)"
_OFFSET = r"[+-]?\d{1,3}(?::\d{1,2}){0,2}"
_RULE = re.compile(rf"{_NAME}{_OFFSET}(?P<summer>{_NAME}(?:{_OFFSET})?)?(?P<days>,.+)?")
# Summer time without days: POSIX leaves them open, and C libraries take the American ones.
_DAYS = ",M3.2.0,M11.1.0"
# One local time type, and no change, in a file of version 2 (RFC 8536): what follows is the rule alone.
_NO_CHANGES = (
    b"TZif2" + bytes(15) + struct.pack(">6l", 0, 0, 0, 0, 1, 4) + struct.pack(">lbb", 0, 0, 0) + b"UTC\0"
)


def machine_zone() -> tzinfo | None:
    """The machine's time zone, with its changes of the clock; None when it cannot be known.

    An empty TZ is UTC. Where there is no TZ, /etc/localtime counts, and without that /etc/timezone.
    """
    text = os.environ.get("TZ")
    if text is not None:
        text = text.removeprefix(":")
        return _zone_of(text) if text else UTC
    zone = _from_file(LOCALTIME)
    if zone is None:
        with suppress(OSError, UnicodeDecodeError):
            zone = _named(NAME_FILE.read_text(encoding="ascii").strip())
    return zone


def _zone_of(text: str) -> tzinfo | None:
    """The zone of a TZ without its colon: a path, a name, or a rule."""
    if text.startswith("/"):
        return _from_file(Path(text))
    return _named(text) or _ruled(text)


def _named(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, ZoneInfoNotFoundError):
        return None


def _from_file(path: Path) -> ZoneInfo | None:
    """The zone of a file; by its name where it is, or links to, a file of the system's zones."""
    for place in (os.path.realpath(path), str(path)):
        zone = _named(place.partition(_FOLDER)[2])
        if zone is not None:
            return zone
    try:
        with path.open("rb") as file:
            return ZoneInfo.from_file(file)
    except (OSError, ValueError, struct.error):
        return None


def _ruled(rule: str) -> ZoneInfo | None:
    match = _RULE.fullmatch(rule)
    if match is None:
        return None
    if match["summer"] and not match["days"]:
        rule += _DAYS
    try:
        return ZoneInfo.from_file(BytesIO(_NO_CHANGES * 2 + b"\n" + rule.encode("ascii") + b"\n"))
    except ValueError:
        return None
