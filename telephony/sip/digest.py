"""Digest access authentication: the arithmetic and the syntax that both sides share (RFC 7616, RFC 8760).

Algorithms, `Digest name="value", ...` credentials and the response value. Which nonce is good is left to
`auth.py` (we challenge), which challenge to answer to `auth_client.py` (we are challenged).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from telephony.sip import grammar

# Strongest first; RFC 8760 section 2.1 names these three for SIP. The "-sess" forms differ only in A1.
_HASHES = {"SHA-512-256": "sha512_256", "SHA-256": "sha256", "MD5": "md5"}
_SESSION = "-SESS"


@dataclass(frozen=True, slots=True)
class Algorithm:
    """A digest algorithm.

    Args:
        name: without "-sess", as in `_HASHES`.
        session: True for the "-sess" form (RFC 7616 section 3.4.2).
    """

    name: str
    session: bool = False

    @classmethod
    def find(cls, name: str | None) -> Algorithm | None:
        """The algorithm of that name in any case, MD5 when none was given (RFC 7616 3.3), None if unknown."""
        upper = (name or "MD5").upper()
        base = upper.removesuffix(_SESSION)
        return cls(base, upper != base) if base in _HASHES else None

    @property
    def strength(self) -> int:
        """Higher is stronger."""
        return -list(_HASHES).index(self.name)

    def hash(self, data: bytes) -> str:
        """H(data) in lower-case hex."""
        return hashlib.new(_HASHES[self.name], data, usedforsecurity=False).hexdigest()

    def hash_text(self, *parts: str) -> str:
        """H of the parts joined by colons, in UTF-8; other bytes go in as they came."""
        return self.hash(":".join(parts).encode("utf-8", "surrogateescape"))


def user_hash(algorithm: Algorithm, username: str, realm: str, password: str) -> str:
    """H(username ":" realm ":" password), which may be stored in place of the password."""
    return algorithm.hash_text(username, realm, password)


def digest_response(
    algorithm: Algorithm,
    ha1: str,
    params: Mapping[str, str],
    method: str,
    body: bytes = b"",
) -> str:
    """The `response` value (RFC 7616 section 3.4.1; without qop that of RFC 2069).

    Args:
        algorithm: as named in the credentials.
        ha1: from `user_hash`.
        params: nonce and uri, and with a qop also qop, nc and cnonce, unquoted.
        method: of the request.
        body: of the request; goes in with qop auth-int only.
    """
    nonce, qop = params["nonce"], params.get("qop")
    if algorithm.session:
        ha1 = algorithm.hash_text(ha1, nonce, params["cnonce"])
    if qop == "auth-int":
        ha2 = algorithm.hash_text(method, params["uri"], algorithm.hash(body))
    else:
        ha2 = algorithm.hash_text(method, params["uri"])
    if qop is None:
        return algorithm.hash_text(ha1, nonce, ha2)
    return algorithm.hash_text(ha1, nonce, params["nc"], params["cnonce"], qop, ha2)


def parse_digest(text: str) -> dict[str, str] | None:
    """Read `Digest SP name EQUAL value *(COMMA name EQUAL value)`; None for another scheme or nonsense.

    Tolerant: blanks anywhere, values quoted or not whatever the grammar says of them. Names come back in
    lower case; of a repeated one the first counts.
    """
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    params: dict[str, str] = {}
    for part in grammar.split_at_commas(rest):
        name, equals, value = part.partition("=")
        name = name.strip().lower()
        if equals and name:
            params.setdefault(name, grammar.unquote(value.strip()))
        elif name:
            return None
    return params


def format_digest(quoted: Iterable[tuple[str, str]], bare: Iterable[tuple[str, str]]) -> str:
    """Write `Digest` parameters, those first that are quoted-strings."""
    parts = [f"{name}={grammar.quote(value)}" for name, value in quoted]
    parts += [f"{name}={value}" for name, value in bare]
    return "Digest " + ", ".join(parts)
