"""The examples' vectors in a file, so that the next start need not compute them anew.

They are worth nothing but time: a file that is missing, damaged, or of another model is no error.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

log = logging.getLogger(__name__)


def load(path: Path, model: str) -> dict[str, NDArray[np.float32]]:
    """What was kept, by text; empty where nothing can be used.

    Args:
        path: the file.
        model: of which model the vectors must be, as it was told to `save`.
    """
    try:
        # No pickle: the file holds texts as JSON and numbers, nothing that runs.
        with np.load(path, allow_pickle=False) as kept:
            told = json.loads(str(kept["about"]))
            vectors = np.asarray(kept["vectors"], np.float32)
        texts = told["texts"]
        if told["model"] != model or vectors.ndim != 2 or len(texts) != len(vectors):
            return {}
        return dict(zip(texts, vectors, strict=True))
    except (OSError, EOFError, ValueError, KeyError, TypeError, BadZipFile):
        return {}


def save(path: Path, model: str, vectors: Mapping[str, NDArray[np.float32]]) -> None:
    """Keep these and no others; what cannot be written is computed again at the next start.

    Args:
        path: the file; its folder is made.
        model: which model they are of.
        vectors: by text; at least one.
    """
    about = json.dumps({"model": model, "texts": list(vectors)}, ensure_ascii=False)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, unfinished = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(descriptor, "wb") as file:
                np.savez(file, about=np.array(about), vectors=np.stack(list(vectors.values())))
            os.replace(unfinished, path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise
    except OSError as error:
        log.warning("the examples' vectors can't be kept in %s: %s", path, error)


def identity(weights: Path) -> str:
    """Tells a model from another, or from another release of it: its name, size and time."""
    try:
        found = weights.stat()
    except OSError:
        return ""
    return f"{weights.name} {found.st_size} {found.st_mtime_ns}"
