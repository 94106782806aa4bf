"""A model of the tests' own, in a process like the real one: what has letters in common is alike.

    python -m tests.unit.asr.understanding.toy_model FD FOLDER

"die" ends the process, "hang" never comes back; a file `broken` in the folder stands for one that cannot
load.
"""

from __future__ import annotations

import base64
import os
import signal
import sys
from pathlib import Path
from typing import Any

import numpy as np

from supervision.child import answer_requests

SIZE = 64


def vector(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Counts of pairs of letters, of length 1, all a little alike as those of the real model."""
    counts = np.full(SIZE, 0.5, np.float32)
    for first, second in zip(text.lower(), text.lower()[1:], strict=False):
        counts[(ord(first) * 31 + ord(second)) % SIZE] += 1
    return np.asarray(counts / np.linalg.norm(counts), np.float32)


def main() -> None:
    folder = Path(sys.argv[2])

    def answer(request: dict[str, Any]) -> dict[str, Any]:
        if (folder / "broken").exists():
            return {"error": "OSError: no model"}
        for text in request["texts"]:
            if text == "die":
                os.kill(os.getpid(), signal.SIGKILL)
            if text == "hang":
                signal.pause()
        rows = b"".join(vector(text).tobytes() for text in request["texts"])
        return {"vectors": base64.b64encode(rows).decode()}

    answer_requests(int(sys.argv[1]), answer, niceness=0)


if __name__ == "__main__":
    main()
