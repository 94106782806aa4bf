"""Dialog: the peer-to-peer SIP relationship of RFC 3261 section 12.

Keeps identifiers, sequence numbers, the route set and the remote target, and builds the requests that
are sent inside the dialog. Which request is sent when, and what a response means, is decided by
the INVITE session (`session.py`); how a request reaches the next hop is left to `user_agent.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from telephony.sip.errors import RemoteProtocolError
from telephony.sip.headers import Headers
from telephony.sip.message import Request, Response
from telephony.sip.uri import SipUri, Uri, wants_tls
from telephony.sip.values import NameAddr


class Dialog:
    """One dialog, seen from our side.

    Args:
        call_id: the Call-ID both sides use.
        local: our From/To value with our tag.
        remote: the peer's From/To value with its tag (or without, for RFC 2543 peers).
        remote_target: where requests in the dialog are addressed, from the peer's Contact.
        route_set: Route values in the order in which we send them.
        local_cseq: the last CSeq number that we used.
        remote_cseq: the last CSeq number that the peer used, None before its first request.
    """

    __slots__ = ("call_id", "local", "local_cseq", "remote", "remote_cseq", "remote_target", "route_set")

    def __init__(
        self,
        *,
        call_id: str,
        local: NameAddr,
        remote: NameAddr,
        remote_target: Uri,
        route_set: Sequence[str] = (),
        local_cseq: int = 0,
        remote_cseq: int | None = None,
    ) -> None:
        self.call_id = call_id
        self.local = local
        self.remote = remote
        self.remote_target = remote_target
        self.route_set = list(route_set)
        self.local_cseq = local_cseq
        self.remote_cseq = remote_cseq

    @classmethod
    def from_request(cls, request: Request, local_tag: str) -> Dialog:
        """The callee's dialog, from the INVITE (RFC 3261 12.1.1).

        Raises:
            RemoteProtocolError: 400 when the INVITE carries no usable Contact (8.1.1.8), or a sips: one.
        """
        return cls(
            call_id=request.call_id,
            local=request.to.with_param("tag", local_tag),
            remote=request.from_,
            remote_target=_contact_of(request),
            route_set=request.headers.values("Record-Route"),
            remote_cseq=request.cseq.number,
        )

    @classmethod
    def from_response(cls, request: Request, response: Response) -> Dialog:
        """The caller's dialog, from a 2xx (RFC 3261 12.1.2).

        Deviation: a 2xx must carry a Contact (12.1.1). One that does not, or none that can be read, still has
        to be acknowledged and hung up one day: what it says in To is then the best guess where. So it is with
        sips:, which we never send to (see `needs_tls`).
        """
        try:
            target = _contact_of(response)
            routes = response.headers.values("Record-Route")[::-1] if response.record_routes else []
            if any(wants_tls(route.uri) for route in response.record_routes):
                target, routes = response.to.uri, []
        except RemoteProtocolError:
            target, routes = response.to.uri, []
        return cls(
            call_id=request.call_id,
            local=request.from_,
            remote=response.to,
            remote_target=target,
            route_set=routes,
            local_cseq=request.cseq.number,
        )

    @property
    def local_tag(self) -> str:
        """Our tag; unique in this process, so it alone finds the dialog."""
        return self.local.tag or ""

    @property
    def remote_tag(self) -> str:
        """The peer's tag, empty for an RFC 2543 peer (12.1.1: a missing tag counts as null)."""
        return self.remote.tag or ""

    @property
    def next_hop(self) -> Uri:
        """Where a request in this dialog is sent first: the top route, else the remote target."""
        if self.route_set:
            return NameAddr.parse(self.route_set[0]).uri
        return self.remote_target

    def request(self, method: str, *, contact: str | None = None, cseq: int | None = None) -> Request:
        """Build a request inside the dialog (RFC 3261 12.2.1.1), without Via and body.

        Args:
            method: the method; every method but ACK and CANCEL takes the next CSeq number.
            contact: our Contact value, for requests that refresh the target.
            cseq: the CSeq number to reuse (ACK), instead of the next one.
        """
        if cseq is None:
            self.local_cseq += 1
            cseq = self.local_cseq
        uri, routes = routed(self.remote_target, self.route_set)
        items = [("Route", route) for route in routes]
        items += [
            ("From", str(self.local)),
            ("To", str(self.remote)),
            ("Call-ID", self.call_id),
            ("CSeq", f"{cseq} {method}"),
            ("Max-Forwards", "70"),
        ]
        if contact is not None:
            items.append(("Contact", contact))
        return Request(method, uri, Headers(items))

    def accepts(self, request: Request) -> bool:
        """True for a request (not an ACK) that is newer than the last one (12.2.2), which it then becomes.

        Deviation: equal numbers are refused as well as lower ones. The transaction layer has absorbed the
        retransmissions, so this is another request under the same number.
        """
        number = request.cseq.number
        if self.remote_cseq is not None and number <= self.remote_cseq:
            return False
        self.remote_cseq = number
        return True

    def refresh_target(self, message: Request | Response) -> None:
        """Take the Contact of a re-INVITE or its 2xx as the new remote target (12.2.1.2, 12.2.2)."""
        # A Contact that is absent or can't be read leaves the target as it was.
        with suppress(RemoteProtocolError):
            self.remote_target = _contact_of(message)


def _contact_of(message: Request | Response) -> Uri:
    contacts = message.contacts
    if not contacts:
        raise RemoteProtocolError(400, "Missing Contact")
    if wants_tls(contacts[0].uri):
        raise RemoteProtocolError(400, "SIPS Contact Without TLS")
    return contacts[0].uri


def needs_tls(response: Response) -> bool:
    """Whether who answered wants to be reached over TLS alone, which we have not (RFC 3261 12.1.1)."""
    try:
        named = [*response.contacts[:1], *response.record_routes]
    except RemoteProtocolError:
        return False
    return any(wants_tls(each.uri) for each in named)


def routed(target: Uri, route_set: Sequence[str]) -> tuple[Uri, list[str]]:
    """Request-URI and Route values of a request that goes to `target` by a route set (RFC 3261 12.2.1.1)."""
    if not route_set:
        return target, []
    first = NameAddr.parse(route_set[0]).uri
    if isinstance(first, SipUri) and first.param("lr") is not None:
        return target, [*route_set]
    # A strict router (RFC 2543) reads the Request-URI: it goes there, the target goes last.
    return first, [*route_set[1:], f"<{target}>"]
