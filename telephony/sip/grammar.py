"""Terminals of the SIP grammar (RFC 3261 section 25.1) and the few conversions they need.

Character classes, tokens, quoted strings, %-escapes, hosts and numbers. Everything that gives these
a meaning (URIs, header values, messages) is left to the modules beside this one.

All patterns are linear in the length of their input: possessive repeats, and an unterminated quote or
bracket swallows the rest, so that no datagram can make them backtrack.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote as _percent_quote
from urllib.parse import unquote as _percent_unquote

# token = 1*(alphanum / "-" / "." / "!" / "%" / "*" / "_" / "+" / "`" / "'" / "~")
TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]++")

# quoted-string = SWS DQUOTE *(qdtext / quoted-pair) DQUOTE
# quoted-pair   = "\" (%x00-09 / %x0B-0C / %x0E-7F)
QUOTED_STRING = re.compile(r'"((?:[^"\\]|\\.)*+)"', re.DOTALL)
_QUOTED_PAIR = re.compile(r"\\(.)", re.DOTALL)

# Where a list may not be split: inside a quoted string or between angle brackets.
_OPAQUE_OR_COMMA = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|<[^>]*+(?:>|\Z)|(,)', re.DOTALL)
_OPAQUE_OR_SEMICOLON = re.compile(r'"(?:[^"\\]|\\.)*+(?:"|\\?\Z)|(;)', re.DOTALL)

# hostname = *( domainlabel "." ) toplabel [ "." ]
# Deviation: "_" is let in, since names with it are in use; labels are not checked one by one.
_HOSTNAME = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*+)")
# IPv6reference = "[" IPv6address "]". Only its alphabet and the two colons it cannot do without are checked:
# whether the address exists is found out by using it.
_IPV6 = re.compile(r"(?=[^:]*:[^:]*:)[0-9A-Fa-f:.]++")

# Left unescaped on output, beside the unreserved that urllib always leaves (ALPHA DIGIT "_.-~"):
# mark = "-" / "_" / "." / "!" / "~" / "*" / "'" / "(" / ")"
_MARK = "!*'()"
# user = 1*( unreserved / escaped / user-unreserved ); user-unreserved = "&" "=" "+" "$" "," ";" "?" "/"
USER_SAFE = _MARK + "&=+$,;?/"
# password = *( unreserved / escaped / "&" / "=" / "+" / "$" / "," )
PASSWORD_SAFE = _MARK + "&=+$,"
# paramchar = param-unreserved / unreserved / escaped; param-unreserved = "[" "]" "/" ":" "&" "+" "$"
PARAM_SAFE = _MARK + "[]/:&+$"
# hname = 1*( hnv-unreserved / unreserved / escaped ); hnv-unreserved = "[" "]" "/" "?" ":" "+" "$"
HEADER_SAFE = _MARK + "[]/?:+$"


def is_token(text: str) -> bool:
    """Tell whether the whole text is one RFC 3261 token."""
    return TOKEN.fullmatch(text) is not None


def parse_number(text: str, maximum: int) -> int | None:
    """Read `1*DIGIT` in ASCII; None when it is anything else or above `maximum`.

    `int()` alone would let signs, blanks, underscores and other scripts' digits in, and is slow on purpose
    for thousands of digits, hence the check of the length.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) > 20:
        text = text.lstrip("0")
        if len(text) > 20:
            return None
    number = int(text or "0")
    return number if number <= maximum else None


def quote(text: str) -> str:
    """Write a quoted-string, escaping what must be."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unquote(text: str) -> str:
    """Read what a quoted-string stands for; other text is returned as it is."""
    if len(text) >= 2 and text[0] == '"' and text[-1] == '"':
        text = text[1:-1]
        if "\\" in text:
            text = _QUOTED_PAIR.sub(r"\1", text)
    return text


def unescape(text: str) -> str:
    """Undo %HH; bytes that are not UTF-8 become surrogates, a "%" that escapes nothing stays."""
    return _percent_unquote(text, errors="surrogateescape") if "%" in text else text


def escape(text: str, safe: str) -> str:
    """Escape as %HH all but the unreserved characters and those in `safe`."""
    if text.isalnum() and text.isascii():
        return text
    return _percent_quote(text, safe=safe, errors="surrogateescape")


def split_host_port(text: str) -> tuple[str, int | None] | None:
    """Split `host [":" port]`; the host comes back without brackets. None when it is malformed.

    Deviation: a colon with no port after it is taken as no port.
    """
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket or _IPV6.fullmatch(host) is None or (rest and rest[0] != ":"):
            return None
        port_text = rest[1:]
    else:
        host, _, port_text = text.partition(":")
        if _HOSTNAME.fullmatch(host) is None:
            return None
    if not port_text:
        return host, None
    port = parse_number(port_text, 65535)
    return None if port is None else (host, port)


def join_host_port(host: str, port: int | None) -> str:
    """Write `host [":" port]`, with brackets around an IPv6 address."""
    if ":" in host:
        host = f"[{host}]"
    return host if port is None else f"{host}:{port}"


def _splitter(delimiter: str, pattern: re.Pattern[str], opaque: str) -> Callable[[str], list[str]]:
    def split(text: str) -> list[str]:
        if delimiter not in text:
            return [text]
        if not any(mark in text for mark in opaque):
            return text.split(delimiter)
        parts, start = [], 0
        for found in pattern.finditer(text):
            if found.group(1):
                parts.append(text[start : found.start()])
                start = found.end()
        parts.append(text[start:])
        return parts

    return split


split_at_commas = _splitter(",", _OPAQUE_OR_COMMA, '"<')
split_at_semicolons = _splitter(";", _OPAQUE_OR_SEMICOLON, '"')
