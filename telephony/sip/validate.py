"""Checks of a whole message that parsing alone does not make (RFC 3261 8.1.1, 8.2, 16.3).

What only a user agent can know (its methods, extensions, media types and users) is left to it.
"""

from __future__ import annotations

from telephony.sip import grammar
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Message, Request, Response
from telephony.sip.uri import OtherUri
from telephony.sip.values import Via

# 7.3.1, RFC 4475 3.3.8: of these a message has one row. Two Froms are two different messages to two readers.
_SINGLE = ("from", "to", "call-id", "cseq", "max-forwards")


def validate_request(request: Request) -> None:
    """Check the headers that every request needs and what they must agree on.

    Deviation: Max-Forwards, tags and branches may be missing, as they were in RFC 2543 (RFC 4475 3.4.1).

    Raises:
        RemoteProtocolError: 400; 416 for a Request-URI that is neither sip, sips nor tel.
    """
    _validate_common(request)
    # Read for the check alone: a malformed one raises.
    _ = request.max_forwards, request.contacts, request.routes, request.record_routes
    if request.cseq.method != request.method:
        raise request.error("CSeq method differs from the request's")
    uri = request.uri
    if isinstance(uri, OtherUri):
        if uri.scheme != "tel":
            raise request.error("Unsupported URI Scheme", 416)
    elif uri.headers:
        # 19.1.1, table 1: no headers in a Request-URI.
        raise request.error("Headers in Request-URI")


def validate_response(response: Response) -> None:
    """Check the headers that every response needs; a response that fails is to be dropped.

    Raises:
        RemoteProtocolError: 400.
    """
    _validate_common(response)


def _validate_common(message: Message) -> None:
    keys = [row[0] for row in message.headers.rows]
    for key in _SINGLE:
        if keys.count(key) > 1:
            raise message.error(f"More than one {key}")
    _ = message.via, message.from_, message.to, message.call_id, message.cseq
    for key, _, value in message.headers.rows:
        if key == "via" and "," in value:
            _validate_via_row(message, value)


def _validate_via_row(message: Message, row: str) -> None:
    """Check that each value in a row with several can be told apart (RFC 4475 3.1.2.1)."""
    try:
        for part in grammar.split_at_commas(row):
            Via.parse(part)
    except RemoteProtocolError as error:
        raise message.error("Bad Via") from error
