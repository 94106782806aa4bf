"""The torture messages of RFC 4475 (SIP) and RFC 5118 (SIP with IPv6).

`MESSAGES` are the 49 of RFC 4475, `IPV6_MESSAGES` those of RFC 5118. What the parser should make of each
is checked in `test_rfc4475` and `test_rfc5118`; `Torture.answer` serves suites that send them to a
listening server.
"""

from tests.conformance.torture.invalid import INVALID
from tests.conformance.torture.ipv6 import IPV6_MESSAGES
from tests.conformance.torture.record import Torture
from tests.conformance.torture.semantics import SEMANTICS
from tests.conformance.torture.valid import VALID

MESSAGES: list[Torture] = [*VALID, *INVALID, *SEMANTICS]

__all__ = ["IPV6_MESSAGES", "MESSAGES", "Torture"]
