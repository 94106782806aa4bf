"""One outgoing stream against whatever its speakers and the network of the source do to it.

A relay, prompts and keys take turns; the source's packets are lost, doubled and reordered. Whatever happens,
no sequence number is sent twice, and in the order of the numbers the timestamps never go back (RFC 3550 5.1).
"""

from __future__ import annotations

import struct
from itertools import pairwise
from random import Random
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from telephony.media import tones
from telephony.media.latching import NOBODY
from telephony.media.playback import Speaker
from telephony.media.receiver import RtpReceiver
from telephony.media.relay import Relay
from telephony.media.sender import RtpSender
from telephony.rtp.codecs import PCMU
from telephony.rtp.pacing import StreamClock

SOURCE = ("192.0.2.1", 4000)
SINK = ("192.0.2.2", 4000)
EVENTS = 101


class Sent(NamedTuple):
    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int


class Source:
    """A far end that talks and presses keys; its packets wait in `wire` until the network delivers them."""

    def __init__(self, sequence: int, timestamp: int) -> None:
        self.sequence, self.timestamp, self.ssrc = sequence, timestamp, 1
        self.wire: list[bytes] = []

    def _put(self, payload_type: int, payload: bytes) -> None:
        header = (0x80, payload_type, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc)
        self.wire.append(struct.pack("!BBHII", *header) + payload)
        self.sequence += 1

    def speak(self, samples: int) -> None:
        self._put(0, bytes(samples))
        self.timestamp += samples

    def press(self) -> None:
        for held, end in ((160, 0), (320, 0), (320, 0x80), (320, 0x80), (320, 0x80)):
            self._put(EVENTS, struct.pack("!BBH", 5, end | 10, held))
        self.timestamp += 320


class Stream:
    """The stream under test, driven by hand; time moves with what is said."""

    def __init__(self, events: int | None, sequence: int, timestamp: int) -> None:
        self.now = 100.0
        self.sent: list[Sent] = []
        self.sender = RtpSender(self._capture, StreamClock(0, 7, sequence, timestamp))
        self.sender.destination = SINK
        self.sender.event_payload_type = events
        self.speaker = Speaker(self.sender, self._speaker_changed, lambda key, duration_ms: False)
        self.receiver = RtpReceiver(lambda source: None, lambda digit: True, lambda: None)
        self.receiver.configure({0: PCMU}, frozenset({EVENTS}), SOURCE, NOBODY)
        self.receiver.relay = relay = Relay(self.receiver, self.sender)
        relay.configure({0: PCMU}, frozenset({EVENTS}))

    def _capture(self, data: bytes, destination: tuple[Any, ...]) -> int:
        _, second, sequence, timestamp, ssrc = struct.unpack_from("!BBHII", data)
        self.sent.append(Sent(second & 0x7F, sequence, timestamp, ssrc))
        return len(data)

    def _speaker_changed(self) -> None:
        if self.speaker.current is None:
            self.sender.release()
        else:
            self.sender.hand_over(self.speaker.current, self.now, local=True)

    def ticks(self, count: int) -> None:
        for _ in range(count):
            self.now += 0.02
            if self.speaker.current is not None:
                self.speaker.current.tick(self.now)

    def deliver(self, datagrams: list[bytes]) -> None:
        for data in datagrams:
            self.now += 0.02
            self.receiver.receive(data, SOURCE, self.now)


def delivered(datagrams: list[bytes], chance: Random) -> list[bytes]:
    """What a network makes of them: some lost, some twice, all within ten places of where they belong."""
    late = [
        (at + chance.randint(0, 10), data)
        for at, data in enumerate(datagrams)
        for _ in range(chance.choice((0, 1, 1, 1, 1, 2)))
    ]
    return [data for _, data in sorted(late, key=lambda item: item[0])]


STEPS = st.lists(st.sampled_from(("speech", "key", "prompt", "keys", "pause", "restart")), max_size=12)


@given(
    STEPS, st.sampled_from((EVENTS, None)), st.integers(0, 0xFFFF), st.integers(0, 0xFFFFFFFF), st.integers()
)
def test_no_number_is_sent_twice_and_time_never_goes_back(
    steps: list[str], events: int | None, sequence: int, timestamp: int, seed: int
) -> None:
    chance = Random(seed)
    stream, source = Stream(events, sequence, timestamp), Source(sequence ^ 0xFFF0, timestamp ^ 0xFFFFFF00)
    for step in steps:
        if step == "speech":
            for _ in range(chance.randint(1, 12)):
                source.speak(chance.choice((80, 160, 240)))
        elif step == "key":
            source.press()
        elif step == "prompt":
            stream.speaker.play(tones.silence(60), False, None)
        elif step == "keys":
            stream.speaker.send_digits("1", 40, 40, None)
        elif step == "pause":
            stream.now += 1.0
            source.timestamp += 8000
        else:
            source.ssrc += 1
            source.sequence += 20000
        sent = max(0, len(source.wire) - chance.randint(0, 5))  # the rest is still on its way
        arriving, source.wire = delivered(source.wire[:sent], chance), source.wire[sent:]
        half = len(arriving) // 2
        stream.deliver(arriving[:half])
        stream.ticks(chance.randint(0, 12))
        stream.deliver(arriving[half:])
    stream.sender.settle()

    numbers = [(packet.sequence - sequence) & 0xFFFF for packet in stream.sent]
    assert len(set(numbers)) == len(numbers)
    in_order = [packet for _, packet in sorted(zip(numbers, stream.sent, strict=True))]
    for before, after in pairwise(in_order):
        step_of_time = (after.timestamp - before.timestamp) & 0xFFFFFFFF
        assert step_of_time < 0x80000000, "a timestamp goes back"
        if before.payload_type == after.payload_type == 0:
            assert step_of_time > 0, "two packets of speech for one moment"
    assert {packet.ssrc for packet in stream.sent} <= {7}
    assert stream.sender.clock.packets == len(stream.sent)
