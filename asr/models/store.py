"""Where models are stored on this machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

VARIABLE = "HOTLINE_MODELS"


def models_folder(environ: Mapping[str, str] | None = None) -> Path:
    """The models folder, whether it exists or not.

    Args:
        environ: where HOTLINE_MODELS and XDG_CACHE_HOME are looked for; the process's own when None.
    """
    environ = os.environ if environ is None else environ
    given = environ.get(VARIABLE)
    if given:
        return Path(given).expanduser().absolute()
    cache = environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "hotline" / "models"


def find(name: str, folder: Path | None = None) -> Path | None:
    """Find a model that is here.

    Args:
        name: its name in the catalogue, or the path of a model of one's own.
        folder: the models folder; `models_folder()` when None.

    Returns:
        its folder, None when it is not here.
    """
    path = (models_folder() if folder is None else folder) / Path(name).expanduser()
    return path if path.is_dir() else None
