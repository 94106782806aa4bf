"""Calls to where we must prove who we are: a carrier that answers 401 or 407. It is a bare phone here."""

from __future__ import annotations

import asyncio
import re
from hashlib import md5, sha256

import pytest

from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.call.switchboard import Caller, Credentials, Target
from telephony.sip.uri import SipUri
from tests.support import wire
from tests.unit.telephony.call.ends import HOST, End, with_ends

USER, PASSWORD = "hotline", "open-sesame"
CHALLENGES = [
    (401, "WWW-Authenticate", "Authorization", ""),
    (407, "Proxy-Authenticate", "Proxy-Authorization", ""),
    (407, "Proxy-Authenticate", "Proxy-Authorization", ", algorithm=SHA-256"),
]


class Carrier:
    """Asks every INVITE and BYE for a password.

    Attributes:
        requests: what came, but ACKs.
    """

    def __init__(self, line: wire.Line, status: int, header: str, more: str) -> None:
        self.line = line
        self.requests: asyncio.Queue[wire.Message] = asyncio.Queue()
        self._status = status
        self._challenge = (header, f'Digest realm="carrier", nonce="n0nce", qop="auth"{more}')
        line.stray = self._take

    def _take(self, message: wire.Message, line: wire.Line, source: wire.Address) -> None:
        if not message.status and message.method != "ACK":
            self.requests.put_nowait(message)

    async def ask(self) -> wire.Message:
        """Refuse the next request for want of a password."""
        request = await self.requests.get()
        self.line.send(wire.answer_to(request, self._status, tag="carrier", headers=[self._challenge]))
        return request

    async def answer(self, status: int, body: bytes = b"") -> wire.Message:
        """Answer the next request."""
        request = await self.requests.get()
        contact = ("Contact", f"<sip:carrier@{HOST}:{self.line.local[1]}>")
        self.line.send(wire.answer_to(request, status, tag="carrier", headers=[contact], body=body))
        return request


def proves(request: wire.Message, header: str, password: str) -> bool:
    """Whether a request holds the digest of a password (RFC 7616 3.4.1)."""
    given = dict(re.findall(r'(\w+)="?([^",]+)"?', request.get(header.lower())))
    digest = sha256 if given.get("algorithm") == "SHA-256" else md5

    def hashed(text: str) -> str:
        return digest(text.encode()).hexdigest()

    first = hashed(f"{USER}:carrier:{password}")
    second = hashed(f"{request.method}:{given['uri']}")
    expected = hashed(f"{first}:n0nce:{given['nc']}:{given['cnonce']}:auth:{second}")
    return given["username"] == USER and given["response"] == expected


async def calling(
    a: End, status: int, header: str, more: str = "", known: Credentials | None = None
) -> tuple[Carrier, CallLeg]:
    carrier = Carrier(await a.line(), status, header, more)
    uri = SipUri("sip", "0301234", host=HOST, port=carrier.line.local[1])
    leg = await a.switchboard.dial("call", Target(uri, "trunk:x", credentials=known), Caller("1001"))
    a.legs.append(leg)
    leg.start()
    return carrier, leg


@with_ends
@pytest.mark.parametrize(("status", "header", "answer", "more"), CHALLENGES)
async def test_a_carrier_is_told_the_password_in_the_call_and_at_its_end(
    a: End, b: End, status: int, header: str, answer: str, more: str
) -> None:
    carrier, leg = await calling(a, status, header, more, Credentials(USER, PASSWORD))
    first = await carrier.ask()
    again = await carrier.answer(200, wire.sdp(9))
    assert answer.lower() not in {name.lower() for name, _ in first.headers}
    assert (again.cseq, again.get("call-id")) == (first.cseq + 1, first.get("call-id"))
    assert proves(again, answer, PASSWORD)
    assert not proves(again, answer, "wrong-password")
    await leg.wait_answered()
    leg.hang_up()
    await carrier.ask()
    assert proves(await carrier.answer(200), answer, PASSWORD)


@with_ends
async def test_a_password_that_is_wrong_is_not_tried_again(a: End, b: End) -> None:
    carrier, leg = await calling(a, 407, "Proxy-Authenticate", known=Credentials(USER, PASSWORD))
    await carrier.ask()
    await carrier.ask()
    with pytest.raises(LegClosed) as end:
        await leg.wait_answered()
    assert end.value.status == 407
    assert carrier.requests.empty()


@with_ends
async def test_without_credentials_a_challenge_is_a_refusal(a: End, b: End) -> None:
    carrier, leg = await calling(a, 401, "WWW-Authenticate")
    await carrier.ask()
    with pytest.raises(LegClosed) as end:
        await leg.wait_answered()
    assert end.value.status == 401


def test_a_password_is_never_shown() -> None:
    target = Target(SipUri("sip", "1", host=HOST), "trunk:x", credentials=Credentials(USER, PASSWORD))
    assert PASSWORD not in repr(target)
    assert USER in repr(target)
