"""The session description in a message's body: alone, or beside other things (RFC 5621).

After `take_description` a body that holds a session description is that alone, as application/sdp; carriers
put ISUP (RFC 3204), a location (PIDF, RFC 6442) or metadata beside it, which is not for us. What the
description says is left to `telephony.sdp`.
"""

from __future__ import annotations

from email import message_from_bytes
from email.message import Message as Part

from telephony.sip.capabilities import SDP
from telephony.sip.message import Message

# Deeper nesting, or more parts, is no telephone's.
_MOST_MULTIPARTS = 4
_MOST_PARTS = 16
_PADDING = b"\0 \t\r\n"


def take_description(message: Message) -> None:
    """Make the session description in a message's body its only body.

    What we can't read stays as it is, and is refused where the body matters (415): a part that must be
    understood (handling=required) and is none of ours. Without a session description, parts that may be
    ignored are.
    """
    if not message.body:
        return
    kind = message.content_type
    if kind is None:
        # Deviation: a body without Content-Type (RFC 3261 20.15 wants one) is what it looks like.
        if not message.body.lstrip(_PADDING).startswith(b"v="):
            return
        message.headers.set("Content-Type", SDP)
        kind = SDP
    if kind == SDP:
        message.body = _tidied(message.body)
    elif kind.startswith("multipart/"):
        parts = _parts(message)
        if parts is not None:
            descriptions = [part for part in parts if part.get_content_type() == SDP]
            if not any(_is_required(part) for part in parts if part not in descriptions):
                _replace(message, descriptions)


def _tidied(body: bytes) -> bytes:
    """Without what some send behind it: a C string's NUL, blanks, lines too many."""
    text = body.rstrip(_PADDING)
    return body if body[len(text) :] in (b"", b"\n", b"\r\n") else text + b"\r\n"


def _parts(message: Message) -> list[Part] | None:
    """The parts that are no multiparts themselves; None for a body that can't be taken apart."""
    if message.body.lower().count(b"multipart/") >= _MOST_MULTIPARTS:
        return None
    kind = message.headers.get("Content-Type") or ""
    head = f"Content-Type: {kind}\r\n\r\n".encode("utf-8", "surrogateescape")
    parts: list[Part] = []
    for part in message_from_bytes(head + message.body).walk():
        if part.is_multipart():
            continue
        parts.append(part)
        if len(parts) > _MOST_PARTS:
            return None
    # A boundary that was never found leaves one part: the whole.
    return None if len(parts) == 1 and parts[0].get_content_maintype() == "multipart" else parts


def _is_required(part: Part) -> bool:
    """Whether whoever does not know a part must refuse the message.

    Deviation: a part that does not say so need not be known, where RFC 5621 8.2 has it the other way round:
    carriers send ISUP and locations without a word to everybody.
    """
    return str(part.get_param("handling", "", "Content-Disposition")).lower() == "required"


def _replace(message: Message, descriptions: list[Part]) -> None:
    """Put the first session description in the place of the parts; of several, one is for us (RFC 5621 5)."""
    body = descriptions[0].get_payload(decode=True) if descriptions else b""
    message.body = _tidied(body) if isinstance(body, bytes) else b""
    message.headers.remove("Content-Type")
    if message.body:
        message.headers.set("Content-Type", SDP)
