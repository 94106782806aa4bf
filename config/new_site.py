"""Write a starter site into a folder, with fresh random secrets.

The files are templates in `config/starter/`; ${NAME} in them is replaced. Talking to the user about it
is left to `hotline init`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from string import Template

# Letters and digits that nobody mistakes for one another when typing them into a phone.
_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
_PASSWORD_LENGTH = 20  # 100 bits
_TEMPLATES = frozenset({"agents.yaml"})
_AGENTS = ("1001", "1002", "1003")


class FolderNotEmpty(Exception):
    """The folder for a new site already holds something."""


def new_password() -> str:
    """Draw a password of 100 random bits."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(_PASSWORD_LENGTH))


def write_starter_site(
    folder: Path, *, force: bool = False, password: Callable[[], str] = new_password
) -> list[Path]:
    """Write the starter site.

    Args:
        folder: made when it does not exist.
        force: write into a folder that is not empty, replacing files of the same name.
        password: makes one phone's password.

    Returns:
        the files written, in reading order.

    Raises:
        FolderNotEmpty: there is something in the folder and `force` is not given.
        OSError: the folder cannot be made or written.
    """
    if not force and folder.exists() and any(folder.iterdir()):
        raise FolderNotEmpty(folder)
    was_empty = not folder.exists() or not any(folder.iterdir())
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if was_empty:
        # Passwords, customers and voices of callers will lie here; one that was in use keeps its mode.
        folder.chmod(0o700)
    values = {f"PASSWORD_{number}": password() for number in _AGENTS}
    return _copy(files("config") / "starter", folder, values)


def _copy(source: Traversable, target: Path, values: dict[str, str]) -> list[Path]:
    written: list[Path] = []
    for entry in sorted(
        source.iterdir(), key=lambda entry: (entry.is_dir(), entry.name != "hotline.yaml", entry.name)
    ):
        goal = target / entry.name
        if entry.is_dir():
            goal.mkdir(mode=0o700, exist_ok=True)
            written += _copy(entry, goal, values)
        elif entry.name in _TEMPLATES:
            text = Template(entry.read_text(encoding="utf-8")).substitute(values)
            _write_private(goal, text.encode())
            written.append(goal)
        else:
            _write_private(goal, entry.read_bytes())
            written.append(goal)
    return written


def _write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, from its first byte on."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
