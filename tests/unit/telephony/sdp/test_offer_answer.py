from __future__ import annotations

from itertools import product

import pytest

from telephony.sdp.description import SessionDescription
from telephony.sdp.offer_answer import (
    Codec,
    Glare,
    MediaDirection,
    MediaNegotiator,
    Negotiated,
    NotAcceptable,
    SdpError,
)


def _ours(**options: object) -> MediaNegotiator:
    return MediaNegotiator("192.0.2.1", 4000, **{"session_id": 7, **options})  # type: ignore[arg-type]


def _body(*media: str, address: str = "198.51.100.5", session: str = "") -> bytes:
    """A description of the peer's; each medium is given as lines separated by "|"."""
    head = f"v=0|o=bob 1 1 IN IP4 198.51.100.5|s=-|c=IN IP4 {address}|t=0 0|{session}"
    return "\r\n".join(line for line in "|".join((head, *media)).split("|") if line).encode() + b"\r\n"


PHONE = (
    "m=audio 5000 RTP/AVP 0 8 101|a=rtpmap:0 PCMU/8000|a=rtpmap:8 PCMA/8000"
    "|a=rtpmap:101 telephone-event/8000|a=fmtp:101 0-16|a=ptime:20|a=sendrecv"
)


def _accepted(medium: str, negotiator: MediaNegotiator | None = None, **options: str) -> Negotiated:
    return (negotiator or _ours()).receive_offer(_body(medium, **options))[1]


def _lines(body: bytes) -> list[str]:
    return body.decode().split("\r\n")


def test_a_phones_offer_is_answered_line_by_line() -> None:
    answer, agreed = _ours().receive_offer(_body(PHONE))
    assert _lines(answer) == [
        "v=0",
        "o=- 7 1 IN IP4 192.0.2.1",
        "s=-",
        "c=IN IP4 192.0.2.1",
        "t=0 0",
        "m=audio 4000 RTP/AVP 0 8 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
        "",
    ]
    assert agreed == Negotiated(
        remote_address="198.51.100.5",
        remote_port=5000,
        remote_rtcp=("198.51.100.5", 5001),
        codec=Codec(0, "PCMU", 8000),
        receive={0: "PCMU", 8: "PCMA"},
        dtmf_send=101,
        dtmf_receive=101,
        ptime_ms=20,
        direction=MediaDirection.SENDRECV,
        remote_hold=False,
    )


def test_the_current_agreement_is_kept() -> None:
    negotiator = _ours()
    assert negotiator.current is None
    assert _accepted(PHONE, negotiator) == negotiator.current


def test_an_offer_of_ours_lists_our_codecs_in_our_order() -> None:
    offer = _ours(codecs=("PCMA", "PCMU"), rtcp_port=4100).create_offer()
    assert _lines(offer)[5:] == [
        "m=audio 4000 RTP/AVP 8 0 101",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=rtcp:4100",
        "a=ptime:20",
        "a=sendrecv",
        "",
    ]


def test_an_answer_to_our_offer_is_taken() -> None:
    negotiator = _ours()
    negotiator.create_offer()
    assert negotiator.pending
    agreed = negotiator.receive_answer(_body("m=audio 5000 RTP/AVP 8 101|a=rtpmap:101 telephone-event/8000"))
    assert not negotiator.pending
    assert agreed.codec == Codec(8, "PCMA", 8000)
    assert agreed.receive == {0: "PCMU", 8: "PCMA"}
    assert (agreed.dtmf_send, agreed.dtmf_receive) == (101, 101)


def test_an_ipv6_peer_is_answered_in_ipv6() -> None:
    negotiator = MediaNegotiator("2001:db8::1", 4000, session_id=7)
    answer, agreed = negotiator.receive_offer(
        _body(PHONE).replace(b"IN IP4 198.51.100.5", b"IN IP6 2001:db8::5")
    )
    assert b"o=- 7 1 IN IP6 2001:db8::1\r\n" in answer
    assert b"c=IN IP6 2001:db8::1\r\n" in answer
    assert (agreed.remote_address, agreed.remote_rtcp) == ("2001:db8::5", ("2001:db8::5", 5001))


class TestCodecs:
    def test_the_answer_follows_the_order_of_the_offer_restricted_to_ours(self) -> None:
        answer, agreed = _ours().receive_offer(_body("m=audio 5000 RTP/AVP 9 8 18 0 3"))
        assert "m=audio 4000 RTP/AVP 8 0" in _lines(answer)
        assert agreed.codec.name == "PCMA"
        assert agreed.receive == {8: "PCMA", 0: "PCMU"}

    def test_static_payload_types_need_no_rtpmap_and_101_means_events(self) -> None:
        agreed = _accepted("m=audio 5000 RTP/AVP 8 101")
        assert (agreed.codec, agreed.dtmf_send) == (Codec(8, "PCMA", 8000), 101)

    def test_an_rtpmap_overrides_what_a_payload_type_means_by_default(self) -> None:
        agreed = _accepted("m=audio 5000 RTP/AVP 0 101|a=rtpmap:101 opus/48000/2")
        assert agreed.dtmf_send is None

    def test_names_are_compared_without_case_and_one_channel_may_be_said(self) -> None:
        agreed = _accepted(
            "m=audio 5000 RTP/AVP 97 96|a=rtpmap:97 pcma/8000/1|a=rtpmap:96 Telephone-Event/8000"
        )
        assert agreed.codec == Codec(97, "PCMA", 8000)
        assert (agreed.receive, agreed.dtmf_send, agreed.dtmf_receive) == ({97: "PCMA"}, 96, 96)

    @pytest.mark.parametrize("encoding", ["PCMU/16000", "PCMU/8000/2", "PCMU", "PCMU/x", ""])
    def test_other_rates_channels_and_nonsense_are_no_common_codec(self, encoding: str) -> None:
        with pytest.raises(NotAcceptable):
            _accepted(f"m=audio 5000 RTP/AVP 97|a=rtpmap:97 {encoding}")

    def test_events_at_our_clock_rate_are_chosen_among_several(self) -> None:
        agreed = _accepted(
            "m=audio 5000 RTP/AVP 111 0 110 96|a=rtpmap:111 opus/48000/2"
            "|a=rtpmap:110 telephone-event/48000|a=rtpmap:96 telephone-event/8000"
        )
        assert agreed.dtmf_send == 96

    def test_events_alone_are_no_common_codec(self) -> None:
        with pytest.raises(NotAcceptable):
            _accepted("m=audio 5000 RTP/AVP 101|a=rtpmap:101 telephone-event/8000")

    def test_events_are_neither_offered_nor_accepted_when_not_wanted(self) -> None:
        answer, agreed = _ours(dtmf=False).receive_offer(_body(PHONE))
        assert b"telephone-event" not in answer + _ours(dtmf=False).create_offer()
        assert (agreed.dtmf_send, agreed.dtmf_receive) == (None, None)

    def test_a_peer_without_events_gets_none(self) -> None:
        answer, agreed = _ours().receive_offer(_body("m=audio 5000 RTP/AVP 0"))
        assert b"telephone-event" not in answer
        assert agreed.dtmf_receive is None

    def test_format_parameters_of_the_chosen_codec_are_passed_on(self) -> None:
        agreed = _accepted("m=audio 5000 RTP/AVP 18|a=fmtp:18 annexb=no", _ours(codecs=("G729",)))
        assert agreed.codec == Codec(18, "G729", 8000, "annexb=no")

    def test_a_codec_offered_under_two_numbers_is_answered_once(self) -> None:
        answer, _ = _ours().receive_offer(_body("m=audio 5000 RTP/AVP 0 97 0|a=rtpmap:97 PCMU/8000"))
        assert "m=audio 4000 RTP/AVP 0" in _lines(answer)

    @pytest.mark.parametrize("number", ["128", "-1", "x", "1000"])
    def test_payload_types_that_cannot_be_are_malformed(self, number: str) -> None:
        with pytest.raises(SdpError, match="payload type"):
            _accepted(f"m=audio 5000 RTP/AVP {number}|a=rtpmap:{number} PCMU/8000")

    @pytest.mark.parametrize(
        ("address", "codecs"), [("localhost", ("PCMU",)), ("10.0.0.1", ("opus",)), ("10.0.0.1", ())]
    )
    def test_what_we_could_not_do_is_refused_at_once(self, address: str, codecs: tuple[str, ...]) -> None:
        with pytest.raises(ValueError, match="needs an IP address"):
            MediaNegotiator(address, 4000, codecs, session_id=1)


class TestPayloadTypesOfOurOffer:
    def test_we_send_with_the_peers_number_for_events_and_receive_with_ours(self) -> None:
        negotiator = _ours()
        negotiator.create_offer()
        agreed = negotiator.receive_answer(
            _body("m=audio 5000 RTP/AVP 0 96|a=rtpmap:96 telephone-event/8000")
        )
        assert (agreed.dtmf_send, agreed.dtmf_receive) == (96, 101)

    def test_we_send_with_the_peers_number_for_speech_too(self) -> None:
        negotiator = _ours()
        negotiator.create_offer()
        agreed = negotiator.receive_answer(_body("m=audio 5000 RTP/AVP 97|a=rtpmap:97 PCMA/8000"))
        assert agreed.codec.payload_type == 97
        assert agreed.receive == {0: "PCMU", 8: "PCMA"}

    def test_codecs_in_an_answer_that_were_not_offered_are_passed_over(self) -> None:
        negotiator = _ours(codecs=("PCMU",), dtmf=False)
        negotiator.create_offer()
        agreed = negotiator.receive_answer(_body("m=audio 5000 RTP/AVP 8 0 101"))
        assert (agreed.codec.name, agreed.dtmf_send) == ("PCMU", None)

    def test_an_answer_with_nothing_that_was_offered_is_not_acceptable(self) -> None:
        negotiator = _ours(codecs=("PCMU",))
        negotiator.create_offer()
        with pytest.raises(NotAcceptable):
            negotiator.receive_answer(_body("m=audio 5000 RTP/AVP 8"))

    def test_a_number_once_agreed_is_offered_again(self) -> None:
        negotiator = _ours()
        _accepted("m=audio 5000 RTP/AVP 0 96|a=rtpmap:96 telephone-event/8000", negotiator)
        assert b"a=rtpmap:96 telephone-event/8000" in negotiator.create_offer()

    def test_a_number_that_the_peer_uses_for_something_else_is_avoided(self) -> None:
        negotiator = _ours()
        _accepted("m=audio 5000 RTP/AVP 0 101 96|a=rtpmap:101 speex/8000|a=rtpmap:96 iLBC/8000", negotiator)
        assert b"m=audio 4000 RTP/AVP 0 8 97\r\n" in negotiator.create_offer()

    def test_the_codec_in_use_is_offered_first(self) -> None:
        negotiator = _ours()
        _accepted("m=audio 5000 RTP/AVP 8 0", negotiator)
        assert b"m=audio 4000 RTP/AVP 8 0 101\r\n" in negotiator.create_offer()


class TestPacketTime:
    @pytest.mark.parametrize(
        ("attributes", "expected"),
        [
            ("", 20),
            ("a=ptime:10", 10),
            ("a=ptime:30", 30),
            ("a=ptime:60", 60),
            ("a=ptime:70", 20),
            ("a=ptime:25", 20),
            ("a=ptime:0", 20),
            ("a=ptime:abc", 20),
            ("a=ptime:-20", 20),
            ("a=ptime:40|a=maxptime:30", 30),
            ("a=maxptime:15", 10),
            ("a=maxptime:5", 10),
            ("a=maxptime:150", 20),
            ("a=maxptime:x", 20),
        ],
    )
    def test_the_peers_wish_is_met_where_it_is_sound(self, attributes: str, expected: int) -> None:
        answer, agreed = _ours().receive_offer(_body(f"m=audio 5000 RTP/AVP 0|{attributes}"))
        assert agreed.ptime_ms == expected
        assert f"a=ptime:{expected}" in _lines(answer)


class TestAddresses:
    def test_the_connection_of_the_stream_goes_before_that_of_the_session(self) -> None:
        assert _accepted("m=audio 5000 RTP/AVP 0|c=IN IP4 203.0.113.9").remote_address == "203.0.113.9"

    @pytest.mark.parametrize(
        ("attribute", "expected"),
        [
            ("", ("198.51.100.5", 5001)),
            ("a=rtcp:5555", ("198.51.100.5", 5555)),
            ("a=rtcp:5555 IN IP4 203.0.113.9", ("203.0.113.9", 5555)),
            ("a=rtcp:5555 IN IP6 2001:db8::1", ("198.51.100.5", 5555)),
            ("a=rtcp:0", ("198.51.100.5", 5001)),
            ("a=rtcp:99999", ("198.51.100.5", 5001)),
            ("a=rtcp:", ("198.51.100.5", 5001)),
            ("a=rtcp:x", ("198.51.100.5", 5001)),
        ],
    )
    def test_rtcp_goes_where_it_is_wanted_or_to_the_next_port(
        self, attribute: str, expected: tuple[str, int]
    ) -> None:
        assert _accepted(f"m=audio 5000 RTP/AVP 0|{attribute}").remote_rtcp == expected

    def test_there_is_no_port_after_the_last(self) -> None:
        assert _accepted("m=audio 65535 RTP/AVP 0").remote_rtcp == ("198.51.100.5", 65535)

    @pytest.mark.parametrize(
        "address", ["phone.example.com", "224.2.1.1/127", "239.1.1.1", "255.255.255.255", "x"]
    )
    def test_addresses_that_we_cannot_send_to_are_not_acceptable(self, address: str) -> None:
        with pytest.raises(NotAcceptable):
            _accepted(PHONE, address=address)

    def test_the_other_family_is_not_acceptable(self) -> None:
        with pytest.raises(NotAcceptable):
            _ours().receive_offer(_body(PHONE).replace(b"IN IP4 198.51.100.5", b"IN IP6 2001:db8::5"))

    def test_a_stream_without_an_address_is_malformed(self) -> None:
        with pytest.raises(SdpError, match="c="):
            _ours().receive_offer(_body(PHONE).replace(b"c=IN IP4 198.51.100.5\r\n", b""))


class TestSpellings:
    @pytest.mark.parametrize(
        "rtpmap",
        [
            "a=rtpmap:0 PCMU",
            "a=rtpmap:0 PCMU/8000/1",
            "a=rtpmap:0 PCMU/8000/",
            "a=rtpmap:0  pcmu / 8000 ",
            "a=rtpmap: 0 PCMU/8000",
            "a=RTPMAP:0 PCMU/8000",
            "a=rtpmap:0 G711U/8000",
            "a=rtpmap:0 whatever/8000",
            "a=rtpmap:0",
            "a=rtpmap:",
        ],
    )
    def test_a_static_payload_type_is_what_it_is_whatever_it_is_called(self, rtpmap: str) -> None:
        answer, agreed = _ours().receive_offer(_body(f"m=audio 5000 RTP/AVP 0|{rtpmap}"))
        assert agreed.codec == Codec(0, "PCMU", 8000)
        assert "m=audio 4000 RTP/AVP 0" in _lines(answer)

    @pytest.mark.parametrize(
        "rtpmap",
        [
            "a=rtpmap:96 telephone-event/8000",
            "a=rtpmap:96 TELEPHONE-EVENT/8000/1",
            "a=rtpmap:96\ttelephone-event/8000",
            "a=rtpmap:96   telephone-event / 8000  ",
            "a=rtpmap:96 telephone-events/8000",
            "a=rtpmap:96 telephone_event/8000",
        ],
    )
    def test_events_are_known_in_odd_spellings(self, rtpmap: str) -> None:
        assert _accepted(f"m=audio 5000 RTP/AVP 0 96|{rtpmap}").dtmf_send == 96

    @pytest.mark.parametrize(
        "line", ["a=sendonly ", "a= sendonly", "a=SendOnly", "a=sendonly\t", "a=sendonly:"]
    )
    @pytest.mark.parametrize("of_session", [False, True])
    def test_a_hold_is_seen_in_odd_spellings(self, line: str, of_session: bool) -> None:
        phone = PHONE.replace("|a=sendrecv", "")
        body = _body(phone, session=line) if of_session else _body(f"{phone}|{line}")
        answer, agreed = _ours().receive_offer(body)
        assert agreed.remote_hold
        assert "a=recvonly" in _lines(answer)

    @pytest.mark.parametrize("address", ["198.51.100.5/127", "198.51.100.5 "])
    def test_a_unicast_address_with_what_does_not_belong_to_it(self, address: str) -> None:
        assert _accepted(PHONE, address=address).remote_address == "198.51.100.5"

    @pytest.mark.parametrize("medium", ["M", "Audio", "AUDIO"])
    def test_the_medium_in_capitals(self, medium: str) -> None:
        line = PHONE.replace("m=audio", f"m={'audio' if medium == 'M' else medium}")
        assert _accepted(line.replace("RTP/AVP", "rtp/avp")).remote_port == 5000


class TestFurtherStreams:
    def test_every_other_stream_is_refused_in_its_place(self) -> None:
        answer, agreed = _ours().receive_offer(
            _body(
                "m=video 6000 RTP/AVP 96 97|a=rtpmap:96 H264/90000",
                "m=audio 5002 RTP/SAVP 0|a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
                "m=audio 5000 RTP/AVP 0",
                "m=audio 5004 RTP/AVP 8",
                "m=image 7000 udptl t38",
                "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
                "m=whatever 1/2 X/Y z",
            )
        )
        assert [line for line in _lines(answer) if line.startswith("m=")] == [
            "m=video 0 RTP/AVP 96 97",
            "m=audio 0 RTP/SAVP 0",
            "m=audio 4000 RTP/AVP 0",
            "m=audio 0 RTP/AVP 8",
            "m=image 0 udptl t38",
            "m=application 0 UDP/DTLS/SCTP webrtc-datachannel",
            "m=whatever 0 X/Y z",
        ]
        assert agreed.remote_port == 5000

    @pytest.mark.parametrize(
        "media",
        [
            [],
            ["m=audio 5000 RTP/SAVP 0"],
            ["m=audio 5000 RTP/SAVPF 0", "m=video 6000 RTP/AVP 96"],
            ["m=audio 5000 UDP/TLS/RTP/SAVPF 0"],
            ["m=audio 0 RTP/AVP 0"],
            ["m=image 7000 udptl t38"],
            ["m=audio 5000 RTP/AVP 9 18"],
        ],
    )
    def test_nothing_left_is_not_acceptable(self, media: list[str]) -> None:
        negotiator = _ours()
        with pytest.raises(NotAcceptable):
            negotiator.receive_offer(_body(*media))
        assert negotiator.current is None

    def test_feedback_is_accepted_under_its_own_profile(self) -> None:
        answer, _ = _ours().receive_offer(_body("m=audio 5000 RTP/AVPF 0"))
        assert "m=audio 4000 RTP/AVPF 0" in _lines(answer)

    def test_a_second_stream_is_taken_where_the_first_has_no_common_codec(self) -> None:
        answer, agreed = _ours().receive_offer(_body("m=audio 5000 RTP/AVP 9", "m=audio 5002 RTP/AVP 0"))
        assert [line for line in _lines(answer) if line.startswith("m=")] == [
            "m=audio 0 RTP/AVP 9",
            "m=audio 4000 RTP/AVP 0",
        ]
        assert agreed.remote_port == 5002

    def test_our_later_offer_keeps_the_places_of_refused_streams(self) -> None:
        negotiator = _ours()
        negotiator.receive_offer(_body("m=video 6000 RTP/AVP 96", "m=audio 5000 RTP/AVP 0"))
        offer = negotiator.create_offer(MediaDirection.SENDONLY)
        assert [line for line in _lines(offer) if line.startswith("m=")] == [
            "m=video 0 RTP/AVP 96",
            "m=audio 4000 RTP/AVP 0 8 101",
        ]
        agreed = negotiator.receive_answer(_body("m=video 0 RTP/AVP 96", "m=audio 5000 RTP/AVP 0|a=recvonly"))
        assert agreed.direction is MediaDirection.SENDONLY

    def test_the_stream_in_use_is_preferred_in_a_later_offer(self) -> None:
        negotiator = _ours()
        negotiator.receive_offer(_body("m=audio 0 RTP/AVP 0", "m=audio 5002 RTP/AVP 0"))
        _, agreed = negotiator.receive_offer(_body("m=audio 5000 RTP/AVP 0", "m=audio 5002 RTP/AVP 0"))
        assert agreed.remote_port == 5002

    @pytest.mark.parametrize(
        "before", [(PHONE, "m=video 6000 RTP/AVP 96"), ("m=video 6000 RTP/AVP 96", PHONE)], ids=["1st", "2nd"]
    )
    def test_fewer_streams_than_before_are_the_peers_mistake_and_no_harm(
        self, before: tuple[str, str]
    ) -> None:
        negotiator = _ours()
        negotiator.receive_offer(_body(*before))
        answer, agreed = negotiator.receive_offer(_body(PHONE.replace("5000", "5008")))
        assert agreed.remote_port == 5008
        assert [line[:12] for line in _lines(answer) if line.startswith("m=")] == ["m=audio 4000"]
        assert _lines(negotiator.create_offer())[5:6] == ["m=audio 4000 RTP/AVP 0 8 101"]

    @pytest.mark.parametrize(
        "answer",
        [
            (PHONE, "m=video 0 RTP/AVP 96"),
            (PHONE, PHONE.replace("5000", "6000")),
            ("m=video 0 RTP/AVP 96", PHONE),
            ("m=audio 0 RTP/AVP 0", PHONE),
            ("m=audio 7000 RTP/SAVP 0", PHONE),
            ("m=audio 7000 RTP/AVP 9", PHONE),
            ("m=audio 7000 RTP/AVP 0|c=IN IP6 2001:db8::1", PHONE),
        ],
    )
    def test_an_answer_with_a_stream_too_many_is_understood(self, answer: tuple[str, str]) -> None:
        negotiator = _ours()
        negotiator.create_offer()
        assert negotiator.receive_answer(_body(*answer)).remote_port == 5000

    @pytest.mark.parametrize("at", [0, 1])
    def test_an_answer_with_a_stream_too_few_is_understood(self, at: int) -> None:
        negotiator = _ours()
        media = ["m=video 6000 RTP/AVP 96"]
        media.insert(at, PHONE)
        negotiator.receive_offer(_body(*media))
        negotiator.create_offer()
        assert negotiator.receive_answer(_body(PHONE.replace("5000", "5008"))).remote_port == 5008

    @pytest.mark.parametrize(
        "first",
        [
            "m=audio 7000 RTP/AVP 0|c=IN IP6 2001:db8::1",
            "m=audio 7000 RTP/AVP 0|c=IN IP4 224.2.1.1/127",
            "m=audio 7000 RTP/AVP 0|c=IN IP4 phone.example.com",
            "m=audio 7000 RTP/AVP 200|a=rtpmap:200 PCMU/8000",
            "m=audio 7000 RTP/SAVP 0",
            "m=audio 7000 RTP/AVP 96|a=rtpmap:96 opus/48000/2",
            "m=audio 0 RTP/AVP 0",
        ],
    )
    def test_the_first_stream_that_can_be_used_is_taken_whatever_is_wrong_with_those_before(
        self, first: str
    ) -> None:
        answer, agreed = _ours().receive_offer(_body(first, PHONE))
        assert agreed.remote_port == 5000
        ports = [line.split()[1] for line in _lines(answer) if line.startswith("m=")]
        assert ports == ["0", "4000"]


class TestDirections:
    @pytest.mark.parametrize(
        ("theirs", "wanted", "expected"),
        [
            ("sendrecv", "sendrecv", "sendrecv"),
            ("sendonly", "sendrecv", "recvonly"),
            ("recvonly", "sendrecv", "sendonly"),
            ("inactive", "sendrecv", "inactive"),
            ("sendrecv", "sendonly", "sendonly"),
            ("sendonly", "sendonly", "inactive"),
            ("recvonly", "recvonly", "inactive"),
            ("sendrecv", "inactive", "inactive"),
        ],
    )
    def test_an_offer_is_answered_with_the_direction_that_faces_it(
        self, theirs: str, wanted: str, expected: str
    ) -> None:
        answer, agreed = _ours().receive_offer(
            _body(f"m=audio 5000 RTP/AVP 0|a={theirs}"), direction=MediaDirection(wanted)
        )
        assert agreed.direction is MediaDirection(expected)
        assert f"a={expected}" in _lines(answer)

    @pytest.mark.parametrize(("ours", "theirs"), list(product(MediaDirection, MediaDirection)))
    def test_nobody_sends_to_one_who_does_not_receive(
        self, ours: MediaDirection, theirs: MediaDirection
    ) -> None:
        facing = ours.facing(theirs)
        assert facing.sends == (ours.sends and theirs.receives)
        assert facing.receives == (ours.receives and theirs.sends)

    def test_the_direction_of_the_session_is_inherited_and_overridden_by_the_stream(self) -> None:
        assert _accepted("m=audio 5000 RTP/AVP 0", session="a=sendonly").direction is MediaDirection.RECVONLY
        overridden = _accepted("m=audio 5000 RTP/AVP 0|a=recvonly", session="a=sendonly")
        assert overridden.direction is MediaDirection.SENDONLY

    @pytest.mark.parametrize(
        ("theirs", "held"), [("sendrecv", False), ("recvonly", False), ("sendonly", True), ("inactive", True)]
    )
    def test_a_peer_that_would_not_hear_us_holds_the_call(self, theirs: str, held: bool) -> None:
        assert _accepted(f"m=audio 5000 RTP/AVP 0|a={theirs}").remote_hold is held

    @pytest.mark.parametrize(
        ("offered", "answered", "expected", "held"),
        [
            ("sendrecv", "sendrecv", "sendrecv", False),
            ("sendrecv", "sendonly", "recvonly", True),
            ("sendrecv", "inactive", "inactive", True),
            ("sendonly", "recvonly", "sendonly", False),
            ("sendonly", "sendrecv", "sendonly", False),
            ("sendonly", "inactive", "inactive", True),
            ("inactive", "inactive", "inactive", False),
            ("recvonly", "sendonly", "recvonly", False),
        ],
    )
    def test_an_answer_limits_what_we_offered(
        self, offered: str, answered: str, expected: str, held: bool
    ) -> None:
        negotiator = _ours()
        negotiator.create_offer(MediaDirection(offered))
        agreed = negotiator.receive_answer(_body(f"m=audio 5000 RTP/AVP 0|a={answered}"))
        assert (agreed.direction, agreed.remote_hold) == (MediaDirection(expected), held)

    @pytest.mark.parametrize("attribute", ["", "|a=sendrecv", "|a=inactive"])
    def test_the_unspecified_address_is_a_hold_of_the_old_way(self, attribute: str) -> None:
        answer, agreed = _ours().receive_offer(_body(f"m=audio 5000 RTP/AVP 0{attribute}", address="0.0.0.0"))
        assert "a=inactive" in _lines(answer)
        assert (agreed.direction, agreed.remote_hold) == (MediaDirection.INACTIVE, True)
        assert agreed.remote_address == "0.0.0.0"

    def test_music_of_a_peer_that_holds_both_ways_at_once_may_still_come(self) -> None:
        agreed = _accepted("m=audio 5000 RTP/AVP 0|a=sendonly", address="0.0.0.0")
        assert (agreed.direction, agreed.remote_hold) == (MediaDirection.RECVONLY, True)

    def test_hold_and_resume_by_the_peer(self) -> None:
        negotiator = _ours()
        states = []
        for attribute in ("sendrecv", "sendonly", "sendrecv"):
            agreed = _accepted(f"m=audio 5000 RTP/AVP 0|a={attribute}", negotiator)
            states.append((agreed.direction, agreed.remote_hold))
        assert states == [
            (MediaDirection.SENDRECV, False),
            (MediaDirection.RECVONLY, True),
            (MediaDirection.SENDRECV, False),
        ]


def _version(body: bytes) -> int:
    origin = SessionDescription.parse(body).origin
    assert origin.session_id == "7"
    return int(origin.version)


class TestRounds:
    def test_the_version_moves_only_when_the_content_does(self) -> None:
        negotiator = _ours()
        versions = [
            _version(negotiator.receive_offer(_body(medium))[0])
            for medium in (PHONE, PHONE, PHONE + "|a=sendonly", PHONE + "|a=sendonly", PHONE)
        ]
        assert versions == [1, 1, 2, 2, 3]

    def test_the_version_goes_on_through_offers_of_ours(self) -> None:
        negotiator = _ours()
        assert _version(negotiator.create_offer()) == 1
        negotiator.receive_answer(_body(PHONE))
        assert _version(negotiator.create_offer(MediaDirection.SENDONLY)) == 2
        negotiator.rollback()
        assert _version(negotiator.create_offer()) == 3

    def test_a_later_offer_may_change_the_codec_and_the_address(self) -> None:
        negotiator = _ours()
        _accepted(PHONE, negotiator)
        agreed = _accepted("m=audio 5008 RTP/AVP 8|c=IN IP4 203.0.113.9", negotiator)
        assert (agreed.codec.name, agreed.remote_address, agreed.remote_port) == ("PCMA", "203.0.113.9", 5008)
        assert negotiator.current == agreed

    def test_an_offer_that_fails_leaves_everything_as_it_was(self) -> None:
        negotiator = _ours()
        before = _accepted(PHONE, negotiator)
        for body in (b"rubbish", _body("m=audio 5000 RTP/AVP 9"), _body("m=audio 0 RTP/AVP 0")):
            with pytest.raises((SdpError, NotAcceptable)):
                negotiator.receive_offer(body)
        assert negotiator.current == before

    def test_an_offer_of_ours_that_was_refused_is_rolled_back(self) -> None:
        negotiator = _ours()
        before = _accepted(PHONE, negotiator)
        negotiator.create_offer(MediaDirection.INACTIVE)
        negotiator.rollback()
        assert (negotiator.current, negotiator.pending) == (before, False)
        with pytest.raises(SdpError, match="without an offer"):
            negotiator.receive_answer(_body(PHONE))

    def test_an_offer_of_the_peers_that_we_answered_in_vain_is_rolled_back_once(self) -> None:
        negotiator = _ours()
        first = _accepted(PHONE, negotiator)
        second = _accepted(PHONE + "|a=sendonly", negotiator)
        assert negotiator.current == second
        negotiator.rollback()
        assert negotiator.current == first
        negotiator.rollback()
        assert negotiator.current == first

    def test_a_first_offer_rolled_back_leaves_nothing(self) -> None:
        negotiator = _ours()
        negotiator.receive_offer(_body("m=video 6000 RTP/AVP 96", PHONE))
        negotiator.rollback()
        assert negotiator.current is None
        assert _accepted(PHONE, negotiator).remote_port == 5000

    def test_crossing_offers_are_glare_until_ours_is_rolled_back(self) -> None:
        negotiator = _ours()
        _accepted(PHONE, negotiator)
        negotiator.create_offer()
        with pytest.raises(Glare):
            negotiator.receive_offer(_body(PHONE))
        with pytest.raises(Glare):
            negotiator.create_offer()
        negotiator.rollback()
        assert _accepted(PHONE, negotiator).remote_port == 5000

    def test_an_answer_may_be_repeated_or_replaced(self) -> None:
        negotiator = _ours()
        negotiator.create_offer()
        early = negotiator.receive_answer(_body("m=audio 5000 RTP/AVP 0"))
        assert negotiator.receive_answer(_body("m=audio 5000 RTP/AVP 0")) == early
        final = negotiator.receive_answer(_body("m=audio 5010 RTP/AVP 8"))
        assert negotiator.current == final

    @pytest.mark.parametrize(
        ("answer", "error"),
        [
            (_body(), NotAcceptable),
            (_body("m=video 5000 RTP/AVP 96"), NotAcceptable),
            (_body("m=audio 5000 RTP/SAVP 0"), NotAcceptable),
            (_body("m=audio 5000 RTP/AVP 9"), NotAcceptable),
            (_body("m=audio 5000 RTP/AVP 0").replace(b"c=IN IP4 198.51.100.5\r\n", b""), SdpError),
            (_body("m=audio 0 RTP/AVP 0"), NotAcceptable),
            (_body("m=audio 0 RTP/AVP"), NotAcceptable),
            (b"", SdpError),
        ],
    )
    def test_an_answer_that_does_not_fit_changes_nothing(self, answer: bytes, error: type[Exception]) -> None:
        negotiator = _ours()
        negotiator.create_offer()
        with pytest.raises(error):
            negotiator.receive_answer(answer)
        assert negotiator.current is None
        assert negotiator.pending

    def test_the_time_of_the_answer_is_that_of_the_offer(self) -> None:
        answer, _ = _ours().receive_offer(
            _body(PHONE).replace(b"t=0 0", b"t=3034423619 3042462419\r\nr=7d 1h 0")
        )
        assert b"t=3034423619 3042462419\r\n" in answer
        assert b"r=" not in answer
