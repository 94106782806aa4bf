"""The parts of the softphone that need no network."""

from __future__ import annotations

import io
import json
import socket
import wave
from pathlib import Path

import numpy as np
import pytest

pyVoIP = pytest.importorskip("pyVoIP", reason="not run: needs pyVoIP (pip install 'hotline[softphone]')")

from config import exit_codes  # noqa: E402
from softphone import performer  # noqa: E402
from softphone.facts import Facts  # noqa: E402
from softphone.media import Media, Recorder, open_rtp_socket  # noqa: E402
from softphone.message import Message, credentials, parse_challenge  # noqa: E402
from softphone.script import Script  # noqa: E402
from softphone.sip_client import Exchange  # noqa: E402
from softphone.sound import SoundError, read_wav, tone  # noqa: E402
from softphone.steps import QUIET, Step, parse_steps  # noqa: E402

HOST = "127.0.0.1"


def response(*rows: str, status: str = "401 Unauthorized", body: str = "") -> Message:
    head = [
        f"SIP/2.0 {status}",
        "Via: SIP/2.0/UDP 127.0.0.1:5070;branch=z9hG4bK1;rport=5070;received=127.0.0.1",
        "From: <sip:1001@127.0.0.1>;tag=a",
        "To: <sip:4900@127.0.0.1>;tag=b",
        "Call-ID: c@127.0.0.1",
        "CSeq: 1 INVITE",
        *rows,
    ]
    return Message(("\r\n".join(head) + "\r\n\r\n" + body).encode())


# --- messages


def test_the_md5_challenge_is_chosen_wherever_it_stands() -> None:
    sha = 'Digest realm="r", nonce="one", algorithm=SHA-256'
    md5 = 'Digest realm="r", nonce="two", qop="auth,auth-int"'
    for rows in (
        (f"WWW-Authenticate: {sha}", f"WWW-Authenticate: {md5}"),
        (f"WWW-Authenticate: {sha}, {md5}",),
    ):
        challenge = response(*rows).authentication
        assert challenge["nonce"] == "two"
        assert challenge["qop"] == "auth,auth-int"


def test_header_names_are_taken_in_any_spelling() -> None:
    message = response("CONTENT-length: 0", 'm: "A: b" <sip:x@127.0.0.1:5080;transport=udp>;q=1', "Subject:")
    assert message.contact_uri == "sip:x@127.0.0.1:5080;transport=udp"
    assert message.headers["Content-Length"] == 0


def test_folded_headers_are_one_value() -> None:
    assert response("Subject: long\r\n  one").headers["Subject"] == "long one"


@pytest.mark.parametrize(
    ("status", "code"), [("499 Odd", 400), ("299 Fine", 200), ("183 Session Progress", 183)]
)
def test_unknown_status_codes_count_as_the_first_of_their_class(status: str, code: int) -> None:
    assert response(status=status).code == code


def test_routes_come_from_all_rows() -> None:
    message = response("Record-Route: <sip:a;lr>, <sip:b;lr>", "Record-Route: <sip:c;lr>")
    assert message.routes == ["<sip:a;lr>", "<sip:b;lr>", "<sip:c;lr>"]


def test_credentials_match_the_example_of_rfc_2617() -> None:
    """RFC 2069-style (no qop) with the numbers of RFC 2617 3.5, from RFC 2069 errata."""
    challenge = {
        "realm": "testrealm@host.com",
        "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
        "opaque": "5ccc",
    }
    value = credentials("GET", "/dir/index.html", challenge, "Mufasa", "CircleOfLife")
    assert 'response="1949323746fe6a43ef61f9606e7febea"' in value
    assert 'opaque="5ccc"' in value


def test_credentials_with_qop_bind_a_fresh_cnonce() -> None:
    challenge = parse_challenge('Digest realm="r", nonce="n", qop="auth"')
    first, second = (credentials("REGISTER", "sip:r", challenge, "u", "p") for _ in range(2))
    assert "qop=auth, nc=00000001" in first
    assert parse_challenge(first)["cnonce"] != parse_challenge(second)["cnonce"]


def test_an_answer_that_comes_at_once_is_not_lost_and_nothing_is_repeated() -> None:
    sent: list[str] = []
    exchange = Exchange(sent.append)
    exchange.start("OPTIONS sip:x SIP/2.0\r\n\r\n")
    exchange.responses.put(response(status="200 OK"))
    answer = exchange.next(5)
    assert answer is not None
    assert answer.code == 200
    assert len(sent) == 1


# --- sound


@pytest.mark.parametrize(
    ("rate", "channels", "width"), [(8000, 1, 2), (44_100, 2, 2), (48_000, 1, 3), (16_000, 1, 1)]
)
def test_any_pcm_wav_is_read_as_8_khz_mono(tmp_path: Path, rate: int, channels: int, width: int) -> None:
    time = np.arange(rate) / rate
    wanted = 0.3 * np.sin(2 * np.pi * 440 * time)
    integers = np.rint(wanted * (2 ** (8 * width - 1) - 1)).astype("<i4")
    raw = integers + 128 if width == 1 else integers
    mono = raw.view(np.uint8).reshape(-1, 4)[:, :width]
    with wave.open(str(tmp_path / "in.wav"), "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        file.writeframes(np.repeat(mono, channels, axis=0).tobytes())
    read = read_wav(str(tmp_path / "in.wav")) / 32768
    expected = 0.3 * np.sin(2 * np.pi * 440 * np.arange(8000) / 8000)
    middle = slice(800, 7200)
    assert len(read) == 8000
    assert np.abs(read[middle] - expected[middle]).max() < 0.02


def test_tones_above_4_khz_do_not_fold_back(tmp_path: Path) -> None:
    with wave.open(str(tmp_path / "high.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(48_000)
        high = 20_000 * np.sin(2 * np.pi * 6000 * np.arange(48_000) / 48_000)
        file.writeframes(high.astype("<i2").tobytes())
    assert np.abs(read_wav(str(tmp_path / "high.wav"))).max() < 50


def test_an_unreadable_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "text.wav").write_text("no sound")
    with pytest.raises(SoundError, match=r"text\.wav"):
        read_wav(str(tmp_path / "text.wav"))


# --- media


def test_the_recorder_lays_packets_out_by_timestamp() -> None:
    recorder = Recorder()
    frame = np.full(160, 1000, np.int16).tobytes()
    for timestamp in (2**32 - 160, 160, 0):  # across the wrap, the last two swapped
        recorder.add(7, timestamp % 2**32, frame, 1.0)
    assert recorder.audio() == frame * 3
    assert recorder.summary() == {"seconds": 0.06, "level": -30.3}


def test_a_gap_stays_as_silence() -> None:
    recorder = Recorder()
    frame = np.full(160, 1000, np.int16).tobytes()
    recorder.add(7, 0, frame, 1.0)
    recorder.add(7, 320, frame, 1.04)
    assert recorder.audio() == frame + bytes(320) + frame


def test_a_new_stream_goes_on_where_it_arrives() -> None:
    recorder = Recorder()
    frame = np.full(160, 1000, np.int16).tobytes()
    recorder.add(7, 5000, frame, 1.0)
    recorder.add(8, 900_000, frame, 2.0)
    assert len(recorder.audio()) == (8000 + 160) * 2


def packets_of(media: Media, count: int) -> list[bytes]:
    return [packet for _ in range(count) for packet in media._next_packets()]


@pytest.fixture
def media() -> Media:
    kinds = pyVoIP.RTP.PayloadType
    sock = open_rtp_socket(HOST, 0, 0)
    made = Media({8: kinds.PCMA, 101: kinds.EVENT}, sock, (HOST, 9), lambda key: None)
    made.choose(made.assoc)
    yield made
    sock.close()


def test_a_key_is_sent_as_rfc_4733_asks(media: Media) -> None:
    media.press("#")
    events = [packet for packet in packets_of(media, 5) if packet[1] & 0x7F == 101]
    assert len({packet[4:8] for packet in events}) == 1, "one timestamp for the whole key"
    assert [packet[1] >> 7 for packet in events] == [1, 0, 0, 0, 0, 0, 0], "marker on the first"
    assert [packet[12] for packet in events] == [11] * 7
    assert [packet[13] >> 7 for packet in events] == [0, 0, 0, 0, 1, 1, 1], "the end three times"
    assert [int.from_bytes(packet[14:16], "big") for packet in events] == [160, 320, 480, 640, 800, 800, 800]
    assert not media.idle.is_set()
    packets_of(media, 5)
    assert media.idle.is_set()


def test_numbers_wrap_within_their_fields(media: Media) -> None:
    media.outSequence = 65_535
    assert [packet[2:4] for packet in packets_of(media, 2)] == [b"\xff\xff", b"\x00\x00"]


def test_a_law_is_sent_under_the_a_law_payload_type(media: Media) -> None:
    media.speak(tone(1000, 0.02))
    (packet,) = packets_of(media, 1)
    assert packet[1] & 0x7F == 8
    assert len(packet) == 12 + 160
    silence = packets_of(media, 1)[0][12:]
    assert set(silence) == {0xD5}  # G.711 table 1a: A-law zero, even bits inverted


def test_a_key_is_heard_once_even_without_its_marker(media: Media) -> None:
    heard: list[str] = []
    media.dtmf = heard.append
    for sequence, duration, end in ((1, 320, 0), (2, 480, 0), (3, 640, 0x80), (4, 640, 0x80)):
        header = bytes([0x80, 101]) + sequence.to_bytes(2, "big") + (777).to_bytes(4, "big") + bytes(4)
        media.parse_packet(header + bytes([5, end | 10]) + duration.to_bytes(2, "big"))
    assert heard == ["5"]


def test_rtp_ports_are_even_free_and_in_the_range() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as taken:
        first = open_rtp_socket(HOST, 0, 0)
        low = first.getsockname()[1]
        second = open_rtp_socket(HOST, low, low + 50)
        assert second.getsockname()[1] > low
        assert second.getsockname()[1] % 2 == 0
        taken.close()
        first.close()
        second.close()


# --- script and facts


def test_a_script_survives_the_way_to_its_process() -> None:
    script = Script("127.0.0.1", 5060, "1001", call="4900", keys="1,2#", tone=440.0, codecs=("PCMA",))
    assert Script.from_json(script.to_json()) == script


def test_facts_are_lines_of_json_with_a_time() -> None:
    out = io.StringIO()
    Facts(as_json=True, out=out).tell("heard", seconds=1.5, level=None)
    fact = json.loads(out.getvalue())
    assert fact.pop("time") > 1e9
    assert fact == {"fact": "heard", "seconds": 1.5, "level": None}


def test_facts_for_people_say_why() -> None:
    out = io.StringIO()
    Facts(as_json=False, out=out).tell("failed", status=486, why="Busy Here")
    assert out.getvalue().rstrip().endswith("failed: status 486, Busy Here")


# --- steps of a conversation


def test_steps_are_read_from_lines_as_people_type_them() -> None:
    lines = ["listen", "listen 1.5", "press 12a#", " say a file.wav ", "wait 2", "hang-up"]
    assert parse_steps(lines) == [
        Step("listen", QUIET),
        Step("listen", 1.5),
        Step("press", what="12A#"),
        Step("say", what="a file.wav"),
        Step("wait", 2.0),
        Step("hang-up"),
    ]


@pytest.mark.parametrize(
    "line",
    ["", "dance", "press", "press x", "say", "wait", "wait soon", "wait -1", "listen nan", "hang-up 3"],
)
def test_a_step_that_is_none_is_refused_with_what_is_expected(line: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        parse_steps([line])


def test_its_exit_status_is_that_of_every_command() -> None:
    assert {code.name: code.value for code in performer.ExitCode} == {
        code.name: code.value for code in exit_codes.ExitCode if code.name in performer.ExitCode.__members__
    }
