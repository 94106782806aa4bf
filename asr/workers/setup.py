"""How each language of a site is recognised: plain values, made from settings and installed models."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from asr.engines.sherpa_folder import streams
from asr.results import Capabilities

EngineName: TypeAlias = Literal["vosk", "whisper", "sherpa", "vosk-server"]


@dataclass(frozen=True, slots=True)
class Setup:
    """How one language is recognised.

    Args:
        language: "en", "zh", "ko".
        engine: who recognises; a local engine may also be named by its module, as tests do.
        model: the model's folder, for a local engine.
        urls: servers that speak the vosk-server protocol (ws://host:port), for "vosk-server".
        workers: worker processes to start, for a local engine.
        streams: utterances that each worker or server takes at one time.
        threads: cores that each worker may use.
        queue_limit: utterances that may wait for a worker.
        queue_seconds: how long one waits at most.
        stall_seconds: a worker that owes an answer for so long hangs. For an engine without partial results
            the length of the utterances that it is reading comes on top.
    """

    language: str
    engine: str
    model: Path | None = None
    urls: tuple[str, ...] = ()
    workers: int = 1
    streams: int = 4
    threads: int = 2
    queue_limit: int = 8
    queue_seconds: float = 10.0
    stall_seconds: float = 5.0

    @property
    def streaming(self) -> bool:
        """Whether words come while the caller speaks."""
        if self.engine == "sherpa":
            return self.model is not None and streams(self.model)
        return self.engine != "whisper"

    @property
    def capabilities(self) -> Capabilities:
        """What can be expected of it."""
        # A worker of ours may also stand behind an address; a stock server does not read these wishes.
        return Capabilities(
            streaming=self.streaming, extended=self.engine in ("whisper", "sherpa", "vosk-server")
        )
