"""The version of hotline, and of what it runs on."""

from __future__ import annotations

import platform
from importlib.metadata import version

VERSION = version("hotline")


def version_facts() -> dict[str, str]:
    """Collect the versions that a bug report needs, by name."""
    return {
        "hotline": VERSION,
        "python": platform.python_version(),
        "twisted": version("Twisted"),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
    }
