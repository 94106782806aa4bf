"""pyVoIP's RTP client with 16-bit audio, even pacing, both laws of G.711, and RFC 4733 keys both ways.

Workarounds for pyVoIP 1.6.8, each with its reason:

* audio is reduced to 8 bits inside (signal-to-noise 14 dB at -30 dBFS instead of 35) => 16 bits here;
* under the A-law payload type it sends mu-law => coded by the payload type chosen;
* its sender sleeps 20 ms less the work of the last packet, so it drifts => absolute deadlines;
* at sequence wrap it sends a packet without its sequence number => numbers are taken modulo 2^16 and 2^32;
* a key is heard only through the packet with the marker bit => by the event's timestamp;
* it cannot send keys => sent here;
* threads are not daemons and its port is picked at random without a look whether it is free => both here.
"""

from __future__ import annotations

import audioop
import random
import socket
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator
from threading import Event, Lock, Thread

import numpy as np
from pyVoIP import RTP

from softphone.script import KEYS
from softphone.sound import FRAME_SAMPLES, SAMPLE_RATE, Samples, level_dbov

_KEY_FRAMES = 5  # a key is pressed for 100 ms ...
_GAP_FRAMES = 4  # ... and 80 ms pass before the next
_PAUSE_FRAMES = 50  # a comma among the keys: one second, as in a modem's dial string
_KEY_VOLUME = 10  # dBm0 below full scale
_JUMP = 5 * SAMPLE_RATE  # a timestamp that far off is a new stream, not a late packet
_LOUD = 100.0  # RMS above which a packet is sound: -50 dBFS
_SILENCE = np.zeros(FRAME_SAMPLES, np.int16).tobytes()
_HEADER = struct.Struct("!BBHII")
_EVENT = struct.Struct("!BBH")


def open_rtp_socket(address: str, low: int, high: int) -> socket.socket:
    """Bind the first free even port of low..high, or any free one when low is 0. Raises OSError."""
    last: OSError | None = None
    for port in range(low + low % 2, high + 1, 2) if low else [0] * 50:
        candidate = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            candidate.bind((address, port))
        except OSError as error:
            candidate.close()
            last = error
            continue
        if candidate.getsockname()[1] % 2 == 0:
            return candidate
        candidate.close()
    raise last or OSError(f"no free even RTP port between {low} and {high}")


class Recorder:
    """Lays received audio out by its RTP timestamps."""

    __slots__ = ("_audio", "_last", "_lock", "_position", "_ssrc", "_started", "count", "loud_at", "squares")

    def __init__(self) -> None:
        self._audio = bytearray()
        self._lock = Lock()
        self._ssrc: int | None = None
        self._last = 0
        self._position = 0
        self._started = 0.0
        self.count = 0
        self.squares = 0.0
        self.loud_at = 0.0  # when sound, not silence, came last; monotonic seconds

    def add(self, ssrc: int, timestamp: int, pcm: bytes, now: float) -> None:
        delta = ((timestamp - self._last + 2**31) % 2**32) - 2**31
        if ssrc != self._ssrc or abs(delta) > _JUMP:
            if self._ssrc is None:
                self._started = now
            self._position = int((now - self._started) * SAMPLE_RATE)
            self._ssrc = ssrc
        else:
            self._position += delta
        self._last = timestamp
        samples = np.frombuffer(pcm, np.int16).astype(np.float64)
        squares = float(np.dot(samples, samples))
        if squares > _LOUD**2 * len(samples):
            self.loud_at = now
        with self._lock:
            self.count += len(samples)
            self.squares += squares
            start = self._position * 2
            if start >= 0:
                self._audio.extend(bytes(max(0, start - len(self._audio))))
                self._audio[start : start + len(pcm)] = pcm

    def audio(self) -> bytes:
        with self._lock:
            return bytes(self._audio)

    def summary(self) -> dict[str, float | None]:
        """Seconds of audio that arrived and its level in dB against full scale."""
        with self._lock:
            return {
                "seconds": round(self.count / SAMPLE_RATE, 2),
                "level": level_dbov(self.squares, self.count),
            }


class Media(RTP.RTPClient):  # type: ignore[misc]  # pyVoIP has no types
    """The audio of one call. `sending` off (held by the far end) keeps the sender quiet."""

    def __init__(
        self,
        codecs: dict[int, RTP.PayloadType],
        sock: socket.socket,
        remote: tuple[str, int],
        on_key: Callable[[str], None],
    ) -> None:
        address, port = sock.getsockname()
        super().__init__(codecs, address, port, *remote, RTP.TransmitType.SENDRECV, dtmf=on_key)
        self.sin = self.sout = sock
        self.sending = True
        self.heard = Recorder()
        self.idle = Event()
        self.idle.set()
        self._work: deque[Iterator[list[bytes]]] = deque()
        self._work_lock = Lock()
        self._key_timestamp: int | None = None
        self.outSequence = random.randrange(2**16)
        self.outTimestamp = random.randrange(2**32)
        self.outSSRC = random.randrange(2**32)

    @property
    def key_payload_type(self) -> int | None:
        return next((number for number, kind in self.assoc.items() if kind == RTP.PayloadType.EVENT), None)

    def choose(self, codecs: dict[int, RTP.PayloadType]) -> None:
        """Take the codecs of a new offer or answer: the first audio codec is the one to send."""
        self.assoc = codecs
        self.preference = next(kind for kind in codecs.values() if kind != RTP.PayloadType.EVENT)

    def start(self) -> None:
        self.sin.settimeout(0.2)
        Thread(target=self.recv, name="RTP receive", daemon=True).start()
        Thread(target=self.trans, name="RTP send", daemon=True).start()

    # -- what to send

    def speak(self, samples: Samples) -> None:
        """Queue audio behind what is queued already."""
        self._add_work(self._speech(samples.astype("<i2").tobytes()))

    def press(self, key: str) -> None:
        """Queue a key, or a second's pause for ','. The far end must have agreed to telephone-event."""
        self._add_work(self._pause() if key == "," else self._key(KEYS.index(key)))

    def _add_work(self, work: Iterator[list[bytes]]) -> None:
        with self._work_lock:
            self.idle.clear()
            self._work.append(work)

    def _speech(self, pcm: bytes) -> Iterator[list[bytes]]:
        step = FRAME_SAMPLES * 2
        for start in range(0, len(pcm), step):
            yield [self._audio(pcm[start : start + step].ljust(step, b"\0"))]

    def _pause(self) -> Iterator[list[bytes]]:
        for _ in range(_PAUSE_FRAMES):
            yield [self._audio(_SILENCE)]

    def _key(self, event: int) -> Iterator[list[bytes]]:
        """RFC 4733 2.5.1: packets with the start's timestamp and growing duration, the last one thrice."""
        started = self.outTimestamp
        payload_type = self.key_payload_type
        assert payload_type is not None
        for frame in range(1, _KEY_FRAMES + 1):
            last = frame == _KEY_FRAMES
            payload = _EVENT.pack(event, (0x80 if last else 0) | _KEY_VOLUME, frame * FRAME_SAMPLES)
            mark = 0x80 if frame == 1 else 0
            yield [self._packet(payload_type | mark, started, payload) for _ in range(3 if last else 1)]
        for _ in range(_GAP_FRAMES):
            yield [self._audio(_SILENCE)]

    def _audio(self, pcm: bytes) -> bytes:
        return self._packet(int(self.preference), self.outTimestamp, self.encode_packet(pcm))

    def _packet(self, second_byte: int, timestamp: int, payload: bytes) -> bytes:
        packet = _HEADER.pack(0x80, second_byte, self.outSequence, timestamp, self.outSSRC) + payload
        self.outSequence = (self.outSequence + 1) % 2**16
        return packet

    def encode_packet(self, payload: bytes) -> bytes:
        if self.preference == RTP.PayloadType.PCMA:
            return audioop.lin2alaw(payload, 2)
        return audioop.lin2ulaw(payload, 2)

    # -- the sending thread

    def trans(self) -> None:
        due = time.monotonic()
        while self.NSD:
            packets = self._next_packets()
            if self.sending:
                self._send(packets)
            self.outTimestamp = (self.outTimestamp + FRAME_SAMPLES) % 2**32
            due += FRAME_SAMPLES / SAMPLE_RATE
            late = time.monotonic() - due
            if late > 0.2:  # the machine stood still: go on from here, without a burst
                due += late
            else:
                time.sleep(max(0.0, -late))

    def _next_packets(self) -> list[bytes]:
        with self._work_lock:
            while self._work:
                packets = next(self._work[0], None)
                if packets is not None:
                    return packets
                self._work.popleft()
            self.idle.set()
        return [self._audio(_SILENCE)]

    def _send(self, packets: list[bytes]) -> None:
        for packet in packets:
            try:
                self.sout.sendto(packet, (self.outIP, self.outPort))
            except OSError:  # closed by stop(), or no route for a moment
                return

    # -- the receiving thread

    def recv(self) -> None:
        while self.NSD:
            try:
                packet = self.sin.recv(8192)
            except TimeoutError:
                continue
            except OSError:  # closed by stop()
                return
            try:
                self.parse_packet(packet)
            except (RTP.RTPParseError, IndexError, TypeError, struct.error):
                continue  # not RTP, or of a payload type that was not agreed

    def parse_packet(self, packet: bytes) -> None:
        message = RTP.RTPMessage(packet, self.assoc)
        if message.payload_type == RTP.PayloadType.EVENT:
            self.parse_telephone_event(message)
        elif message.payload_type == RTP.PayloadType.PCMU:
            self._hear(message, audioop.ulaw2lin(message.payload, 2))
        elif message.payload_type == RTP.PayloadType.PCMA:
            self._hear(message, audioop.alaw2lin(message.payload, 2))

    def _hear(self, message: RTP.RTPMessage, pcm: bytes) -> None:
        self.heard.add(message.SSRC, message.timestamp, pcm, time.monotonic())

    def parse_telephone_event(self, packet: RTP.RTPMessage) -> None:
        if packet.timestamp != self._key_timestamp:
            self._key_timestamp = packet.timestamp
            self.dtmf(KEYS[packet.payload[0]])
