"""Unguessable numbers and tokens for tags, branches, call ids and streams, of which a call takes some dozens.

The operating system's generator is asked for many bytes at once: a system call for each token is a measurable
part of setting up a call. In one thread, the loop's.
"""

from __future__ import annotations

import os
import random

_BLOCK_BYTES = 4096
# The digits of a float (`random.SystemRandom` does the same).
_FLOAT_BITS = 53


class BlockRandom(random.SystemRandom):
    """`random.SystemRandom`, but that it asks for a block of bytes at a time; each byte is used once."""

    def __init__(self) -> None:
        super().__init__()
        self._block = ""
        self._used = 0

    def token_hex(self, size: int) -> str:
        """As `secrets.token_hex`.

        Args:
            size: bytes, at most a block.
        """
        start, end = self._used, self._used + 2 * size
        if end > len(self._block):
            self._block = os.urandom(_BLOCK_BYTES).hex()
            start, end = 0, 2 * size
        self._used = end
        return self._block[start:end]

    def getrandbits(self, k: int) -> int:
        """A number of so many random bits.

        Raises:
            ValueError: a negative number of bits.
        """
        if not 0 < k <= 8 * _BLOCK_BYTES:
            return super().getrandbits(k)
        size = (k + 7) // 8
        return int(self.token_hex(size), 16) >> (8 * size - k)

    def random(self) -> float:
        """At least 0 and below 1."""
        return self.getrandbits(_FLOAT_BITS) * 2.0**-_FLOAT_BITS


BLOCK_RANDOM = BlockRandom()
token_hex = BLOCK_RANDOM.token_hex
