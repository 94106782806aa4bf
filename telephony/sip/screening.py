"""The checks that every request must pass first (RFC 3261 8.2.1 to 8.2.4).

Pure: a request in, the refusing response out, or None. Who may call is the application's decision.
"""

from __future__ import annotations

from telephony.sip.capabilities import ALLOW_OUTSIDE, SUPPORTED, body_refusal
from telephony.sip.message import Request, Response
from telephony.sip.uri import SipUri

OWN_METHODS = frozenset(ALLOW_OUTSIDE.split(", "))
_TAGS = frozenset(SUPPORTED.split(", "))
KNOWN_METHODS = OWN_METHODS | {"PRACK", "SUBSCRIBE", "MESSAGE", "PUBLISH"}


def screen(request: Request) -> Response | None:
    """The response that refuses a request, in the order of RFC 3261 8.2, or None when it may go on."""
    if request.method not in OWN_METHODS:
        # 21.4.6 for a method that we know and do not serve, 21.5.2 for one that we have never heard of.
        response = request.response(405 if request.method in KNOWN_METHODS else 501)
        response.headers.add("Allow", ALLOW_OUTSIDE)
        return response
    secure = isinstance(request.uri, SipUri) and request.uri.scheme == "sips"
    if secure or (not isinstance(request.uri, SipUri) and request.uri.scheme != "tel"):
        return request.response(416)  # sips is for TLS alone (26.2.2), which we have not
    if request.method in ("CANCEL", "ACK"):
        return None  # 8.2.2.3: Require is not looked at
    has_offer = request.method == "INVITE" and request.body
    return _extensions(request) or (body_refusal(request) if has_offer else None)


def _extensions(request: Request) -> Response | None:
    wanted = request.headers.values("Require")
    unknown = [tag for tag in wanted if tag.lower() not in _TAGS]
    if not unknown:
        return None
    response = request.response(420)
    response.headers.add("Unsupported", ", ".join(unknown))
    return response
