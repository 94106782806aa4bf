"""A leg's media in figures: gathers what its streams and its RTCP have counted.

The counting itself is done where packets pass (`incoming`, `outgoing`, `reports`); the estimate of quality is
the work of `telephony.rtp.mos`.
"""

from __future__ import annotations

from telephony.media.interface import LegStats
from telephony.media.receiver import Incoming
from telephony.media.reports import RtcpSession
from telephony.media.sender import Outgoing
from telephony.rtp.codecs import SAMPLE_RATE
from telephony.rtp.mos import mos

# What a listener waits for beside network and jitter: one frame to fill, one to play.
FRAMING_DELAY_MS = 40.0


def leg_stats(incoming: Incoming, out: Outgoing, rtcp: RtcpSession, late: int) -> LegStats:
    """The figures of one leg; `late` is counted by its jitter buffers."""
    out.settle()
    packets, lost = incoming.packets, incoming.lost
    jitter_ms = incoming.reception.jitter_units * 1000 / SAMPLE_RATE
    rtt_ms = None if rtcp.round_trip_seconds is None else rtcp.round_trip_seconds * 1000
    # A jitter buffer holds about twice the jitter.
    delay_ms = (rtt_ms or 0.0) / 2 + 2 * jitter_ms + FRAMING_DELAY_MS
    return LegStats(
        packets_received=packets,
        octets_received=incoming.octets,
        packets_sent=out.clock.packets,
        octets_sent=out.clock.octets,
        lost=lost,
        late=late,
        jitter_ms=jitter_ms,
        rtt_ms=rtt_ms,
        mos=mos(lost / (lost + packets), delay_ms) if packets else None,
        remote_lost=rtcp.remote_lost,
        remote_jitter_ms=rtcp.remote_jitter_ms,
        strangers=incoming.strangers,
        malformed=incoming.malformed,
        send_errors=out.send_errors,
        first_received=incoming.first_heard,
        last_received=incoming.last_heard,
        first_sent=out.first_sent,
        last_sent=out.last_audio,
    )
