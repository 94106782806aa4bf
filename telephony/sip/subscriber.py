"""The telephone number in a URI: telephone-subscriber of RFC 3966, in `tel:` or a SIP URI's user part.

One reader for Request-URI, From, P-Asserted-Identity, Refer-To and whatever else names a telephone (RFC 3261
19.1.6). What a number means in a country, and which numbers are the same telephone, is left to those who have
a numbering plan.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from telephony.sip import grammar
from telephony.sip.uri import OtherUri, Uri

# phonedigit and visual-separator of RFC 3966 3, "*" and "#". Deviation: blanks and "/", which people write.
_WRITTEN = re.compile(r"\+?[0-9*#().\-/ \u00a0]++")
_SEPARATORS = re.compile(r"[^0-9*#+]")


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Who is named in a URI.

    Args:
        number: a telephone number without visual separators, or a user's name; "" when there is neither.
        context: where a local number is valid (phone-context): "+49", or a domain; "" when not said.
        host: of a SIP URI, "" for a telephone alone.
    """

    number: str
    context: str = ""
    host: str = ""


def subscriber_of(uri: Uri) -> Subscriber:
    """Read whom a URI names. Parameters of the number (npdi, rn, cpc, isub ...) are no part of it."""
    if isinstance(uri, OtherUri):
        if uri.scheme != "tel":
            return Subscriber("")
        text, host, more = grammar.unescape(uri.rest), "", None
    else:
        # Deviation: some put phone-context behind the host.
        text, host, more = uri.user or "", uri.host, uri.param("phone-context")
    number, *params = text.split(";")
    context = more or ""
    for param in params:
        name, _, value = param.partition("=")
        if name.strip().lower() == "phone-context":
            context = value.strip()
    return Subscriber(plain_number(number), _plain_context(context), host)


def number_of(uri: Uri) -> str:
    """The number or the name in a URI, "" when it has none."""
    return subscriber_of(uri).number


def plain_number(text: str) -> str:
    """A telephone number without what only makes it readable; any other text as it is."""
    text = text.strip()
    if _WRITTEN.fullmatch(text) is None:
        return text
    plain = _SEPARATORS.sub("", text)
    return plain if plain.strip("+") else text


def _plain_context(text: str) -> str:
    # descriptor = domainname / global-number-digits
    return plain_number(text) if text.startswith("+") else text.lower()
