"""What is known of one torture message, and how to write one down.

The bytes are those of RFC 4475 and RFC 5118; what each message is for is told in those RFCs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Message
from telephony.sip.parser import parse_message

Kind = Literal["request", "response"]
Level = Literal["message", "transaction", "user agent"]

# Answers that say "I understood you" without saying what the user agent makes of the call.
REFUSALS = frozenset({401, 403, 404, 407, 480, 482, 484})
OPTIONS_ANSWERS = REFUSALS | {200, 405, 406, 486}
INVITE_ANSWERS = REFUSALS | {100, 180, 183, 200, 302, 405, 406, 415, 486, 488, 603}
REGISTER_ANSWERS = REFUSALS | {200, 405, 423}
BYE_ANSWERS = frozenset({481})
UNKNOWN_METHOD_ANSWERS = frozenset({405, 501})
MALFORMED: frozenset[int | None] = frozenset({400})
NO_ANSWER: frozenset[int | None] = frozenset({None})


@dataclass(frozen=True)
class Torture:
    """One message.

    Args:
        name: as in the RFC.
        section: of the RFC.
        data: the bytes of the datagram.
        kind: request or response.
        level: which layer the message is a test of.
        expect: what parsing and validating does: None when both accept it, else the status they raise.
        answer: the statuses (first answer) that a user agent may give over UDP; None for silence.
    """

    name: str
    section: str
    data: bytes
    kind: Kind
    level: Level
    expect: int | None
    answer: frozenset[int | None]

    @property
    def answer_port(self) -> int | None:
        """The port to which the answer goes when the request comes over UDP (RFC 3261 18.2.2).

        That is the port in the top Via and not the one the request came from: listen there, on another
        loopback address than the server's. None when the Via has an rport, so that the answer comes back to
        where the request came from (RFC 3581).
        """
        try:
            message: Message | None = parse_message(self.data)
        except RemoteProtocolError as error:
            message = error.request
        if message is None:
            return 5060
        return None if message.via.wants_rport else message.via.port or 5060


def wire(text: str) -> bytes:
    """A message as it goes on the wire: from its first line on, with CRLF line ends, in UTF-8."""
    return text.removeprefix("\n").replace("\n", "\r\n").encode()


def accepted(
    name: str,
    section: str,
    data: bytes,
    answer: Iterable[int | None],
    *,
    kind: Kind = "request",
    level: Level = "message",
) -> Torture:
    """A message that is well-formed."""
    return Torture(name, section, data, kind, level, None, frozenset(answer))


def rejected(
    name: str,
    section: str,
    data: bytes,
    status: int = 400,
    answer: Iterable[int | None] = MALFORMED,
    *,
    kind: Kind = "request",
    level: Level = "message",
) -> Torture:
    """A message that parsing or validating refuses."""
    return Torture(name, section, data, kind, level, status, frozenset(answer))
