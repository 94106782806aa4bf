"""When a certificate ends: of a PEM file, or of a server that is asked for it. For threads: both block."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime
from pathlib import Path

_UTC_TIME, _GENERALIZED_TIME, _VERSION = 0x17, 0x18, 0xA0
_SECONDS = 10.0


def ends_at(where: str, root: Path) -> float:
    """The end of a certificate's validity, Unix seconds.

    Args:
        where: HOST:PORT of a TLS server, or a file inside `root`.
        root: the site's folder.

    Raises:
        OSError: it can't be read, or the server does not answer.
        ValueError: that is no certificate.
    """
    path = root / where
    if path.is_file():
        text = path.read_text(errors="replace")
        start = text.index("-----BEGIN CERTIFICATE-----")
        end = text.index("-----END CERTIFICATE-----") + len("-----END CERTIFICATE-----")
        return not_after(ssl.PEM_cert_to_DER_cert(text[start:end]))
    host, _, port = where.rpartition(":")
    if not host or not port.isdecimal():
        raise FileNotFoundError(where)
    # It is looked at, not trusted: an expired one must be seen as well.
    pem = ssl.get_server_certificate((host.strip("[]"), int(port)), timeout=_SECONDS)
    return not_after(ssl.PEM_cert_to_DER_cert(pem))


def not_after(der: bytes) -> float:
    """`notAfter` of a certificate (RFC 5280 4.1): tbsCertificate's fifth part, after the optional version.

    Raises:
        ValueError: that is no certificate.
    """
    try:
        _, tbs, _ = _part(der)
        tag, body, _ = _part(tbs)
        tag, content, rest = _part(body)
        if tag == _VERSION:
            tag, content, rest = _part(rest)
        for _ in range(3):  # signature, issuer, validity
            tag, content, rest = _part(rest)
        _, _, rest = _part(content)
        tag, value, _ = _part(rest)
    except IndexError:
        raise ValueError("no certificate") from None
    written = {_UTC_TIME: "%y%m%d%H%M%SZ", _GENERALIZED_TIME: "%Y%m%d%H%M%SZ"}
    if tag not in written:
        raise ValueError("no certificate")
    return datetime.strptime(value.decode("ascii"), written[tag]).replace(tzinfo=UTC).timestamp()


def _part(data: bytes) -> tuple[int, bytes, bytes]:
    """Tag, content and what follows of a DER value (X.690)."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        size = length & 0x7F
        length = int.from_bytes(data[2 : 2 + size], "big")
        start += size
    if start + length > len(data):
        raise ValueError("cut off")
    return tag, data[start : start + length], data[start + length :]
