"""Keys in the body of an INFO request: no RFC defines them, so this is what telephones and gateways send.

Which presses count is decided in `telephony.media.keys`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from telephony.sip.message import Request

DTMF_RELAY = "application/dtmf-relay"
NORTEL = "application/vnd.nortelnetworks.digits"
KEY_TYPES = (DTMF_RELAY, "application/dtmf", "audio/telephone-event", NORTEL)
"""The content types that we read, the one that we write first."""

_KEYS = frozenset("0123456789*#ABCD")
_EVENTS = "0123456789*#ABCD"
"""The key of each event number (RFC 4733 table 3)."""
_NAMED = {"STAR": "*", "ASTERISK": "*", "POUND": "#", "HASH": "#"}
# Some gateways name the two signs and the letters by their event numbers.
_NUMBERED = {str(number): key for number, key in enumerate(_EVENTS) if number > 9}
_FLASH = "16"  # no key: a short press of the hook
_FIELDS = frozenset({"signal", "d", "digit", "digits", "event", "key", "tone"})
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class InfoKeys:
    """What one INFO says.

    Args:
        keys: those that are pressed, in order.
        held: True while the key is down, False when it comes up; None where one INFO tells the whole press.
    """

    keys: str
    held: bool | None = None


def read_keys(request: Request) -> InfoKeys | None:
    """The keys in an INFO; None when its body is not of this kind, or holds no key that we know."""
    return parse_keys(request.content_type or "", request.body)


def parse_keys(content_type: str, body: bytes) -> InfoKeys | None:
    """The keys in a body; see `read_keys`.

    Args:
        content_type: in lower case, without parameters.
        body: the INFO's body: fields ("Signal=5", "d=5", "Duration=160"), the bare key, or the four bytes of
            a telephone event (RFC 4733 2.3).
    """
    if content_type not in KEY_TYPES:
        return None
    if len(body) == 4 and body[0] < len(_EVENTS) and not body.endswith(b"\r\n"):
        return InfoKeys(_EVENTS[body[0]], held=not body[1] & 0x80)
    text = body.decode("ascii", "replace").strip(" \t\r\n\0")
    fields = [re.split("[=:]", line, maxsplit=1) for line in re.split(r"[\r\n;,]+", text)]
    values = [field[1] for field in fields if len(field) == 2 and field[0].strip().lower() in _FIELDS]
    if not values and len(fields) == 1 and len(fields[0]) == 1:
        values = [text]
    found = [_keys(value, numbered=content_type != NORTEL) for value in values]
    keys = "".join(key for key in found if key is not None)
    return InfoKeys(keys) if keys and len(keys) <= _LONGEST else None


def _keys(text: str, *, numbered: bool) -> str | None:
    words = unquote(text).replace('"', " ").upper().split()
    if not words:
        return None
    word = words[0]
    if numbered:
        word = _NUMBERED.get(word, word)
        if word == _FLASH:
            return None
    word = _NAMED.get(word, word)
    return word if _KEYS.issuperset(word) else None


def relay_body(key: str, duration_ms: int) -> bytes:
    """The body of an INFO of ours, of type `DTMF_RELAY`.

    Args:
        key: one of the sixteen.
        duration_ms: how long it was held.
    """
    return f"Signal={key}\r\nDuration={duration_ms}\r\n".encode()
