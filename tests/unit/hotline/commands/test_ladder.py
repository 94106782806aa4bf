"""The ladder that `hotline trace` draws."""

from __future__ import annotations

import pytest
from rich.cells import cell_len

from hotline.commands.ladder import Ladder, Lifeline, Rung, sound_of, title

SDP = (
    "v=0\r\no=- 1 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n"
    "m=audio 4000 RTP/AVP 0 8 101\r\n"
)
EVENTS = "a=rtpmap:101 telephone-event/8000\r\n"
LEGS = [Lifeline("b", "agent:1001", False), Lifeline("a", "trunk:outside", True)]


def text(start: str, cseq: str = "1 INVITE", body: str = "") -> str:
    return f"{start}\r\nVia: SIP/2.0/UDP x\r\nCSeq: {cseq}\r\n\r\n{body}"


def rung(at: float, leg: str, sent: bool, start: str, **more: str) -> Rung:
    remote = more.pop("remote", "192.0.2.9:5062" if leg == "a" else "10.0.0.5:5060")
    return Rung(100.0 + at, leg, sent, more.pop("transport", "UDP"), remote, text(start, **more))


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        (text("INVITE sip:4900@h SIP/2.0"), "INVITE (1)"),
        (text("SIP/2.0 200 OK"), "200 OK (1 INVITE)"),
        (text("SIP/2.0 180 Ringing", "77 INVITE"), "180 Ringing (77 INVITE)"),
        (text("SIP/2.0 486 "), "486 (1 INVITE)"),
        (text("SIP/2.0 480"), "480 (1 INVITE)"),
        ("BYE sip:a SIP/2.0\r\n\r\n", "BYE (?)"),
        ("BYE sip:a SIP/2.0\ncseq : 3 BYE\n\n", "BYE (3)"),
        ("", " (?)"),
    ],
)
def test_a_word_on_a_message(message: str, shown: str) -> None:
    assert title(message) == shown


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (SDP, "192.0.2.9:4000 PCMU,PCMA,101 sendrecv"),
        (SDP + EVENTS, "192.0.2.9:4000 PCMU,PCMA+events sendrecv"),
        (SDP + EVENTS + "a=sendonly\r\n", "192.0.2.9:4000 PCMU,PCMA+events sendonly"),
        (SDP.replace("t=0 0", "a=inactive\r\nt=0 0") + EVENTS, "192.0.2.9:4000 PCMU,PCMA+events inactive"),
        (SDP.replace("m=audio 4000", "m=audio 0"), "no audio"),
        (SDP + "c=IN IP6 2001:db8::9\r\n" + EVENTS, "[2001:db8::9]:4000 PCMU,PCMA+events sendrecv"),
        (SDP.replace("c=IN IP4 192.0.2.9\r\n", "").replace("0 8 101", "96") + "a=rtpmap:96 opus/48000/2\r\n",
         "port 4000 opus sendrecv"),
        (SDP + EVENTS + "m=video 6000 RTP/AVP 31\r\nc=IN IP4 192.0.2.77\r\na=recvonly\r\n",
         "192.0.2.9:4000 PCMU,PCMA+events sendrecv"),
        ("--b\r\nContent-Type: application/sdp\r\n\r\n" + SDP + EVENTS + "--b--\r\n",
         "192.0.2.9:4000 PCMU,PCMA+events sendrecv"),
        (SDP.replace("\r\n", "\n") + EVENTS, "192.0.2.9:4000 PCMU,PCMA+events sendrecv"),
        ("Signal=x", ""),
        ("", ""),
    ],
)  # fmt: skip
def test_a_word_on_the_sound(body: str, shown: str) -> None:
    assert sound_of(text("INVITE sip:a SIP/2.0", body=body)) == shown


def test_who_called_stands_left_and_who_was_called_right() -> None:
    rungs = [
        rung(0.0, "a", False, "INVITE sip:1001@h SIP/2.0"),
        rung(0.5, "b", True, "INVITE sip:1001@h SIP/2.0"),
        rung(1.25, "b", False, "SIP/2.0 200 OK"),
        rung(1.5, "a", True, "SIP/2.0 200 OK"),
    ]
    ladder = Ladder(LEGS, rungs, 100.0, None)
    lines = [*ladder.header(), *(line for each in rungs for line in ladder.draw(each))]
    assert [line.rstrip() for line in lines] == [
        "              trunk:outside            hotline              agent:1001",
        "              192.0.2.9:5062                              10.0.0.5:5060",
        "    0.000           │     INVITE (1)      │                     │",
        "                    │────────────────────>│                     │",
        "    0.500           │                     │     INVITE (1)      │",
        "                    │                     │────────────────────>│",
        "    1.250           │                     │  200 OK (1 INVITE)  │",
        "                    │                     │<────────────────────│",
        "    1.500           │  200 OK (1 INVITE)  │                     │",
        "                    │<────────────────────│                     │",
    ]


def test_an_arrow_to_the_third_phone_passes_the_others() -> None:
    legs = [Lifeline("a", "x", True), *(Lifeline(str(n), f"agent:{n}", False) for n in range(3))]
    ladder = Ladder(legs, [], 100.0, None)
    _, arrow = ladder.draw(rung(0.0, "2", True, "CANCEL sip:a SIP/2.0"))
    assert (arrow.count("│"), arrow.count("─") > 50, arrow.endswith(">│")) == (3, True, True)


def test_all_that_is_drawn_fits_a_narrow_terminal() -> None:
    long = rung(0.0, "a", False, "SIP/2.0 488 " + "Not Acceptable Here " * 5, body=SDP + EVENTS)
    wide = rung(0.0, "b", False, "SIP/2.0 486 " + "现在没有人" * 10)
    for width in (80, 100):
        ladder = Ladder(LEGS, [long, wide], 100.0, width)
        lines = [*ladder.header(), *ladder.draw(long), *ladder.draw(wide)]
        assert max(map(cell_len, lines)) <= width
        assert "…" in "".join(lines)


def test_another_address_or_transport_is_said() -> None:
    ladder = Ladder(LEGS, [rung(0.0, "a", False, "INVITE sip:a SIP/2.0")], 100.0, None)
    moved = rung(1.0, "a", False, "BYE sip:a SIP/2.0", cseq="2 BYE", remote="192.0.2.9:6000", transport="TCP")
    drawn = "\n".join(ladder.draw(moved))
    assert "BYE (2) TCP" in drawn
    assert "from 192.0.2.9:6000" in drawn


def test_nothing_reaches_the_terminal_that_it_would_obey() -> None:
    nasty = rung(0.0, "a", False, "SIP/2.0 200 \x1b[2J\u202eKO\x07")
    ladder = Ladder(LEGS, [nasty], 100.0, None)
    assert all(each.isprintable() for each in [*ladder.header(), *ladder.draw(nasty)])


def test_a_leg_that_began_later_is_not_drawn_in_the_old_columns() -> None:
    assert list(Ladder(LEGS, [], 100.0).draw(rung(0.0, "new", True, "INVITE sip:a SIP/2.0"))) == []
