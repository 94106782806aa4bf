"""What every request must satisfy before anybody looks at its meaning (RFC 3261 8.2.1 to 8.2.4).

Pure: a request in, the refusing response out, or None. Who may call is the application's decision.
"""

from __future__ import annotations

from telephony.sip.message import Request, Response
from telephony.sip.session_states import ALLOW, SDP, SUPPORTED
from telephony.sip.uri import SipUri

OWN_METHODS = frozenset([*ALLOW.split(", "), "REGISTER"])
_TAGS = frozenset(SUPPORTED.split(", "))
KNOWN_METHODS = OWN_METHODS | {"PRACK", "SUBSCRIBE", "MESSAGE", "PUBLISH"}


def screen(request: Request) -> Response | None:
    """The response that refuses a request, in the order of RFC 3261 8.2, or None when it may go on."""
    if request.method not in OWN_METHODS:
        # 21.4.6 for a method that we know and do not serve, 21.5.2 for one that we have never heard of.
        response = request.response(405 if request.method in KNOWN_METHODS else 501)
        response.headers.add("Allow", f"{ALLOW}, REGISTER")
        return response
    if not isinstance(request.uri, SipUri) and request.uri.scheme != "tel":
        return request.response(416)
    if request.method in ("CANCEL", "ACK"):
        return None  # 8.2.2.3: Require is not looked at
    return _extensions(request) or _body(request)


def _extensions(request: Request) -> Response | None:
    wanted = request.headers.values("Require")
    unknown = [tag for tag in wanted if tag.lower() not in _TAGS]
    if not unknown:
        return None
    response = request.response(420)
    response.headers.add("Unsupported", ", ".join(unknown))
    return response


def _body(request: Request) -> Response | None:
    if request.method != "INVITE" or not request.body:
        return None
    if request.content_type != SDP:
        response = request.response(415)
        response.headers.add("Accept", SDP)
        return response
    coding = (request.headers.get("Content-Encoding") or "identity").strip().lower()
    if coding != "identity":
        response = request.response(415)
        response.headers.add("Accept-Encoding", "identity")
        return response
    return None
