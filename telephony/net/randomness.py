"""Unguessable tokens for tags, branches and call ids, of which a call takes a dozen.

The operating system's generator is asked for many at once: a system call for each is a measurable part of
setting up a call. In one thread, the loop's.
"""

from __future__ import annotations

import os

_BLOCK_BYTES = 4096


class Tokens:
    """Takes random bytes from the operating system, a block at a time; each byte is used once."""

    __slots__ = ("_block", "_used")

    def __init__(self) -> None:
        self._block = ""
        self._used = 0

    def hex(self, size: int) -> str:
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


token_hex = Tokens().hex
