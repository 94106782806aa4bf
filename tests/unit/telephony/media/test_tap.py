"""Frames for those who listen, in fake time."""

from __future__ import annotations

import numpy as np

from telephony.media.interface import Frame
from telephony.media.tap import FrameStream
from telephony.rtp.codecs import PCMA, PCMU
from tests.unit.telephony.media.far_end import level, sine

TONE = sine(700.0, 0.6)


class Listener:
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def __call__(self, frame: Frame) -> None:
        self.frames.append(frame)

    def sound(self) -> list[int]:
        return [number for number, frame in enumerate(self.frames) if np.abs(frame).max() > 100]


def run(stream: FrameStream, order: list[int], *, ticks: int, codec=PCMU) -> None:  # type: ignore[no-untyped-def]
    """A packet every 20 ms in the given order, and a tick 5 ms after each."""
    data = codec.encode(TONE)
    for step in range(ticks):
        now = step * 0.02
        if step < len(order):
            number = order[step]
            stream.push(codec, 1, number, number * 160, data[number * 160 : number * 160 + 160], now)
        stream.tick(now + 0.005)


def test_frames_come_decoded_in_order_one_a_tick() -> None:
    for codec in (PCMU, PCMA):
        stream, listener = FrameStream(), Listener()
        stream.add(listener)
        order = list(range(30))
        order[10], order[11] = 11, 10
        run(stream, order, ticks=40, codec=codec)
        assert len(listener.frames) == 40
        sound = listener.sound()
        assert sound == list(range(sound[0], sound[0] + 30))
        assert 0 < sound[0] <= 3
        heard = np.concatenate(listener.frames[sound[0] : sound[-1] + 1])
        assert abs(level(heard, 700.0) - -15.0) < 0.1


def test_what_is_lost_is_silence_at_its_place() -> None:
    stream, listener = FrameStream(), Listener()
    stream.add(listener)
    data = PCMU.encode(TONE)
    for step in range(40):
        if step < 30 and step not in (12, 13):
            stream.push(PCMU, 1, step, step * 160, data[step * 160 : step * 160 + 160], step * 0.02)
        stream.tick(step * 0.02 + 0.005)
    first = listener.sound()[0]
    assert listener.sound() == [first + step for step in range(30) if step not in (12, 13)]


def test_ticks_that_were_given_up_are_made_up_for() -> None:
    stream, listener = FrameStream(), Listener()
    stream.add(listener)
    data = PCMU.encode(TONE)
    for step in range(30):
        stream.push(PCMU, 1, step, step * 160, data[step * 160 : step * 160 + 160], step * 0.02)
        if step not in (10, 11, 12, 13):  # the loop stalls; the packets waited in the socket
            stream.tick(step * 0.02 + 0.005)
    for step in range(30, 40):
        stream.tick(step * 0.02 + 0.005)
    assert len(listener.frames) == 40
    assert len(listener.sound()) == 30


def test_a_change_of_codec_or_source_is_followed() -> None:
    stream, listener = FrameStream(), Listener()
    stream.add(listener)
    run(stream, list(range(15)), ticks=20)
    for step in range(15):
        now = 0.4 + step * 0.02
        payload = PCMA.encode(TONE[step * 160 : step * 160 + 160])
        stream.push(PCMA, 2, step + 9000, step * 160 + 77777, payload, now)
        stream.tick(now + 0.005)
    heard = np.concatenate(listener.frames[-10:])
    assert abs(level(heard, 700.0) - -15.0) < 0.2


def test_a_listener_that_leaves_in_the_middle_of_a_frame_does_not_disturb_the_others() -> None:
    stream, listener = FrameStream(), Listener()

    def leave(frame: Frame) -> None:
        stream.remove(leave)

    stream.add(leave)
    stream.add(listener)
    run(stream, list(range(5)), ticks=6)
    assert len(listener.frames) == 6
    stream.remove(listener)
    stream.remove(listener)
    assert stream.idle
