"""RTCP of one leg (RFC 3550 section 6): our reports and goodbye, and what the far end reports about us.

When to report is decided by the engine's one timer; what a packet looks like is left to
`telephony.rtp.rtcp`.
"""

from __future__ import annotations

import random
from collections.abc import Callable

from telephony.media.latching import MediaHosts, SourceLatch
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
        due: when the next report is to be sent; None before `start` and after `stop`.
        last_heard: when the far end's RTCP came last.
        round_trip_seconds, remote_lost, remote_jitter_ms: from its last report on our stream.
    """

    __slots__ = (
        "_chance",
        "_cname",
        "_described",
        "_latch",
        "_packets_reported",
        "_receiver",
        "_rtp_destination",
        "_rtp_source",
        "_send",
        "_sender",
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
        # Reports are few: one is enough to be known by, and their absence makes room for nobody.
        self._latch = SourceLatch(probation=1)
        self._described: SocketAddress | None = None
        self._rtp_source: SocketAddress | None = None
        self._rtp_destination: SocketAddress | None = None
        self._packets_reported = 0
        self.due: float | None = None
        self.last_heard: float | None = None
        self.round_trip_seconds: float | None = None
        self.remote_lost: int | None = None
        self.remote_jitter_ms: float | None = None

    def configure(self, described: SocketAddress | None, hosts: MediaHosts) -> None:
        """Take the far end's RTCP address from its SDP.

        Args:
            described: the address; None while the far end holds by 0.0.0.0 (RFC 3264 8.4): its reports are
                read on, and ours are not sent.
            hosts: from where its reports may come beside that.
        """
        self._described = described
        self._latch.hosts = hosts
        if described is not None and self._latch.name(described[0], described[1]):
            self._rtp_source = self._rtp_destination = None

    def start(self, now: float) -> None:
        """Report from now on, unless there is nowhere to report to."""
        if self._described is None:
            self.due = None
        elif self.due is None:
            self.due = now + INTERVAL_SECONDS / 2 * (0.5 + self._chance.random())

    def stop(self) -> None:
        """Send nothing until `start`."""
        self.due = None

    def rtp_latched(self, source: SocketAddress, destination: SocketAddress | None) -> None:
        """The far end's RTP comes from `source`; RTCP is sent along with RTP.

        Args:
            source: from where it comes.
            destination: where our RTP goes in place of the address in SDP, None for that address.
        """
        if source != self._rtp_source:
            self._rtp_source = source
            self._latch.forget()
        self._rtp_destination = destination

    def _destination(self) -> SocketAddress | None:
        """Where reports go: to SDP's address, or where the far end's own come from, or beside its RTP."""
        if self.due is None or self._described is None:
            return None
        found, along = self._latch.destination, self._rtp_destination
        if found is None and along is not None and along[0] != self._described[0]:
            found = (along[0], min(along[1] + 1, 65535), *along[2:])
        return found or self._described

    def receive(self, data: bytes, source: SocketAddress, now: float) -> None:
        """One datagram on the RTCP port."""
        try:
            packets = parse_compound(data) if is_rtcp(data) else None
        except RtcpError:
            packets = None
        if packets is None:
            self._receiver.malformed += 1
            return
        if source != self._latch.source and not self._latch.admit(source, 0, 0, now, now):
            self._receiver.strangers += 1
            return
        self.last_heard = now
        for packet in packets:
            self._read(packet, now)

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
        destination = self._destination()
        if destination is None:
            return
        try:
            self._send(pack_compound(packets), destination)
        except OSError:
            self._sender.send_errors += 1
