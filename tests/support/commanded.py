"""A call in signalling that a test commands directly, without a leg above it."""

from __future__ import annotations

from telephony.net.signalling import Signalling
from telephony.sip.session import SessionState
from telephony.sip.session_events import SessionOutput
from telephony.sip.user_agent import SipCall


class Commanded:
    """Commands to one call's session, each carried out at once.

    Args:
        signalling: what runs the call.
        call: the call.
    """

    def __init__(self, signalling: Signalling, call: SipCall) -> None:
        self._signalling = signalling
        self.call = call

    @property
    def over(self) -> bool:
        """Nothing more is sent or received."""
        return self.call.session.state is SessionState.DONE

    def start(self) -> None:
        self._run(self.call.session.start())

    def acknowledge(self, body: bytes) -> None:
        self._run(self.call.session.acknowledge(body, self._signalling.now()))

    def progress(self, status: int, body: bytes = b"") -> None:
        self._run(self.call.session.progress(status, self._signalling.now(), body))

    def accept(self, body: bytes) -> None:
        self._run(self.call.session.accept(body, self._signalling.now()))

    def refuse(self, status: int) -> None:
        self._run(self.call.session.refuse(status))

    def hang_up(self, reason: str | None = None) -> None:
        self._run(self.call.session.hang_up(self._signalling.now(), reason))

    def request(self, method: str, headers: tuple[tuple[str, str], ...] = (), body: bytes = b"") -> None:
        self._run(self.call.session.request(method, headers, body))

    def _run(self, output: SessionOutput) -> None:
        self._signalling.run(self.call, output)
