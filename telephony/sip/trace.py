"""The SIP messages of recent and running calls, for whoever looks for what went wrong.

Pure: messages are noted as they come and go, and forgotten when there are too many of them: first those that
became no call, then those of calls that are over, the oldest first. What nobody but the two ends may know is
masked by `masked` before a message is shown or written anywhere. Which dialogs make a call, and drawing, are
left to the layers above.
"""

from __future__ import annotations

import re
from collections import OrderedDict, deque
from typing import NamedTuple

from telephony.sip.flow import Flow

# Of all that is kept, for messages that belong to no call: refused callers, probes.
STRANGERS_SHARE = 8
# Of all that is kept, for one dialog: a call of many hours must not push out all others.
DIALOG_SHARE = 16
# What keeping a message costs beside its bytes.
_OVERHEAD = 200
_CALL_ID = re.compile(rb"^(?:call-id|i)[ \t]*:[ \t]*([^\r\n]*?)[ \t]*\r?$", re.I | re.M)


class TracedMessage(NamedTuple):
    """One message.

    Args:
        number: in the order of all messages, from 1.
        at: when, in seconds of the clock that `MessageRing.add` is given.
        sent: by us.
        flow: the way it took.
        data: its bytes; of a message that came over TCP, as it was read.
    """

    number: int
    at: float
    sent: bool
    flow: Flow
    data: bytes


class _Dialog:
    """The messages of one Call-ID."""

    __slots__ = ("dropped", "messages", "size")

    def __init__(self) -> None:
        self.messages: deque[TracedMessage] = deque()
        self.size = 0
        self.dropped = 0


class MessageRing:
    """Keeps messages by their Call-ID.

    Args:
        limit: bytes, all in all.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._dialog_limit = limit // DIALOG_SHARE
        self._strange_limit = limit // STRANGERS_SHARE
        self._number = 0
        # In the order in which they are forgotten.
        self._strangers: OrderedDict[str, _Dialog] = OrderedDict()
        self._over: OrderedDict[str, _Dialog] = OrderedDict()
        self._running: OrderedDict[str, _Dialog] = OrderedDict()
        self._strange_size = 0
        self.size = 0
        """Bytes that are kept, with what keeping them costs."""

    def add(self, at: float, sent: bool, flow: Flow, data: bytes, call_id: str | None = None) -> None:
        """Note a message.

        Args:
            at: now, in seconds.
            sent: by us.
            flow: the way it takes.
            data: its bytes.
            call_id: its Call-ID where that is known already; a message without one is not kept.
        """
        if call_id is None:
            call_id = _call_id_of(data)
            if call_id is None:
                return
        dialog = self._running.get(call_id) or self._over.get(call_id)
        strange = dialog is None
        if dialog is None:
            dialog = self._strangers.get(call_id)
            if dialog is None:
                if data.startswith((b"REGISTER ", b"SIP/2.0 ")):
                    return  # of registrations, and what they are answered
                dialog = self._strangers[call_id] = _Dialog()
        self._number += 1
        dialog.messages.append(TracedMessage(self._number, at, sent, flow, data))
        size = len(data) + _OVERHEAD
        dialog.size += size
        self.size += size
        if strange:
            self._strange_size += size
        while dialog.size > self._dialog_limit and len(dialog.messages) > 1:
            self._drop_first(dialog, strange)
        if strange:
            while self._strange_size > self._strange_limit and len(self._strangers) > 1:
                self._forget(*self._strangers.popitem(last=False), strange=True)
        while self.size > self._limit:
            pool = self._over or self._running or self._strangers
            if len(pool) == 1 and call_id in pool:
                break
            self._forget(*pool.popitem(last=False), strange=pool is self._strangers)

    def claim(self, call_id: str) -> None:
        """A dialog is a call's: it is kept before all that is not."""
        dialog = self._strangers.pop(call_id, None)
        if dialog is not None:
            self._strange_size -= dialog.size
        if call_id not in self._running:
            self._running[call_id] = dialog or self._over.pop(call_id, None) or _Dialog()

    def release(self, call_id: str) -> None:
        """The call is over; what still comes of it is kept with the rest."""
        dialog = self._running.pop(call_id, None)
        if dialog is not None:
            self._over[call_id] = dialog

    def forget(self, call_id: str) -> None:
        """Keep nothing of a dialog that is over."""
        dialog = self._over.pop(call_id, None)
        if dialog is not None:
            self.size -= dialog.size

    def messages(self, call_id: str, after: int = 0) -> list[TracedMessage]:
        """What is kept of a call's dialog beyond the message with that number, in order."""
        dialog = self._running.get(call_id) or self._over.get(call_id)
        return [each for each in dialog.messages if each.number > after] if dialog is not None else []

    def dropped(self, call_id: str) -> int:
        """How many of a dialog's first messages are not kept any more."""
        dialog = self._running.get(call_id) or self._over.get(call_id)
        return dialog.dropped if dialog is not None else 0

    def _forget(self, call_id: str, dialog: _Dialog, strange: bool) -> None:
        self.size -= dialog.size
        if strange:
            self._strange_size -= dialog.size

    def _drop_first(self, dialog: _Dialog, strange: bool) -> None:
        size = len(dialog.messages.popleft().data) + _OVERHEAD
        dialog.dropped += 1
        dialog.size -= size
        self.size -= size
        if strange:
            self._strange_size -= size


def _call_id_of(data: bytes) -> str | None:
    # As we write it ourselves, and nearly everybody: many times as fast as looking through all lines.
    start = data.find(b"\r\nCall-ID: ")
    end = data.find(b"\r\n", start + 11) if start >= 0 else -1
    if end >= 0:
        return data[start + 11 : end].strip().decode("utf-8", "surrogateescape")
    found = _CALL_ID.search(data)
    return found[1].decode("utf-8", "surrogateescape") if found is not None else None


# --- masking ---------------------------------------------------------------------------------------------

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_CREDENTIALS = re.compile(
    rb"^((?:proxy-)?authorization[ \t]*:[ \t]*)([^\r\n]*(?:\r?\n[ \t]+[^\r\n]*)*)", re.I | re.M
)
_SHOWN = re.compile(rb'\b(?:username|realm)\s*=\s*"(?:[^"\\\r\n]|\\.)*"', re.I)
_SDP_KEY = re.compile(rb"^(a=crypto:[^\r\n]*?inline:|k=[a-z0-9-]*:?)([^\r\n]*)", re.I | re.M)
_KEYS_TYPE = re.compile(
    rb"^(?:content-type|c)[ \t]*:[^\r\n]*(?:dtmf|telephone-event|digits|kpml)", re.I | re.M
)
_KEYS_LINE = re.compile(rb"^([a-z-]+[ \t]*=)?([^\r\n]*)", re.I | re.M)
_HARMLESS = re.compile(rb"duration[ \t]*=", re.I)


def masked(data: bytes, *, digits: bool) -> bytes:
    """A message without what only its two ends may know.

    Credentials of digest and any other scheme (user and realm stay), keys of media encryption in SDP, and if
    `digits` the keys that a caller presses, in whatever form a body has them. Bodies keep their length.
    """
    end = _HEAD_END.search(data)
    head, body = (data, b"") if end is None else (data[: end.end()], data[end.end() :])
    head = _CREDENTIALS.sub(_without_proof, head)
    if digits and (head.startswith(b"INFO ") or _KEYS_TYPE.search(head)):
        return head + _KEYS_LINE.sub(_without_key, body)
    return head + _SDP_KEY.sub(lambda found: found[1] + b"x" * len(found[2]), body)


def _without_proof(found: re.Match[bytes]) -> bytes:
    scheme, _, rest = found[2].partition(b" ")
    shown = _SHOWN.findall(rest) if scheme.lower() == b"digest" else []
    if not scheme.isalpha():
        scheme = b"Unknown"
    return found[1] + scheme + b" " + b", ".join([*shown, b'response="masked"'])


def _without_key(found: re.Match[bytes]) -> bytes:
    name, value = found[1] or b"", found[2]
    if _HARMLESS.fullmatch(name) and value.strip().isdigit():
        return found[0]
    return name + b"x" * len(value)
