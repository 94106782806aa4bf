"""Offer and answer against any description, and against itself."""

from __future__ import annotations

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from telephony.sdp.description import ConnectionLine, MediaDescription, Origin, SessionDescription
from telephony.sdp.offer_answer import MediaDirection, MediaNegotiator, NotAcceptable, SdpError

PHONE = (
    b"v=0\r\no=a 1 1 IN IP4 10.0.0.5\r\ns=-\r\nc=IN IP4 10.0.0.5\r\nt=0 0\r\n"
    b"m=audio 5000 RTP/AVP 0 8 101\r\na=rtpmap:101 telephone-event/8000\r\na=ptime:20\r\na=sendrecv\r\n"
)

directions = st.sampled_from(MediaDirection)
codec_lists = st.permutations(["PCMU", "PCMA"]).flatmap(lambda names: st.sampled_from([names, names[:1]]))

token = st.text("abcXYZ019-.", min_size=1, max_size=8)
text = st.text(st.characters(exclude_characters="\r\n\0", exclude_categories=["Cs"]), max_size=12)
attributes = st.lists(st.tuples(token, st.none() | text), max_size=4)
connections = st.none() | st.builds(ConnectionLine, st.just("IN"), st.sampled_from(["IP4", "IP6"]), token)
media = st.builds(
    MediaDescription,
    connections,
    attributes,
    st.lists(st.tuples(st.sampled_from("bkX"), text), max_size=3),
    token,
    st.integers(0, 65535),
    token,
    st.lists(token, min_size=1, max_size=4).map(tuple),
    st.integers(1, 9),
)
sessions = st.builds(
    SessionDescription,
    connections,
    attributes,
    st.lists(st.tuples(st.sampled_from("k"), text), max_size=2),
    st.builds(Origin, token, token, token, st.just("IN"), st.sampled_from(["IP4", "IP6"]), token),
    text.filter(bool),
    st.lists(st.tuples(st.just("t"), text), min_size=1, max_size=2),
    st.lists(media, max_size=4),
)

lines = st.sampled_from(
    [
        *PHONE.split(b"\r\n"),
        b"m=audio 0 RTP/AVP 0",
        b"m=audio 6000 RTP/SAVP 0",
        b"m=video 6002 RTP/AVP 96 97",
        b"m=image 6004 udptl t38",
        b"m=audio 6006 RTP/AVP 8 96 97 18",
        b"c=IN IP4 0.0.0.0",
        b"c=IN IP6 2001:db8::1",
        b"c=IN IP4 10.0.0.6",
        b"a=rtpmap:96 telephone-event/8000",
        b"a=rtpmap:97 PCMU/8000/1",
        b"a=rtpmap:0",
        b"a=rtpmap:",
        b"a=fmtp:97",
        b"a=ptime:30",
        b"a=maxptime:10",
        b"a=rtcp:7000 IN IP4 10.0.0.7",
        b"a=sendonly",
        b"a=inactive",
        b"a=",
        b"t=1 2",
        b"r=1 2",
        b"Z=\xff",
    ]
)
likely = st.lists(lines | st.binary(max_size=20), max_size=25).map(
    lambda rows: b"\r\n".join([*PHONE.split(b"\r\n")[:5], *rows])
)
bodies = st.binary(max_size=200) | likely


@given(sessions)
def test_a_description_survives_being_written_and_read(session: SessionDescription) -> None:
    assert SessionDescription.parse(session.to_bytes()) == session


@given(bodies)
def test_any_bytes_are_a_description_or_an_sdp_error(body: bytes) -> None:
    try:
        read = SessionDescription.parse(body)
    except SdpError:
        return
    written = read.to_bytes()
    assert SessionDescription.parse(written).to_bytes() == written


@given(st.lists(bodies, max_size=4), directions)
def test_any_offer_is_answered_or_refused(offers: list[bytes], direction: MediaDirection) -> None:
    negotiator = MediaNegotiator("10.0.0.1", 4000, session_id=1)
    for body in offers:
        before = negotiator.current
        try:
            answer, agreed = negotiator.receive_offer(body, direction=direction)
        except (SdpError, NotAcceptable):
            assert negotiator.current == before
            continue
        _check_answer(SessionDescription.parse(body), SessionDescription.parse(answer))
        assert negotiator.current == agreed
        assert not (agreed.direction.sends and not direction.sends)
        assert not (agreed.direction.receives and not direction.receives)
        assert agreed.codec.payload_type in agreed.receive
        assert agreed.ptime_ms in range(10, 61, 10)


def _check_answer(offer: SessionDescription, answer: SessionDescription) -> None:
    """The rules of RFC 3264 section 6 that hold for every answer."""
    assert len(answer.media) == len(offer.media)
    accepted = 0
    for asked, given_back in zip(offer.media, answer.media, strict=True):
        assert (given_back.kind, given_back.protocol) == (asked.kind, asked.protocol)
        assert set(given_back.formats) <= set(asked.formats)
        order = [asked.formats.index(number) for number in given_back.formats]
        if given_back.port:
            accepted += 1
            assert asked.port
            assert order[:-1] == sorted(order[:-1])
        else:
            assert given_back.formats == asked.formats
    assert accepted == 1


@given(st.lists(bodies, max_size=3), directions)
def test_any_answer_is_taken_or_refused(answers: list[bytes], direction: MediaDirection) -> None:
    negotiator = MediaNegotiator("10.0.0.1", 4000, session_id=1)
    negotiator.create_offer(direction)
    for body in answers:
        with contextlib.suppress(SdpError, NotAcceptable):
            agreed = negotiator.receive_answer(body)
            assert agreed.codec.name in ("PCMU", "PCMA")
            assert not (agreed.direction.sends and not direction.sends)


rounds = st.lists(st.tuples(st.booleans(), directions, directions, st.booleans()), max_size=8)


@given(codec_lists, codec_lists, st.booleans(), st.booleans(), rounds)
def test_two_of_us_always_agree_on_the_same(
    left_codecs: list[str],
    right_codecs: list[str],
    left_dtmf: bool,
    right_dtmf: bool,
    exchanges: list[tuple[bool, MediaDirection, MediaDirection, bool]],
) -> None:
    left = MediaNegotiator("10.0.0.1", 4000, left_codecs, session_id=1, dtmf=left_dtmf)
    right = MediaNegotiator("10.0.0.2", 5000, right_codecs, session_id=2, dtmf=right_dtmf)
    written: dict[bytes, tuple[int, bytes]] = {}
    for from_left, offered, wanted, refuse in exchanges:
        caller, callee = (left, right) if from_left else (right, left)
        before = caller.current, callee.current
        offer = caller.create_offer(offered)
        _check_version(offer, written)
        try:
            answer, theirs = callee.receive_offer(offer, direction=wanted)
        except NotAcceptable:
            assert not set(left_codecs) & set(right_codecs)
            caller.rollback()
            continue
        _check_version(answer, written)
        if refuse:
            caller.rollback()
            callee.rollback()
            assert (caller.current, callee.current) == before
            continue
        ours = caller.receive_answer(answer)
        assert ours.codec.name == theirs.codec.name
        assert theirs.codec.payload_type in ours.receive
        assert ours.codec.payload_type in theirs.receive
        assert (ours.dtmf_send, ours.dtmf_receive) == (theirs.dtmf_receive, theirs.dtmf_send)
        assert (ours.dtmf_send is not None) == (left_dtmf and right_dtmf)
        assert (ours.direction.sends, ours.direction.receives) == (
            theirs.direction.receives,
            theirs.direction.sends,
        )
        assert ours.direction is offered.facing(wanted)


def _check_version(body: bytes, written: dict[bytes, tuple[int, bytes]]) -> None:
    """Of each side: the version grows by one exactly when anything but the origin changes."""
    _, origin, content = body.split(b"\r\n", 2)
    _, side, version, *_ = origin.split()
    last_version, last_content = written.get(side, (0, b""))
    assert int(version) == last_version + (content != last_content)
    written[side] = int(version), content
