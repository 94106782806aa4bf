"""A leg's media in figures: gathers what its streams and its RTCP have counted.

The counting itself is done where packets pass (`receiver`, `sender`, `reports`); the estimate of quality is
the work of `telephony.rtp.mos`.
"""

from __future__ import annotations

from telephony.media.interface import LegStats
from telephony.media.receiver import RtpReceiver
from telephony.media.reports import RtcpSession
from telephony.media.sender import RtpSender
from telephony.rtp.codecs import SAMPLE_RATE
from telephony.rtp.mos import mos

# What a listener waits for beside network and jitter: one frame to fill, one to play.
FRAMING_DELAY_MS = 40.0


def leg_stats(receiver: RtpReceiver, sender: RtpSender, rtcp: RtcpSession, late: int) -> LegStats:
    """The figures of one leg; `late` is counted by its jitter buffers."""
    sender.settle()
    packets, lost = receiver.packets, receiver.lost
    jitter_ms = receiver.reception.jitter_units * 1000 / SAMPLE_RATE
    rtt_ms = None if rtcp.round_trip_seconds is None else rtcp.round_trip_seconds * 1000
    # A jitter buffer holds about twice the jitter.
    delay_ms = (rtt_ms or 0.0) / 2 + 2 * jitter_ms + FRAMING_DELAY_MS
    return LegStats(
        packets_received=packets,
        octets_received=receiver.octets,
        packets_sent=sender.clock.packets,
        octets_sent=sender.clock.octets,
        lost=lost,
        late=late,
        jitter_ms=jitter_ms,
        rtt_ms=rtt_ms,
        mos=mos(lost / (lost + packets), delay_ms) if packets else None,
        remote_lost=rtcp.remote_lost,
        remote_jitter_ms=rtcp.remote_jitter_ms,
        strangers=receiver.strangers,
        malformed=receiver.malformed,
        send_errors=sender.send_errors,
        first_received=receiver.first_heard,
        last_received=receiver.last_heard,
        first_sent=sender.first_sent,
        last_sent=sender.last_audio,
    )
