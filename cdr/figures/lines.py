"""Counts queue activity: callers offered, how they leave, offers to agents, ratings.

Only live callers are counted here; who is to be called back is `callbacks.py`'s.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from callback_queue.acd.events import SurveyAnswered, SurveyOffered
from callback_queue.agents.events import AgentOffered, AgentOfferEnded
from callback_queue.callbacks.events import CallbackRequested
from callback_queue.line.events import QueueEntered, QueueLeft
from callback_queue.recovery.events import SettingsApplied
from cdr.figures.interval_tallies import IntervalTallies, QueueThresholds
from cdr.figures.rules import thresholds
from cdr.figures.tallies import QueueTally
from cdr.times import to_ms
from journal.event import Event
from telephony.call.events import CallEnded, CallOffered

_DEFAULT = QueueThresholds()
# What the flow that follows on a queue may offer a callback after; who overflows waits on elsewhere.
_MAY_ASK = ("key", "timeout", "no_agents", "full")
# Who asked, by the callback's `why`: not those who hung up on the bot, nor those whom a failure cut off.
_ASKED = ("requested", "intake", "voicemail")
# A ticket may be written so long after the call's end, in milliseconds.
_TICKET_DELAY = 60_000
# A faster agent is no fault of the others.
_ANSWERED = ("answered", "elsewhere")


class Lines:
    """Queues. `handlers` says what it wants to see."""

    def __init__(self, tallies: IntervalTallies) -> None:
        self._tallies = tallies
        # Who left unserved and may ask for a callback, by call.
        self._may_ask: dict[str, QueueLeft] = {}
        # A call keeps the thresholds with which it began: those of each switch now, and of each call.
        self._of_switch: dict[str, Mapping[str, QueueThresholds]] = {}
        self._of_call: dict[str, Mapping[str, QueueThresholds]] = {}
        self._over: deque[tuple[int, str]] = deque()
        self.handlers: Mapping[type[Event], Callable[[Any], None]] = {
            SettingsApplied: self._settings_applied,
            CallOffered: self._began,
            QueueEntered: self._entered,
            QueueLeft: self._left,
            CallbackRequested: self._requested,
            CallEnded: self._ended,
            AgentOffered: self._offered,
            AgentOfferEnded: self._offer_ended,
            SurveyOffered: self._survey_offered,
            SurveyAnswered: self._survey_answered,
        }

    def _settings_applied(self, event: SettingsApplied) -> None:
        self._of_switch[event.switch] = thresholds(event)

    def _began(self, event: CallOffered) -> None:
        now = self._of_switch.get(self._tallies.switch)
        if now is not None:
            self._of_call[event.call] = now

    def _thresholds(self, queue: str, call: str) -> QueueThresholds:
        return self._of_call.get(call, self._tallies.rules.thresholds).get(queue, _DEFAULT)

    def _entered(self, event: QueueEntered) -> None:
        if event.kind != "live":
            return
        self._may_ask.pop(event.call, None)
        tally = self._tallies.queue(event.queue, to_ms(event.at))
        if tally is not None:
            tally.offered += 1
            self._tallies.note(tally, "offered", event.call)

    def _left(self, event: QueueLeft) -> None:
        if event.kind != "live":
            return
        at = to_ms(event.at)
        if event.why in _MAY_ASK:
            self._may_ask[event.call] = event
        if event.why == "answered":
            agent = self._tallies.agent(event.agent, at, event.queue)
            if agent is not None:
                agent.handled += 1
                self._tallies.note(agent, "handled", event.call)
        tally = self._tallies.queue(event.queue, at)
        if tally is not None:
            if event.why != "cut_off":  # that lasts until the switch is up again
                tally.longest_wait_ms = max(tally.longest_wait_ms, event.wait_ms)
            self._count_leaving(tally, event)

    def _count_leaving(self, tally: QueueTally, event: QueueLeft) -> None:
        wait, limits = event.wait_ms, self._thresholds(event.queue, event.call)
        in_time = wait <= limits.service_level_ms
        if event.why == "answered":
            tally.handled += 1
            tally.handled_wait_ms += wait
            tally.answered_in_time += in_time
            self._tallies.note(tally, "handled", event.call)
            if in_time:
                self._tallies.note(tally, "answered_in_time", event.call)
        elif event.why == "abandoned":
            tally.abandoned += 1
            tally.abandoned_wait_ms += wait
            tally.abandoned_in_time += in_time
            self._tallies.note(tally, "abandoned", event.call)
            if wait < limits.short_abandon_ms:
                tally.short_abandoned += 1
                self._tallies.note(tally, "short_abandoned", event.call)
        else:
            tally.left[event.why] = tally.left.get(event.why, 0) + 1
            self._tallies.note(tally, "left", event.call)

    def _requested(self, event: CallbackRequested) -> None:
        """Somebody who left asks for a callback: it says how they left, so it is booked when they did."""
        left = self._may_ask.pop(event.call, None) if event.why in _ASKED else None
        if left is None:
            return
        tally = self._tallies.queue(left.queue, to_ms(left.at))
        if tally is not None:
            tally.callback_left += 1
            limits = self._thresholds(left.queue, event.call)
            tally.callback_in_time += left.wait_ms <= limits.service_level_ms
            self._tallies.note(tally, "callback_left", event.call)

    def _ended(self, event: CallEnded) -> None:
        at = to_ms(event.at)
        if event.call in self._may_ask or event.call in self._of_call:
            self._over.append((at, event.call))
        while self._over and self._over[0][0] < at - _TICKET_DELAY:
            _, call = self._over.popleft()
            self._may_ask.pop(call, None)
            self._of_call.pop(call, None)

    def _offered(self, event: AgentOffered) -> None:
        at = to_ms(event.at)
        for tally in (
            self._tallies.queue(event.queue, at),
            self._tallies.agent(event.agent, at, event.queue),
        ):
            if tally is not None:
                tally.offers += 1

    def _offer_ended(self, event: AgentOfferEnded) -> None:
        if event.outcome in _ANSWERED:
            return
        at = to_ms(event.at)
        for tally in (
            self._tallies.queue(event.queue, at),
            self._tallies.agent(event.agent, at, event.queue),
        ):
            if tally is None:
                continue
            if event.outcome == "caller_gone":
                tally.customer_gone += 1
                self._tallies.note(tally, "customer_gone", event.call)
            else:
                tally.not_answered += 1
                self._tallies.note(tally, "not_answered", event.call)

    def _survey_offered(self, event: SurveyOffered) -> None:
        at = to_ms(event.at)
        for tally in (
            self._tallies.queue(event.queue, at),
            self._tallies.agent(event.agent, at, event.queue),
        ):
            if tally is not None:
                tally.surveys_offered += 1

    def _survey_answered(self, event: SurveyAnswered) -> None:
        at = to_ms(event.at)
        for tally in (
            self._tallies.queue(event.queue, at),
            self._tallies.agent(event.agent, at, event.queue),
        ):
            if tally is not None:
                tally.surveys_answered += 1
                tally.score_sum += event.score
                tally.top_scores += event.score == event.scale
                self._tallies.note(tally, "surveys_answered", event.call)
