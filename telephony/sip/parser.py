"""From bytes to messages: single datagrams (RFC 3261 18.3) and streams.

Tolerant in: bare LF, folded lines, compact names, any case in "SIP/2.0", blank lines and NUL bytes in front
and between messages, and for a datagram no Content-Length and NUL bytes behind. A start line is read to the
letter, since guessing where a Request-URI ends is how filters are bypassed (RFC 4475 3.1.2.8 to 3.1.2.10).
Whether a message makes sense is left to `validate`.

Bytes that are not UTF-8 live on as surrogates and go out as they came in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

from telephony.sip import grammar
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.headers import Headers, Row, lookup_name
from telephony.sip.message import MessageError, Request, Response
from telephony.sip.uri import OtherUri, parse_uri

# LWS = [*WSP CRLF] 1*WSP: a line that begins with a blank continues the one before (7.3.1).
_FOLD = re.compile(r"[ \t]*+\n[ \t]++")
# SIP-Version = "SIP" "/" 1*DIGIT "." 1*DIGIT
_SIP_VERSION = re.compile(r"SIP/([0-9]++\.[0-9]++)", re.IGNORECASE)
# No honest body is longer than this many bytes.
_MAX_LENGTH = 2**31

_KEEP_ALIVE = b"\r\n\r\n"
# What some send to keep a way open, or behind a message.
_BETWEEN = b"\r\n\0"


def parse_message(data: bytes) -> Request | Response:
    """Read the one message in a datagram.

    Bytes after Content-Length are dropped, a body shorter than it is an error (18.3).

    Raises:
        MessageError: with the status to answer and, when enough was read to do so, the request.
    """
    if data[:1] in (b"\r", b"\n", b"\0"):
        data = data.lstrip(_BETWEEN)
    head_end, body_start = _find_body(data, 0)
    if head_end < 0:
        # Deviation: the blank line may be missing from a datagram that ends with its last header.
        data = data.rstrip(b"\0")
        head_end = body_start = len(data)
    message, headers, error = _read_head(data[:head_end])
    body = data[body_start:]
    try:
        length = _content_length(headers)
        if length is not None and length != len(body):
            if length > len(body):
                raise RemoteProtocolError(400, "Content-Length beyond end of message")
            body = body[:length]
        if length is None and not body.strip(b"\0"):
            body = b""
    except RemoteProtocolError as length_error:
        error = error or length_error
    if error is not None:
        raise _error_in(message, error)
    message.body = body
    return message


@dataclass(frozen=True, slots=True)
class Ping:
    """A keep-alive (CRLFCRLF) came; the answer is one CRLF (RFC 5626 3.5.1)."""


@dataclass(frozen=True, slots=True)
class ParseError:
    """A message in the stream could not be read; `error.request` is set when it can be answered."""

    error: MessageError


StreamItem: TypeAlias = Request | Response | Ping | ParseError


class StreamParser:
    """Cuts one connection's bytes into messages, however they are chunked.

    Args:
        max_size: most bytes in one message, head and body together.

    Attributes:
        broken: True once the end of a message can no longer be known (no usable Content-Length, or too
            large). Everything fed after that is ignored; the connection should be closed.
    """

    __slots__ = ("_buffer", "_head", "_length", "_max_size", "_scanned", "broken")

    def __init__(self, max_size: int = 65536) -> None:
        self.broken = False
        self._max_size = max_size
        self._buffer = bytearray()
        # How far the buffer is known not to hold the end of a head.
        self._scanned = 0
        # A head that waits for `_length` bytes of body.
        self._head: _Head | None = None
        self._length = 0

    @property
    def waits(self) -> bool:
        """Whether a message was begun and is not whole."""
        # Half a keep-alive is all that some phones send.
        return self._head is not None or (bool(self._buffer) and self._buffer[0] not in _BETWEEN)

    def feed(self, data: bytes) -> list[StreamItem]:
        """Take bytes from the connection; returns what they complete, in order."""
        items: list[StreamItem] = []
        if not self.broken:
            self._buffer += data
        while not self.broken:
            item = self._next()
            if item is None:
                break
            items.append(item)
        return items

    def _next(self) -> StreamItem | None:
        if self._head is None:
            if self._skip_blank_lines():
                return Ping()
            broken = self._find_head()
            if broken is not None:
                self.broken = True
                self._buffer.clear()
                return ParseError(broken)
        if self._head is None or len(self._buffer) < self._length:
            return None
        message, _, error = self._head
        body = bytes(self._buffer[: self._length])
        del self._buffer[: self._length]
        self._head = None
        if error is not None:
            return ParseError(_error_in(message, error))
        message.body = body
        return message

    def _skip_blank_lines(self) -> bool:
        """Drop line ends and NUL bytes between messages (7.5); True when they were a keep-alive."""
        buffer = self._buffer
        while buffer and buffer[0] in _BETWEEN:
            if buffer[0] == 0:
                padding = len(buffer) - len(buffer.lstrip(b"\0"))
                del buffer[:padding]
                continue
            if buffer.startswith(_KEEP_ALIVE):
                del buffer[:4]
                return True
            if _KEEP_ALIVE.startswith(buffer):
                return False
            del buffer[0]
        return False

    def _find_head(self) -> MessageError | None:
        """Look for a whole head; returns why the stream is beyond repair, if it is."""
        head_end, body_start = _find_body(self._buffer, max(0, self._scanned - 2))
        if head_end < 0:
            self._scanned = body_start = len(self._buffer)
        if body_start > self._max_size:
            return MessageError(513, "Message Too Large")
        if head_end < 0:
            return None
        head = _read_head(bytes(self._buffer[:head_end]))
        del self._buffer[:body_start]
        self._scanned = 0
        try:
            length = _content_length(head[1])
            if length is None:
                # 18.3: on a stream nothing else tells where the message ends.
                raise RemoteProtocolError(400, "Missing Content-Length")
            if body_start + length > self._max_size:
                raise RemoteProtocolError(513, "Message Too Large")
        except RemoteProtocolError as error:
            return _error_in(head[0], error)
        self._head, self._length = head, length
        return None


# The message without its body, its headers, and what is wrong with it, if anything is. A message that
# cannot be made sense of is a Request or Response that is only good to be answered or dropped.
_Head: TypeAlias = tuple[Request | Response, Headers, RemoteProtocolError | None]


def _find_body(data: bytes | bytearray, start: int) -> tuple[int, int]:
    """End of the head (with its last LF) and start of the body; (-1, -1) when there is no blank line."""
    strict = data.find(b"\n\r\n", start)
    bare = data.find(b"\n\n", start, strict + 1 if strict >= 0 else len(data))
    if bare >= 0:
        return bare + 1, bare + 2
    return (strict + 1, strict + 3) if strict >= 0 else (-1, -1)


def _read_head(head: bytes) -> _Head:
    text = head.decode("utf-8", "surrogateescape").replace("\r\n", "\n")
    # A CR of its own is a line end to some and not to others.
    bad_line = "\r" in text
    if bad_line:
        text = text.replace("\r", " ")
    if "\n " in text or "\n\t" in text:
        text = _FOLD.sub(" ", text)
    start_line, *lines = text.split("\n")
    rows: list[Row] = []
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            # HCOLON = *( SP / HTAB ) ":" SWS
            found = lookup_name(name) or lookup_name(name.rstrip(" \t"))
            if found is not None:
                rows.append((found[0], found[1], value.strip(" \t")))
                continue
        if line:
            bad_line = True
    headers = Headers.from_rows(rows)
    message, error = _read_start_line(start_line, headers)
    if bad_line and error is None:
        error = RemoteProtocolError(400, "Bad header line")
    return message, headers, error


def _read_start_line(line: str, headers: Headers) -> tuple[Request | Response, RemoteProtocolError | None]:
    words = line.split(" ")
    if len(words) == 3 and words[2] == "SIP/2.0" and grammar.is_token(words[0]):
        try:
            return Request(words[0], parse_uri(words[1]), headers), None
        except RemoteProtocolError as error:
            return _unreadable(words[0], headers), RemoteProtocolError(400, f"Request-URI: {error.reason}")
    version = _SIP_VERSION.fullmatch(words[0])
    if version is not None:
        return _read_status_line(version.group(1), line, headers)
    return _read_unusual_request_line(words, headers)


def _read_status_line(
    version: str, line: str, headers: Headers
) -> tuple[Response, RemoteProtocolError | None]:
    # Status-Line = SIP-Version SP Status-Code SP Reason-Phrase CRLF
    # Deviation: the second SP may be missing when there is no reason phrase.
    _, _, rest = line.partition(" ")
    code, _, reason = rest.partition(" ")
    status = grammar.parse_number(code, 699) if len(code) == 3 else None
    if version != "2.0":
        return Response(0, "", headers), RemoteProtocolError(505, "Version Not Supported")
    if status is None or status < 100:
        return Response(0, "", headers), RemoteProtocolError(400, "Bad status line")
    return Response(status, reason, headers), None


def _read_unusual_request_line(
    words: list[str], headers: Headers
) -> tuple[Request | Response, RemoteProtocolError | None]:
    # Request-Line = Method SP Request-URI SP SIP-Version CRLF
    last_word = next((word for word in reversed(words) if word), "")
    version = _SIP_VERSION.fullmatch(last_word)
    if version is None or not grammar.is_token(words[0]):
        return Response(0, "", headers), RemoteProtocolError(400, "Not a SIP message")
    if version.group(1) != "2.0":
        return _unreadable(words[0], headers), RemoteProtocolError(505, "Version Not Supported")
    if len(words) != 3:
        return _unreadable(words[0], headers), RemoteProtocolError(400, "Bad request line")
    # "sip/2.0" in another case (7.1) is all that is unusual about it.
    return _read_start_line(f"{words[0]} {words[1]} SIP/2.0", headers)


def _unreadable(method: str, headers: Headers) -> Request:
    """Stands for a request whose Request-URI cannot be read, so that it can be answered."""
    return Request(method, OtherUri("invalid", ""), headers)


def _content_length(headers: Headers) -> int | None:
    """The one Content-Length, None when there is none; raises `RemoteProtocolError` 400."""
    found: int | None = None
    for row in headers.rows:
        if row[0] == "content-length":
            length = grammar.parse_number(row[2], _MAX_LENGTH)
            # Two that differ (RFC 4475 3.3.9) would end the message at two places.
            if length is None or (found is not None and found != length):
                raise RemoteProtocolError(400, "Bad Content-Length")
            found = length
    return found


def _error_in(message: Request | Response, error: RemoteProtocolError) -> MessageError:
    return message.error(error.reason, error.status)
