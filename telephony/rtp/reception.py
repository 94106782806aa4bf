"""Reception statistics of a source (RFC 3550 appendix A), for report blocks and call records.

`update` is called for each packet and is kept cheap: in the common case (the next packet in order) it is a
handful of integer operations. Playing the packets in order is the work of `jitter`, turning figures into a
score that of `mos`.
"""

from __future__ import annotations

from telephony.rtp.rtcp import ReportBlock, SenderReport, ntp_middle

_MAX_DROPOUT = 3000
_MAX_MISORDER = 100
_NONE = -1


class ReceptionStats:
    """Statistics of one source.

    Deviation: probation (RFC 3550 appendix A.1, MIN_SEQUENTIAL) is left out, since the caller has already
    decided whose packets these are; the first packet counts.

    Attributes:
        received: packets, duplicates and late ones included.
        jitter_units: interarrival jitter, smoothed as in appendix A.8, in timestamp units.
    """

    __slots__ = (
        "_bad",
        "_base",
        "_cycles",
        "_earlier",
        "_next",
        "_prior_expected",
        "_prior_received",
        "_report_at",
        "_report_ntp",
        "_transit",
        "jitter_units",
        "received",
    )

    def __init__(self) -> None:
        self.received = 0
        self.jitter_units = 0.0
        self._next = _NONE  # the sequence number expected, none before the first packet
        self._base = 0  # the first sequence number
        self._earlier = 0  # packets expected before the source last restarted
        self._cycles = 0  # wraps times 65536, at the packet before the one expected
        self._bad = _NONE  # the one that would confirm a restart
        self._transit = _NONE
        self._prior_expected = 0
        self._prior_received = 0
        self._report_ntp = 0
        self._report_at = 0.0

    def update(self, sequence: int, timestamp: int, arrival: int) -> None:
        """Count one packet.

        Args:
            sequence, timestamp: of the RTP header.
            arrival: the time of arrival in timestamp units, of any origin and any number of bits.
        """
        if sequence == self._next:
            self._next = sequence + 1 & 0xFFFF
            if sequence == 0:
                self._cycles += 0x10000
        elif not self._jump(sequence):
            return
        self.received += 1
        transit = arrival - timestamp & 0xFFFFFFFF
        change = transit - self._transit if self._transit >= 0 else 0
        self._transit = transit
        # Inline for speed: |D(i-1, i)| modulo 2**32, then J += (|D| - J) / 16 (RFC 3550 section 6.4.1).
        if change < 0:
            change = -change
        if change > 0x7FFFFFFF:
            change = 0x100000000 - change
        jitter = self.jitter_units
        self.jitter_units = jitter + (change - jitter) / 16

    def count(self, sequence: int) -> None:
        """Count one packet whose timestamp is not its time of sampling, such as a named event (RFC 4733)."""
        if sequence == self._next:
            self._next = sequence + 1 & 0xFFFF
            if sequence == 0:
                self._cycles += 0x10000
        elif not self._jump(sequence):
            return
        self.received += 1

    @property
    def expected(self) -> int:
        """Packets that the source has sent, as far as the sequence numbers tell."""
        if self._next == _NONE:
            return 0
        return self._earlier + self._highest() - self._base + 1

    @property
    def lost(self) -> int:
        """Packets lost in all; negative when there were more duplicates than losses (appendix A.3)."""
        return self.expected - self.received

    def sender_report(self, report: SenderReport, now: float) -> None:
        """Note a report from the source, for our next report to refer to."""
        self._report_ntp = ntp_middle(report.ntp)
        self._report_at = now

    def report_block(self, ssrc: int, now: float) -> ReportBlock | None:
        """The block on this source, whose interval ends now; None before its first packet.

        Args:
            ssrc: of the source.
            now: seconds, by the same clock as for `sender_report`.
        """
        if self._next == _NONE:
            return None
        expected = self.expected
        expected_since = expected - self._prior_expected
        lost_since = expected_since - (self.received - self._prior_received)
        self._prior_expected, self._prior_received = expected, self.received
        fraction = (
            min(255, (lost_since << 8) // expected_since) if expected_since > 0 and lost_since > 0 else 0
        )
        delay = round((now - self._report_at) * 65536) if self._report_ntp else 0
        return ReportBlock(
            ssrc,
            fraction,
            max(-0x800000, min(expected - self.received, 0x7FFFFF)),
            self._highest() & 0xFFFFFFFF,
            int(self.jitter_units),
            self._report_ntp,
            max(0, min(delay, 0xFFFFFFFF)),
        )

    def _highest(self) -> int:
        return self._cycles + (self._next - 1 & 0xFFFF)

    def _jump(self, sequence: int) -> bool:
        """Take a packet that is not the next in order; False for a stray one (appendix A.1, update_seq)."""
        if self._next == _NONE:
            self._restart(sequence)
            return True
        highest = self._next - 1 & 0xFFFF
        ahead = sequence - highest & 0xFFFF
        if 0 < ahead < _MAX_DROPOUT:
            if sequence < highest:
                self._cycles += 0x10000
            self._next = sequence + 1 & 0xFFFF
        elif 0 < ahead <= 0x10000 - _MAX_MISORDER:
            if sequence != self._bad:
                self._bad = sequence + 1 & 0xFFFF
                return False
            # Deviation: what was counted before the source restarted still counts, as the call is the same.
            self._earlier = self.expected
            self._restart(sequence)
        return True

    def _restart(self, sequence: int) -> None:
        self._base = sequence
        self._next = sequence + 1 & 0xFFFF
        self._cycles = 0
        self._bad = _NONE
        self._transit = _NONE


def round_trip(block: ReportBlock, now_ntp: int) -> float | None:
    """Seconds to the peer and back from its report on us (RFC 3550 section 6.4.1, figure 2).

    Args:
        block: on our own source, as it has just come in.
        now_ntp: the 64-bit NTP timestamp of now, by the clock that our sender reports carry.

    Returns:
        None when the peer has seen no report of ours, or when its figures cannot be.
    """
    if not block.last_sr:
        return None
    units = ntp_middle(now_ntp) - block.last_sr - block.delay_since_last_sr & 0xFFFFFFFF
    return units / 65536 if units < 0x80000000 else None
