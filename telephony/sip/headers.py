"""The header fields of a message: an ordered multimap with SIP's rules for names (RFC 3261 section 7.3).

Names are compared without regard to case, compact forms are expanded on the way in, and known names get
their canonical spelling. Values stay text; what they mean is left to `values` and `message`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from telephony.sip.errors import LocalProtocolError
from telephony.sip.grammar import is_token
from telephony.sip.values import split_list

# (key: the long name in lower case, spelling on output, value)
Row: TypeAlias = tuple[str, str, str]

# RFC 3261 7.3.3 and 20, RFC 3265 (o, u), 3515 (r), 3892 (b), 4028 (x), 3841 (a, d, j), 4474 (y, n).
COMPACT = {
    "a": "Accept-Contact",
    "b": "Referred-By",
    "c": "Content-Type",
    "d": "Request-Disposition",
    "e": "Content-Encoding",
    "f": "From",
    "i": "Call-ID",
    "j": "Reject-Contact",
    "k": "Supported",
    "l": "Content-Length",
    "m": "Contact",
    "n": "Identity-Info",
    "o": "Event",
    "r": "Refer-To",
    "s": "Subject",
    "t": "To",
    "u": "Allow-Events",
    "v": "Via",
    "x": "Session-Expires",
    "y": "Identity",
}

_KNOWN = (
    *COMPACT.values(),
    *("Accept", "Accept-Encoding", "Accept-Language", "Alert-Info", "Allow", "Authentication-Info"),
    *("Authorization", "Call-Info", "Content-Disposition", "Content-Language", "CSeq", "Date", "Diversion"),
    *("Error-Info", "Expires", "Flow-Timer", "Geolocation", "History-Info", "In-Reply-To", "Join"),
    *("Max-Breadth", "Max-Forwards", "MIME-Version", "Min-Expires", "Min-SE", "Organization"),
    *("P-Access-Network-Info", "P-Asserted-Identity", "P-Asserted-Service", "P-Called-Party-ID"),
    *("P-Charging-Vector", "P-Early-Media", "P-Preferred-Identity", "Path", "Priority", "Privacy"),
    *("Proxy-Authenticate", "Proxy-Authorization", "Proxy-Require", "RAck", "Reason", "Record-Route"),
    *("Remote-Party-ID", "Replaces", "Reply-To", "Require", "Resource-Priority", "Retry-After", "Route"),
    *("RSeq", "Server", "Service-Route", "Session-ID", "SIP-ETag", "SIP-If-Match", "Subscription-State"),
    *("Suppress-If-Match", "Target-Dialog", "Timestamp", "Unsupported", "User-Agent", "User-to-User"),
    *("Warning", "WWW-Authenticate"),
)

# Header fields whose rows may hold several values (7.3.1): `replace_first` leaves the others alone.
_LISTS = frozenset({"via", "route", "record-route", "contact", "path", "service-route"})

_CANONICAL = {name.lower(): name for name in _KNOWN} | COMPACT

# spelling -> (key, spelling on output). Starts with the usual spellings and grows with what peers send, up to
# a bound: this lookup is most of what a header line costs.
_NAMES = {
    spelling: (name.lower(), name)
    for key, name in _CANONICAL.items()
    for spelling in (key, key.upper(), name)
}
_MAX_NAMES = 4096
_MAX_NAME_LENGTH = 64


def lookup_name(spelling: str) -> tuple[str, str] | None:
    """Key and output spelling of a header name in any form, or None when it is no token."""
    found = _NAMES.get(spelling)
    if found is not None:
        return found
    known = _CANONICAL.get(spelling.lower())
    if known is None and not is_token(spelling):
        return None
    shown = known or spelling
    found = (shown.lower(), shown)
    if len(_NAMES) < _MAX_NAMES and len(spelling) <= _MAX_NAME_LENGTH:
        _NAMES[spelling] = found
    return found


def _require_name(spelling: str) -> tuple[str, str]:
    found = lookup_name(spelling)
    if found is None:
        raise LocalProtocolError("not a header name")
    return found


class Headers:
    """Header rows in order.

    `cache` holds typed values that `Message` has parsed from the rows, by key: a mutator drops the entry
    of the header it touches, so that a parsed value is never older than its rows.

    Raises:
        LocalProtocolError: by every method that takes a name, when it is not a token.
    """

    __slots__ = ("cache", "rows")

    def __init__(self, items: Iterable[tuple[str, str]] = ()) -> None:
        self.rows: list[Row] = [(*_require_name(name), value) for name, value in items]
        self.cache: dict[str, Any] = {}

    @classmethod
    def from_rows(cls, rows: list[Row]) -> Headers:
        """Take over ready rows, unchecked (for the parser)."""
        headers = cls()
        headers.rows = rows
        return headers

    def get(self, name: str) -> str | None:
        """The first row of that name, or None."""
        key = _require_name(name)[0]
        for row in self.rows:
            if row[0] == key:
                return row[2]
        return None

    def get_all(self, name: str) -> list[str]:
        """All rows of that name."""
        key = _require_name(name)[0]
        return [row[2] for row in self.rows if row[0] == key]

    def values(self, name: str) -> list[str]:
        """All values of that name: rows split at their top-level commas. Only for lists, see 7.3.1."""
        key = _require_name(name)[0]
        return [value for row in self.rows if row[0] == key for value in split_list(row[2])]

    def add(self, name: str, value: str) -> None:
        """Append a row."""
        key, shown = _require_name(name)
        self.rows.append((key, shown, value))
        self.cache.pop(key, None)

    def insert_first(self, name: str, value: str) -> None:
        """Put a row before the others of that name, or at the head of the message when there are none."""
        key, shown = _require_name(name)
        position = next((i for i, row in enumerate(self.rows) if row[0] == key), 0)
        self.rows.insert(position, (key, shown, value))
        self.cache.pop(key, None)

    def set(self, name: str, value: str) -> None:
        """Make this the only row of that name, where the first one was or at the end."""
        key, shown = _require_name(name)
        position = next((i for i, row in enumerate(self.rows) if row[0] == key), len(self.rows))
        tail = [row for row in self.rows[position + 1 :] if row[0] != key]
        self.rows[position:] = [(key, shown, value), *tail]
        self.cache.pop(key, None)

    def remove(self, name: str) -> None:
        """Drop all rows of that name; none is fine."""
        key = _require_name(name)[0]
        self.rows = [row for row in self.rows if row[0] != key]
        self.cache.pop(key, None)

    def replace_first(self, name: str, value: str) -> None:
        """Replace the first value of that name (for a list such as Via: of its first row), or add it."""
        key, shown = _require_name(name)
        self.cache.pop(key, None)
        for position, row in enumerate(self.rows):
            if row[0] == key:
                if key in _LISTS and "," in row[2]:
                    value = ", ".join([value, *split_list(row[2])[1:]])
                self.rows[position] = (key, shown, value)
                return
        self.rows.append((key, shown, value))

    def copy(self) -> Headers:
        """An independent copy. Parsed values go along: they are frozen."""
        headers = Headers.from_rows(self.rows.copy())
        headers.cache = self.cache.copy()
        return headers

    def __contains__(self, name: str) -> bool:
        key = _require_name(name)[0]
        return any(row[0] == key for row in self.rows)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        return ((row[1], row[2]) for row in self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Headers):
            return NotImplemented
        return [(row[0], row[2]) for row in self.rows] == [(row[0], row[2]) for row in other.rows]

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Headers({list(self)!r})"
