"""Which transaction a message belongs to, and where its responses go.

Names for RFC 3261 sections 17.1.3 (responses) and 17.2.3 (requests), the test for merged requests
(8.2.2.2), and the response routing of 18.2 with RFC 3581. Pure functions over one message.
"""

from __future__ import annotations

from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.reach import is_address, is_out_of_reach, same_host
from telephony.sip.transaction_events import TransactionKey
from telephony.sip.values import Via

MAGIC_COOKIE = "z9hG4bK"
_DEFAULT_PORT = 5060


def client_key(branch: str, method: str) -> TransactionKey:
    """Name of a client transaction: branch and CSeq method (17.1.3)."""
    return TransactionKey(f"c|{method}|{branch}")


def response_key(response: Response) -> TransactionKey:
    """Name of the client transaction that a response answers."""
    return client_key(response.via.branch or "", response.cseq.method)


def server_key(request: Request, method: str) -> TransactionKey:
    """Name of the server transaction for `method` with the request's identity (17.2.3).

    Args:
        request: as it came, before `stamp_source` changes its Via.
        method: the request's own, or "INVITE" to find what an ACK or a CANCEL is about.
    """
    via = request.via
    branch = via.branch
    # A cookie with nothing after it identifies nothing (RFC 4475 section 3.2.1).
    if branch is not None and branch.startswith(MAGIC_COOKIE) and len(branch) > len(MAGIC_COOKIE):
        return TransactionKey(f"s|{method}|{branch}|{via.host.lower()}|{via.port or _DEFAULT_PORT}")
    # RFC 2543 clients. Deviation: the To tag is left out, so that an ACK, whose To tag is ours, has the
    # name of its INVITE; two requests that differ only there would have to share a CSeq number as well.
    parts = (str(request.uri), request.from_.tag, request.call_id, str(request.cseq.number), str(via))
    return TransactionKey(f"s|{method}|" + "|".join(part or "" for part in parts))


def merge_key(request: Request) -> str | None:
    """What all copies of one forked request have in common, None for one that can't be merged (8.2.2.2).

    A CANCEL can't: each copy cancels the copy of the INVITE that took the same path.
    """
    if request.method == "CANCEL" or request.to.tag is not None:
        return None
    cseq = request.cseq
    return f"{request.from_.tag}|{request.call_id}|{cseq.number}|{cseq.method}"


def stamp_source(request: Request, flow: Flow) -> None:
    """Write where the request came from into its top Via, in place.

    `received` is added when the sent-by names another host (18.2.1) or `rport` was requested, which then
    gets its value (RFC 3581 section 4).
    """
    via = request.via
    host, port = flow.remote
    if via.wants_rport:
        via = via.with_param("received", host).with_param("rport", str(port))
    elif via.host != host:
        via = via.with_param("received", host)
    else:
        return
    request.headers.replace_first("Via", str(via))


def reply_flow(via: Via, flow: Flow) -> Flow:
    """Where the responses to a request go (18.2.2, RFC 3581 section 4).

    Over the same connection; for datagrams to the source address, at the source port if the client asked
    for it with `rport`, else at the port of its sent-by. Deviation: also at the source port where the sent-by
    is another address than the packet's: a phone behind a NAT that does not know RFC 3581 is reached nowhere
    else. `maddr` (multicast) is not followed.

    Args:
        via: the request's top Via.
        flow: the flow on which the request came.
    """
    if flow.reliable or via.wants_rport:
        return flow
    host, source_port = flow.remote
    if is_address(via.host) and not same_host(via.host, host):
        return flow
    port = via.port or _DEFAULT_PORT
    if port == source_port:
        return flow
    return Flow(flow.transport, flow.local, (host, port), flow.connection)


def spare_flow(via: Via, flow: Flow) -> Flow | None:
    """Where the responses go once the connection of their request is gone (18.2.2): over a new one to the
    address that it came from, at the port of its sent-by. None for datagrams, and for a peer behind a NAT,
    which takes no connections.

    Args:
        via: the request's top Via.
        flow: the flow on which the request came.
    """
    if not flow.reliable or is_out_of_reach(via.host, flow.remote[0]):
        return None
    return Flow(flow.transport, ("", 0), (flow.remote[0], via.port or _DEFAULT_PORT))
