"""Answering the digest challenges of others: trunks, registrars, proxies (RFC 3261 22.2 and 22.3, RFC 8760).

`Challenge` picks a challenge and writes credentials for it; `DigestClient` does so for all requests of one
call. Checking the credentials of others is in `auth.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from telephony.sip.digest import Algorithm, digest_response, format_digest, parse_digest, user_hash
from telephony.sip.message import Request, Response

# Status of a challenge -> (header of the challenge, header of the credentials): RFC 3261 22.2 and 22.3.
HEADERS = {
    401: ("WWW-Authenticate", "Authorization"),
    407: ("Proxy-Authenticate", "Proxy-Authorization"),
}
# Header of the credentials -> where the next nonce may come in a 2xx (RFC 7615 3 and 4).
_INFO = {"Authorization": "Authentication-Info", "Proxy-Authorization": "Proxy-Authentication-Info"}
# A server may call every nonce stale; the same request is not sent more often than this.
MAX_ATTEMPTS = 5


@dataclass(slots=True)
class Challenge:
    """A challenge that we can answer, and how often its nonce was used.

    Args:
        algorithm: of the digest.
        params: of the challenge, unquoted; realm and nonce are among them.
        count: how many requests carried credentials for this nonce.
    """

    algorithm: Algorithm
    params: dict[str, str]
    count: int = 0

    @classmethod
    def choose(cls, values: Sequence[str]) -> Challenge | None:
        """The challenge with the strongest algorithm, the first among equals; None when none can be answered.

        Args:
            values: all WWW-Authenticate or all Proxy-Authenticate values of a response.
        """
        best: Challenge | None = None
        for value in values:
            params = parse_digest(value)
            if params is None or "realm" not in params or "nonce" not in params:
                continue
            algorithm = Algorithm.find(params.get("algorithm"))
            if algorithm is None or _choose_qop(params) == "":
                continue
            if best is None or algorithm.strength > best.algorithm.strength:
                best = cls(algorithm, params)
        return best

    @property
    def stale(self) -> bool:
        """The credentials that were sent are right but for their nonce (RFC 7616 3.3)."""
        return self.params.get("stale", "").lower() == "true"

    def credentials(
        self, method: str, uri: str, username: str, password: str, *, cnonce: str, body: bytes = b""
    ) -> str:
        """The value of the header that answers it; each use raises the nonce count (RFC 7616 3.4).

        Args:
            method: of the request.
            uri: its Request-URI, as it will be written.
            username: ours.
            password: ours.
            cnonce: fresh and unpredictable.
            body: of the request.
        """
        self.count += 1
        params = self.params
        answer = {"nonce": params["nonce"], "uri": uri, "nc": f"{self.count:08x}", "cnonce": cnonce}
        qop = _choose_qop(params)
        if qop is not None:
            answer["qop"] = qop
        ha1 = user_hash(self.algorithm, username, params["realm"], password)
        quoted = [
            ("username", username),
            ("realm", params["realm"]),
            ("nonce", params["nonce"]),
            ("uri", uri),
        ]
        quoted.append(("response", digest_response(self.algorithm, ha1, answer, method, body)))
        bare = []
        if "algorithm" in params:
            bare.append(("algorithm", params["algorithm"]))
        if qop is not None:
            bare += [("qop", qop), ("nc", answer["nc"])]
        if qop is not None or self.algorithm.session:
            quoted.append(("cnonce", cnonce))
        if "opaque" in params:
            quoted.append(("opaque", params["opaque"]))
        return format_digest(quoted, bare)


# Who asks: the header of the credentials, and the realm.
Space = tuple[str, str]


@dataclass(slots=True)
class _Sent:
    """A request without a final response, and whom it was sent again for."""

    request: Request
    answered: set[Space]
    attempts: int = 1


class DigestClient:
    """Our credentials in one call.

    A challenge is answered once for each request and realm, and again when it says that the nonce was stale.
    Later requests of the call carry credentials from the start, with a nonce count that grows (22.3).

    Args:
        username: ours.
        password: ours.
        new_cnonce: makes a fresh, unpredictable cnonce.
    """

    __slots__ = ("_new_cnonce", "_password", "_sent", "_spaces", "_username")

    def __init__(self, username: str, password: str, *, new_cnonce: Callable[[], str]) -> None:
        self._username = username
        self._password = password
        self._new_cnonce = new_cnonce
        self._spaces: dict[Space, Challenge] = {}
        self._sent: dict[int, _Sent] = {}  # by CSeq

    def prove(self, request: Request) -> None:
        """Write fresh credentials into a request of ours for every server that has challenged us so far."""
        for _, header in HEADERS.values():
            request.headers.remove(header)
        for (header, _), challenge in self._spaces.items():
            value = challenge.credentials(
                request.method,
                str(request.uri),
                self._username,
                self._password,
                cnonce=self._new_cnonce(),
                body=request.body,
            )
            request.headers.add(header, value)

    def sent(self, request: Request) -> None:
        """A request of ours goes out for the first time: it may be challenged."""
        self._sent[request.cseq.number] = _Sent(request, set())

    def credentials_of(self, cseq: int) -> list[tuple[str, str]]:
        """The credentials that an INVITE of ours carried; its ACK carries the same (RFC 3261 13.2.2.4)."""
        sent = self._sent.pop(cseq, None)
        if sent is None:
            return []
        headers = sent.request.headers
        return [(name, value) for _, name in HEADERS.values() for value in headers.get_all(name)]

    def answered(self, response: Response) -> None:
        """A 2xx came: it may bring the nonce for our next request (RFC 7615 3)."""
        for header, info in _INFO.items():
            value = response.headers.get(info)
            spaces = [challenge for (name, _), challenge in self._spaces.items() if name == header]
            nonce = (parse_digest(f"Digest {value}") or {}).get("nextnonce") if value is not None else None
            # Without a realm it is only clear whose nonce it is when just one asked.
            if nonce and len(spaces) == 1:
                spaces[0].params["nonce"], spaces[0].count = nonce, 0
        if response.cseq.method != "INVITE":  # its credentials are needed for the ACK
            self._sent.pop(response.cseq.number, None)

    def again(self, response: Response, cseq: int) -> Request | None:
        """The request to send after a final response that is no 2xx: the same, with credentials, without Via.

        It counts as sent.

        Args:
            response: to a request that was noted by `sent`.
            cseq: the CSeq number to send it under.

        Returns:
            None when the response is no challenge, or one that we can't or needn't answer.
        """
        sent = self._sent.pop(response.cseq.number, None)
        if sent is None or response.status not in HEADERS or sent.attempts == MAX_ATTEMPTS:
            return None
        asked_in, header = HEADERS[response.status]
        challenge = Challenge.choose(response.headers.get_all(asked_in))
        if challenge is None:
            return None
        space = (header, challenge.params["realm"])
        if space in sent.answered and not challenge.stale:
            return None  # wrong user or password
        sent.answered.add(space)
        sent.attempts += 1
        known = self._spaces.get(space)
        if known is not None and known.params["nonce"] == challenge.params["nonce"]:
            challenge.count = known.count  # a count that was used is refused as a replay (RFC 7616 3.4)
        self._spaces[space] = challenge
        request = sent.request
        headers = request.headers.copy()
        headers.remove("Via")
        headers.set("CSeq", f"{cseq} {request.method}")
        sent.request = Request(request.method, request.uri, headers, request.body)
        self.prove(sent.request)
        self._sent[cseq] = sent
        return sent.request


def _choose_qop(challenge: dict[str, str]) -> str | None:
    """auth before auth-int; None when the server knows no qop (RFC 2069), "" when we know none of its."""
    if "qop" not in challenge:
        return None
    offered = [word.strip().lower() for word in challenge["qop"].split(",")]
    return next((qop for qop in ("auth", "auth-int") if qop in offered), "")
