"""SIP and SIPS URIs (RFC 3261 section 19.1), and all other URIs kept opaque.

Parsing, writing and the comparison of 19.1.4. Where a URI leads (RFC 3263) is left to `telephony.net`.

Users, passwords, parameters and headers are held unescaped: `%61` is `a` from here on, and what needs
an escape gets it when the URI is written. Deviation: a reserved character that the sender escaped
without need (`%3B` for `;` in a user) is written unescaped and compares equal to the bare one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TypeAlias

from telephony.sip import grammar
from telephony.sip.errors import RemoteProtocolError

Params: TypeAlias = tuple[tuple[str, str | None], ...]

# scheme = ALPHA *( ALPHA / DIGIT / "+" / "-" / "." )
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*+")
# No URI holds controls, blanks or delims (RFC 2396 2.4.3). Deviation: bytes above 127 are let in.
_FORBIDDEN = re.compile(r'[\x00-\x20<>"\x7f]')
# Texts longer than this are parsed afresh each time, so that the cache stays small whatever is sent to us.
_CACHED_LENGTH = 256

# 19.1.4: these make a difference even when only one of the two URIs has them.
_SIGNIFICANT_PARAMS = ("user", "ttl", "method", "maddr", "transport")


@dataclass(frozen=True, slots=True)
class SipUri:
    """A `sip:` or `sips:` URI.

    Args:
        scheme: "sip" or "sips".
        user: unescaped, or None when there is no "@".
        password: unescaped, or None.
        host: name or address, IPv6 without brackets.
        port: None when not given.
        params: in order, names in lower case; None for a parameter without "=".
        headers: in order, unescaped.
    """

    scheme: str = "sip"
    user: str | None = None
    password: str | None = None
    host: str = ""
    port: int | None = None
    params: Params = ()
    headers: tuple[tuple[str, str], ...] = ()

    @classmethod
    def parse(cls, text: str) -> SipUri:
        """Read a SIP or SIPS URI; raises `RemoteProtocolError` (400, or 416 for another scheme)."""
        uri = parse_uri(text)
        if isinstance(uri, OtherUri):
            raise RemoteProtocolError(416, "Unsupported URI Scheme")
        return uri

    def __str__(self) -> str:
        text = self.scheme + ":"
        if self.user is not None:
            text += grammar.escape(self.user, grammar.USER_SAFE)
            if self.password is not None:
                text += ":" + grammar.escape(self.password, grammar.PASSWORD_SAFE)
            text += "@"
        text += grammar.join_host_port(self.host, self.port)
        for name, value in self.params:
            text += ";" + grammar.escape(name, grammar.PARAM_SAFE)
            if value is not None:
                text += "=" + grammar.escape(value, grammar.PARAM_SAFE)
        if self.headers:
            safe = grammar.HEADER_SAFE
            pairs = (f"{grammar.escape(n, safe)}={grammar.escape(v, safe)}" for n, v in self.headers)
            text += "?" + "&".join(pairs)
        return text

    def param(self, name: str) -> str | None:
        """The parameter's value; "" when it is there without one, None when it is not there."""
        name = name.lower()
        for key, value in self.params:
            if key == name:
                return "" if value is None else value
        return None

    def with_params(self, **params: str | None) -> SipUri:
        """A copy with parameters set ("" sets one without a value) or, given None, taken away."""
        changes = {name.lower(): value for name, value in params.items()}
        kept = tuple(pair for pair in self.params if pair[0] not in changes)
        added = tuple((name, value or None) for name, value in changes.items() if value is not None)
        return replace(self, params=kept + added)

    @property
    def transport(self) -> str | None:
        """The transport parameter as spelt in a Via ("UDP", "TCP", ...), or None."""
        value = self.param("transport")
        return value.upper() if value else None

    @property
    def host_port(self) -> tuple[str, int]:
        """Host and port, with the default port of the scheme or of `transport=tls` (19.1.2)."""
        if self.port is not None:
            return self.host, self.port
        return self.host, 5061 if self.scheme == "sips" or self.transport == "TLS" else 5060

    def matches(self, other: Uri) -> bool:
        """Equality by the rules of 19.1.4: not transitive, so not `==`."""
        if (
            not isinstance(other, SipUri)
            or self.scheme != other.scheme
            or self.user != other.user
            or self.password != other.password
            or self.host.lower() != other.host.lower()
            or self.port != other.port
        ):
            return False
        mine, theirs = dict(self.params), dict(other.params)
        for name in mine.keys() & theirs.keys():
            if (mine[name] or "").lower() != (theirs[name] or "").lower():
                return False
        if any((name in mine) != (name in theirs) for name in _SIGNIFICANT_PARAMS):
            return False
        return _comparable_headers(self) == _comparable_headers(other)


@dataclass(frozen=True, slots=True)
class OtherUri:
    """A URI of any other scheme (`tel:`, `urn:` ...), its part after the colon untouched."""

    scheme: str
    rest: str

    def __str__(self) -> str:
        return f"{self.scheme}:{self.rest}"

    def matches(self, other: Uri) -> bool:
        """Equality: the scheme without regard to case, the rest to the letter."""
        return self == other


Uri: TypeAlias = SipUri | OtherUri


def wants_tls(uri: Uri) -> bool:
    """Whether a URI may be reached over TLS alone (`sips:`, RFC 3261 26.2.2)."""
    return uri.scheme == "sips"


def parse_uri(text: str) -> Uri:
    """Read any absolute URI; raises `RemoteProtocolError` 400 when it is malformed."""
    return _parse_cached(text) if len(text) <= _CACHED_LENGTH else _parse(text)


def parse_params(parts: list[str]) -> Params:
    """Read `pname ["=" pvalue]` parts of a SIP URI, unescaped."""
    params: list[tuple[str, str | None]] = []
    for part in parts:
        name, equals, value = part.partition("=")
        if name:
            params.append((grammar.unescape(name).lower(), grammar.unescape(value) if equals else None))
        elif equals:
            raise RemoteProtocolError(400, "Bad URI parameter")
    return tuple(params)


def _parse(text: str) -> Uri:
    scheme, colon, rest = text.partition(":")
    if not colon or not rest or _SCHEME.fullmatch(scheme) is None or _FORBIDDEN.search(text):
        raise RemoteProtocolError(400, "Bad URI")
    scheme = scheme.lower()
    return _parse_sip(scheme, rest) if scheme in ("sip", "sips") else OtherUri(scheme, rest)


# Requests, responses and dialogs repeat the same few URIs many times over: a hit costs a tenth of a parse.
_parse_cached = lru_cache(maxsize=4096)(_parse)


def _parse_sip(scheme: str, rest: str) -> SipUri:
    # SIP-URI  = "sip:" [ userinfo ] hostport uri-parameters [ headers ]
    # userinfo = ( user / telephone-subscriber ) [ ":" password ] "@"
    user = password = None
    userinfo, at, after = rest.rpartition("@")
    if at:
        # An "@" of the user's own must be escaped; guessing which of two is meant invites trouble.
        name, colon, secret = userinfo.partition(":")
        if not name or "@" in userinfo:
            raise RemoteProtocolError(400, "Bad URI user")
        user = grammar.unescape(name)
        password = grammar.unescape(secret) if colon else None
    after, question, header_text = after.partition("?")
    host_text, *param_parts = after.split(";")
    host_port = grammar.split_host_port(host_text)
    if host_port is None:
        raise RemoteProtocolError(400, "Bad URI host")
    return SipUri(
        scheme,
        user,
        password,
        host_port[0],
        host_port[1],
        parse_params(param_parts) if param_parts else (),
        _parse_headers(header_text) if question else (),
    )


def _parse_headers(text: str) -> tuple[tuple[str, str], ...]:
    # headers = "?" header *( "&" header ); header = hname "=" hvalue
    pairs = []
    for part in text.split("&"):
        name, equals, value = part.partition("=")
        if not name or not equals:
            raise RemoteProtocolError(400, "Bad URI header")
        pairs.append((grammar.unescape(name), grammar.unescape(value)))
    return tuple(pairs)


def _comparable_headers(uri: SipUri) -> list[tuple[str, str]]:
    return sorted((name.lower(), value) for name, value in uri.headers)
