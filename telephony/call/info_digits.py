"""Keys that arrive by SIP INFO: application/dtmf-relay and application/dtmf.

Neither body has an RFC; this is what phones send ("Signal=5\\r\\nDuration=160", or the bare key).
"""

from __future__ import annotations

_KEYS = frozenset("0123456789*#ABCD")
# Some gateways name the two signs by their event numbers (RFC 4733 table 3).
_NUMBERED = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}


def digit_of(content_type: str, body: bytes) -> str | None:
    """The key in an INFO body, or None when it holds none.

    Args:
        content_type: in lower case, without parameters.
        body: the INFO's body.
    """
    text = body.decode("ascii", "replace").strip()
    if content_type == "application/dtmf-relay":
        for line in text.splitlines():
            name, _, value = line.partition("=")
            if name.strip().lower() == "signal":
                return _key(value.strip())
        return None
    if content_type == "application/dtmf":
        return _key(text)
    return None


def _key(text: str) -> str | None:
    key = _NUMBERED.get(text, text.upper())
    return key if key in _KEYS else None
