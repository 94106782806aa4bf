"""Ways to spoil a SIP message, and other bytes, all drawn from one seeded source of chance."""

from __future__ import annotations

import random
from collections.abc import Callable

# Values that parsers stumble over: empty, huge, of other types, unbalanced, escaped, not UTF-8.
NASTY = (
    *("", " ", "*", ",", ";", ";;", "<", ">", "<>", '"', "'", "\\", "\0", "%", "%00", "%zz", "[", "[::", "]"),
    *(
        "-1",
        "0",
        "1",
        "4294967295",
        "4294967296",
        "99999999999999999999",
        "9" * 400,
        "9" * 5000,
        "1e9",
        "0x10",
    ),
    *("\N{ARABIC-INDIC DIGIT FIVE}", "\N{SUPERSCRIPT TWO}", "\udcff", "\udced\udca0\udc80", "\N{SNOWMAN}"),
    *("a" * 3000, "," * 500, ";a" * 500, '"' * 401, "<" * 401, "(" * 300, "a@b@c", "%ff" * 50, "\t\t"),
    *(
        "sip:",
        "sip:@",
        "sip:a@",
        "sip:%ff@127.0.0.1",
        "<sip:x@127.0.0.1:0>",
        "<sip:x@127.0.0.1:65536>",
        "tel:+1",
    ),
    *(
        "<sip:x@[::1]>",
        "<sip:x@[fe80::1%25lo]>",
        "<sip:x@255.255.255.255>",
        "<sip:x@0.0.0.0>",
        "<sips:x@127.0.0.1>",
    ),
    *(
        "<sip:x@127.0.0.1;transport=tcp>",
        "<sip:x@127.0.0.1:1;transport=tcp>",
        "<sip:x@127.0.0.1;transport=sctp>",
    ),
    *(
        "<sip:x@127.0.0.1;maddr=127.0.0.1>",
        "<sip:x@127.0.0.1;maddr=%00>",
        "<sip:x@127.0.0.1;lr>",
        "<http://x>",
    ),
    *(
        f"<sip:x@{'a' * 70}.invalid>",
        "<sip:x@a..invalid>",
        "<sip:x@_.invalid>",
        "<sip:x@nowhere.invalid;transport=tcp>",
    ),
    *("SIP/2.0/UDP 127.0.0.1", "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK", "SIP/2.0/TCP [::1];branch=z9hG4bKx"),
    *(
        "1 INVITE",
        "1 ACK",
        "2147483648 INVITE",
        "INVITE",
        "1 1 INVITE",
        "application/sdp",
        "text/plain",
        "identity",
    ),
    *(
        "Digest",
        'Digest username="1001"',
        'Digest username="1001", realm="hotline", nonce="0-0-0", uri="", response=""',
    ),
)
NAMES = (
    *(
        "Via",
        "From",
        "To",
        "Call-ID",
        "CSeq",
        "Max-Forwards",
        "Contact",
        "Content-Length",
        "Content-Type",
        "Route",
    ),
    *(
        "Record-Route",
        "Expires",
        "Require",
        "Supported",
        "Authorization",
        "Event",
        "Content-Encoding",
        "Timestamp",
    ),
    *(
        "Replaces",
        "Session-Expires",
        "Accept",
        "l",
        "v",
        "f",
        "t",
        "i",
        "m",
        "c",
        "X-New",
        "Path",
        "Min-Expires",
    ),
)
METHODS = (
    *("INVITE", "ACK", "BYE", "CANCEL", "OPTIONS", "REGISTER", "INFO", "NOTIFY", "PRACK", "UPDATE", "REFER"),
    *("MESSAGE", "SUBSCRIBE", "PUBLISH", "invite", "NEW", "", "SIP/2.0"),
)
LINE_ENDS = (b"\n", b"\r", b"\r\r\n", b"\r\n \r\n", b"\r\n\r\n", b"\0")

Mutation = Callable[[bytes, random.Random], bytes]


def flip_bits(data: bytes, chance: random.Random) -> bytes:
    """Turn over one to eight bits."""
    spoilt = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        spoilt[chance.randrange(len(spoilt))] ^= 1 << chance.randrange(8)
    return bytes(spoilt)


def truncate(data: bytes, chance: random.Random) -> bytes:
    """Cut off the end."""
    return data[: chance.randint(1, len(data))]


def insert_bytes(data: bytes, chance: random.Random) -> bytes:
    """Put random bytes somewhere."""
    at = chance.randrange(len(data) + 1)
    return data[:at] + chance.randbytes(chance.randint(1, 40)) + data[at:]


def drop_bytes(data: bytes, chance: random.Random) -> bytes:
    """Take some bytes out."""
    at = chance.randrange(len(data))
    return data[:at] + data[at + chance.randint(1, 40) :]


def double_bytes(data: bytes, chance: random.Random) -> bytes:
    """Say a stretch twice."""
    at = chance.randrange(len(data))
    piece = data[at : at + chance.randint(1, 200)]
    return data[:at] + piece * 2 + data[at + len(piece) :]


def _lines(data: bytes) -> tuple[list[bytes], bytes]:
    head, blank, body = data.partition(b"\r\n\r\n")
    return head.split(b"\r\n"), blank + body


def drop_line(data: bytes, chance: random.Random) -> bytes:
    """Leave a header line out."""
    lines, rest = _lines(data)
    del lines[chance.randrange(len(lines))]
    return b"\r\n".join(lines) + rest


def double_line(data: bytes, chance: random.Random) -> bytes:
    """Say a header line again."""
    lines, rest = _lines(data)
    lines.insert(chance.randrange(1, len(lines) + 1), chance.choice(lines))
    return b"\r\n".join(lines) + rest


def shuffle_lines(data: bytes, chance: random.Random) -> bytes:
    """Another order of header lines."""
    lines, rest = _lines(data)
    headers = lines[1:]
    chance.shuffle(headers)
    return b"\r\n".join([lines[0], *headers]) + rest


def nasty_value(data: bytes, chance: random.Random) -> bytes:
    """Give a header another value."""
    lines, rest = _lines(data)
    if len(lines) < 2:
        return data
    at = chance.randrange(1, len(lines))
    name, _, value = lines[at].partition(b":")
    nasty = chance.choice(NASTY).encode("utf-8", "surrogateescape")
    lines[at] = name + b": " + chance.choice((nasty, value + nasty, nasty + value, value + b";" + nasty))
    return b"\r\n".join(lines) + rest


def nasty_parameter(data: bytes, chance: random.Random) -> bytes:
    """Replace what stands between two delimiters anywhere in the head."""
    lines, rest = _lines(data)
    at = chance.randrange(len(lines))
    delimiter = chance.choice((b";", b"=", b"@", b":", b" ", b"<", b">", b"."))
    parts = lines[at].split(delimiter)
    parts[chance.randrange(len(parts))] = chance.choice(NASTY).encode("utf-8", "surrogateescape")
    lines[at] = delimiter.join(parts)
    return b"\r\n".join(lines) + rest


def extra_header(data: bytes, chance: random.Random) -> bytes:
    """Add a header with a value that nobody expects."""
    lines, rest = _lines(data)
    line = f"{chance.choice(NAMES)}: {chance.choice(NASTY)}".encode("utf-8", "surrogateescape")
    lines.insert(chance.randrange(1, len(lines) + 1), line)
    return b"\r\n".join(lines) + rest


def wrong_length(data: bytes, chance: random.Random) -> bytes:
    """Lie about Content-Length."""
    lines, rest = _lines(data)
    honest = len(rest) - 4
    lie = chance.choice((honest + 1, honest - 1, 0, honest + 100, -1, 2**31, 10**30, 70_000))
    kept = [line for line in lines if not line.lower().startswith(b"content-length")]
    return b"\r\n".join([*kept, f"Content-Length: {lie}".encode()]) + rest


def other_method(data: bytes, chance: random.Random) -> bytes:
    """Another method, in the request line, in CSeq or in both."""
    method = chance.choice(METHODS).encode()
    old = data.split(b" ", 1)[0]
    if not old:
        return data
    return data.replace(old, method, chance.choice((1, 2)))


def other_line_end(data: bytes, chance: random.Random) -> bytes:
    """Spoil one line end, or all of them."""
    parts = data.split(b"\r\n")
    if chance.random() < 0.3:
        return chance.choice(LINE_ENDS).join(parts)
    at = chance.randrange(1, len(parts)) if len(parts) > 1 else 0
    return b"\r\n".join(parts[:at]) + chance.choice(LINE_ENDS) + b"\r\n".join(parts[at:])


def many_headers(data: bytes, chance: random.Random) -> bytes:
    """So many headers that the datagram is nearly as large as one can be."""
    lines, rest = _lines(data)
    line = lines[chance.randrange(len(lines))]
    room = 60_000 - len(data)
    return b"\r\n".join([*lines, *[line] * (room // (len(line) + 2))]) + rest


def binary(data: bytes, chance: random.Random) -> bytes:
    """Nothing of the message is left."""
    return chance.randbytes(chance.randint(1, 1500))


SIP_MUTATIONS: tuple[Mutation, ...] = (
    *(flip_bits, truncate, insert_bytes, drop_bytes, double_bytes, drop_line, double_line, shuffle_lines),
    *(nasty_value, nasty_value, nasty_parameter, nasty_parameter, extra_header, extra_header, wrong_length),
    *(other_method, other_line_end, binary),
)


def spoil(data: bytes, chance: random.Random, mutations: tuple[Mutation, ...] = SIP_MUTATIONS) -> bytes:
    """Spoil a message in one to three ways; never longer than a datagram can be."""
    if chance.random() < 0.01:
        data = many_headers(data, chance)
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if data:
            data = chance.choice(mutations)(data, chance)
    return data[:65_000]
