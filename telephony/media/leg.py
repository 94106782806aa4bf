"""One leg of a call: our RTP port pair, what is played and sent there, what is heard and who gets it.

The two streams are in `sender` and `receiver`, players in `playback`, RTCP in `reports`. This file puts them
together: what was negotiated, who speaks, digits, listeners, figures, the end.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Protocol

from telephony.media.figures import leg_stats
from telephony.media.interface import (
    AudioSource,
    EndReason,
    Frame,
    KeysAs,
    LegStats,
    MediaError,
    MediaPath,
    PlayEnd,
    TapSide,
)
from telephony.media.keys import KeyPresses, KeyWay
from telephony.media.latching import NOBODY, MediaHosts
from telephony.media.playback import SourcePlayer, Speaker
from telephony.media.receiver import RtpReceiver
from telephony.media.recorder import LegRecording
from telephony.media.relay import Relay
from telephony.media.reports import RtcpSession
from telephony.media.sender import RtpSender
from telephony.media.services import LegServices, agreed_codecs
from telephony.media.tap import FrameStream, LegTap
from telephony.net.rtp_ports import PortPair, PortPool, SocketAddress
from telephony.rtp.codecs import CODECS, G711
from telephony.rtp.pacing import StreamClock
from telephony.rtp.tone_keys import ToneDetector
from telephony.sdp.offer_answer import Negotiated

# A key that is passed on from one leg to another, in milliseconds: long enough for every receiver.
PASSED_KEY_MS = 120
PASSED_GAP_MS = 60


class LegConnection(Protocol):
    """A bridge, conference or echo that a leg is part of; at most one."""

    def leave(self, leg: Leg) -> None:
        """The leg is being closed."""

    def pass_key(self, leg: Leg, digit: str, way: KeyWay) -> None:
        """The far end of the leg has pressed a key: whoever hears it is to have the key as well."""


class Echo:
    """A leg that hears itself, each packet as soon as it has come."""

    __slots__ = ()

    def leave(self, leg: Leg) -> None:
        """The leg is closed."""
        leg.disconnect(self)

    def pass_key(self, leg: Leg, digit: str, way: KeyWay) -> None:
        """An event goes back as it came; in other forms nobody waits for one."""


class Leg:
    """`interface.MediaLeg` inside this process.

    Args:
        services: of the engine.
        pool: where the port pair comes from and returns to.
        closed: called once at the end.
        dead_after, awaits_proof, keys: see `interface.MediaEngine.open_leg`.
    """

    __slots__ = (
        "_awaits_proof",
        "_closed_path",
        "_closed_stats",
        "_codecs",
        "_connection",
        "_expects_media",
        "_is_answered",
        "_is_closed",
        "_keys",
        "_keys_as",
        "_late_before",
        "_named",
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
        "_tones",
        "_watched_since",
        "dead_after",
        "on_dead",
        "on_digit",
        "receiver",
        "send_info",
        "sender",
    )

    def __init__(
        self,
        services: LegServices,
        pool: PortPool,
        closed: Callable[[Leg], None],
        *,
        dead_after: float = 0.0,
        awaits_proof: bool = False,
        keys: KeysAs = KeysAs.AUTO,
    ) -> None:
        self._services = services
        self._pool = pool
        self._pair: PortPair = pool.allocate()
        self._on_closed = closed
        chance = services.chance
        clock = StreamClock(0, chance.getrandbits(32), chance.getrandbits(16), chance.getrandbits(32))
        self.sender = RtpSender(self._pair.rtp.sendto, clock)
        self.receiver = RtpReceiver(self._latched, self._key_by_event, self._configure_relays)
        self._rtcp = RtcpSession(
            self._pair.rtcp.sendto, self.sender, self.receiver, services.cname, services.unix_clock, chance
        )
        self.on_digit: Callable[[str], None] | None = None
        self.on_dead: Callable[[], None] | None = None
        self.send_info: Callable[[str, int], bool] | None = None
        self.dead_after = dead_after
        self._awaits_proof = awaits_proof
        self._named: SocketAddress | None = None  # where SDP wants our packets, None while it wants none
        self._codecs: Mapping[int, G711] = {}
        self._is_answered = False
        self._expects_media = False
        self._watched_since: float | None = None
        self._keys = KeyPresses()
        self._keys_as = keys
        self._tones = ToneDetector() if keys is KeysAs.INBAND else None
        self._speaker = Speaker(self.sender, self._speaker_changed, self._send_by_info)
        self._connection: LegConnection | None = None
        self._relay: Relay | None = None
        self._relay_target: Leg | None = None
        self._relay_source: Leg | None = None
        self._recordings: list[LegRecording] = []
        self._late_before = 0
        self._is_closed = False
        self._closed_stats: LegStats | None = None
        self._closed_path: MediaPath | None = None
        services.reader.add(self._pair.rtp, self.receiver.receive)
        services.reader.add(self._pair.rtcp, self._rtcp.receive)
        if self._tones is not None:
            self.listen(self._hear_tones, TapSide.RECEIVED)

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

    def apply(self, negotiated: Negotiated, hosts: MediaHosts = NOBODY) -> None:
        """Take the result of an offer/answer exchange; see `interface.MediaLeg.apply`.

        Raises:
            MediaError: the codec is none of ours, or the leg is closed.
        """
        self._require_open()
        sender, now = self.sender, self._services.clock()
        sender.interrupt()
        codec = CODECS.get(negotiated.codec.name)
        if codec is None:
            raise MediaError(f"no codec {negotiated.codec.name}")
        known = agreed_codecs(tuple(negotiated.receive.items()))
        self._codecs = known
        # Many peers send events under their own number instead of ours.
        both = (negotiated.dtmf_receive, negotiated.dtmf_send)
        events = frozenset(number for number in both if number is not None and number not in known)
        named = (negotiated.remote_address, negotiated.remote_port)
        self.receiver.configure(known, events, named, hosts)
        self.receiver.enabled = negotiated.direction.receives
        self._named = named if negotiated.reachable and negotiated.direction.sends else None
        self._rtcp.configure(negotiated.remote_rtcp if negotiated.reachable else None, hosts)
        self._aim(now)
        # Deviation: a=ptime is the far end's wish (RFC 4566 6); what we make ourselves is always 20 ms.
        sender.clock.payload_type = negotiated.codec.payload_type
        sender.event_payload_type = negotiated.dtmf_send
        if sender.codec is not codec:
            sender.codec = codec
            self._speaker.codec_changed()
        self._configure_relays()
        self._expects_media = negotiated.expects_media
        self._watch_from(now)

    def answered(self) -> None:
        """The call is answered: from now on the far end's silence counts."""
        self._is_answered = True
        self._watch_from(self._services.clock())

    def _watch_from(self, now: float) -> None:
        self._watched_since = now if self._is_answered and self._expects_media else None

    def peer_proved(self) -> None:
        """The far end has shown that it is there: what is said and reported may be sent."""
        if self._awaits_proof and not self._is_closed:
            self._awaits_proof = False
            self._aim(self._services.clock())

    def _latched(self, source: SocketAddress) -> None:
        """The far end is heard, which proves that it is there; answer it (RFC 4961)."""
        self._awaits_proof = False
        self._rtcp.rtp_latched(source, self.receiver.latch.destination)
        self._aim(self._services.clock())

    def _aim(self, now: float) -> None:
        """Send where the far end is to be found now, or nowhere."""
        sender, destination = self.sender, None
        if self._named is not None and not self._awaits_proof:
            destination = self.receiver.latch.destination or self._named
        if destination != sender.destination:
            sender.interrupt()
            was_silent, sender.destination = sender.destination is None, destination
            if was_silent and sender.local_speaks:
                sender.resume(now)
        if self._awaits_proof:
            self._rtcp.stop()
        else:
            self._rtcp.start(now)

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
        player = self._speaker.current
        if player is None:
            self.sender.release()
        else:
            self.sender.hand_over(player, self._services.clock(), local=True)
        self._update_tick()

    def tick(self, now: float) -> None:
        """Hot path: 20 ms of work."""
        player = self._speaker.current
        if player is not None and not self._awaits_proof:
            player.tick(now)
        # In this order: a recording takes what was heard, then what was said, then writes both.
        if self.receiver.stream is not None:
            self.receiver.stream.tick(now)
        if self.sender.stream is not None:
            self.sender.stream.tick(now)

    def _update_tick(self) -> None:
        if self._speaker.current or self.receiver.stream is not None or self.sender.stream is not None:
            self._services.ticker.add(self)
        else:
            self._services.ticker.remove(self)

    # --- keys ----------------------------------------------------------------------------------------------

    def digit_from_signalling(self, digit: str, held: bool | None = None) -> None:
        """A key by SIP INFO; see `interface.MediaLeg.digit_from_signalling`."""
        if self._is_closed:
            return
        now = self._services.clock()
        if held is None:
            self._key(digit, KeyWay.INFO)
        elif self._keys.hold(digit, held, now):
            self._report(digit, KeyWay.INFO)

    def _key_by_event(self, digit: str) -> bool:
        return self._key(digit, KeyWay.EVENT)

    def _hear_tones(self, frame: Frame) -> None:
        assert self._tones is not None
        if self._speaker.sends_digits:
            self._tones.reset()  # what is heard now may be the echo of our own
            return
        for digit in self._tones.receive(frame):
            self._key(digit, KeyWay.TONE)

    def _key(self, digit: str, way: KeyWay) -> bool:
        counts = self._keys.press(digit, way, self._services.clock())
        if counts:
            self._report(digit, way)
        return counts

    def _report(self, digit: str, way: KeyWay) -> None:
        if self._connection is not None:
            self._connection.pass_key(self, digit, way)
        if self.on_digit is not None:
            self.on_digit(digit)

    def take_key(self, digit: str, way: KeyWay, *, relayed: bool) -> None:
        """A key of somebody whom the far end hears: pass it on in a form that is taken here.

        Args:
            digit: the key.
            way: how it was pressed.
            relayed: what was pressed as an event is passed on packet by packet.
        """
        if self.sender.event_payload_type is not None:
            passed = way is KeyWay.EVENT and relayed
        else:
            passed = self._send_by_info(digit, PASSED_KEY_MS) or way is KeyWay.TONE  # which passed as sound
        if not passed:
            self._speaker.send_digits(digit, PASSED_KEY_MS, PASSED_GAP_MS, None)

    def _send_by_info(self, digit: str, duration_ms: int) -> bool:
        """Press a key by SIP INFO if the far end takes that; whether it did."""
        wanted = self._keys_as is KeysAs.INFO or (self._keys_as is KeysAs.AUTO and self._keys.signalled)
        return wanted and self.send_info is not None and self.send_info(digit, duration_ms)

    # --- other legs ----------------------------------------------------------------------------------------

    def echo(self, on: bool) -> None:
        """Send back what is received."""
        if isinstance(self._connection, Echo):
            if not on:
                self.disconnect(self._connection)
        elif on:
            self.connect(Echo())
            self.relay_to(self)

    def connect(self, connection: LegConnection) -> None:
        """Become part of a bridge, conference or echo. Raises `MediaError` when part of one already."""
        self._require_open()
        if self._connection is not None:
            raise MediaError("the leg is connected already")
        self._connection = connection

    def disconnect(self, connection: LegConnection) -> None:
        """Leave it; nothing happens when the leg is not part of it."""
        if self._connection is not connection:
            return
        self._connection = None
        if self._relay_target is not None:
            self._relay_target._relay_source = None
            self._relay_target.sender.interrupt()
        self._relay = self._relay_target = self.receiver.relay = None
        self.sender.interrupt()

    def relay_to(self, other: Leg) -> None:
        """Pass what is received to another leg, or to this one itself."""
        self._relay, self._relay_target = Relay(self.receiver, other.sender), other
        other._relay_source = self
        self._configure_relays()
        self.receiver.relay = self._relay

    def _configure_relays(self) -> None:
        for leg in (self, self._relay_source):
            if leg is not None and leg._relay is not None:
                leg._relay.end_turn()
                leg._relay.configure(leg._codecs, leg.receiver.event_payload_types)

    # --- listeners -----------------------------------------------------------------------------------------

    def tap(self, consumer: Callable[[Frame], None], *, direction: TapSide = TapSide.RECEIVED) -> LegTap:
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
        self.listen(recording.receive_left, TapSide.RECEIVED)
        self.listen(recording.receive_right, TapSide.SENT)
        return recording

    def _end_recording(self, recording: LegRecording) -> None:
        self._recordings.remove(recording)
        self.unlisten(recording.receive_left, TapSide.RECEIVED)
        self.unlisten(recording.receive_right, TapSide.SENT)

    def listen(self, listener: Callable[[Frame], None], direction: TapSide) -> None:
        """Add a listener to one of the streams."""
        side: RtpReceiver | RtpSender = self.receiver if direction is TapSide.RECEIVED else self.sender
        if side.stream is None:
            self.sender.interrupt()
            side.stream = FrameStream()
        side.stream.add(listener)
        self._update_tick()

    def unlisten(self, listener: Callable[[Frame], None], direction: TapSide) -> None:
        """Take a listener off; unknown ones are ignored."""
        side: RtpReceiver | RtpSender = self.receiver if direction is TapSide.RECEIVED else self.sender
        if side.stream is None:
            return
        side.stream.remove(listener)
        if side.stream.idle:
            if side is self.receiver:
                self._late_before += side.stream.late
            self.sender.interrupt()
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
        heard = max(self._watched_since, self.receiver.last_heard or 0.0, rtcp.last_heard or 0.0)
        if now - heard >= self.dead_after:
            self._watched_since = None
            if self.on_dead is not None:
                self.on_dead()

    def stats(self) -> LegStats:
        """The figures so far."""
        if self._closed_stats is not None:
            return self._closed_stats
        stream = self.receiver.stream
        late = 0 if stream is None else stream.late
        return leg_stats(self.receiver, self.sender, self._rtcp, self._late_before + late)

    def path(self) -> MediaPath:
        """Where its packets go and come from, or did until it was closed."""
        if self._closed_path is not None:
            return self._closed_path
        sender, receiver = self.sender, self.receiver
        return MediaPath(
            local=(self._pool.address, self._pair.port),
            destination=_plain(sender.destination),
            source=_plain(receiver.source),
            received_types=tuple(sorted({*receiver.codecs, *receiver.event_payload_types})),
            sent_type=sender.clock.payload_type,
            sent_event_type=sender.event_payload_type,
        )

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
        self._closed_path = self.path()
        services.ticker.remove(self)
        services.reader.remove(self._pair.rtp)
        services.reader.remove(self._pair.rtcp)
        self._pool.release(self._pair)
        self.receiver.stream = self.sender.stream = None
        self.sender.destination = None
        self._on_closed(self)
        self.send_info = None
        # Those who wait for the end of a prompt last: what they do about it finds the leg closed.
        self._speaker.close()
        # Part the rings, so that all goes without waiting for the collector.
        self.sender.release()
        self.receiver.close()
        return stats

    def _require_open(self) -> None:
        if self._is_closed:
            raise MediaError("the leg is closed")


def _plain(address: SocketAddress | None) -> tuple[str, int] | None:
    return None if address is None else (str(address[0]), int(address[1]))
