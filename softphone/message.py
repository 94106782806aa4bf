"""pyVoIP's message parser, made to survive real traffic, and digest credentials.

Workarounds for pyVoIP 1.6.8, each with its reason:

* header names are matched by exact spelling and split at ": " => normalised, compact forms expanded;
* of several headers with one name only the first is kept, so a server that offers SHA-256 before MD5
  (RFC 8760) is answered with an MD5 hash of the wrong nonce => the MD5 challenge is chosen here;
* a method outside INVITE, ACK, BYE, CANCEL raises in the parser, so OPTIONS is unanswered => all are parsed;
* a status code missing from its enum raises => taken as x00 of its class (RFC 3261 8.1.3.2);
* SDP lines are split at every "=" => at the first;
* Authorization has a fixed `uri` unlike the Request-URI, and no qop => built here (RFC 7616 3.4).
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Callable

import pyVoIP.VoIP  # noqa: F401  # before SIP: the two import each other, and only this order works
from pyVoIP import SIP

_METHODS = [
    *("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "INFO", "UPDATE"),
    *("MESSAGE", "NOTIFY", "SUBSCRIBE", "REFER", "PRACK", "PUBLISH", "REGISTER"),
]
_NAMES = [
    *(
        "Via",
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Contact",
        "Content-Length",
        "Content-Type",
        "Allow",
        "Supported",
    ),
    *("Expires", "WWW-Authenticate", "Proxy-Authenticate", "Authorization", "Record-Route"),
]
_SPELLING = {name.lower(): name for name in _NAMES} | {  # RFC 3261 7.3.3
    "v": "Via",
    "f": "From",
    "t": "To",
    "i": "Call-ID",
    "m": "Contact",
    "l": "Content-Length",
    "c": "Content-Type",
    "k": "Supported",
}
_JOINED = ("Record-Route",)
_CHALLENGES = ("WWW-Authenticate", "Proxy-Authenticate")
# auth-param = token "=" ( token / quoted-string )    RFC 7235 2.1
_AUTH_PARAM = re.compile(r'([\w!#$%&\'*+.^`|~-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]+)')


class Message(SIP.SIPMessage):  # type: ignore[misc]  # pyVoIP has no types
    """A parsed message with pyVoIP's fields: type, method or status, headers, body, authentication."""

    def parse(self, data: bytes) -> None:
        self.SIPCompatibleMethods = _METHODS
        super().parse(_with_known_status(data))

    @staticmethod
    def parse_raw_header(headers_raw: list[bytes], handle: Callable[[str, object], None]) -> None:
        unfolded = re.sub(r"\r\n[ \t]+", " ", b"\r\n".join(headers_raw).decode("utf8", "replace"))
        headers: dict[str, list[str]] = {}
        for row in unfolded.split("\r\n"):
            name, _, value = row.partition(":")
            headers.setdefault(_canonical(name.strip()), []).append(value.strip())
        vias = [via.strip() for row in headers.pop("Via", []) for via in row.split(",")]
        handle("Via", vias)
        for name, rows in headers.items():
            if name in _CHALLENGES:
                handle("WWW-Authenticate", _md5_challenge(rows))
            else:
                handle(name, ", ".join(rows) if name in _JOINED else rows[0])

    @staticmethod
    def parse_raw_body(body: bytes, handle: Callable[[str, str], None]) -> None:
        for row in body.decode("utf8", "replace").splitlines():
            name, separator, value = row.partition("=")
            if separator:
                handle(name, value)

    def parse_header(self, header: str, data: str) -> None:
        if header == "WWW-Authenticate":
            # pyVoIP's pattern stops at the comma inside qop="auth,auth-int".
            self.headers[header] = self.authentication = parse_challenge(data)
        else:
            super().parse_header(header, data)

    @property
    def key(self) -> tuple[str, int, str]:
        """What a response and its request, or a request and its repetition, have in common."""
        cseq = self.headers["CSeq"]
        return self.headers["Call-ID"], int(cseq["check"]), cseq["method"]

    @property
    def code(self) -> int:
        return int(self.status)

    @property
    def reason(self) -> str:
        """The reason phrase as the peer wrote it."""
        return str(self.heading.split(b" ", 2)[-1], "utf8", "replace")

    @property
    def to_value(self) -> str:
        return _with_tag(self.headers["To"])

    @property
    def from_value(self) -> str:
        return _with_tag(self.headers["From"])

    @property
    def contact_uri(self) -> str:
        """The remote target (RFC 3261 12.1): the URI inside <>, or a bare one without its parameters."""
        contact: str = self.headers.get("Contact", "")
        bracketed = re.search(r"<([^>]*)>", contact)
        return bracketed.group(1) if bracketed else contact.split(";")[0].strip()

    @property
    def routes(self) -> list[str]:
        return [route.strip() for route in self.headers.get("Record-Route", "").split(",") if route.strip()]


def credentials(method: str, uri: str, challenge: dict[str, str], user: str, password: str) -> str:
    """Value of an Authorization header for an MD5 `challenge` (RFC 7616 3.4, RFC 3261 22.4)."""

    def digest(*parts: str) -> str:
        return hashlib.md5(":".join(parts).encode()).hexdigest()

    realm, nonce = challenge["realm"], challenge["nonce"]
    ha1, ha2 = digest(user, realm, password), digest(method, uri)
    value = f'Digest username="{user}", realm="{realm}", nonce="{nonce}", uri="{uri}", algorithm=MD5'
    if "opaque" in challenge:
        value += f', opaque="{challenge["opaque"]}"'
    if "auth" in [qop.strip() for qop in challenge.get("qop", "").split(",")]:
        cnonce = secrets.token_hex(8)
        response = digest(ha1, nonce, "00000001", cnonce, "auth", ha2)
        return f'{value}, qop=auth, nc=00000001, cnonce="{cnonce}", response="{response}"'
    return f'{value}, response="{digest(ha1, nonce, ha2)}"'


def parse_challenge(row: str) -> dict[str, str]:
    """The parameters of one Digest challenge."""
    return {name.lower(): value.strip('"') for name, value in _AUTH_PARAM.findall(row)}


def _md5_challenge(rows: list[str]) -> str:
    """The first challenge in MD5 (the only hash pyVoIP was made for); else the first of all."""
    single = [part for row in rows for part in re.split(r",\s*(?=Digest\s)", row)]
    usable = [row for row in single if parse_challenge(row).get("algorithm", "MD5").upper() == "MD5"]
    return (usable or single)[0]


def _with_known_status(data: bytes) -> bytes:
    match = re.match(rb"SIP/2\.0 (\d)(\d\d) ", data)
    if match and int(match[1] + match[2]) not in {int(status) for status in SIP.SIPStatus}:
        return data[:9] + b"00" + data[11:]
    return data


def _canonical(name: str) -> str:
    return _SPELLING.get(name.lower(), name)


def _with_tag(header: dict[str, str]) -> str:
    return f"{header['raw']};tag={header['tag']}" if header["tag"] else header["raw"]
