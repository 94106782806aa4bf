"""How callers are understood: who recognises which language (`speech:` in hotline.yaml).

Whether a model that is named here is installed is nothing that a site's files could know: that is said when
the server starts.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import Field, model_validator

from config.kinds import OneOrMore, PathText, expected, matching, one_of, seconds, whole
from config.models.base import Table

ENGINES = ("auto", "vosk", "whisper", "sherpa", "vosk-server", "off")
Engine: TypeAlias = Literal["auto", "vosk", "whisper", "sherpa", "vosk-server", "off"]

_URL = re.compile(r"wss?://[^\s/]+(/\S*)?")
ServerUrl = Annotated[str, matching(_URL, "the address of a vosk-server, such as ws://10.0.0.7:2700")]


class RecogniserSettings(Table):
    """Who recognises one language."""

    engine: Annotated[Engine, one_of(*ENGINES)] = Field(
        default="auto",
        description="vosk (words while the caller speaks), whisper (better text, at the end), sherpa (as its "
        "model can), vosk-server (on other machines), off. auto: the servers in url, else an installed "
        "Whisper model, else Vosk, else sherpa; one that is too slow for this machine only without another.",
    )
    model: PathText | None = Field(
        default=None,
        description="A model's name (hotline models list) or folder. Default: an installed model.",
    )
    second_pass: PathText | None = Field(
        default=None,
        description="A model (name or folder) that reads what callers told of their problem once more after "
        "the call, for the ticket: better and slower than model, such as a large Whisper. Default: none.",
    )
    url: OneOrMore[ServerUrl] = Field(
        default=(),
        description="Servers that speak the vosk-server protocol; calls are distributed over them.",
    )
    workers: Annotated[int, whole(1, 64)] = Field(
        default=1, description="Worker processes on this machine; a second one takes over when one dies."
    )
    streams: Annotated[int, whole(1, 1000)] = Field(
        default=4, description="Callers that one worker or server handles at a time."
    )
    threads: Annotated[int, whole(1, 64)] = Field(
        default=2, description="Cores that each worker on this machine may use."
    )
    queue_limit: Annotated[int, whole(0, 1000)] = Field(
        default=8, description="Callers that may wait for a worker; further ones are asked to use keys."
    )

    @model_validator(mode="before")
    @classmethod
    def _fits_together(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        engine, url = data.get("engine", "auto"), data.get("url")
        if engine == "vosk-server" and not url:
            raise expected(
                "url beside engine: vosk-server, such as {engine: vosk-server, url: ws://10.0.0.7:2700}"
            )
        if url and engine in ("vosk", "whisper", "sherpa", "off"):
            raise expected(f"url only beside engine vosk-server or auto, not beside {engine}")
        return data


class SpeechSettings(Table):
    """Recognition of speech."""

    en: RecogniserSettings = Field(default_factory=RecogniserSettings, description="English.")
    zh: RecogniserSettings = Field(default_factory=RecogniserSettings, description="Mandarin.")
    ko: RecogniserSettings = Field(default_factory=RecogniserSettings, description="Korean.")
    queue_timeout: Annotated[float, seconds(0.1, 120)] = Field(
        default=10.0, description="Longest wait for a free worker, in seconds."
    )
    stall_timeout: Annotated[float, seconds(0.5, 120)] = Field(
        default=10.0,
        description="A worker that does not respond for this many seconds is replaced.",
    )
