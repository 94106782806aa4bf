"""Session descriptions as data (RFC 8866), tolerant of what telephones of the RFC 2327 and 4566 era send.

Tolerated: bare LF or CR as line end, blank lines, NUL bytes at the end, a missing s= or t=, an o= with a
field too many or too few, lines out of order within their section, unknown lines. All of it is kept. What is
written is strict: CRLF, the order of the grammar, no mandatory line missing. What an exchange of descriptions
means is left to `offer_answer`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from telephony.sdp.errors import SdpError

_BEFORE_CONNECTION = "iuep"
"""Types of the optional session lines between s= and c=, in the order of RFC 8866 section 9."""
_BEFORE_TIMES = _BEFORE_CONNECTION + "b"


@dataclass(frozen=True, slots=True)
class Origin:
    """The o= line; the identifiers stay text because some devices send more than digits."""

    username: str = "-"
    session_id: str = "0"
    version: str = "0"
    network: str = "IN"
    family: str = "IP4"
    address: str = "0.0.0.0"

    @classmethod
    def parse(cls, value: str) -> Origin:
        """Read the value of an o= line; nothing in it matters to us, so what is missing is made up."""
        fields = value.rsplit(None, 5)
        missing = 6 - len(fields)
        # The user name is left out most often, then more from the front: the rest has its place at the end.
        return cls(*("-", "0", "0", "IN", "IP4", "0.0.0.0")[:missing], *fields)

    def __str__(self) -> str:
        return f"{self.username} {self.session_id} {self.version} {self.network} {self.family} {self.address}"


@dataclass(frozen=True, slots=True)
class ConnectionLine:
    """A c= line: `family` is "IP4" or "IP6"; `address` may carry a multicast suffix (/ttl/count)."""

    network: str
    family: str
    address: str

    @classmethod
    def parse(cls, value: str) -> ConnectionLine:
        """Read the value of a c= line."""
        fields = value.split()
        if len(fields) != 3:
            raise SdpError("c= needs three fields")
        return cls(*fields)

    def __str__(self) -> str:
        return f"{self.network} {self.family} {self.address}"


@dataclass(slots=True)
class _Section:
    """What the session and each medium have in common.

    Args:
        connection: the c= line, or None.
        attributes: name and value of each a= line; None as the value of a flag.
        other: type and value of every line that has no field of its own, b= and unknown ones included.
    """

    connection: ConnectionLine | None = None
    attributes: list[tuple[str, str | None]] = field(default_factory=list)
    other: list[tuple[str, str]] = field(default_factory=list)

    def _attribute_lines(self) -> list[str]:
        return [f"a={name}" if value is None else f"a={name}:{value}" for name, value in self.attributes]


@dataclass(slots=True)
class MediaDescription(_Section):
    """One m= line and what belongs to it.

    Args:
        kind: "audio", "video", "image" ...
        port: 0 for a stream that is refused or ended.
        protocol: such as "RTP/AVP".
        formats: payload types for RTP, as text; at least one.
        port_count: the number after the slash, nearly always 1.
    """

    kind: str = "audio"
    port: int = 0
    protocol: str = "RTP/AVP"
    formats: tuple[str, ...] = ("0",)
    port_count: int = 1

    @classmethod
    def parse(cls, value: str) -> MediaDescription:
        """Read the value of an m= line.

        RFC 8866 section 9: media-field = %s"m" "=" media SP port ["/" integer] SP proto 1*(SP fmt) CRLF
        """
        fields = value.split()
        if len(fields) < 3:
            raise SdpError("m= needs a medium, a port, a protocol and formats")
        port, slash, count = fields[1].partition("/")
        # Deviation: no format at all is taken too, as some devices refuse a stream by "m=audio 0 RTP/AVP".
        return cls(
            kind=fields[0],
            port=_number(port, "port"),
            protocol=fields[2],
            formats=tuple(fields[3:]) or ("0",),
            port_count=_number(count, "number of ports") if slash else 1,
        )

    def lines(self) -> list[str]:
        """The lines of this medium in the order of the grammar."""
        ports = f"{self.port}/{self.port_count}" if self.port_count != 1 else str(self.port)
        found = [f"m={self.kind} {ports} {self.protocol} {' '.join(self.formats)}"]
        found += [f"i={value}" for kind, value in self.other if kind == "i"]
        if self.connection is not None:
            found.append(f"c={self.connection}")
        found += [f"{kind}={value}" for kind, value in self.other if kind != "i"]
        return found + self._attribute_lines()


@dataclass(slots=True)
class SessionDescription(_Section):
    """A whole description.

    Args:
        origin: the o= line.
        name: the s= line, "-" where there is none.
        times: the t= and r= lines, as type and value.
        media: each m= line with what follows it.
    """

    origin: Origin = Origin()
    name: str = "-"
    times: list[tuple[str, str]] = field(default_factory=list)
    media: list[MediaDescription] = field(default_factory=list)

    @classmethod
    def parse(cls, data: bytes) -> SessionDescription:
        """Read a description; bytes that are not UTF-8 are carried through.

        Raises:
            SdpError: saying what is wrong, in words that repeat nothing of the description.
        """
        text = data.decode("utf-8", "surrogateescape")
        if "\0" in text:
            text = text.rstrip("\0 \t\r\n")
        if "\0" in text:
            raise SdpError("a NUL character")
        session = cls()
        section: _Section = session
        seen = set()
        for line in text.replace("\r", "\n").split("\n"):
            kind, value = line[:1], line[2:]
            if line[1:2] != "=" or kind.isspace():
                if line and not line.isspace():
                    raise SdpError("a line is not of the form x=value")
            elif kind == "a":
                name, colon, rest = value.partition(":")
                section.attributes.append((name, rest if colon else None))
            elif kind == "m":
                section = MediaDescription.parse(value)
                session.media.append(section)
            elif kind == "c" and section.connection is None:
                section.connection = ConnectionLine.parse(value)
            elif section is session:
                seen.add(kind)
                session._take(kind, value)
            else:
                section.other.append((kind, value))
        if not {"v", "o"} <= seen:
            raise SdpError("no v= or no o= line")
        return session

    def _take(self, kind: str, value: str) -> None:
        """Keep one line of the session section that is neither a=, c= nor m=."""
        if kind == "o":
            self.origin = Origin.parse(value)
        elif kind == "s":
            self.name = value
        elif kind in ("t", "r"):
            self.times.append((kind, value))
        elif kind == "v":
            if value.strip() != "0":
                raise SdpError("only version 0 of SDP exists")
        else:
            self.other.append((kind, value))

    def content(self) -> str:
        """All after the o= line: a change of this is what the version in o= counts (RFC 3264 section 8)."""
        lines = [f"s={self.name or '-'}"]
        other = [(kind, f"{kind}={value}") for kind, value in self.other]
        for wanted in _BEFORE_CONNECTION if other else "":
            lines += [line for kind, line in other if kind == wanted]
        if self.connection is not None:
            lines.append(f"c={self.connection}")
        lines += [line for kind, line in other if kind == "b"]
        lines += [f"{kind}={value}" for kind, value in self.times or (("t", "0 0"),)]
        lines += [line for kind, line in other if kind not in _BEFORE_TIMES]
        lines += self._attribute_lines()
        for medium in self.media:
            lines += medium.lines()
        return "\r\n".join(lines)

    def to_bytes(self) -> bytes:
        """The description in the order of RFC 8866 section 9."""
        return put_together(self.origin, self.content())


def put_together(origin: Origin, content: str) -> bytes:
    """The bytes of a description from its o= line and its `SessionDescription.content`."""
    return f"v=0\r\no={origin}\r\n{content}\r\n".encode("utf-8", "surrogateescape")


def _number(text: str, what: str) -> int:
    """A number up to 65535 in ASCII digits, on which `int` alone does not insist."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5) or int(text) > 65535:
        raise SdpError(f"bad {what} in m=")
    return int(text)
