"""What the user agent asks of the switch above it: who may register, who may call, what a call is for.

Types only. Digest checks, routing and the life of calls are the business of whoever implements them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from telephony.net.sip_call import SipCall
from telephony.sip.flow import Flow
from telephony.sip.message import Request, Response

Authorize: TypeAlias = Callable[[Request, Response], Request | None]


class Application(Protocol):
    """Who decides."""

    def register(self, request: Request, flow: Flow) -> Response:
        """Answer a REGISTER."""

    def admit(self, request: Request, flow: Flow) -> str | Response:
        """Who brings a new INVITE, or the response that refuses it (a challenge, 403, 503 ...)."""

    def offered(self, call: SipCall, request: Request, source: str) -> None:
        """Take a call that was admitted as coming from `source`; 100 was sent already."""

    def flow_closed(self, flow: Flow) -> None:
        """A connection is gone, and with it what was registered over it."""

    def has_registered(self, flow: Flow) -> bool:
        """Whether anybody is reached by a registration over this connection."""
