"""What this user agent can do, as its Allow, Accept and Supported say (RFC 3261 20)."""

from __future__ import annotations

from telephony.sip.message import Request, Response

SDP = "application/sdp"
# In a dialog; outside of one REGISTER is served too.
ALLOW = "INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, NOTIFY, REFER, UPDATE"
ALLOW_OUTSIDE = f"{ALLOW}, REGISTER"
# Option tags: session timers (RFC 4028), REFER without reports (RFC 4488).
SUPPORTED = "timer, norefersub"


def with_capabilities(response: Response, *, allow: str = ALLOW) -> Response:
    """The same response, with all that we can do (11.2)."""
    response.headers.add("Allow", allow)
    response.headers.add("Accept", SDP)
    response.headers.add("Supported", SUPPORTED)
    return response


def body_refusal(request: Request) -> Response | None:
    """The 415 for a body that is not plain SDP, else None (RFC 3261 8.2.3)."""
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
