"""What `hotline trace` asks the switch: the messages of a call's legs, and the figures of their sound.

Messages are kept by `telephony.sip.trace`; here is which of them belong to which call. Calls that are over
are kept up to a number, then forgotten, messages and all. Nothing secret leaves here: credentials are masked,
and keys that callers press where the site says so.
"""

from __future__ import annotations

import base64
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from weakref import WeakValueDictionary

from config import Site
from journal.event import Event
from telephony.call.events import CallEnded, CallOffered, LegDialled, LegEnded
from telephony.call.leg import CallLeg
from telephony.media.interface import LegStats, MediaPath
from telephony.sip.flow import Address, Flow
from telephony.sip.trace import MessageRing, TracedMessage, masked

TRACED = (CallOffered, LegDialled, LegEnded, CallEnded)
"""The events that `CallTraces.heard` has to be told."""
PAGE = 400
"""Messages in one answer."""


@dataclass(slots=True)
class _Leg:
    """One leg of a call.

    Args:
        label: who is at its far end.
        sip_call_id: of its dialog.
        inbound: they called us.
        sound: its figures and its path, once it is over.
    """

    label: str
    sip_call_id: str
    inbound: bool
    sound: tuple[LegStats, MediaPath] | None = None


@dataclass(slots=True)
class _Call:
    """One call.

    Args:
        legs: by their ids, in the order in which they began.
        running: it is not over.
    """

    legs: dict[str, _Leg] = field(default_factory=dict)
    running: bool = True


class CallTraces:
    """The traces of one switch.

    Args:
        site: its limits, and whether digits are masked.
        clock: Unix time in seconds.
        steady: the clock of messages and media, in seconds.
        local_end: our address on a flow.
    """

    def __init__(
        self,
        site: Site,
        *,
        clock: Callable[[], float],
        steady: Callable[[], float],
        local_end: Callable[[Flow], Address],
    ) -> None:
        self.use(site)
        self.ring = MessageRing(site.settings.trace.megabytes * 1024 * 1024)
        self._most = site.settings.trace.calls
        self._clock = clock
        self._steady = steady
        self._local_end = local_end
        self._calls: OrderedDict[str, _Call] = OrderedDict()  # those that are over come first
        self._over = 0
        self._legs: WeakValueDictionary[tuple[str, str], CallLeg] = WeakValueDictionary()

    def use(self, site: Site) -> None:
        """Go by this version of the site."""
        self._mask_digits = site.settings.privacy.mask_digits

    def began(self, leg: CallLeg) -> None:
        """A leg was made; its event follows."""
        self._legs[leg.call, leg.leg] = leg

    def heard(self, event: Event) -> None:
        """Take note of an event of the journal."""
        if isinstance(event, CallOffered):
            self._add(event.call, event.leg, _Leg(event.source, event.sip_call_id, True))
        elif isinstance(event, LegDialled):
            self._add(event.call, event.leg, _Leg(event.target, event.sip_call_id, False))
        elif isinstance(event, LegEnded):
            self._leg_ended(event)
        elif isinstance(event, CallEnded):
            self._call_ended(event.call)

    def _add(self, call: str, leg: str, new: _Leg) -> None:
        known = self._calls.get(call)
        if known is None:
            known = self._calls[call] = _Call()
        known.legs[leg] = new
        self.ring.claim(new.sip_call_id)

    def _leg_ended(self, event: LegEnded) -> None:
        call = self._calls.get(event.call)
        leg = call.legs.get(event.leg) if call is not None else None
        if leg is None:
            return
        made = self._legs.pop((event.call, event.leg), None)
        if made is not None:
            leg.sound = made.media.stats(), made.media.path()
        self.ring.release(leg.sip_call_id)

    def _call_ended(self, call: str) -> None:
        known = self._calls.get(call)
        if known is None or not known.running:
            return
        known.running = False
        self._over += 1
        while self._over > self._most:
            oldest = next(name for name, each in self._calls.items() if not each.running)
            for leg in self._calls.pop(oldest).legs.values():
                self.ring.release(leg.sip_call_id)
                self.ring.forget(leg.sip_call_id)
            self._over -= 1

    async def answer(self, question: dict[str, Any]) -> dict[str, Any]:
        """The trace of the call `call`: messages beyond number `after`, `more` when some are left."""
        name, after = str(question.get("call", "")), question.get("after", 0)
        call = self._calls.get(name)
        if call is None:
            return {"error": f"there is no call {name} among those that are running or ended lately"}
        unix = self._clock() - self._steady()
        messages = [
            (message, leg_id)
            for leg_id, leg in call.legs.items()
            for message in self.ring.messages(leg.sip_call_id, after if isinstance(after, int) else 0)
        ]
        messages.sort(key=lambda pair: pair[0].number)
        return {
            "call": name,
            "running": call.running,
            "legs": [self._leg(name, leg_id, leg, unix) for leg_id, leg in call.legs.items()],
            "messages": [self._message(*pair, unix) for pair in messages[:PAGE]],
            "more": len(messages) > PAGE,
        }

    def _leg(self, call: str, leg_id: str, leg: _Leg, unix: float) -> dict[str, Any]:
        made = self._legs.get((call, leg_id))
        sound = (made.media.stats(), made.media.path()) if made is not None else leg.sound
        return {
            "leg": leg_id,
            "label": leg.label,
            "inbound": leg.inbound,
            "sip_call_id": leg.sip_call_id,
            "dropped": self.ring.dropped(leg.sip_call_id),
            "sound": None if sound is None else _sound(*sound, unix),
        }

    def _message(self, message: TracedMessage, leg: str, unix: float) -> dict[str, Any]:
        data = masked(message.data, digits=self._mask_digits)
        return {
            "number": message.number,
            "at": round(message.at + unix, 6),
            "leg": leg,
            "sent": message.sent,
            "transport": message.flow.transport,
            "local": self._local_end(message.flow),
            "remote": message.flow.remote,
            "data": base64.b64encode(data).decode(),
        }


def _sound(stats: LegStats, path: MediaPath, unix: float) -> dict[str, Any]:
    figures = asdict(stats)
    for name in ("first_received", "last_received", "first_sent", "last_sent"):
        if figures[name] is not None:
            figures[name] = round(figures[name] + unix, 3)
    return {**figures, **asdict(path)}
