"""What `hotline serve` was asked for; read by `hotline.server.serve`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from config import Override
from config.overrides import variable


@dataclass(frozen=True, slots=True)
class ServeOptions:
    """The options of `hotline serve`.

    Args:
        site: the site's folder.
        sip: address to listen on instead of the site's (HOST:PORT), None for the site's.
        http: the same for /healthz and /metrics.
        verbose: log at debug.
    """

    site: Path
    sip: str | None = None
    http: str | None = None
    verbose: bool = False

    @property
    def overrides(self) -> tuple[Override, ...]:
        """The options as settings, for `config.load_site`; mistakes in them name the option."""
        given = [
            (("sip", "listen"), self.sip, "--sip"),
            (("http", "listen"), self.http, "--http"),
            (("log", "level"), "debug" if self.verbose else None, "--verbose"),
        ]
        return tuple(Override(path, value, origin) for path, value, origin in given if value is not None)

    @property
    def environment(self) -> dict[str, str]:
        """The same as variables, for processes that load the site by themselves."""
        return {variable(override.path): str(override.value) for override in self.overrides}
