"""SIP requests and responses: rows of text with typed, lazily parsed views on them.

A message is mutable and belongs to the code that builds or receives it. Typed values (`message.to`, `.via`
...) are parsed on first use and live in `message.headers.cache`; changing a header through the
methods of `Headers` drops them. A value that cannot be parsed raises `RemoteProtocolError` 400 from the
property (a `MessageError`, with the request attached).

Reading messages from the wire is left to `parser`, checking them as a whole to `validate`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import TypeVar

from telephony.sip import grammar
from telephony.sip.errors import LocalProtocolError, RemoteProtocolError
from telephony.sip.headers import Headers, Row
from telephony.sip.uri import Uri
from telephony.sip.values import CSeq, NameAddr, Via, split_list

T = TypeVar("T")

# RFC 3261 21, and the later RFCs in the IANA registry that a switch meets.
REASONS: dict[int, str] = {
    100: "Trying",
    180: "Ringing",
    181: "Call Is Being Forwarded",
    182: "Queued",
    183: "Session Progress",
    199: "Early Dialog Terminated",
    200: "OK",
    202: "Accepted",
    204: "No Notification",
    300: "Multiple Choices",
    301: "Moved Permanently",
    302: "Moved Temporarily",
    305: "Use Proxy",
    380: "Alternative Service",
    400: "Bad Request",
    401: "Unauthorized",
    402: "Payment Required",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    406: "Not Acceptable",
    407: "Proxy Authentication Required",
    408: "Request Timeout",
    410: "Gone",
    412: "Conditional Request Failed",
    413: "Request Entity Too Large",
    414: "Request-URI Too Long",
    415: "Unsupported Media Type",
    416: "Unsupported URI Scheme",
    420: "Bad Extension",
    421: "Extension Required",
    422: "Session Interval Too Small",
    423: "Interval Too Brief",
    429: "Provide Referrer Identity",
    430: "Flow Failed",
    433: "Anonymity Disallowed",
    439: "First Hop Lacks Outbound Support",
    480: "Temporarily Unavailable",
    481: "Call/Transaction Does Not Exist",
    482: "Loop Detected",
    483: "Too Many Hops",
    484: "Address Incomplete",
    485: "Ambiguous",
    486: "Busy Here",
    487: "Request Terminated",
    488: "Not Acceptable Here",
    489: "Bad Event",
    491: "Request Pending",
    493: "Undecipherable",
    494: "Security Agreement Required",
    500: "Server Internal Error",
    501: "Not Implemented",
    502: "Bad Gateway",
    503: "Service Unavailable",
    504: "Server Time-out",
    505: "Version Not Supported",
    513: "Message Too Large",
    580: "Precondition Failure",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
    606: "Not Acceptable",
    607: "Unwanted",
    608: "Rejected",
}

# 8.2.6.2: what a response takes over from its request.
_COPIED = frozenset({"via", "from", "to", "call-id", "cseq"})
# Of these, the ones whose parsed value stays true in the response.
_COPIED_CACHE = ("via", "from", "call-id", "cseq")


class Message(ABC):
    """What requests and responses have in common.

    Args:
        headers: the message's own from here on.
        body: raw bytes.
    """

    __slots__ = ("body", "headers")

    headers: Headers
    body: bytes

    def to_bytes(self) -> bytes:
        """The message as it goes on the wire, its Content-Length (whatever the headers say) that of the body.

        Raises:
            LocalProtocolError: when a value holds a line break, which would smuggle in further headers.
        """
        lines = [self._start_line()]
        lines += [f"{shown}: {value}" for key, shown, value in self.headers.rows if key != "content-length"]
        lines.append(f"Content-Length: {len(self.body)}\r\n\r\n")
        head = "\r\n".join(lines)
        breaks = len(lines) + 1
        if head.count("\n") != breaks or head.count("\r") != breaks:
            raise LocalProtocolError("line break inside a header value")
        return head.encode("utf-8", "surrogateescape") + self.body

    @property
    def call_id(self) -> str:
        """The Call-ID."""
        return self._typed("call-id", "Call-ID", _parse_call_id)

    @property
    def cseq(self) -> CSeq:
        """The CSeq."""
        return self._typed("cseq", "CSeq", CSeq.parse)

    @property
    def from_(self) -> NameAddr:
        """The From."""
        return self._typed("from", "From", NameAddr.parse)

    @property
    def to(self) -> NameAddr:
        """The To."""
        return self._typed("to", "To", NameAddr.parse)

    @property
    def via(self) -> Via:
        """The topmost Via."""
        return self._typed("via", "Via", parse_top_via)

    @property
    def contacts(self) -> list[NameAddr]:
        """All Contact values in order, not to be changed; empty for `Contact: *`."""
        return self._typed_list("contact", "Contact", _parse_contacts)

    @property
    def routes(self) -> list[NameAddr]:
        """All Route values in order, not to be changed."""
        return self._typed_list("route", "Route", NameAddr.parse_list)

    @property
    def record_routes(self) -> list[NameAddr]:
        """All Record-Route values in order, not to be changed."""
        return self._typed_list("record-route", "Record-Route", NameAddr.parse_list)

    @property
    def content_type(self) -> str | None:
        """`type/subtype` in lower case, without parameters; None when there is no Content-Type."""
        text = self.headers.get("Content-Type")
        if text is None:
            return None
        media_type = text.partition(";")[0]
        return "/".join(part.strip() for part in media_type.split("/")).lower()

    @property
    def max_forwards(self) -> int | None:
        """Max-Forwards (0 to 255), None when there is none (RFC 2543 had none)."""
        text = self.headers.get("Max-Forwards")
        if text is None:
            return None
        number = grammar.parse_number(text, 255)
        if number is None:
            raise self.error("Bad Max-Forwards")
        return number

    @abstractmethod
    def _start_line(self) -> str: ...

    def error(self, reason: str, status: int = 400) -> MessageError:
        """An error about this message, with the request attached when it can be answered."""
        request = self if isinstance(self, Request) and self.is_answerable else None
        return MessageError(status, reason, request)

    def _typed(self, key: str, name: str, parse: Callable[[str], T]) -> T:
        cached: T | None = self.headers.cache.get(key)
        if cached is not None:
            return cached
        for row in self.headers.rows:
            if row[0] == key:
                try:
                    value = parse(row[2])
                except RemoteProtocolError as error:
                    raise self.error(f"Bad {name}") from error
                self.headers.cache[key] = value
                return value
        raise self.error(f"Missing {name}")

    def _typed_list(self, key: str, name: str, parse: Callable[[str], list[NameAddr]]) -> list[NameAddr]:
        cached: list[NameAddr] | None = self.headers.cache.get(key)
        if cached is not None:
            return cached
        found: list[NameAddr] = []
        try:
            for row in self.headers.rows:
                if row[0] == key:
                    found += parse(row[2])
        except RemoteProtocolError as error:
            raise self.error(f"Bad {name}") from error
        self.headers.cache[key] = found
        return found


class Request(Message):
    """A SIP request.

    Args:
        method: as on the wire; methods are case-sensitive.
        uri: the Request-URI.
        headers: the message's own from here on.
        body: raw bytes.
    """

    __slots__ = ("method", "uri")

    def __init__(self, method: str, uri: Uri, headers: Headers, body: bytes = b"") -> None:
        self.method = method
        self.uri = uri
        self.headers = headers
        self.body = body

    def response(self, status: int, reason: str | None = None, *, to_tag: str | None = None) -> Response:
        """The response of RFC 3261 8.2.6.2, without a body.

        Via, From, To, Call-ID and CSeq are copied as they came, Timestamp to a 100 (8.2.6.1) and
        Record-Route to what may make a dialog (12.1.1).

        Args:
            status: 100 to 699.
            reason: the reason phrase, by default that of the status.
            to_tag: put on a To that has no tag, except in a 100.
        """
        early = 100 < status < 300
        rows: list[Row] = []
        tag_added = False
        for row in self.headers.rows:
            key = row[0]
            if key in _COPIED:
                if key == "to" and to_tag is not None and status != 100 and not self._to_has_tag():
                    row = (key, row[1], f"{row[2]};tag={to_tag}")
                    tag_added = True
                rows.append(row)
            elif (key == "record-route" and early) or (key == "timestamp" and status == 100):
                rows.append(row)
        headers = Headers.from_rows(rows)
        cache = self.headers.cache
        headers.cache = {key: cache[key] for key in _COPIED_CACHE if key in cache}
        if "to" in cache and not tag_added:
            headers.cache["to"] = cache["to"]
        return Response(status, REASONS.get(status, "") if reason is None else reason, headers)

    @property
    def is_answerable(self) -> bool:
        """True unless it is an ACK (17) or its top Via, by which an answer is routed, cannot be read."""
        if "via" in self.headers.cache:
            return self.method != "ACK"
        text = self.headers.get("Via")
        try:
            return self.method != "ACK" and text is not None and bool(parse_top_via(text))
        except RemoteProtocolError:
            return False

    def _to_has_tag(self) -> bool:
        try:
            return self.to.tag is not None
        except RemoteProtocolError:
            # A 400 still has to go out when it is the To that is malformed.
            return False

    def _start_line(self) -> str:
        if not grammar.is_token(self.method):
            raise LocalProtocolError("method is not a token")
        return f"{self.method} {self.uri} SIP/2.0"

    def __repr__(self) -> str:
        return f"<Request {self.method}>"


class Response(Message):
    """A SIP response.

    Args:
        status: 100 to 699.
        reason: may be empty.
        headers: the message's own from here on.
        body: raw bytes.
    """

    __slots__ = ("reason", "status")

    def __init__(self, status: int, reason: str, headers: Headers, body: bytes = b"") -> None:
        self.status = status
        self.reason = reason
        self.headers = headers
        self.body = body

    def _start_line(self) -> str:
        return f"SIP/2.0 {self.status} {self.reason}"

    def __repr__(self) -> str:
        return f"<Response {self.status}>"


class MessageError(RemoteProtocolError):
    """A message that can't be read, or breaks the rules for all messages.

    Args:
        status, reason: see `RemoteProtocolError`.
        request: what could be read of the request, enough for `Request.response`, or None.
    """

    def __init__(self, status: int, reason: str, request: Request | None = None) -> None:
        super().__init__(status, reason)
        self.request = request


def _parse_call_id(text: str) -> str:
    # callid = word [ "@" word ]. Deviation: any text without blanks will do, it is only ever compared.
    if not text or " " in text or "\t" in text:
        raise RemoteProtocolError(400, "Bad Call-ID")
    return text


def parse_top_via(text: str) -> Via:
    if "," in text:
        text = (split_list(text) or [""])[0]
    return Via.parse(text)


def _parse_contacts(text: str) -> list[NameAddr]:
    return [] if text == "*" else NameAddr.parse_list(text)
