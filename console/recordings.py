"""Recordings as answers: only files of the recordings folder, in pieces when a player asks for pieces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse

from console.problems import ApiError

_TYPES = {".wav": "audio/wav", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".flac": "audio/flac"}


def recording(folder: Path, file: str) -> FileResponse:
    """The answer with one recording.

    Args:
        folder: all recordings.
        file: inside the folder, as the events tell it.

    Raises:
        ApiError: 404, there is no such recording (any more).
    """
    path = (folder / file).resolve()
    kind = _TYPES.get(path.suffix.lower())
    if kind is None or not path.is_relative_to(folder.resolve()) or not path.is_file():
        raise ApiError(404, "The recording no longer exists.")
    # It may be deleted, so nobody keeps it; a player that jumps asks again.
    return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, no-store"})


AUDIO_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"description": "The whole recording.", "content": {"audio/wav": {}}},
    206: {"description": "The requested range.", "content": {"audio/wav": {}}},
    404: {"description": "The recording does not exist (or no longer)."},
}
