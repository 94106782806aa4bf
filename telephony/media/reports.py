"""RTCP of one leg (RFC 3550 section 6): our reports and goodbye, and what the far end reports about us.

When to report is decided by the engine's one timer; what a packet looks like is left to
`telephony.rtp.rtcp`.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from telephony.media.receiver import RtpReceiver
from telephony.media.sender import RtpSender
from telephony.net.rtp_ports import SocketAddress
from telephony.rtp.codecs import SAMPLE_RATE
from telephony.rtp.packet import is_rtcp
from telephony.rtp.reception import round_trip
from telephony.rtp.rtcp import (
    Goodbye,
    ReceiverReport,
    ReportBlock,
    RtcpError,
    RtcpPacket,
    SenderReport,
    SourceDescription,
    ntp_from_unix,
    pack_compound,
    parse_compound,
)

# RFC 3550 6.2 and 6.3.1: five seconds, spread over half to one and a half of it; the first one after half.
INTERVAL_SECONDS = 5.0


class RtcpSession:
    """Reports on one leg's two streams.

    Args:
        send: sends a datagram to an address; may raise OSError.
        sender, receiver: the streams.
        cname: our canonical name (RFC 7022), the same for a leg's life.
        unix_clock: seconds since 1970.
        chance: spreads the reports.

    Attributes:
        due: when the next report is to be sent; None before `configure` and after `stop`.
        last_heard: when the far end's RTCP came last.
        round_trip_seconds, remote_lost, remote_jitter_ms: from its last report on our stream.
    """

    __slots__ = (
        "_chance",
        "_cname",
        "_described",
        "_destination",
        "_packets_reported",
        "_receiver",
        "_rtp_source",
        "_send",
        "_sender",
        "_source",
        "_unix_clock",
        "due",
        "last_heard",
        "remote_jitter_ms",
        "remote_lost",
        "round_trip_seconds",
    )

    def __init__(
        self,
        send: Callable[[bytes, SocketAddress], int],
        sender: RtpSender,
        receiver: RtpReceiver,
        cname: str,
        unix_clock: Callable[[], float],
        chance: random.Random,
    ) -> None:
        self._send = send
        self._sender = sender
        self._receiver = receiver
        self._cname = cname
        self._unix_clock = unix_clock
        self._chance = chance
        self._destination: SocketAddress | None = None
        self._described: SocketAddress = ("", 0)
        self._source: SocketAddress | None = None  # where its RTCP came from first
        self._rtp_source: SocketAddress | None = None
        self._packets_reported = 0
        self.due: float | None = None
        self.last_heard: float | None = None
        self.round_trip_seconds: float | None = None
        self.remote_lost: int | None = None
        self.remote_jitter_ms: float | None = None

    def stop(self) -> None:
        """Send nothing more until `configure`: the far end holds by 0.0.0.0 (RFC 3264 8.4)."""
        self._destination = self.due = None

    def configure(self, destination: SocketAddress, now: float) -> None:
        """Take the far end's RTCP address from its SDP, and report to it from now on."""
        self._destination = self._described = destination
        if self.due is None:
            self.due = now + INTERVAL_SECONDS / 2 * (0.5 + self._chance.random())

    def rtp_latched(self, source: SocketAddress) -> None:
        """The far end's RTP comes from here: without word of its RTCP, expect that one port above."""
        if source != self._rtp_source:
            self._rtp_source, self._source = source, None
        if self._destination is not None and self._destination[0] != source[0]:
            self._destination = (source[0], min(source[1] + 1, 65535), *source[2:])

    def receive(self, data: bytes, source: SocketAddress, now: float) -> None:
        """One datagram on the RTCP port."""
        if not self._believes(source):
            self._receiver.strangers += 1
            return
        try:
            packets = parse_compound(data) if is_rtcp(data) else None
        except RtcpError:
            packets = None
        if packets is None:
            self._receiver.malformed += 1
            return
        self._source = source
        if self._destination is not None:
            self._destination = source
        self.last_heard = now
        for packet in packets:
            self._read(packet, now)

    def _believes(self, source: SocketAddress) -> bool:
        """Whether RTCP from there counts: the far end's host, and from one port of it.

        That is the port which the SDP names or the one above its RTP; behind a NAT that changes ports it is
        whichever its RTCP came from first, until its RTP comes from elsewhere.
        """
        known = self._receiver.source or self._destination or self._described
        if source[0] != known[0]:
            return False
        if self._source is None or source == self._source:
            return True
        beside_rtp = self._receiver.source is not None and source[1] == self._receiver.source[1] + 1
        return beside_rtp or source[:2] == self._described[:2]

    def report(self, now: float) -> None:
        """Send a report if there is anything to say, and set when the next one is due."""
        self.due = now + INTERVAL_SECONDS * (0.5 + self._chance.random())
        self._sender.settle()
        if self._sender.clock.packets or self._receiver.packets:
            self._transmit(self._report(now))

    def goodbye(self, now: float) -> None:
        """Tell the far end that our stream is over (RFC 3550 6.3.7: only if it ever heard of us)."""
        self._sender.settle()
        if self._sender.clock.packets or self._receiver.packets:
            self._transmit([*self._report(now), Goodbye((self._sender.clock.ssrc,))])

    def _read(self, packet: RtcpPacket, now: float) -> None:
        if isinstance(packet, SenderReport):
            if packet.ssrc == self._receiver.ssrc:
                self._receiver.reception.sender_report(packet, now)
            self._read_blocks(packet.reports)
        elif isinstance(packet, ReceiverReport):
            self._read_blocks(packet.reports)

    def _read_blocks(self, blocks: tuple[ReportBlock, ...]) -> None:
        for block in blocks:
            if block.ssrc != self._sender.clock.ssrc:
                continue
            self.remote_lost = block.lost
            self.remote_jitter_ms = block.jitter * 1000 / SAMPLE_RATE
            measured = round_trip(block, ntp_from_unix(self._unix_clock()))
            if measured is not None:
                self.round_trip_seconds = measured

    def _report(self, now: float) -> list[RtcpPacket]:
        clock = self._sender.clock
        block = (
            self._receiver.reception.report_block(self._receiver.ssrc, now)
            if self._receiver.ssrc is not None
            else None
        )
        blocks = (block,) if block is not None else ()
        first: RtcpPacket
        if clock.packets != self._packets_reported:
            self._packets_reported = clock.packets
            ntp = ntp_from_unix(self._unix_clock())
            first = SenderReport(clock.ssrc, ntp, self._rtp_time(now), clock.packets, clock.octets, blocks)
        else:
            first = ReceiverReport(clock.ssrc, blocks)
        return [first, SourceDescription.cname(clock.ssrc, self._cname)]

    def _rtp_time(self, now: float) -> int:
        """The timestamp that a sample of this very moment would get (RFC 3550 6.4.1)."""
        last = self._sender.last_audio
        since = 0 if last is None else round((now - last) * SAMPLE_RATE) - 160
        return (self._sender.clock.timestamp + since) & 0xFFFFFFFF

    def _transmit(self, packets: list[RtcpPacket]) -> None:
        if self._destination is None:
            return
        try:
            self._send(pack_compound(packets), self._destination)
        except OSError:
            self._sender.send_errors += 1
