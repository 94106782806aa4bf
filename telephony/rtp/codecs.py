"""G.711 speech coding by table look-up: mu-law and A-law to and from 16-bit linear samples.

All tables are made once at import from the segment formulas of ITU-T G.711. Samples are `numpy` int16 arrays
on the 16-bit scale that `audioop` uses (14-bit mu-law and 13-bit A-law values shifted to the top), so no
precision is lost on the way in or out. Mixing, gain and resampling are left to `telephony.media`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Samples: TypeAlias = NDArray[np.int16]

SAMPLE_RATE = 8000
"""Samples, and RTP timestamp units, a second."""

_ULAW_BIAS = 0x84
_ULAW_CLIP = 8159
"""Largest 14-bit magnitude that mu-law holds (G.711 table 2a)."""


def _ulaw_values() -> Samples:
    """The 256 linear values of mu-law (G.711 tables 2a and 2b), 14 bits shifted left by two."""
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + _ULAW_BIAS) << ((code & 0x70) >> 4)) - _ULAW_BIAS
    return np.where(code & 0x80, -magnitude, magnitude).astype(np.int16)


def _alaw_values() -> Samples:
    """The 256 linear values of A-law (G.711 tables 1a and 1b), 13 bits shifted left by three."""
    code = np.arange(256) ^ 0x55
    segment = (code & 0x70) >> 4
    step = (code & 0x0F) << 4
    magnitude = np.where(segment == 0, step + 8, (step + 0x108) << np.maximum(segment - 1, 0))
    return np.where(code & 0x80, magnitude, -magnitude).astype(np.int16)


def _segment(magnitude: NDArray[np.int64], first_end: int) -> NDArray[np.int64]:
    """Number of the segment (0..7) of each magnitude; segment n ends at `(first_end + 1) * 2**n - 1`."""
    ends = ((first_end + 1) << np.arange(8)) - 1
    return np.minimum(np.searchsorted(ends, magnitude), 7)


def _ulaw_codes() -> NDArray[np.uint8]:
    """The mu-law code of every 16-bit sample, indexed by the sample read as unsigned."""
    linear = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64) >> 2
    magnitude = np.minimum(np.abs(linear), _ULAW_CLIP) + (_ULAW_BIAS >> 2)
    segment = _segment(magnitude, 0x3F)
    code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F)
    code = np.where(magnitude > 0x1FFF, 0x7F, code)
    return (code ^ np.where(linear < 0, 0x7F, 0xFF)).astype(np.uint8)


def _alaw_codes() -> NDArray[np.uint8]:
    """The A-law code of every 16-bit sample, indexed by the sample read as unsigned."""
    linear = np.arange(65536).astype(np.uint16).view(np.int16).astype(np.int64) >> 3
    # A-law has no negative zero: -1 is the first negative value (G.711 table 1b), hence one's complement.
    magnitude = np.where(linear < 0, ~linear, linear)
    segment = _segment(magnitude, 0x1F)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 0x0F)
    return (code ^ np.where(linear < 0, 0x55, 0xD5)).astype(np.uint8)


_ULAW_DECODE = _ulaw_values()
_ALAW_DECODE = _alaw_values()
_ULAW_ENCODE = _ulaw_codes()
_ALAW_ENCODE = _alaw_codes()

# Numbers of the A-law values, by magnitude, for the mu-law values 0 to 127 and back (G.711 tables 3 and 4).
# Most follow one another; where the steps of the two laws differ, a few numbers are left out or serve twice.
_ALAW_OF_ULAW = [n // 2 for n in range(16)] + [
    n for n in range(8, 128) if n not in (25, 27, 29, 31, 44, 46, 62, 80)
]
_ULAW_OF_ALAW = [2 * n + 1 for n in range(8)] + sorted([*range(16, 128), 32, 33, 34, 35, 48, 49, 64, 80])

ULAW_TO_ALAW = bytes((code & 0x80 | _ALAW_OF_ULAW[~code & 0x7F]) ^ 0x55 for code in range(256))
"""Table for `bytes.translate`: mu-law to A-law."""
ALAW_TO_ULAW = bytes(code & 0x80 | ~_ULAW_OF_ALAW[(code ^ 0x55) & 0x7F] & 0x7F for code in range(256))
"""Table for `bytes.translate`: A-law to mu-law."""


def decode_ulaw(data: bytes) -> Samples:
    """Mu-law bytes to as many int16 samples."""
    return _ULAW_DECODE.take(np.frombuffer(data, np.uint8))


def decode_alaw(data: bytes) -> Samples:
    """A-law bytes to as many int16 samples."""
    return _ALAW_DECODE.take(np.frombuffer(data, np.uint8))


def encode_ulaw(samples: Samples) -> bytes:
    """One-dimensional contiguous int16 samples to as many mu-law bytes."""
    return _ULAW_ENCODE.take(samples.view(np.uint16)).tobytes()


def encode_alaw(samples: Samples) -> bytes:
    """One-dimensional contiguous int16 samples to as many A-law bytes."""
    return _ALAW_ENCODE.take(samples.view(np.uint16)).tobytes()


@dataclass(frozen=True, slots=True)
class G711:
    """One law of G.711.

    Args:
        name: the encoding name of RFC 3551, "PCMU" or "PCMA".
        payload_type: its static RTP payload type.
        silence: the byte that decodes to (nearly) zero.
        encode: int16 samples to bytes.
        decode: bytes to int16 samples.
    """

    name: str
    payload_type: int
    silence: int
    encode: Callable[[Samples], bytes]
    decode: Callable[[bytes], Samples]

    def translate_to(self, other: G711) -> bytes | None:
        """The `bytes.translate` table from this law to `other`; None when there is nothing to translate.

        `bytes.translate(None)` returns the data itself, so the result can be used without a test.
        """
        if self.name == other.name:
            return None
        return ULAW_TO_ALAW if self.name == "PCMU" else ALAW_TO_ULAW


PCMU = G711("PCMU", 0, 0xFF, encode_ulaw, decode_ulaw)
PCMA = G711("PCMA", 8, 0xD5, encode_alaw, decode_alaw)

CODECS: Mapping[str, G711] = MappingProxyType({codec.name: codec for codec in (PCMU, PCMA)})
"""Both laws by their RFC 3551 encoding name."""
