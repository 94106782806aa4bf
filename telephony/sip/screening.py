"""The checks that every request must pass first (RFC 3261 8.2.1 to 8.2.4).

Pure: a request in, the refusing response out, or None. Who may call is the application's decision.
"""

from __future__ import annotations

from telephony.sip.capabilities import ALLOW_OUTSIDE, SUPPORTED, body_refusal
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.message import Request, Response
from telephony.sip.uri import SipUri, wants_tls
from telephony.sip.values import NameAddr

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
    if wants_tls(request.uri) or (not isinstance(request.uri, SipUri) and request.uri.scheme != "tel"):
        return request.response(416)  # we have no TLS
    if request.method in ("INVITE", "UPDATE", "REGISTER") and _is_reached_by_tls(request):
        # Its sender wants to be reached so (RFC 5630 5.1.1), and would be called, or hung up, in the clear.
        return request.response(400, "SIPS Contact Or Route Without TLS")
    if request.method in ("CANCEL", "ACK"):
        return None  # 8.2.2.3: Require is not looked at
    has_offer = request.method == "INVITE" and request.body
    return _extensions(request) or (body_refusal(request) if has_offer else None)


def _is_reached_by_tls(request: Request) -> bool:
    """Whether a request says that its sender is reached by a sips: URI."""
    for header in ("Contact", "Record-Route", "Path"):
        for value in request.headers.values(header):
            try:
                if wants_tls(NameAddr.parse(value).uri):
                    return True
            except RemoteProtocolError:
                continue  # who reads it says so ("*" among them)
    return False


def _extensions(request: Request) -> Response | None:
    wanted = request.headers.values("Require")
    unknown = [tag for tag in wanted if tag.lower() not in _TAGS]
    if not unknown:
        return None
    response = request.response(420)
    response.headers.add("Unsupported", ", ".join(unknown))
    return response
