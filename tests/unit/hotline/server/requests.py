"""REGISTER and INVITE as a phone or a trunk of the starter site sends them."""

from __future__ import annotations

import hashlib
import re

from hotline.server.admission import Admission
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response
from telephony.sip.parser import parse_message

TRUNK = Flow("UDP", ("127.0.0.1", 5060), ("127.0.0.1", 40000))
STRANGER = Flow("UDP", ("127.0.0.1", 5060), ("127.0.0.2", 40000))


def request(method: str, user: str, *, sender: str = "load", cseq: int = 1, more: str = "") -> Request:
    text = (
        f"{method} sip:{user}@127.0.0.1 SIP/2.0\r\n"
        "Via: SIP/2.0/UDP 127.0.0.1:40000;branch=z9hG4bKx;rport\r\n"
        f"From: <sip:{sender}@127.0.0.1>;tag=a\r\nTo: <sip:{user}@127.0.0.1>\r\n"
        f"Call-ID: c\r\nCSeq: {cseq} {method}\r\nMax-Forwards: 70\r\n"
        f"Contact: <sip:{sender}@127.0.0.1:40000>\r\n{more}Content-Length: 0\r\n\r\n"
    )
    message = parse_message(text.encode())
    assert isinstance(message, Request)
    return message


def credentials(challenge: Response, method: str, user: str, password: str) -> str:
    """MD5 without help from the code under test (RFC 7616 3.4)."""
    value = challenge.headers.get_all("WWW-Authenticate")[-1]
    fields = dict(re.findall(r'(\w+)="([^"]*)"', value))
    uri = f"sip:{user}@127.0.0.1"

    def md5(text: str) -> str:
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()

    ha1, ha2 = md5(f"{user}:{fields['realm']}:{password}"), md5(f"{method}:{uri}")
    answer = md5(f"{ha1}:{fields['nonce']}:00000001:cn:auth:{ha2}")
    return (
        f'Authorization: Digest username="{user}", realm="{fields["realm"]}", nonce="{fields["nonce"]}", '
        f'uri="{uri}", response="{answer}", algorithm=MD5, qop=auth, nc=00000001, cnonce="cn"\r\n'
    )


def register(
    admission: Admission, user: str, password: str, *, flow: Flow = STRANGER, more: str = ""
) -> Response:
    challenge, _ = admission.register(request("REGISTER", user, sender=user), flow)
    assert challenge.status == 401
    proof = credentials(challenge, "REGISTER", user, password)
    response, result = admission.register(
        request("REGISTER", user, sender=user, cseq=2, more=proof + more), flow
    )
    admission.write_down(list(result.events))
    return response
