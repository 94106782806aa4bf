"""The kinds of value a setting can have, each with the sentence that says what is expected.

Every kind is an `Annotated` type over a plain Python type. Its check raises one error, `expected`, whose
text completes "expected ..."; `config.validation` adds what was found and where. Values arrive as
`config.yaml_source` builds them: str, int, float, bool, None, list, dict. Which settings exist is left
to `config.models`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Annotated, Literal, TypeAlias, TypeVar

from pydantic import BeforeValidator, PlainSerializer
from pydantic_core import PydanticCustomError

T = TypeVar("T")

Network: TypeAlias = IPv4Network | IPv6Network
Transport: TypeAlias = Literal["UDP", "TCP"]

# A dialled number, an extension, a star code, or the user part of a SIP address.
_NUMBER = re.compile(r"[0-9A-Za-z*#+][0-9A-Za-z*#+_.-]{0,63}")
_NAME = re.compile(r"[^\W_][\w.-]{0,63}(/[^\W_][\w.-]{0,63})*")
_HOST_NAME = re.compile(r"(?=.{1,253}$)[0-9A-Za-z_]([0-9A-Za-z_-]{0,62})(\.[0-9A-Za-z_][0-9A-Za-z_-]{0,62})*")
# Only the outline: `telephony.sip.uri` owns the grammar (RFC 3261 25.1).
_SIP_URI = re.compile(r"sips?:[^\s@<>]+@[^\s@<>]+", re.IGNORECASE)


def expected(text: str, *, item: int | None = None) -> PydanticCustomError:
    """Make the error of every kind here.

    Args:
        text: completes the sentence "expected ...".
        item: index of the offending item, when the value is a list that is checked as a whole.
    """
    return PydanticCustomError("expected", "expected {expected}", {"expected": text, "item": item})


def whole(low: int, high: int) -> BeforeValidator:
    """Accept a whole number from `low` to `high`, both included."""

    def check(value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise expected(f"a whole number {low}..{high}")
        return value

    return BeforeValidator(check)


def seconds(low: float, high: float, *, or_off: bool = False) -> BeforeValidator:
    """Accept a number of seconds from `low` to `high`; with `or_off` also 0, which turns it off."""

    def check(value: object) -> object:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not (low <= value <= high or (or_off and value == 0)):  # type: ignore[operator]
            off = ", or 0 to turn it off" if or_off else ""
            raise expected(f"seconds {low:g}..{high:g}{off}")
        return float(value)  # type: ignore[arg-type]

    return BeforeValidator(check)


def one_of(*choices: str, what: str = "") -> BeforeValidator:
    """Accept one of the words `choices`; `what` says what they are when a list of them would not."""

    def check(value: object) -> object:
        if value not in choices:
            raise expected(what or "one of " + ", ".join(choices))
        return value

    return BeforeValidator(check)


def matching(pattern: re.Pattern[str], what: str) -> BeforeValidator:
    """Accept text, or a number written without quotes, that matches `pattern` as a whole."""

    def check(value: object) -> object:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise expected(what)
        return value

    return BeforeValidator(check)


def _on_off(value: object) -> object:
    if not isinstance(value, bool):
        raise expected("true or false")
    return value


def _many(value: object) -> object:
    if value is None:
        raise expected("a list, [] for an empty one")
    return tuple(value) if isinstance(value, list | tuple) else (value,)


def _items(value: object) -> object:
    if not isinstance(value, list | tuple):
        raise expected('a list, each item starting with "- "')
    return tuple(value)


OnOff = Annotated[bool, BeforeValidator(_on_off)]
Text = Annotated[str, matching(re.compile(r".*\S.*", re.DOTALL), "text")]
PathText = Annotated[str, matching(re.compile(r"[^\x00-\x1f]+"), "the name of a file or folder")]
Number = Annotated[str, matching(_NUMBER, 'a number to dial, such as "1001", "+4930123456" or "*72"')]
Name = Annotated[str, matching(_NAME, "a name of letters, digits, dots and dashes")]
HostName = Annotated[str, matching(_HOST_NAME, "a host name, such as example.org")]
# One value may stand for a list of one.
OneOrMore = Annotated[tuple[T, ...], BeforeValidator(_many)]
Items = Annotated[tuple[T, ...], BeforeValidator(_items)]


Realm = Annotated[
    str, matching(re.compile(r"[^\"\\\x00-\x1f]{1,100}"), "text without quotes and backslashes")
]


def is_number(value: object) -> bool:
    """Whether `value`, as it stands in a file, is a `Number`."""
    return (
        not isinstance(value, bool) and isinstance(value, int | str) and bool(_NUMBER.fullmatch(str(value)))
    )


def _secret(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not 8 <= len(value) <= 128:
        raise expected("a password of 8 to 128 characters")
    return value


Secret = Annotated[str, BeforeValidator(_secret)]


def _dial_target(value: object) -> object:
    if is_number(value):
        return str(value)
    if not isinstance(value, str) or not _SIP_URI.fullmatch(value):
        raise expected('an agent\'s number, such as "1001", or a SIP address, such as sip:anna@example.org')
    return value


DialTarget = Annotated[str, BeforeValidator(_dial_target)]


@dataclass(frozen=True, slots=True, order=True)
class HostPort:
    """A host (an address without brackets, or a name) and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, order=True)
class ListenAddress:
    """One socket to open: the transport as spelt in a Via, our host without brackets, our port."""

    transport: Transport
    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.transport.lower()}:{HostPort(self.host, self.port)}"


def split_host_port(text: str, default_port: int | None = None) -> HostPort:
    """Split `host:port`, `[ipv6]:port`, or a host alone when there is a default port.

    Raises:
        ValueError: the text is none of these.
    """
    if text.startswith("["):
        host, bracket, rest = text[1:].partition("]")
        if not bracket:
            raise ValueError("no closing bracket")
        host = str(IPv6Address(host))
        port_text = rest.removeprefix(":") if rest.startswith(":") else (rest and "?")
    else:
        host, colon, port_text = text.partition(":")
        if not _HOST_NAME.fullmatch(host) or (colon and not port_text):
            raise ValueError("not a host")
    if not port_text and default_port is not None:
        return HostPort(host, default_port)
    if not (port_text.isascii() and port_text.isdigit() and 1 <= int(port_text) <= 65535):
        raise ValueError("not a port")
    return HostPort(host, int(port_text))


def host_port(example: str, default_port: int | None = None) -> BeforeValidator:
    """Accept `host:port` and make a HostPort of it."""

    def check(value: object) -> object:
        if isinstance(value, HostPort):
            return value
        try:
            return split_host_port(value if isinstance(value, str) else "", default_port)
        except ValueError:
            raise expected(f"a host and port, such as {example}") from None

    return BeforeValidator(check)


def _listen(value: object) -> object:
    if value is None or value == []:
        raise expected("at least one address to listen on, such as udp:0.0.0.0:5060")
    if not isinstance(value, list | tuple):
        return _listen_addresses(value, None)
    found: list[ListenAddress] = []
    for index, entry in enumerate(value):
        for address in _listen_addresses(entry, index):
            if address in found:
                raise expected(f"every address once ({address} is listed before)", item=index)
            found.append(address)
    return tuple(found)


def _listen_addresses(entry: object, item: int | None) -> tuple[ListenAddress, ...]:
    """Read one entry; without a transport it stands for UDP and TCP (RFC 3261 18 asks for both)."""
    if isinstance(entry, ListenAddress):
        return (entry,)
    text = entry if isinstance(entry, str) else ""
    wanted: tuple[Transport, ...] = ("UDP", "TCP")
    for name in wanted:
        if text.lower().startswith(f"{name.lower()}:"):
            wanted, text = (name,), text[4:]
            break
    try:
        address = split_host_port(text)
        host = str(ip_address(address.host))
    except ValueError:
        raise expected(
            "an address such as udp:0.0.0.0:5060, tcp:[::]:5060 or 127.0.0.1:5060", item=item
        ) from None
    return tuple(ListenAddress(transport, host, address.port) for transport in wanted)


def _network(value: object) -> object:
    if isinstance(value, IPv4Network | IPv6Network):
        return value
    text = value if isinstance(value, str) else ""
    try:
        network = ip_network(text, strict=False)
    except ValueError:
        raise expected("an address or a network, such as 192.0.2.10 or 192.0.2.0/24") from None
    if "/" in text and ip_address(text.partition("/")[0]) != network.network_address:
        raise expected(f"{network} for the whole network, or one address without /{network.prefixlen}")
    return network


def _ip(value: object) -> object:
    try:
        return str(ip_address(value if isinstance(value, str) else ""))
    except ValueError:
        raise expected("an IP address, such as 203.0.113.5") from None


def _as_text(value: object) -> str | list[str]:
    return [str(item) for item in value] if isinstance(value, tuple) else str(value)


Listen = Annotated[tuple[ListenAddress, ...], BeforeValidator(_listen), PlainSerializer(_as_text)]
NetworkAddress = Annotated[Network, BeforeValidator(_network), PlainSerializer(_as_text)]
IpAddress = Annotated[str, BeforeValidator(_ip)]
