"""Typed header values: name-addr, Via and CSeq (RFC 3261 sections 20 and 25.1).

Each value is frozen, reads itself with `parse` and writes itself with `str`. Which header holds which
value, and when it is parsed, is left to `message`.

Parameters are pairs in order, names in lower case, values as on the wire (quotes and all); `param`
gives what a value stands for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from telephony.sip import grammar
from telephony.sip.errors import RemoteProtocolError
from telephony.sip.uri import Params, Uri, parse_uri

# gen-value = token / host / quoted-string; a bare IPv6 address for received (RFC 5118 4.5).
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9\-.!%*_+`'~:\[\]]++")
# Deviation: what is let in. Some leave the quotes off `+sip.instance=<urn:uuid:...>`.
_LOOSE_VALUE = re.compile(r'[^\s"]*+')
# 8.1.1.5: the sequence number fits 31 bits.
MAX_CSEQ = 2**31 - 1
_CACHED_LENGTH = 256


def split_list(text: str) -> list[str]:
    """Split a header row at its top-level commas (outside quotes and <>); empty elements are dropped."""
    if "," not in text:
        text = text.strip()
        return [text] if text else []
    return [part for part in map(str.strip, grammar.split_at_commas(text)) if part]


def parse_params(parts: list[str]) -> Params:
    """Read `generic-param = token [ EQUAL gen-value ]` parts; raises `RemoteProtocolError` 400.

    Empty parts are skipped: many send a semicolon too many.
    """
    params: list[tuple[str, str | None]] = []
    for part in parts:
        name, equals, value = part.partition("=")
        name = name.strip()
        if not name:
            if equals:
                raise RemoteProtocolError(400, "Bad header parameter")
            continue
        if not grammar.is_token(name):
            raise RemoteProtocolError(400, "Bad header parameter")
        params.append((name.lower(), _param_value(value.strip()) if equals else None))
    return tuple(params)


def _param_value(value: str) -> str:
    if _LOOSE_VALUE.fullmatch(value) is None and grammar.QUOTED_STRING.fullmatch(value) is None:
        raise RemoteProtocolError(400, "Bad header parameter")
    return value


def get_param(params: Params, name: str) -> str | None:
    """What a parameter stands for, without quotes; "" when it has no value, None when it is absent."""
    name = name.lower()
    for key, value in params:
        if key == name:
            return "" if value is None else grammar.unquote(value)
    return None


def set_param(params: Params, name: str, value: str | None) -> Params:
    """Set a parameter in place or at the end ("" for one without a value); None takes it away."""
    name = name.lower()
    if value is None:
        return tuple(pair for pair in params if pair[0] != name)
    if value and _PLAIN_VALUE.fullmatch(value) is None:
        value = grammar.quote(value)
    changed = (name, value or None)
    if any(pair[0] == name for pair in params):
        return tuple(changed if pair[0] == name else pair for pair in params)
    return (*params, changed)


def format_params(params: Params) -> str:
    """Write parameters, each with its semicolon in front."""
    return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in params)


@dataclass(frozen=True, slots=True)
class NameAddr:
    """The value of From, To, Contact, Route, Record-Route, Refer-To ...

    Args:
        display: the display name without quotes and escapes, None when there is none.
        uri: where it points.
        params: header parameters (not the URI's own).
    """

    display: str | None
    uri: Uri
    params: Params = ()

    @classmethod
    def parse(cls, text: str) -> NameAddr:
        """Read `( name-addr / addr-spec ) *( SEMI generic-param )`; raises `RemoteProtocolError` 400."""
        return _name_addr_cached(text) if len(text) <= _CACHED_LENGTH else _parse_name_addr(text)

    @classmethod
    def parse_list(cls, text: str) -> list[NameAddr]:
        """Read a comma-separated row of them."""
        return [cls.parse(part) for part in split_list(text)]

    def __str__(self) -> str:
        display = "" if self.display is None else grammar.quote(self.display) + " "
        return f"{display}<{self.uri}>{format_params(self.params)}"

    @property
    def tag(self) -> str | None:
        """The tag of a From or To, None when absent or empty."""
        return get_param(self.params, "tag") or None

    def param(self, name: str) -> str | None:
        """A header parameter without quotes; "" when it has no value, None when it is absent."""
        return get_param(self.params, name)

    def with_param(self, name: str, value: str | None) -> NameAddr:
        """A copy with the parameter set ("" for no value) or, given None, taken away."""
        return NameAddr(self.display, self.uri, set_param(self.params, name, value))


def _parse_name_addr(text: str) -> NameAddr:
    text = text.strip()
    display: str | None = None
    quoted = grammar.QUOTED_STRING.match(text)
    before, bracket, rest = text[quoted.end() if quoted is not None else 0 :].partition("<")
    if quoted is not None and bracket and not before.strip():
        display = grammar.unquote(quoted.group())
    else:
        # display-name = *( token LWS ) / quoted-string. Deviation: anything is let in up to the bracket
        # (RFC 4475 3.1.2.15 permits inferring the quotes), but for a quote that is opened and never closed,
        # behind which the bracket may be meant as text. What we write is always quoted.
        before, bracket, rest = text.partition("<")
        if not bracket and quoted is None:
            return _parse_addr_spec(text)
        before = before.strip()
        quotes = before.count('"')
        if not bracket or (quotes % 2 and not (quotes > 1 and before[0] == before[-1] == '"')):
            raise RemoteProtocolError(400, "Unbalanced quotes")
        display = (before.strip('"') if before[-1:] == '"' else before) or None
    uri_text, bracket, tail = rest.partition(">")
    if not bracket:
        raise RemoteProtocolError(400, "Unbalanced angle brackets")
    # Deviation: blanks inside the brackets are let in (RFC 4475 3.1.2.14 permits ignoring them).
    return NameAddr(display, parse_uri(uri_text.strip()), _parse_tail(tail))


def _parse_addr_spec(text: str) -> NameAddr:
    # 20.10: without angle brackets all parameters are the header's, and "," "?" ";" may not be in the URI.
    uri_text, semicolon, tail = text.partition(";")
    uri_text = uri_text.rstrip()
    if "?" in uri_text or "," in uri_text:
        raise RemoteProtocolError(400, "URI needs angle brackets")
    return NameAddr(None, parse_uri(uri_text), _parse_tail(semicolon + tail))


def _parse_tail(tail: str) -> Params:
    if not tail or tail.isspace():
        return ()
    first, *parts = grammar.split_at_semicolons(tail)
    if first and not first.isspace():
        raise RemoteProtocolError(400, "Text after URI")
    return parse_params(parts)


# A dialog repeats its From, To and Contact in every message.
_name_addr_cached = lru_cache(maxsize=4096)(_parse_name_addr)


@dataclass(frozen=True, slots=True)
class Via:
    """One Via value.

    Args:
        transport: in upper case: "UDP", "TCP" ...
        host: of sent-by, IPv6 without brackets.
        port: of sent-by, None when not given.
        params: see the module.
    """

    transport: str
    host: str
    port: int | None = None
    params: Params = ()

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one `via-parm`; raises `RemoteProtocolError` 400."""
        return _parse_via(text)

    def __str__(self) -> str:
        return f"SIP/2.0/{self.transport} {self.sent_by}{format_params(self.params)}"

    @property
    def sent_by(self) -> str:
        """`host [":" port]` as it is written."""
        return grammar.join_host_port(self.host, self.port)

    @property
    def branch(self) -> str | None:
        """The branch, None when absent or empty."""
        return get_param(self.params, "branch") or None

    @property
    def wants_rport(self) -> bool:
        """True when there is an rport, with or without a value (RFC 3581)."""
        return get_param(self.params, "rport") is not None

    def param(self, name: str) -> str | None:
        """A parameter without quotes; "" when it has no value, None when it is absent."""
        return get_param(self.params, name)

    def with_param(self, name: str, value: str | None) -> Via:
        """A copy with the parameter set ("" for no value) or, given None, taken away."""
        return Via(self.transport, self.host, self.port, set_param(self.params, name, value))


def _parse_via(text: str) -> Via:
    # via-parm      = sent-protocol LWS sent-by *( SEMI via-params )
    # sent-protocol = protocol-name SLASH protocol-version SLASH transport, SLASH = SWS "/" SWS
    first, *params = grammar.split_at_semicolons(text)
    protocol = first.split("/", 2)
    # The version is not looked at: a request in another one is answered 505, and by this very Via.
    if len(protocol) != 3 or protocol[0].strip().upper() != "SIP":
        raise RemoteProtocolError(400, "Bad Via protocol")
    words = protocol[2].split(None, 1)
    if len(words) != 2 or not grammar.is_token(words[0]):
        raise RemoteProtocolError(400, "Bad Via")
    sent_by = words[1].strip()
    if " " in sent_by or "\t" in sent_by:
        # sent-by = host [ COLON port ], COLON = SWS ":" SWS
        sent_by = ":".join(part.strip() for part in sent_by.split(":"))
    host_port = grammar.split_host_port(sent_by)
    if host_port is None:
        raise RemoteProtocolError(400, "Bad Via sent-by")
    return Via(words[0].upper(), host_port[0], host_port[1], parse_params(params))


@dataclass(frozen=True, slots=True)
class CSeq:
    """A CSeq: sequence number (0 to 2**31 - 1) and method."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read `1*DIGIT LWS Method`; raises `RemoteProtocolError` 400."""
        words = text.split()
        number = grammar.parse_number(words[0], MAX_CSEQ) if len(words) == 2 else None
        if number is None or not grammar.is_token(words[1]):
            raise RemoteProtocolError(400, "Bad CSeq")
        return cls(number, words[1])

    def __str__(self) -> str:
        return f"{self.number} {self.method}"
