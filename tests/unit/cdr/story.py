"""Calls written down by hand, event by event: the shortest way to say what happened when."""

from __future__ import annotations

from typing import Any

from callback_queue.agents.events import AgentConnected, AgentOffered, AgentOfferEnded
from callback_queue.line.events import QueueEntered, QueueLeft
from cdr.calls.record import CallRecord
from cdr.calls.record_builder import CallRules, build_record
from journal.event import CallEvent, Event
from telephony.call import events as c

CALL = "c1"
ME = "caller"


class Story:
    """One call; `at` moves the clock, everything else happens at that second."""

    def __init__(self, call: str = CALL) -> None:
        self.call = call
        self.now = 0.0
        self.events: list[Event] = []

    def at(self, second: float) -> Story:
        """Go on to a second."""
        self.now = second
        return self

    def tell(self, kind: type[Event], /, *where: str, **values: Any) -> Story:
        """Any event."""
        self.events.append(kind(self.now, *where, **values))
        return self

    def on(self, leg: str, kind: type[CallEvent], /, **values: Any) -> Story:
        """Any event of a leg."""
        return self.tell(kind, self.call, leg, **values)

    def offered(
        self,
        source: str = "trunk:main",
        caller: str = "13800138000",
        called: str = "4001",
        original_called: str = "",
    ) -> Story:
        """A call comes in."""
        return self.on(
            ME,
            c.CallOffered,
            caller=caller,
            called=called,
            source=source,
            sip_call_id="sip-1",
            original_called=original_called,
        )

    def answered(self) -> Story:
        """We answer."""
        return self.on(ME, c.CallAnswered, codec="PCMA")

    def flow(self, *steps: str) -> Story:
        """A flow takes the call and goes through some steps."""
        self.on(ME, c.FlowStarted, flow="welcome", version="v1", language="zh")
        for step in steps:
            self.on(ME, c.StepEntered, flow="welcome", step=step, verb="menu")
        return self

    def enters(self, queue: str, entry: str = "e1") -> Story:
        """The caller joins a queue."""
        return self.on(
            ME,
            QueueEntered,
            queue=queue,
            entry=entry,
            kind="live",
            arrival=self.now,
            tier="vip",
            priority=0,
            position=2,
        )

    def leaves(self, queue: str, why: str, wait: float, agent: str = "", entry: str = "e1") -> Story:
        """The caller leaves it."""
        ms = round(wait * 1000)
        return self.on(
            ME,
            QueueLeft,
            queue=queue,
            entry=entry,
            kind="live",
            entered_at=self.now - wait,
            why=why,
            wait_ms=ms,
            position=1,
            original_position=2,
            agent=agent,
        )

    def rings(self, agent: str, leg: str, queue: str = "", entry: str = "e1") -> Story:
        """An agent's phone is dialled, for a queue if one is named."""
        if queue:
            self.on(ME, AgentOffered, queue=queue, entry=entry, agent=agent)
        return self.on(leg, c.LegDialled, target=f"agent:{agent}", sip_call_id=f"sip-{leg}")

    def takes(self, agent: str, leg: str, queue: str, wait: float, entry: str = "e1") -> Story:
        """The agent answers and is connected."""
        self.on(leg, c.LegAnswered, codec="PCMA")
        self.on(ME, AgentOfferEnded, queue=queue, entry=entry, agent=agent, outcome="answered", ring_ms=3000)
        self.leaves(queue, "answered", wait, agent, entry)
        self.on(
            ME,
            AgentConnected,
            queue=queue,
            entry=entry,
            agent=agent,
            agent_leg=leg,
            wait_ms=round(wait * 1000),
        )
        return self.on(ME, c.CallBridged, other=leg)

    def parts(self, leg: str) -> Story:
        """The two are parted."""
        return self.on(ME, c.CallUnbridged, other=leg)

    def ends(self, leg: str, by: str, reason: str = "") -> Story:
        """A leg ends."""
        return self.on(leg, c.LegEnded, by=by, status=None, reason=reason, quality={"mos": 4.1})

    def over(self, by: str, reason: str = "") -> Story:
        """The call ends."""
        return self.on("", c.CallEnded, by=by, reason=reason)

    def record(self, **rules: Any) -> CallRecord:
        """What the call's record says."""
        return build_record(self.call, self.events, CallRules(**rules))

    def segments(self) -> list[tuple[str, float, str]]:
        """The call's segments: kind, seconds, who or which queue."""
        return [
            (each.kind, round(each.end - each.start, 3), each.agent or each.queue)
            for each in self.record().segments
        ]


def through_a_queue() -> Story:
    """A caller waits ten seconds in "support", and talks with agent 1001 from second 15 on."""
    story = Story().offered().answered().flow("menu").at(2).on(ME, c.DigitReceived, digit="2")
    story.at(5).enters("support").at(12).rings("1001", "a1", "support")
    return story.at(15).takes("1001", "a1", "support", 10)
