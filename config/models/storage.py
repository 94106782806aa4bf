"""Where facts are kept and looked at: journal, database, console, trace, privacy (in hotline.yaml)."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import Field, model_validator

from config.kinds import HostPort, OnOff, PathText, expected, host_port, matching, seconds, whole
from config.models.base import Table

# The rest of a URL is checked by its driver; a file has no "://".
_DATABASE = re.compile(r"(?:postgresql|sqlite)(?:\+\w+)?://\S+|(?![^/]*://)[^\x00-\x1f]+")

DATABASE = "a file such as hotline.db, or a URL such as postgresql://user:password@host/name"
DatabaseText = Annotated[str, matching(_DATABASE, DATABASE)]


class JournalSettings(Table):
    """The journal: every event of every call, as numbered files of JSON lines in one folder."""

    folder: PathText = Field(
        default="journal", description="Folder, inside the site unless it starts with /."
    )
    segment_mb: Annotated[int, whole(1, 1024)] = Field(
        default=8, description="Size in megabytes after which a new file is started."
    )

    @model_validator(mode="before")
    @classmethod
    def _no_file(cls, data: Any) -> Any:
        if isinstance(data, str):
            raise expected(
                "{folder: journal}: the journal is a folder of numbered files now, and begins anew there; "
                "the old file stays as it is"
            )
        return data


class ConsoleSettings(Table):
    """The console: API and pages, in a process of its own."""

    listen: Annotated[HostPort, host_port("127.0.0.1:8481")] = Field(
        default=HostPort("127.0.0.1", 8481), description="Address to listen on; keep it off the internet."
    )
    connections: Annotated[int, whole(8, 60000)] = Field(
        default=1000,
        description="At most so many connections, and never more than a quarter of the process's open files.",
    )
    connections_per_host: Annotated[int, whole(1, 60000)] = Field(
        default=200, description="At most so many from one address; a proxy in front of it is one address."
    )
    request_seconds: Annotated[float, seconds(0.5, 120)] = Field(
        default=10.0, description="Seconds in which the headers of a request must be complete."
    )


class TraceSettings(Table):
    """SIP messages kept in memory for `hotline trace`."""

    megabytes: Annotated[int, whole(0, 1024)] = Field(
        default=16, description="Memory for messages of running and recent calls; 0 keeps none."
    )
    calls: Annotated[int, whole(1, 100000)] = Field(
        default=1000, description="Number of ended calls whose messages are kept, as far as memory reaches."
    )


class PrivacySettings(Table):
    """What is hidden from those who read records."""

    mask_digits: OnOff = Field(
        default=True, description="Whether keys that callers press are masked in call records and traces."
    )
