"""Answers to requests in a dialog that change nothing in the session: OPTIONS, INFO, NOTIFY and others.

Pure functions over one request; BYE and re-INVITE are the session's business.
"""

from __future__ import annotations

from telephony.sip.message import Request, Response
from telephony.sip.session_events import InfoReceived, ReferProgressed
from telephony.sip.session_states import ALLOW, SDP, SUPPORTED


def answer_plainly(
    request: Request, *, referred: bool
) -> tuple[Response, InfoReceived | ReferProgressed | None]:
    """The response to a request, and what the call should know of it.

    Args:
        request: neither INVITE nor BYE.
        referred: a REFER of ours may bring NOTIFYs.
    """
    if request.method == "INFO":
        return _informed(request)
    if request.method == "NOTIFY":
        return _notified(request, referred)
    response = request.response(200 if request.method == "OPTIONS" else 405)
    response.headers.add("Allow", ALLOW)
    response.headers.add("Accept", SDP)
    response.headers.add("Supported", SUPPORTED)
    return response, None


def answer_early(request: Request, contact: str) -> Response | None:
    """The response to a request of a callee who has not answered yet; None where there is none but 481.

    An UPDATE that offers nothing (who is ringing may have changed) and OPTIONS mean no harm; there is no
    answered offer that any other UPDATE could change (RFC 3311 5.2 wants 100rel for that).
    """
    if request.method not in ("UPDATE", "OPTIONS") or request.body:
        return None
    response = request.response(200)
    response.headers.add("Contact", contact)
    response.headers.add("Allow", ALLOW)
    return response


def _informed(request: Request) -> tuple[Response, InfoReceived | None]:
    if "Info-Package" in request.headers:  # RFC 6086 4.2.2: we asked for none
        response = request.response(469, "Bad Info Package")
        response.headers.add("Recv-Info", "")
        return response, None
    return request.response(200), InfoReceived(request.content_type or "", request.body)


def _notified(request: Request, referred: bool) -> tuple[Response, ReferProgressed | None]:
    """Only a NOTIFY about a REFER of ours has a subscription (RFC 3515 2.4.4, RFC 3265 3.2.4)."""
    if not referred or _first_word(request, "Event") != "refer":
        return request.response(481), None
    status = sipfrag_status(request.body)
    over = _first_word(request, "Subscription-State") == "terminated"
    return request.response(200), ReferProgressed(status, over or status >= 200)


def _first_word(request: Request, name: str) -> str:
    """A header's value in lower case, without parameters."""
    return (request.headers.get(name) or "").partition(";")[0].strip().lower()


def sipfrag_status(body: bytes) -> int:
    """The status in a message/sipfrag (RFC 3420), 100 when it holds none."""
    first = body.split(b"\n", 1)[0].split()
    if len(first) >= 2 and first[0].upper().startswith(b"SIP/") and len(first[1]) == 3 and first[1].isdigit():
        return int(first[1])
    return 100
