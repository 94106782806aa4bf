"""What the layers above see of a media engine: legs, playing, digits, bridges, conferences, recordings, taps.

`telephony.media.engine` implements it inside the switch; a media relay in another process (rtpengine) can
stand behind the same face. Everything here is synchronous: a call does its work or starts it, and later
facts come back through callbacks on the loop. Coroutines are made of it by `telephony.call`.

Audio is 8 kHz mono. A "frame" is 20 ms of it: 160 bytes of G.711, or an int16 array of shape (160,).
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from telephony.media.latching import NOBODY, MediaHosts, Network
from telephony.sdp.offer_answer import Negotiated

Frame: TypeAlias = NDArray[np.int16]

FRAME_MS = 20
FRAME_SAMPLES = 160


class MediaError(Exception):
    """A request that the engine's state does not allow."""


class EndReason(Enum):
    """Why a playback, or the sending of digits, is over."""

    FINISHED = "finished"
    STOPPED = "stopped"
    REPLACED = "replaced"
    CLOSED = "closed"


class TapSide(Enum):
    """Which of a leg's two streams: what its far end says, or what its far end hears."""

    RECEIVED = "received"
    SENT = "sent"


class KeysAs(Enum):
    """How a peer sends keys and wants them, where telephone events (RFC 4733) are not to be had or relied on.

    Whatever is chosen, keys that come as telephone events or by SIP INFO count.
    """

    AUTO = "auto"
    """Events where they were negotiated, INFO to a peer that presses keys by INFO, tones to any other."""
    INFO = "info"
    """INFO always."""
    INBAND = "inband"
    """Tones in the sound, both ways; events are neither offered nor accepted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PeerMedia:
    """What the settings say of a peer's media, beside its SDP.

    Args:
        networks: from where it may come though neither SDP nor signalling comes from there.
        keys: how its keys travel.
        proved: sound may be sent to the address in SDP before the peer has proved that it is there.
    """

    networks: tuple[Network, ...] = ()
    keys: KeysAs = KeysAs.AUTO
    proved: bool = False


ANY_PEER = PeerMedia()
"""Nothing is known but what SDP says."""


@dataclass(frozen=True, slots=True)
class PlayEnd:
    """The end of a playback.

    Args:
        reason: why.
        played_ms: audio played, all rounds of a loop together.
    """

    reason: EndReason
    played_ms: int


@dataclass(frozen=True, slots=True)
class LegStats:
    """One leg's media in figures, totals over all its sources. Times are seconds of `time.monotonic`.

    Args:
        packets_received, octets_received: audio and telephone events; octets without headers.
        packets_sent, octets_sent: the same for what we sent.
        lost: packets that never came (RFC 3550 A.3), at least 0.
        late: packets that came after their time to be played (only counted while someone listens: a tap,
            a recording, a conference).
        jitter_ms: interarrival jitter (RFC 3550 6.4.1) of the source heard last.
        rtt_ms: round trip measured by RTCP, or None.
        mos: estimate of the listening quality of what we received, 1.0 to 4.4, or None before any packet.
        remote_lost, remote_jitter_ms: what the far end reports about our stream, or None.
        strangers: packets thrown away because of where they came from.
        malformed: datagrams that were not RTP, or of a payload type that was not negotiated.
        send_errors: packets the operating system refused to send.
        first_received, last_received, first_sent, last_sent: of RTP packets, or None.
    """

    packets_received: int = 0
    octets_received: int = 0
    packets_sent: int = 0
    octets_sent: int = 0
    lost: int = 0
    late: int = 0
    jitter_ms: float = 0.0
    rtt_ms: float | None = None
    mos: float | None = None
    remote_lost: int | None = None
    remote_jitter_ms: float | None = None
    strangers: int = 0
    malformed: int = 0
    send_errors: int = 0
    first_received: float | None = None
    last_received: float | None = None
    first_sent: float | None = None
    last_sent: float | None = None


@dataclass(frozen=True, slots=True)
class MediaPath:
    """Where a leg's packets go and come from.

    Args:
        local: our host (a wildcard where the socket has one) and RTP port.
        destination: where we send now, or sent last; None when we never did.
        source: where the far end's packets come from; None before the first one counted.
        received_types: payload types that may come: audio, and telephone events.
        sent_type: of our audio.
        sent_event_type: of our telephone events, None where there are none.
    """

    local: tuple[str, int]
    destination: tuple[str, int] | None
    source: tuple[str, int] | None
    received_types: tuple[int, ...]
    sent_type: int
    sent_event_type: int | None


@dataclass(frozen=True, slots=True)
class EngineCounters:
    """The engine in figures.

    Args:
        legs: open now. legs_opened: since the start.
        ports_in_use, ports_capacity: RTP/RTCP port pairs.
        packets_received, packets_sent, strangers: all legs since the start, closed ones included.
        late_ticks: how often the loop came so late that audio was delayed; skipped_steps: by how many steps
            of 5 ms.
        recordings: running now. dropped_chunks: pieces of recordings that the disk was too slow for.
    """

    legs: int
    legs_opened: int
    ports_in_use: int
    ports_capacity: int
    packets_received: int
    packets_sent: int
    strangers: int
    late_ticks: int
    skipped_steps: int
    recordings: int
    dropped_chunks: int


class AudioSource(Protocol):
    """Something to play: a prompt, a tone, music."""

    @property
    def duration_ms(self) -> int:
        """Length of one round."""

    def frames(self, codec: str) -> Sequence[bytes]:
        """All 20 ms payloads in "PCMU" or "PCMA"; the same object each time, never to be changed."""


class Playback(Protocol):
    """A source being played to a leg."""

    @property
    def played_ms(self) -> int:
        """Audio played so far, all rounds of a loop together."""

    def stop(self) -> None:
        """Stop at once (barge-in); `on_done` is called before this returns, unless it was over already."""


class Tap(Protocol):
    """A consumer of decoded frames; exactly one frame every 20 ms, silence where nothing was heard."""

    def close(self) -> None:
        """No frame comes after this; a second time does nothing."""


class Recording(Protocol):
    """A stereo WAV file, written during the call: left what the leg says, right what it hears."""

    path: Path

    @property
    def recorded_ms(self) -> int:
        """Time covered so far, pauses included."""

    def pause(self) -> None:
        """Write silence from now on (a card number is being said); time keeps running."""

    def resume(self) -> None:
        """Write audio again."""

    def stop(self) -> None:
        """Finish the file; it is complete on disk when `on_closed` is called."""


class Bridge(Protocol):
    """Two legs that hear each other."""

    def close(self) -> None:
        """Part them; both stay open. A second time does nothing."""


class Conference(Protocol):
    """Any number of legs that hear each other; who hears whom can be set for each."""

    @property
    def members(self) -> Collection[MediaLeg]:
        """In the order they came."""

    def add(self, leg: MediaLeg) -> None:
        """Let a leg in; it hears all and is heard by all that have no restriction."""

    def remove(self, leg: MediaLeg) -> None:
        """Let a leg go; unknown ones are ignored."""

    def set_hears(self, member: MediaLeg, whom: Collection[MediaLeg] | None) -> None:
        """Restrict what a member hears to some others; None lifts it.

        Listening in is a member whom nobody's set contains; whispering is one that only the agent's contains.
        """

    def close(self) -> None:
        """Part all; the legs stay open. A second time does nothing."""


class MediaLeg(Protocol):
    """Our end of one RTP session.

    Attributes:
        address, port: what to offer in SDP.
        on_digit: called with each key the far end presses ("0"-"9", "*", "#", "A"-"D"), however it came.
        send_info: sends a key by SIP INFO, given the key and how long it is held, in milliseconds; False when
            it cannot now. It is asked only for far ends that want keys in this way.
        on_dead: called once when neither RTP nor RTCP came for `dead_after` seconds though it should.
        dead_after: seconds, 0 for never. Not counted before `answered`, nor while the far end is not supposed
            to send.
    """

    on_digit: Callable[[str], None] | None
    on_dead: Callable[[], None] | None
    send_info: Callable[[str, int], bool] | None
    dead_after: float

    @property
    def address(self) -> str: ...

    @property
    def port(self) -> int: ...

    @property
    def rtcp_port(self) -> int: ...

    def apply(self, negotiated: Negotiated, hosts: MediaHosts = NOBODY) -> None:
        """Take the result of an offer/answer exchange, the first one or a later one.

        Args:
            negotiated: the result.
            hosts: from where the far end's media may come though its SDP does not say so.
        """

    def peer_proved(self) -> None:
        """The far end acknowledged the answer, or proved otherwise that it is there (see `open_leg`)."""

    def answered(self) -> None:
        """The call is answered: from now on the far end's silence counts (see `dead_after`)."""

    def play(
        self,
        source: AudioSource,
        *,
        loop: bool = False,
        on_done: Callable[[PlayEnd], None] | None = None,
    ) -> Playback:
        """Play to the far end in place of whatever it hears; another playback is replaced."""

    def hold_music(self, source: AudioSource | None) -> None:
        """Play over and over whenever nothing is played by `play`, in place of bridge or conference."""

    def echo(self, on: bool) -> None:
        """Send back what is received. Raises `MediaError` while the leg is bridged or in a conference."""

    def send_digits(
        self,
        digits: str,
        duration_ms: int = 160,
        gap_ms: int = 80,
        on_done: Callable[[EndReason], None] | None = None,
    ) -> None:
        """Press keys towards the far end, after those still being sent. Raises ValueError for other signs."""

    def digit_from_signalling(self, digit: str, held: bool | None = None) -> None:
        """A key that came by SIP INFO; reported by `on_digit` unless the same press came by RTP as well.

        Args:
            digit: the key.
            held: True while it is down, False when it comes up, None for a whole press.
        """

    def tap(self, consumer: Callable[[Frame], None], *, direction: TapSide = TapSide.RECEIVED) -> Tap:
        """Give decoded frames, in order and in time, to a consumer on the loop."""

    def record(
        self,
        path: Path,
        *,
        on_error: Callable[[OSError], None] | None = None,
        on_closed: Callable[[], None] | None = None,
    ) -> Recording:
        """Record both directions to a new WAV file.

        Args:
            path: parents are made if need be.
            on_error: the disk failed (full, gone); called once, the call continues without recording.
            on_closed: the file is complete, or was given up.
        """

    def stats(self) -> LegStats:
        """The figures so far."""

    def path(self) -> MediaPath:
        """Where its packets go and come from, or did until it was closed."""

    def close(self) -> LegStats:
        """End everything on this leg and return its ports. A second time returns the same figures."""


class MediaEngine(Protocol):
    """Makes legs and connects them."""

    def open_leg(
        self,
        family: socket.AddressFamily = socket.AF_INET,
        *,
        dead_after: float = 0.0,
        awaits_proof: bool = False,
        keys: KeysAs = KeysAs.AUTO,
    ) -> MediaLeg:
        """Open a leg.

        Args:
            family: of its address.
            dead_after: as `MediaLeg.dead_after`.
            awaits_proof: nothing is sent, and what is played waits, until the far end was heard or
                `MediaLeg.peer_proved`: the address in SDP may be that of somebody who never called.
            keys: how the far end's keys travel.

        Raises:
            telephony.net.rtp_ports.PortsExhausted: no port left.
            MediaError: the engine has no address of that family, or is closed.
        """

    def bridge(self, a: MediaLeg, b: MediaLeg) -> Bridge:
        """Connect two legs. Raises `MediaError` when one is connected already."""

    def conference(self, legs: Sequence[MediaLeg] = ()) -> Conference:
        """Connect several legs. Raises `MediaError` when one is connected already."""

    def counters(self) -> EngineCounters:
        """The figures so far."""

    def close(self) -> None:
        """Close all legs and finish all recordings; returns when their files are on disk."""
