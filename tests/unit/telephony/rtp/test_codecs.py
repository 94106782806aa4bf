from __future__ import annotations

import warnings

import numpy as np
import pytest

from telephony.rtp.codecs import ALAW_TO_ULAW, CODECS, G711, PCMA, PCMU, ULAW_TO_ALAW

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    audioop = pytest.importorskip("audioop")

ALL_BYTES = bytes(range(256))
ALL_SAMPLES = np.arange(-32768, 32768).astype(np.int16)


def test_every_mu_law_byte_decodes_as_in_audioop() -> None:
    assert PCMU.decode(ALL_BYTES).tobytes() == audioop.ulaw2lin(ALL_BYTES, 2)


def test_every_a_law_byte_decodes_as_in_audioop() -> None:
    assert PCMA.decode(ALL_BYTES).tobytes() == audioop.alaw2lin(ALL_BYTES, 2)


def test_every_sample_encodes_to_mu_law_as_in_audioop() -> None:
    assert PCMU.encode(ALL_SAMPLES) == audioop.lin2ulaw(ALL_SAMPLES.tobytes(), 2)


def test_every_sample_encodes_to_a_law_as_in_audioop() -> None:
    assert PCMA.encode(ALL_SAMPLES) == audioop.lin2alaw(ALL_SAMPLES.tobytes(), 2)


@pytest.mark.parametrize("codec", [PCMU, PCMA], ids=lambda codec: codec.name)
def test_decoding_and_encoding_again_gives_the_same_sample_values(codec: G711) -> None:
    samples = codec.decode(ALL_BYTES)
    assert np.array_equal(codec.decode(codec.encode(samples)), samples)


@pytest.mark.parametrize("codec", [PCMU, PCMA], ids=lambda codec: codec.name)
def test_the_silence_byte_is_the_code_of_zero(codec: G711) -> None:
    assert codec.encode(np.zeros(160, np.int16)) == bytes((codec.silence,)) * 160
    assert abs(int(codec.decode(bytes((codec.silence,)))[0])) <= 8


def test_the_direct_tables_agree_with_excerpts_of_g_711_tables_3_and_4() -> None:
    # Numbers of the positive values as printed there, counted from 1.
    mu_to_a = {
        1: 1,
        2: 1,
        3: 2,
        16: 8,
        17: 9,
        33: 25,
        34: 27,
        37: 33,
        48: 44,
        49: 46,
        50: 48,
        65: 64,
        128: 128,
    }
    a_to_mu = {1: 2, 2: 4, 8: 16, 9: 17, 25: 33, 26: 33, 27: 34, 33: 37, 46: 49, 47: 50, 64: 65, 128: 128}
    for mu, a in mu_to_a.items():
        assert ULAW_TO_ALAW[0xFF - (mu - 1)] == (0x80 | (a - 1)) ^ 0x55
    for a, mu in a_to_mu.items():
        assert ALAW_TO_ULAW[(0x80 | (a - 1)) ^ 0x55] == 0xFF - (mu - 1)


@pytest.mark.parametrize(("source", "target"), [(PCMU, PCMA), (PCMA, PCMU)], ids=["u-a", "a-u"])
def test_direct_conversion_stays_within_one_quantising_step(source: G711, target: G711) -> None:
    table = source.translate_to(target)
    assert table is not None
    before = source.decode(ALL_BYTES).astype(int)
    after = target.decode(ALL_BYTES.translate(table)).astype(int)
    # Steps are about a 16th of the value, and never less than 16 in A-law.
    assert np.all(np.abs(after - before) <= np.maximum(np.abs(before) / 16, 16))
    assert all(table[code] & 0x80 == code & 0x80 for code in range(256))


def test_converting_there_and_back_changes_only_the_eight_smallest_odd_mu_law_values() -> None:
    there_and_back = ALL_BYTES.translate(ULAW_TO_ALAW).translate(ALAW_TO_ULAW)
    changed = {0xFF - code for code in range(128, 256) if there_and_back[code] != code}
    assert changed == {0, 2, 4, 6, 8, 10, 12, 14}


def test_translating_to_the_same_law_leaves_the_data_as_they_are() -> None:
    assert PCMU.translate_to(PCMU) is None
    assert ALL_BYTES.translate(PCMU.translate_to(PCMU)) == ALL_BYTES


def test_the_registry_knows_both_laws_by_name_and_their_static_payload_types() -> None:
    assert {name: codec.payload_type for name, codec in CODECS.items()} == {"PCMU": 0, "PCMA": 8}
