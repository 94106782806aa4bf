"""What the softphone is asked to do, as plain data that travels as JSON to the phone's own process.

The password is not part of it: it goes by the environment (`PASSWORD_VARIABLE`), so that it shows in no
process list.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

PASSWORD_VARIABLE = "HOTLINE_PHONE_PASSWORD"
CODECS = ("PCMU", "PCMA")
KEYS = "0123456789*#ABCD"  # RFC 4733 3.2: events 0-15


@dataclass(frozen=True, slots=True)
class Script:
    """One run of the phone. Durations in seconds; ports 0 mean any free port."""

    host: str
    port: int
    user: str
    register: bool = True
    my_ip: str | None = None
    sip_port: int = 0
    rtp_low: int = 0
    rtp_high: int = 0
    codecs: tuple[str, ...] = CODECS
    call: str | None = None
    answer: bool = False
    wait: float = 60.0
    ring: float = 0.0
    pause: float = 0.0
    keys: str = ""
    tone: float | None = None
    say: str | None = None
    save: str | None = None
    seconds: float | None = None
    hang_up_after: float | None = None
    do: tuple[str, ...] = ()
    json: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Script:
        fields = json.loads(text)
        return cls(**{**fields, "codecs": tuple(fields["codecs"]), "do": tuple(fields["do"])})
