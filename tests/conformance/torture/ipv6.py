"""RFC 5118 section 4: messages with IPv6 addresses in all places and forms.

Deviation: the Content-Length of the three messages with a body is that of the bytes below; those printed in
the RFC do not fit its own text.
"""

from __future__ import annotations

from tests.conformance.torture.record import (
    BYE_ANSWERS,
    INVITE_ANSWERS,
    OPTIONS_ANSWERS,
    REGISTER_ANSWERS,
    Torture,
    accepted,
    rejected,
    wire,
)


def _register(uri: str) -> bytes:
    return wire(f"""
REGISTER {uri} SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::1]>
CSeq: 98176 REGISTER
Content-Length: 0

""")


def _with_body(head: str, body: str) -> bytes:
    content = wire(body)
    return wire(head) + f"Content-Length: {len(content)}\r\n\r\n".encode() + content


VIA_RECEIVED_WITH_DELIM = wire("""
BYE sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com;tag=bd76ya
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Max-Forwards: 70
CSeq: 321 BYE
Content-Length: 0

""")

VIA_RECEIVED_NO_DELIM = wire("""
OPTIONS sip:[2001:db8::10] SIP/2.0
To: sip:user@example.com
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bKas3
Call-ID: SSG95523997077@hlau_4100
Max-Forwards: 70
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
CSeq: 921 OPTIONS
Content-Length: 0

""")

IPV6_IN_SDP = _with_body(
    """
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::20];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::20]>
CSeq: 8612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
""",
    """
v=0
o=assistant 971731711378798081 0 IN IP6 2001:db8::20
s=Live video feed for today's meeting
c=IN IP6 2001:db8::20
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
""",
)

MULT_IP_IN_HEADER = wire("""
BYE sip:user@host.example.net SIP/2.0
Via: SIP/2.0/UDP [2001:db8::9:1]:6050;branch=z9hG4bKas3-111
Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKjhja8781hjuaij65144
Via: SIP/2.0/TCP [2001:db8::9:255];branch=z9hG4bK451jj;received=192.0.2.200
Call-ID: 997077@lau_4100
Max-Forwards: 70
CSeq: 89187 BYE
To: sip:user@example.net;tag=9817--94
From: sip:user@example.com;tag=81x2
Content-Length: 0

""")

MULT_IP_IN_SDP = _with_body(
    """
INVITE sip:user@[2001:db8::10] SIP/2.0
To: sip:user@[2001:db8::10]
From: sip:user@example.com;tag=81x2
Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "Caller" <sip:caller@[2001:db8::9:1]>
Max-Forwards: 70
CSeq: 8912 INVITE
Content-Type: application/sdp
""",
    """
v=0
o=bob 280744730 28977631 IN IP4 host.example.com
s=
t=0 0
m=audio 22334 RTP/AVP 0
c=IN IP4 192.0.2.1
m=video 6024 RTP/AVP 107
c=IN IP6 2001:db8::1
a=rtpmap:107 H263-1998/90000
""",
)

IPV4_MAPPED = _with_body(
    """
INVITE sip:user@example.com SIP/2.0
To: sip:user@example.com
From: sip:user@east.example.com;tag=81x2
Via: SIP/2.0/UDP [::ffff:192.0.2.10]:19823;branch=z9hG4bKbh19
Via: SIP/2.0/UDP [::ffff:192.0.2.2];branch=z9hG4bKas3-111
Call-ID: SSG9559905523997077@hlau_4100
Contact: "T. desk phone" <sip:ted@[::ffff:192.0.2.2]>
CSeq: 612 INVITE
Max-Forwards: 70
Content-Type: application/sdp
""",
    """
v=0
o=assistant 971731711378798081 0 IN IP6 ::ffff:192.0.2.2
s=Call me soon, please!
c=IN IP6 ::ffff:192.0.2.2
t=3338481189 3370017201
m=audio 6000 RTP/AVP 2
a=rtpmap:2 G726-32/8000
m=video 6024 RTP/AVP 107
a=rtpmap:107 H263-1998/90000
""",
)


def _options(contact_host: str) -> bytes:
    return wire(f"""
OPTIONS sip:user@[{contact_host}] SIP/2.0
To: sip:user@[{contact_host}]
From: sip:user@example.com;tag=810x2
Via: SIP/2.0/UDP lab1.east.example.com;branch=z9hG4bKas3-111
Call-ID: G9559905523997077@hlau_4100
CSeq: 689 OPTIONS
Max-Forwards: 70
Content-Length: 0

""")


IPV6_MESSAGES: list[Torture] = [
    accepted("ipv6-good", "4.1", _register("sip:[2001:db8::10]"), REGISTER_ANSWERS),
    rejected("ipv6-bad", "4.2", _register("sip:2001:db8::10")),
    accepted("port-ambiguous", "4.3", _register("sip:[2001:db8::10:5070]"), REGISTER_ANSWERS),
    accepted("port-unambiguous", "4.4", _register("sip:[2001:db8::10]:5070"), REGISTER_ANSWERS),
    accepted("via-received-param-with-delim", "4.5", VIA_RECEIVED_WITH_DELIM, BYE_ANSWERS),
    accepted("via-received-param-no-delim", "4.5", VIA_RECEIVED_NO_DELIM, OPTIONS_ANSWERS),
    accepted("ipv6-in-sdp", "4.6", IPV6_IN_SDP, INVITE_ANSWERS),
    accepted("mult-ip-in-header", "4.7", MULT_IP_IN_HEADER, BYE_ANSWERS),
    accepted("mult-ip-in-sdp", "4.8", MULT_IP_IN_SDP, INVITE_ANSWERS),
    accepted("ipv4-mapped-ipv6", "4.9", IPV4_MAPPED, INVITE_ANSWERS),
    # RFC 3261's grammar lets three colons through by mistake; the RFC asks to put up with them.
    accepted("ipv6-bug-abnf-3-colons", "4.10", _options("2001:db8:::192.0.2.1"), OPTIONS_ANSWERS),
    accepted("ipv6-correct-abnf-2-colons", "4.10", _options("2001:db8::192.0.2.1"), OPTIONS_ANSWERS),
]
