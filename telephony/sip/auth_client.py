"""Answering the digest challenges of others: registrars, trunks and proxies (RFC 3261 22.2, RFC 8760).

Picks a challenge and builds the credentials, or the whole request to send again. How often to try is left
to the caller (once per challenge that isn't `stale`).
"""

from __future__ import annotations

from collections.abc import Sequence

from telephony.sip.digest import Algorithm, digest_response, format_digest, parse_digest, user_hash
from telephony.sip.message import Request, Response

# Status -> (where the challenge is, where the answer goes): RFC 3261 22.2 and 22.3.
_HEADERS = {
    401: ("WWW-Authenticate", "Authorization"),
    407: ("Proxy-Authenticate", "Proxy-Authorization"),
}


def answer_challenge(
    request_method: str,
    uri: str,
    challenge_values: Sequence[str],
    username: str,
    password: str,
    *,
    cnonce: str,
    nc: int,
    body: bytes = b"",
    status: int = 401,
) -> tuple[str, str] | None:
    """Credentials for the strongest challenge that we understand.

    Args:
        request_method: of the request to send again.
        uri: its Request-URI, as it will be written.
        challenge_values: all WWW-Authenticate or Proxy-Authenticate values of the response.
        username: ours.
        password: ours.
        cnonce: fresh and unpredictable.
        nc: how many times this nonce has been answered, this time included: 1, 2 ...
        body: of the request.
        status: of the response, 401 or 407.

    Returns:
        Header name and value, or None when no challenge can be answered.
    """
    chosen = _choose_challenge(challenge_values)
    if chosen is None or status not in _HEADERS:
        return None
    algorithm, params = chosen
    answer = {"nonce": params["nonce"], "uri": uri, "nc": f"{nc:08x}", "cnonce": cnonce}
    qop = _choose_qop(params)
    if qop is not None:
        answer["qop"] = qop
    ha1 = user_hash(algorithm, username, params["realm"], password)
    quoted = [("username", username), ("realm", params["realm"]), ("nonce", params["nonce"]), ("uri", uri)]
    quoted.append(("response", digest_response(algorithm, ha1, answer, request_method, body)))
    bare = []
    if "algorithm" in params:
        bare.append(("algorithm", params["algorithm"]))
    if qop is not None:
        bare += [("qop", qop), ("nc", answer["nc"])]
    if qop is not None or algorithm.session:
        quoted.append(("cnonce", cnonce))
    if "opaque" in params:
        quoted.append(("opaque", params["opaque"]))
    return _HEADERS[status][1], format_digest(quoted, bare)


def with_credentials(
    request: Request, response: Response, username: str, password: str, *, cnonce: str, nc: int = 1
) -> Request | None:
    """The request to send after a 401 or 407: the same with credentials, the next CSeq and no Via (22.2).

    Args:
        request: as it was sent; stays as it is.
        response: the 401 or 407 to it.
        username: ours.
        password: ours.
        cnonce: fresh and unpredictable.
        nc: see `answer_challenge`.

    Returns:
        The new request, or None when the challenge can't be answered.
    """
    if response.status not in _HEADERS:
        return None
    credentials = answer_challenge(
        request.method,
        str(request.uri),
        response.headers.get_all(_HEADERS[response.status][0]),
        username,
        password,
        cnonce=cnonce,
        nc=nc,
        body=request.body,
        status=response.status,
    )
    if credentials is None:
        return None
    headers = request.headers.copy()
    headers.remove("Via")
    headers.set("CSeq", f"{request.cseq.number + 1} {request.method}")
    headers.set(*credentials)
    return Request(request.method, request.uri, headers, request.body)


def _choose_challenge(values: Sequence[str]) -> tuple[Algorithm, dict[str, str]] | None:
    """The challenge with the strongest algorithm, the first among equals, and its parameters."""
    best: tuple[Algorithm, dict[str, str]] | None = None
    for value in values:
        params = parse_digest(value)
        if params is None or "realm" not in params or "nonce" not in params:
            continue
        algorithm = Algorithm.find(params.get("algorithm"))
        if algorithm is None or _choose_qop(params) == "":
            continue
        if best is None or algorithm.strength > best[0].strength:
            best = algorithm, params
    return best


def _choose_qop(challenge: dict[str, str]) -> str | None:
    """auth before auth-int; None when the server knows no qop (RFC 2069), "" when we know none of its."""
    if "qop" not in challenge:
        return None
    offered = [word.strip().lower() for word in challenge["qop"].split(",")]
    return next((qop for qop in ("auth", "auth-int") if qop in offered), "")
