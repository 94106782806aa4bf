"""One leg of a call: our RTP port pair, what is played and sent there, what is heard and who gets it.

The two streams themselves are in `outgoing` and `incoming`, players in `playback`, RTCP in `reports`. This
file puts them together: what was negotiated, whose turn it is to speak, digits, listeners, figures, the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from telephony.media.figures import leg_stats
from telephony.media.interface import (
    AudioSource,
    Direction,
    EndReason,
    Frame,
    LegStats,
    MediaError,
    PlayEnd,
)
from telephony.media.keys import KeyPresses
from telephony.media.latching import SocketAddress
from telephony.media.playback import SourcePlayer, Speaker
from telephony.media.receiver import Incoming
from telephony.media.recorder import LegRecording
from telephony.media.relay import Echo, Relay
from telephony.media.reports import RtcpSession
from telephony.media.sender import Outgoing
from telephony.media.services import LegServices, agreed_codecs
from telephony.media.tap import FrameStream, LegTap
from telephony.net.rtp_ports import PortPair, PortPool
from telephony.rtp.codecs import CODECS, G711
from telephony.rtp.pacing import StreamClock
from telephony.sdp.offer_answer import Negotiated


class Connection(Protocol):
    """A bridge, conference or echo that a leg is part of; at most one."""

    def leave(self, leg: Leg) -> None:
        """The leg is being closed."""


class Leg:
    """`interface.MediaLeg` inside this process.

    Args:
        services: of the engine.
        pool: where the port pair comes from and returns to.
        closed: called once at the end.
    """

    __slots__ = (
        "_closed_stats",
        "_codecs",
        "_connection",
        "_event_payload_type",
        "_is_closed",
        "_keys",
        "_late_before",
        "_on_closed",
        "_pair",
        "_pool",
        "_recordings",
        "_relay",
        "_relay_source",
        "_relay_target",
        "_rtcp",
        "_services",
        "_speaker",
        "_watched_since",
        "dead_after",
        "incoming",
        "muted",
        "on_dead",
        "on_digit",
        "out",
    )

    def __init__(
        self, services: LegServices, pool: PortPool, dead_after: float, closed: Callable[[Leg], None]
    ) -> None:
        self._services = services
        self._pool = pool
        self._pair: PortPair = pool.allocate()
        self._on_closed = closed
        chance = services.chance
        clock = StreamClock(0, chance.getrandbits(32), chance.getrandbits(16), chance.getrandbits(32))
        self.out = Outgoing(self._pair.rtp.sendto, clock)
        self.incoming = Incoming(self._latched, self._key_by_rtp)
        self._rtcp = RtcpSession(
            self._pair.rtcp.sendto, self.out, self.incoming, services.cname, services.unix_clock, chance
        )
        self.on_digit: Callable[[str], None] | None = None
        self.on_dead: Callable[[], None] | None = None
        self.dead_after = dead_after
        self.muted = False
        self._codecs: Mapping[int, G711] = {}
        self._event_payload_type: int | None = None
        self._watched_since: float | None = None
        self._keys = KeyPresses()
        self._speaker = Speaker(self.out, self._speaker_changed)
        self._connection: Connection | None = None
        self._relay: Relay | None = None
        self._relay_target: Leg | None = None
        self._relay_source: Leg | None = None
        self._recordings: list[LegRecording] = []
        self._late_before = 0
        self._is_closed = False
        self._closed_stats: LegStats | None = None
        services.reader.add(self._pair.rtp, self.incoming.receive)
        services.reader.add(self._pair.rtcp, self._rtcp.receive)

    @property
    def address(self) -> str:
        """What to name in SDP."""
        return self._pool.address

    @property
    def port(self) -> int:
        """Of RTP, even."""
        return self._pair.port

    @property
    def rtcp_port(self) -> int:
        """Of RTCP."""
        return self._pair.port + 1

    # --- negotiation ---------------------------------------------------------------------------------------

    def apply(self, negotiated: Negotiated) -> None:
        """Take the result of an offer/answer exchange.

        Raises:
            MediaError: the codec is none of ours, or the leg is closed.
        """
        self._require_open()
        out, now = self.out, self._services.clock()
        out.release_turn()
        codec = CODECS.get(negotiated.codec.name)
        if codec is None:
            raise MediaError(f"no codec {negotiated.codec.name}")
        known = agreed_codecs(tuple(negotiated.receive.items()))
        self._codecs, self._event_payload_type = known, negotiated.dtmf_receive
        host, port = negotiated.remote_address, negotiated.remote_port
        self.incoming.configure(known, negotiated.dtmf_receive, host, port)
        self.incoming.enabled = negotiated.direction.receives
        was_silent = out.destination is None
        out.destination = None
        if negotiated.reachable:
            self._rtcp.configure(negotiated.remote_rtcp, now)
            if self.incoming.source is not None:
                self._rtcp.rtp_latched(self.incoming.source)
            if negotiated.direction.sends:
                out.destination = self.incoming.source or (host, port)
        if was_silent and out.reserved:
            out.resume(now)
        # Deviation: a=ptime is the far end's wish (RFC 4566 6); what we make ourselves is always 20 ms.
        out.clock.payload_type = negotiated.codec.payload_type
        out.event_payload_type = negotiated.dtmf_send
        if out.codec is not codec:
            out.codec = codec
            self._speaker.codec_changed()
        self._configure_relays()
        self._watched_since = now if negotiated.expects_media else None

    def _latched(self, source: SocketAddress) -> None:
        """The far end's real address is known: answer there (RFC 4961)."""
        if self.out.destination is not None:
            self.out.release_turn()
            self.out.destination = source
        self._rtcp.rtp_latched(source)

    # --- speaking ------------------------------------------------------------------------------------------

    def play(
        self,
        source: AudioSource,
        *,
        loop: bool = False,
        on_done: Callable[[PlayEnd], None] | None = None,
    ) -> SourcePlayer:
        """Play to the far end; see `interface.MediaLeg.play`."""
        self._require_open()
        return self._speaker.play(source, loop, on_done)

    def hold_music(self, source: AudioSource | None) -> None:
        """Play over and over whenever nothing else is played."""
        if source is not None:
            self._require_open()
        self._speaker.set_music(source)

    def send_digits(
        self,
        digits: str,
        duration_ms: int = 160,
        gap_ms: int = 80,
        on_done: Callable[[EndReason], None] | None = None,
    ) -> None:
        """Press keys towards the far end; see `interface.MediaLeg.send_digits`."""
        self._require_open()
        self._speaker.send_digits(digits, duration_ms, gap_ms, on_done)

    def _speaker_changed(self) -> None:
        self.out.reserve(self._speaker.current, self._services.clock())
        self._update_tick()

    def tick(self, now: float) -> None:
        """Hot path: 20 ms of work."""
        player = self._speaker.current
        if player is not None:
            player.tick(now)
        # In this order: a recording takes what was heard, then what was said, then writes both.
        if self.incoming.stream is not None:
            self.incoming.stream.tick(now)
        if self.out.stream is not None:
            self.out.stream.tick(now)

    def _update_tick(self) -> None:
        if self._speaker.current or self.incoming.stream is not None or self.out.stream is not None:
            self._services.ticker.add(self)
        else:
            self._services.ticker.remove(self)

    # --- keys ----------------------------------------------------------------------------------------------

    def digit_from_signalling(self, digit: str) -> None:
        """A key by SIP INFO."""
        counts = not self._is_closed and self._keys.by_signalling(digit, self._services.clock())
        if counts and self.on_digit is not None:
            self.on_digit(digit)

    def _key_by_rtp(self, digit: str) -> None:
        if self._keys.by_rtp(digit, self._services.clock()) and self.on_digit is not None:
            self.on_digit(digit)

    # --- other legs ----------------------------------------------------------------------------------------

    def echo(self, on: bool) -> None:
        """Send back what is received."""
        if isinstance(self._connection, Echo):
            if not on:
                self._connection.close()
        elif on:
            Echo(self)

    def mute(self, on: bool) -> None:
        """Keep what this leg says from bridge, echo and conference."""
        self.muted = on
        self._update_forward()

    def connect(self, connection: Connection) -> None:
        """Become part of a bridge, conference or echo. Raises `MediaError` when part of one already."""
        self._require_open()
        if self._connection is not None:
            raise MediaError("the leg is connected already")
        self._connection = connection

    def disconnect(self, connection: Connection) -> None:
        """Leave it; nothing happens when the leg is not part of it."""
        if self._connection is not connection:
            return
        self._connection = None
        if self._relay_target is not None:
            self._relay_target._relay_source = None
            self._relay_target.out.release_turn()
        self._relay = self._relay_target = self.incoming.relay = None
        self.out.release_turn()

    def relay_to(self, other: Leg) -> None:
        """Pass what is received to another leg, or to this one itself."""
        self._relay, self._relay_target = Relay(self.incoming, other.out), other
        other._relay_source = self
        self._configure_relays()
        self._update_forward()

    def _configure_relays(self) -> None:
        for leg in (self, self._relay_source):
            if leg is not None and leg._relay is not None:
                leg._relay.interrupt()
                leg._relay.configure(leg._codecs, leg._event_payload_type)

    def _update_forward(self) -> None:
        self.incoming.relay = None if self.muted else self._relay
        if self._relay is not None:
            # Unmuted, it joins anew: what was said meanwhile must not look like loss.
            self._relay.interrupt()

    # --- listeners -----------------------------------------------------------------------------------------

    def tap(self, consumer: Callable[[Frame], None], *, direction: Direction = Direction.RECEIVED) -> LegTap:
        """Give decoded frames to a consumer; see `interface.MediaLeg.tap`."""
        self._require_open()
        self.listen(consumer, direction)
        return LegTap(consumer, partial(self.unlisten, direction=direction))

    def record(
        self,
        path: Path,
        *,
        on_error: Callable[[OSError], None] | None = None,
        on_closed: Callable[[], None] | None = None,
    ) -> LegRecording:
        """Record both directions; see `interface.MediaLeg.record`."""
        self._require_open()
        recording = LegRecording(self._services.writer, path, self._end_recording, on_error, on_closed)
        self._recordings.append(recording)
        self.listen(recording.receive_left, Direction.RECEIVED)
        self.listen(recording.receive_right, Direction.SENT)
        return recording

    def _end_recording(self, recording: LegRecording) -> None:
        self._recordings.remove(recording)
        self.unlisten(recording.receive_left, Direction.RECEIVED)
        self.unlisten(recording.receive_right, Direction.SENT)

    def listen(self, listener: Callable[[Frame], None], direction: Direction) -> None:
        """Add a listener to one of the streams."""
        side: Incoming | Outgoing = self.incoming if direction is Direction.RECEIVED else self.out
        if side.stream is None:
            self.out.release_turn()
            side.stream = FrameStream()
        side.stream.add(listener)
        self._update_tick()

    def unlisten(self, listener: Callable[[Frame], None], direction: Direction) -> None:
        """Take a listener off; unknown ones are ignored."""
        side: Incoming | Outgoing = self.incoming if direction is Direction.RECEIVED else self.out
        if side.stream is None:
            return
        side.stream.remove(listener)
        if side.stream.idle:
            if side is self.incoming:
                self._late_before += side.stream.late
            self.out.release_turn()
            side.stream = None
            self._update_tick()

    # --- figures and end -----------------------------------------------------------------------------------

    def housekeeping(self, now: float) -> None:
        """Called by the engine about twice a second: RTCP reports, and is anyone still there?"""
        rtcp = self._rtcp
        if rtcp.due is not None and now >= rtcp.due:
            rtcp.report(now)
        if self.dead_after <= 0 or self._watched_since is None:
            return
        heard = max(self._watched_since, self.incoming.last_heard or 0.0, rtcp.last_heard or 0.0)
        if now - heard >= self.dead_after:
            self._watched_since = None
            if self.on_dead is not None:
                self.on_dead()

    def stats(self) -> LegStats:
        """The figures so far."""
        if self._closed_stats is not None:
            return self._closed_stats
        stream = self.incoming.stream
        late = 0 if stream is None else stream.late
        return leg_stats(self.incoming, self.out, self._rtcp, self._late_before + late)

    def close(self) -> LegStats:
        """End everything and return the ports; a second time returns the same figures."""
        if self._is_closed:
            return self.stats()
        self._is_closed = True
        if self._connection is not None:
            self._connection.leave(self)
        for recording in list(self._recordings):
            recording.stop()
        services = self._services
        self._rtcp.goodbye(services.clock())
        stats = self._closed_stats = self.stats()
        services.ticker.remove(self)
        services.reader.remove(self._pair.rtp)
        services.reader.remove(self._pair.rtcp)
        self._pool.release(self._pair)
        self.incoming.stream = self.out.stream = None
        self.out.destination = None
        self._on_closed(self)
        # Those who wait for the end of a prompt last: what they do about it finds the leg closed.
        self._speaker.close()
        # Part the rings, so that all goes without waiting for the collector.
        self.out.turn = None
        self.incoming.close()
        return stats

    def _require_open(self) -> None:
        if self._is_closed:
            raise MediaError("the leg is closed")
