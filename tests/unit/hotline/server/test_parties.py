"""Who calls whom: From, what a trusted trunk asserts, withheld callers, phones that say they are others."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import load_site
from hotline.server.parties import PartyReader
from telephony.sip.message import Request
from telephony.sip.parser import parse_message
from tests.unit.config.site_files import write_site

SETTINGS = """\
country: CN
trunks:
  - {name: plain, addresses: 192.0.2.1, numbers: ["4900"]}
  - {name: trusted, addresses: 192.0.2.2, numbers: "*", trust_identity: true}
numbers:
  "4900": {echo: true}
  "4000": {echo: true}
  "+861012345678": {echo: true}
"""


@pytest.fixture
def reader(tmp_path: Path) -> PartyReader:
    return PartyReader(load_site(write_site(tmp_path / "site", SETTINGS), {}))


def invite(sender: str, uri: str = "sip:4900@h", more: str = "") -> Request:
    message = parse_message(
        (
            f"INVITE {uri} SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bKx\r\nFrom: {sender};tag=a\r\n"
            f"To: <sip:4900@h>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\nContact: <sip:h>\r\n{more}\r\n"
        ).encode()
    )
    assert isinstance(message, Request)
    return message


@pytest.mark.parametrize(
    ("sender", "caller", "name"),
    [
        ('"Li" <sip:+8613800138000@h>', "+8613800138000", "Li"),
        ("<sip:+8613800138010;cpc=ordinary@ims.example;user=phone>", "+8613800138010", None),
        ("<sip:13800138010;phone-context=+86@h;user=phone>", "+8613800138010", None),
        ("<tel:+86-138-0013-8010>", "+8613800138010", None),
        ("<tel:4711;phone-context=ims.example>", "4711", None),
        ("sip:008613800138010@h", "008613800138010", None),
        ("<sip:anna@h>", "anna", None),
        ('""unknown"" <sip:4999@127.0.0.1>', "4999", "unknown"),
    ],
)
def test_a_trunks_caller_is_who_from_says(reader: PartyReader, sender: str, caller: str, name: str) -> None:
    parties = reader.read(invite(sender), "trunk:plain")
    assert (parties.caller, parties.name) == (caller, name)


@pytest.mark.parametrize(
    "sender",
    [
        '"Anonymous" <sip:anonymous@anonymous.invalid>',
        '"Anonymous" <sip:+8613800138000@h>',
        '"Unavailable" <sip:unavailable@unknown.invalid>',
        "<sip:c8oqz84zk7z@anonymous.invalid>",
        *(
            f"<sip:{word}@h>"
            for word in ("restricted", "Unavailable", "unknown", "private", "+266696687", "0")
        ),
        "<sip:anonymous;cpc=unknown@h;user=phone>",
        "<sip:h>",
        "<tel:+266696687>",
        "<sip:%61nonymous@h>",
    ],
)
@pytest.mark.parametrize("trunk", ["plain", "trusted"])
def test_a_withheld_caller_is_nobody(reader: PartyReader, sender: str, trunk: str) -> None:
    parties = reader.read(invite(sender), f"trunk:{trunk}")
    assert (parties.caller, parties.name) == ("", None)


ASSERTED = "P-Asserted-Identity: <sip:+8613800138000@h>\r\n"


@pytest.mark.parametrize(
    ("more", "caller"),
    [
        (ASSERTED, "+8613800138000"),
        (ASSERTED + "Privacy: none\r\n", "+8613800138000"),
        (ASSERTED + "Privacy: id\r\n", ""),
        (ASSERTED + "Privacy: critical;id\r\n", ""),
        (ASSERTED + "Privacy: user ; critical\r\n", ""),
        ("Privacy: id\r\n", ""),
        ('P-Asserted-Identity: "x" <sip:anonymous@h>, <tel:+8613800138000;cpc=x>\r\n', "+8613800138000"),
        ("P-Asserted-Identity: <sip:restricted@h>\r\n", ""),
        ("P-Asserted-Identity: <<>\r\n", "4711"),
        ("Remote-Party-ID: <sip:13800138000@h>;party=calling;privacy=off\r\n", "13800138000"),
        ("Remote-Party-ID: <sip:13800138000@h>;privacy=full\r\n", ""),
        ("Remote-Party-ID: <sip:13800138000@h>;party=called\r\n", "4711"),
        ("", "4711"),
    ],
)
def test_what_a_trusted_trunk_asserts_goes_before_from(reader: PartyReader, more: str, caller: str) -> None:
    assert reader.read(invite("<sip:4711@h>", more=more), "trunk:trusted").caller == caller
    assert reader.read(invite("<sip:4711@h>", more=more), "trunk:plain").caller == "4711"


def test_an_identity_that_is_asserted_shows_a_caller_whom_from_does_not(reader: PartyReader) -> None:
    request = invite('"Anonymous" <sip:anonymous@anonymous.invalid>', more=ASSERTED)
    assert reader.read(request, "trunk:trusted").caller == "+8613800138000"
    assert reader.read(request, "trunk:plain").caller == ""


@pytest.mark.parametrize(
    "sender", ['"Boss" <sip:+8613800138000@h>', "<sip:anonymous@anonymous.invalid>", "<sip:h>"]
)
def test_a_phone_is_its_agent_whatever_it_writes_into_from(reader: PartyReader, sender: str) -> None:
    parties = reader.read(invite(sender, more=ASSERTED), "agent:1001")
    assert (parties.caller, parties.name) == ("1001", "Anna")


@pytest.mark.parametrize(
    ("uri", "called"),
    [
        ("sip:4900;phone-context=+86@h;user=phone", "4900"),
        ("sip:+864000;npdi;rn=+8610@h;user=phone", "4000"),
        ("tel:+864000", "4000"),
        ("tel:1012345678;phone-context=+86", "+861012345678"),
        ("sip:010-1234/5678@h", "+861012345678"),
        ("sip:00861012345678@h", "+861012345678"),
        ("sip:1001@h", "1001"),
        ("sip:0351/123-45@h", "035112345"),
        ("sip:h", ""),
    ],
)
def test_the_number_that_was_dialled_is_the_sites_own_in_any_form(
    reader: PartyReader, uri: str, called: str
) -> None:
    assert reader.read(invite("<sip:x@h>", uri), "trunk:plain").called == called


DIALLED = "+861087654321"


@pytest.mark.parametrize(
    ("more", "original"),
    [
        (f"Diversion: <sip:{DIALLED}@h>;reason=unconditional\r\n", DIALLED),
        (f"Diversion: <tel:{DIALLED[3:]};phone-context=+86>;reason=no-answer;counter=1\r\n", DIALLED),
        ("Diversion: <sip:010/8765-4321@h;user=phone>;privacy=off\r\n", "01087654321"),
        (f"Diversion: <sip:{DIALLED};cpc=ordinary;npdi@h>\r\n", DIALLED),
        # of several the lowest is the first
        (f"Diversion: <sip:13900139000@h>, <sip:{DIALLED}@h>\r\n", DIALLED),
        (f"Diversion: <sip:13900139000@h>\r\nDiversion: <sip:{DIALLED}@h>\r\n", DIALLED),
        # one that is withheld, or unreadable, or no telephone is none
        (f"Diversion: <sip:13900139000@h>, <sip:{DIALLED}@h>;privacy=full\r\n", "13900139000"),
        ("Diversion: <sip:anonymous@anonymous.invalid>\r\n", ""),
        ("Diversion: <<>, <sip:voicemail@h>\r\n", ""),
        # the same telephone in another spelling was not diverted
        ("Diversion: <sip:004900@h>\r\nDiversion: <sip:4900;phone-context=+86@h>\r\n", ""),
        # History-Info begins with the first
        (
            f"History-Info: <sip:{DIALLED}@h>;index=1, <sip:13900139000@h;cause=302>;index=1.1,"
            " <sip:4900@h;cause=486>;index=1.1.1\r\n",
            DIALLED,
        ),
        (
            f"History-Info: <sip:{DIALLED}@h?Privacy=history>;index=1\r\n"
            "History-Info: <sip:13900139000@h;cause=302>;index=1.1\r\n",
            "13900139000",
        ),
        ("History-Info: <sip:4900@h>;index=1\r\n", ""),
        ("", ""),
    ],
)
def test_a_diverted_call_says_who_was_dialled_first(reader: PartyReader, more: str, original: str) -> None:
    parties = reader.read(invite("<sip:anonymous@h>", more=more), "trunk:plain")
    assert (parties.called, parties.original_called) == ("4900", original)
    assert reader.read(invite("<sip:1001@h>", more=more), "agent:1001").original_called == ""


@pytest.mark.parametrize(
    ("to", "original"),
    [
        ("<sip:4900@h>", ""),
        ("<sip:+864900;npdi@h;user=phone>", ""),
        ("<tel:1087654321;phone-context=+86>", DIALLED),
        (f"<sip:{DIALLED}@h>", DIALLED),
        ("<sip:switchboard@h>", ""),
        ("<sip:h>", ""),
        ("<sip:+864000@h>", "4000"),
    ],
)
def test_another_number_in_to_was_dialled_first(reader: PartyReader, to: str, original: str) -> None:
    request = invite("<sip:13800138000@h>")
    request.headers.set("To", to)
    assert reader.read(request, "trunk:plain").original_called == original
    diverted = invite("<sip:13800138000@h>", more="Diversion: <sip:13900139000@h>\r\n")
    diverted.headers.set("To", to)
    assert reader.read(diverted, "trunk:plain").original_called == "13900139000"
