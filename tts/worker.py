"""The synthesis process: a native library that crashes takes no call with it.

    python -m tts.worker FD THREADS

FD is one end of a stream socket. Each line that comes in is a request, each line that goes out its answer,
both JSON: {"id", "text", "path", "voice": {...}} and {"id", "seconds"} or {"id", "error"}. The sound goes
to `path`, whole or not at all. Requests are carried out one after the other; which comes first, and what
becomes of a request whose worker died, is left to the client (`tts.client`). The worker ends when the
socket does.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from supervision.child import answer_requests
from tts import spoken
from tts.engines import MODULES, Engine
from tts.sound import SAMPLE_RATE, finish, write_wav
from tts.voice import Voice, voice_from

NICENESS = 5
"""Calls' sound is sent every 20 ms by the switch; synthesis takes what is left."""


class Worker:
    """Carries out requests; voices are loaded on first use.

    Args:
        threads: cores that an engine may use.
    """

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._engines: dict[Voice, Engine] = {}

    def answer(self, request: dict[str, Any]) -> dict[str, Any]:
        """Carry out one request."""
        try:
            seconds = self._render(request["text"], voice_from(request["voice"]), Path(request["path"]))
        except Exception as error:  # whatever a library raises, the next request gets its chance
            return {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
        return {"id": request["id"], "seconds": seconds}

    def _render(self, text: str, voice: Voice, path: Path) -> float:
        engine = self._engines.get(voice)
        if engine is None:
            module = import_module(MODULES.get(voice.engine, voice.engine))
            engine = self._engines[voice] = module.load(voice, self._threads)
        if not text:  # only to be loaded
            return 0.0
        samples = finish(*engine.speak(spoken.prose(text, voice.language)))
        if not len(samples):
            raise ValueError("the voice said nothing")
        write_wav(path, samples)
        return len(samples) / SAMPLE_RATE


def main() -> None:
    """Serve the socket until it closes."""
    descriptor, threads = int(sys.argv[1]), int(sys.argv[2])
    answer_requests(descriptor, Worker(threads).answer, niceness=NICENESS)


if __name__ == "__main__":
    main()
