"""Digest authentication of those who send us requests (RFC 3261 section 22, RFC 7616, RFC 8760).

Nonces prove themselves (time, number and an HMAC over both), so an unanswered challenge leaves nothing in
memory. What is remembered, within bounds, is the highest nonce count seen with each nonce that somebody
answered correctly, so that no answer counts twice. Where passwords come from is left to the caller,
answering other people's challenges to `auth_client.py`.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from telephony.sip.digest import Algorithm, digest_response, format_digest, parse_digest, user_hash
from telephony.sip.errors import LocalProtocolError

CredentialsLookup: TypeAlias = Callable[[str], str | None]

_NEEDED = ("username", "realm", "nonce", "uri", "response")
_MAC_DIGITS = 32
# nc-value = 8LHEX. Deviation: fewer digits and capitals pass.
_NONCE_COUNT = re.compile(r"[0-9A-Fa-f]{1,8}")
# An answer without nonce count is good for one use: no count is higher than this one.
_USED_UP = 2**32
# When each nonce was issued: (milliseconds, running number), in the order of issue.
_Issue: TypeAlias = tuple[int, int]


class Verdict(Enum):
    """What credentials turned out to be."""

    OK = "ok"
    MISSING = "missing"  # none for our realm: challenge
    STALE = "stale"  # right password, but a nonce that no longer counts: challenge with stale=True
    REFUSED = "refused"  # wrong, whether user or password is not told


@dataclass(frozen=True, slots=True)
class AuthResult:
    """Outcome of a check; `user` is the authenticated user name, None unless the verdict is OK."""

    verdict: Verdict
    user: str | None = None

    def __bool__(self) -> bool:
        return self.verdict is Verdict.OK


class DigestAuthenticator:
    """Challenges and checks for one realm.

    Args:
        realm: shown to users and part of every digest.
        secret: key of the nonces; at least 16 random bytes, fresh at each start, as the counts are.
        nonce_lifetime: seconds.
        algorithms: offered in this order; RFC 8760 section 2.4 wants the preferred one first.
        max_nonces: how many nonces in use are remembered at once. Beyond it the oldest are declared stale,
            which costs their users one more round trip.
    """

    __slots__ = (
        "_algorithms",
        "_counts",
        "_issued",
        "_lifetime",
        "_max",
        "_oldest",
        "_secret",
        "realm",
    )

    def __init__(
        self,
        realm: str,
        secret: bytes,
        nonce_lifetime: float = 300.0,
        *,
        algorithms: Sequence[str] = ("SHA-256", "MD5"),
        max_nonces: int = 50_000,
    ) -> None:
        found = [Algorithm.find(name) for name in algorithms]
        self._algorithms = [algorithm for algorithm in found if algorithm is not None]
        if not found or len(self._algorithms) != len(found) or any(each.session for each in self._algorithms):
            raise LocalProtocolError("unknown digest algorithm")
        if len(secret) < 16:
            raise LocalProtocolError("nonce secret is too short")
        self.realm = realm
        self._secret = secret
        self._lifetime = nonce_lifetime
        self._max = max_nonces
        self._issued = 0
        self._counts: OrderedDict[_Issue, int] = OrderedDict()  # in the order of first use
        self._oldest: _Issue = (0, 0)  # nonces issued up to here are stale: their counts were dropped

    def challenge(self, now: float, stale: bool = False) -> list[tuple[str, str]]:
        """The headers of a 401: one WWW-Authenticate for each algorithm (RFC 8760 section 2.4).

        Args:
            now: seconds, of any clock that doesn't go back.
            stale: tells the client that only its nonce was wrong (RFC 7616 section 3.3).
        """
        self._issued += 1
        nonce = self._sign(f"{int(now * 1000):x}-{self._issued:x}")
        headers = []
        for algorithm in self._algorithms:
            bare = [("algorithm", algorithm.name)]
            if stale:
                bare.append(("stale", "true"))
            value = format_digest([("realm", self.realm), ("nonce", nonce), ("qop", "auth")], bare)
            headers.append(("WWW-Authenticate", value))
        return headers

    def claimed(self, authorization: str | None) -> str | None:
        """Who credentials say they are of, whether that is true or not; None without any for our realm."""
        params = parse_digest(authorization) if authorization is not None else None
        return params.get("username") if params is not None and params.get("realm") == self.realm else None

    def check(
        self,
        request_method: str,
        authorization: str | None,
        credentials_lookup: CredentialsLookup,
        now: float,
    ) -> AuthResult:
        """Check the Authorization header of a request.

        Unknown users cost the same work as known ones. Deviation: `uri` isn't compared with the
        Request-URI (22.4), which proxies rewrite; that each answer counts once makes up for it.

        Args:
            request_method: the method.
            authorization: the header's text, None when there is none.
            credentials_lookup: gives a user's password, None if unknown.
            now: seconds, by the clock of `challenge`.
        """
        params = parse_digest(authorization) if authorization is not None else None
        if params is None or any(name not in params for name in _NEEDED) or params["realm"] != self.realm:
            return AuthResult(Verdict.MISSING)
        algorithm = Algorithm.find(params.get("algorithm"))
        count = _nonce_count(params)
        if algorithm not in self._algorithms or count is None:
            return AuthResult(Verdict.REFUSED)
        user = params["username"]
        stored = credentials_lookup(user)
        ha1 = user_hash(algorithm, user, self.realm, stored or "")
        expected = digest_response(algorithm, ha1, params, request_method)
        given = params["response"].lower().encode("utf-8", "surrogateescape")
        right = hmac.compare_digest(expected.encode("ascii"), given)
        if not right or stored is None:
            return AuthResult(Verdict.REFUSED)
        issue = self._issue_of(params["nonce"], now)
        if issue is None or not self._count_up(issue, count, now):
            return AuthResult(Verdict.STALE)
        return AuthResult(Verdict.OK, user)

    def _sign(self, text: str) -> str:
        data = f"{self.realm}\0{text}".encode("utf-8", "surrogateescape")
        return f"{text}-{hmac.new(self._secret, data, hashlib.sha256).hexdigest()[:_MAC_DIGITS]}"

    def _issue_of(self, nonce: str, now: float) -> _Issue | None:
        """When we issued a nonce, None if we didn't or if it no longer counts."""
        text = nonce.rpartition("-")[0]
        signed = self._sign(text).encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(signed, nonce.encode("utf-8", "surrogateescape")):
            return None
        milliseconds, _, number = text.partition("-")
        issue = (int(milliseconds, 16), int(number, 16))
        aged = now - issue[0] / 1000 > self._lifetime
        return None if aged or issue <= self._oldest else issue

    def _count_up(self, issue: _Issue, count: int, now: float) -> bool:
        """Take note of a nonce count; False when it was used before (RFC 7616 section 3.4)."""
        if count <= self._counts.get(issue, 0):
            return False
        self._counts[issue] = count
        self._forget_counts(now)
        return True

    def _forget_counts(self, now: float) -> None:
        """Drop the counts of nonces that have aged out; if there are still too many, age the first ones."""
        counts = self._counts
        while counts:
            first = next(iter(counts))
            if now - first[0] / 1000 <= self._lifetime:
                if len(counts) <= self._max:
                    return
                self._oldest = max(self._oldest, first)
            del counts[first]


def _nonce_count(params: dict[str, str]) -> int | None:
    """The nonce count, None for a qop that wasn't offered or a count that is none."""
    qop = params.get("qop")
    if qop is None:
        return _USED_UP
    nc = params.get("nc", "")
    if qop.lower() != "auth" or "cnonce" not in params or _NONCE_COUNT.fullmatch(nc) is None:
        return None
    return int(nc, 16) or None
