from __future__ import annotations

import pytest

from telephony.rtp.reception import ReceptionStats, round_trip
from telephony.rtp.rtcp import ReportBlock, SenderReport, ntp_from_unix, ntp_middle


def _receive(stats: ReceptionStats, sequences: list[int]) -> None:
    for sequence in sequences:
        stats.update(sequence & 0xFFFF, sequence * 160 & 0xFFFFFFFF, sequence * 160)


def _block(stats: ReceptionStats, now: float = 0.0) -> ReportBlock:
    block = stats.report_block(1, now)
    assert block is not None
    return block


def test_before_the_first_packet_there_is_nothing_to_report() -> None:
    stats = ReceptionStats()
    assert stats.report_block(1, 0.0) is None
    assert (stats.expected, stats.lost) == (0, 0)


def test_a_whole_stream_has_no_loss() -> None:
    stats = ReceptionStats()
    _receive(stats, list(range(100, 200)))
    assert (stats.received, stats.expected, stats.lost) == (100, 100, 0)


def test_gaps_are_losses_and_stragglers_fill_them() -> None:
    stats = ReceptionStats()
    _receive(stats, [1, 2, 5, 6])
    assert stats.lost == 2
    _receive(stats, [3])
    assert (stats.received, stats.expected, stats.lost) == (5, 6, 1)


def test_more_duplicates_than_losses_make_the_loss_negative() -> None:
    stats = ReceptionStats()
    _receive(stats, [1, 2, 2, 2])
    assert stats.lost == -2
    assert _block(stats).lost == -2
    assert _block(stats).fraction_lost == 0


@pytest.mark.parametrize("missing", [None, 65535, 65536])
def test_the_sequence_number_wraps_with_or_without_a_gap_there(missing: int | None) -> None:
    stats = ReceptionStats()
    _receive(stats, [number for number in range(65500, 65600) if number != missing])
    assert stats.expected == 100
    assert stats.lost == (0 if missing is None else 1)
    assert _block(stats).highest_sequence == 65599


def test_a_straggler_from_before_the_wrap_does_not_count_as_another_wrap() -> None:
    stats = ReceptionStats()
    _receive(stats, [65533, 65534, 65536, 65537, 65535, 65538])
    assert (stats.expected, stats.lost) == (6, 0)
    assert _block(stats).highest_sequence == 65538


def test_one_packet_far_away_is_not_counted() -> None:
    stats = ReceptionStats()
    _receive(stats, [1, 2, 30_000, 3])
    assert (stats.received, stats.expected) == (3, 3)


def test_two_packets_in_a_row_far_away_are_a_restart_and_the_loss_so_far_remains() -> None:
    stats = ReceptionStats()
    _receive(stats, [1, 2, 4, 30_000, 30_001, 30_002])
    # 1, 2, 4 and then 30001, 30002: the first packet after the restart could not be told from a stray one.
    assert (stats.received, stats.expected, stats.lost) == (5, 6, 1)
    assert _block(stats).highest_sequence == 30_002


def test_a_report_covers_the_time_since_the_one_before() -> None:
    stats = ReceptionStats()
    _receive(stats, [number for number in range(100) if number % 4])
    # Number 0 never came, so the stream began with 1: 24 of 99 were lost.
    assert _block(stats).fraction_lost == 24 * 256 // 99
    _receive(stats, list(range(100, 150)))
    block = _block(stats)
    assert (block.fraction_lost, block.lost) == (0, 24)
    assert _block(stats).fraction_lost == 0


def test_jitter_follows_the_formula_of_rfc_3550() -> None:
    stats = ReceptionStats()
    arrivals = [0, 160, 350, 480, 700]
    expected = 0.0
    for number, arrival in enumerate(arrivals):
        stats.update(number, number * 160, arrival)
        if number:
            change = abs((arrival - arrivals[number - 1]) - 160)
            expected += (change - expected) / 16
    assert stats.jitter_units == pytest.approx(expected)
    assert _block(stats).jitter == int(expected)


def test_a_steady_stream_has_no_jitter_across_the_wrap_of_the_timestamp() -> None:
    stats = ReceptionStats()
    for number in range(20):
        stats.update(number, 0xFFFFFFFF - 1000 + number * 160 & 0xFFFFFFFF, 5_000_000_000 + number * 160)
    assert stats.jitter_units == 0.0


def test_events_count_as_packets_but_not_as_jitter() -> None:
    stats = ReceptionStats()
    stats.update(1, 160, 160)
    for number in range(2, 12):
        stats.count(number)
    stats.update(12, 12 * 160, 12 * 160)
    assert (stats.received, stats.lost, stats.jitter_units) == (12, 0, 0.0)


def test_events_are_sequenced_like_any_packet() -> None:
    stats = ReceptionStats()
    for number in (65535, 0, 2, 40_000, 3):
        stats.count(number)
    assert (stats.received, stats.expected) == (4, 5)


def test_a_report_refers_to_the_last_report_of_the_sender() -> None:
    stats = ReceptionStats()
    _receive(stats, [1])
    assert (_block(stats).last_sr, _block(stats).delay_since_last_sr) == (0, 0)
    stats.sender_report(SenderReport(1, 0x1111_2222_3333_4444, 0, 0, 0), now=10.0)
    block = _block(stats, now=12.5)
    assert (block.last_sr, block.delay_since_last_sr) == (0x2222_3333, 5 * 32768)


def test_the_round_trip_is_what_is_left_of_the_time_since_our_report() -> None:
    sent = ntp_middle(ntp_from_unix(1000.0))
    block = ReportBlock(1, 0, 0, 0, 0, sent, 2 * 65536)
    assert round_trip(block, ntp_from_unix(1002.25)) == pytest.approx(0.25, abs=1e-4)


def test_a_round_trip_that_cannot_be_is_none() -> None:
    sent = ntp_middle(ntp_from_unix(1000.0))
    assert round_trip(ReportBlock(1, 0, 0, 0, 0, 0, 0), ntp_from_unix(1000.0)) is None
    assert round_trip(ReportBlock(1, 0, 0, 0, 0, sent, 2 * 65536), ntp_from_unix(1001.0)) is None
