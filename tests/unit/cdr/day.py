"""A generated day in a call centre: its events in the order of the journal, and beside them the truth.

Agents come, take breaks and go; callers are served by the flow, wait, give up, leave by key or overflow, are
answered, held, transferred, rated; callbacks are dialled until somebody is reached; tickets are solved and
reopened. Everything is in whole milliseconds. The truth is plain lists of what happened, kept by the
simulation itself and never read back from the events.
"""

from __future__ import annotations

from typing import Any

from callback_queue.acd.events import SurveyAnswered, SurveyOffered
from callback_queue.agents.events import AgentConnected, AgentOffered, AgentOfferEnded, CallTransferred
from callback_queue.callbacks.events import (
    CallbackAttemptEnded,
    CallbackClosed,
    CallbackDialled,
    CallbackLeased,
    CallbackRequested,
    CallbackStarted,
)
from callback_queue.line.events import QueueEntered, QueueLeft
from callback_queue.recovery.events import SwitchStarted
from callback_queue.tickets.events import TicketChanged, TicketOpened
from telephony.call import events as c
from tests.unit.cdr.shift import HOUR, MIDNIGHT, MINUTE, SECOND, Agent, Shift
from tests.unit.cdr.truth import POINTS, Call, Callback, Solved, Stay, Talk


class Day(Shift):
    """One day, simulated when it is made.

    Args:
        seed: another seed, another day.
        calls: how many come in.
    """

    def __init__(self, seed: int, calls: int = 400) -> None:
        super().__init__(seed)
        self._waiting: list[tuple[int, Stay, str]] = []  # when, who, entry
        self._ringing_entries: set[str] = set()
        self._due: list[tuple[Callback, str]] = []  # waiting callbacks with their entries
        self._legs: dict[str, str] = {}
        self._records: dict[str, Call] = {}
        self._tickets: dict[str, dict[str, Any]] = {}
        self.tell(SwitchStarted, switch="switch-1", version="0.1.0")
        for agent in self._agents:
            agent.since = self.now
            self._shift(agent)
        for _ in range(calls):
            at = int(self.random.triangular(8 * HOUR, 19 * HOUR, 11 * HOUR))
            self.after(at, self._call_comes)
        self.run()
        self.end = self.now
        for agent in self._agents:
            self.truth.states.append(
                (agent.number, agent.since, self.end + HOUR, self._name(agent), agent.reason)
            )

    # --- a call comes in ------------------------------------------------------------------------------------

    def _call_comes(self) -> None:
        if self.random.random() < 0.06:
            self._private_call()
            return
        if self.random.random() < 0.02:
            self.tell(c.CallRefused, status=403, peer="192.0.2.1")
        call, leg = self.name("c"), self.name("l")
        number = "anonymous" if self.random.random() < 0.05 else f"1380013{self._between(0, 90):04d}"
        record = Call(call, "" if number == "anonymous" else number, self.now)
        self.truth.calls.append(record)
        self._records[call] = record
        self._legs[call] = leg
        self.tell(
            c.CallOffered,
            call,
            leg,
            caller=number,
            called="4001",
            source="trunk:main",
            sip_call_id=self.name("sip"),
        )
        self.tell(c.CallAnswered, call, leg, codec="PCMA")
        self.tell(c.FlowStarted, call, leg, flow="welcome", version="v1", language="zh")
        self.tell(c.StepEntered, call, leg, flow="welcome", step="menu", verb="menu")
        self.tell(c.PlayStarted, call, leg, prompt="menu")
        self.after(self._between(SECOND, 40 * SECOND), lambda: self._chooses(call))

    def _chooses(self, call: str) -> None:
        leg = self._legs[call]
        self.tell(c.PlayEnded, call, leg, prompt="menu", reason="stopped", played_ms=800)
        self.tell(c.DigitReceived, call, leg, digit=self.random.choice("123"))
        choice = self.random.random()
        if choice < 0.12:
            self._hang_up(call, "remote")
        elif choice < 0.22:
            self._ticket(call, "problem", "intake", self.random.choice(["sales", "support"]))
            self._hang_up(call, "local")
        else:
            queue = self.random.choices(["sales", "support", "vip"], [5, 5, 1])[0]
            self._enter(call, queue, overflowed=False)

    def _hang_up(self, call: str, by: str) -> None:
        """The caller's leg and the call end."""
        leg = self._legs[call]
        self.tell(c.LegEnded, call, leg, by=by, status=None, reason="", quality={"mos": 4.2, "lost": 3})
        self.tell(c.FlowEnded, call, leg, flow="welcome", reason="over")
        self.tell(c.CallEnded, call, "", by=by, reason="over")
        self._records[call].ended = self.now

    def _private_call(self) -> None:
        """An agent calls another one: no contact of a queue."""
        free = [agent for agent in self._agents if agent.state == "available"]
        if len(free) < 2:
            return
        first, second = self.random.sample(free, 2)
        call, leg, other = self.name("c"), self.name("l"), self.name("l")
        record = Call(call, first.number, self.now, flow=False)
        self.truth.calls.append(record)
        self._records[call] = record
        self.tell(
            c.CallOffered,
            call,
            leg,
            caller=first.number,
            called=second.number,
            source=f"agent:{first.number}",
            sip_call_id="sip",
        )
        self._set(first, "on_call", call=call)
        self.tell(c.LegDialled, call, other, target=f"agent:{second.number}", sip_call_id="sip")
        self._set(second, "ringing", call=call)

        def answers() -> None:
            self.tell(c.LegAnswered, call, other, codec="PCMA")
            self._set(second, "on_call", call=call)
            self.tell(c.CallAnswered, call, leg, codec="PCMA")
            self.tell(c.CallBridged, call, leg, other=other)
            self.after(self._between(5 * SECOND, 3 * MINUTE), ends)

        def ends() -> None:
            self.tell(c.LegEnded, call, leg, by="remote", status=None, reason="", quality={})
            self._released(first, call, False)
            self.tell(c.CallUnbridged, call, leg, other=other)
            self.tell(
                c.LegEnded, call, other, by="local", status=None, reason="other side hung up", quality={}
            )
            self._released(second, call, False)
            self.tell(c.CallEnded, call, "", by="remote", reason="")
            record.ended = self.now

        self.after(self._between(SECOND, 9 * SECOND), answers)

    # --- the queue ----------------------------------------------------------------------------------------

    def _enter(self, call: str, queue: str, *, overflowed: bool) -> None:
        entry = self.name("e")
        stay = Stay(call, queue, self.now)
        self.truth.stays.append(stay)
        self._records[call].queued = True
        self._waiting.append((self.now, stay, entry))
        self.tell(
            QueueEntered,
            call,
            self._legs[call],
            queue=queue,
            entry=entry,
            kind="live",
            arrival=self.now / 1000,
            tier="ordinary",
            priority=0,
            position=1,
        )
        patience = min(self._between(0, 200 * SECOND), self._between(0, 900 * SECOND))
        self.after(patience, lambda: self._impatient(stay, entry, overflowed))
        self.after(0, self._distribute)

    def _leave(self, stay: Stay, entry: str, why: str, agent: str = "") -> None:
        self._waiting = [item for item in self._waiting if item[2] != entry]
        stay.left, stay.why, stay.agent = self.now, why, agent
        wait = stay.left - stay.entered
        entered = stay.entered / 1000
        leg = self._legs[stay.call]
        self.tell(
            QueueLeft,
            stay.call,
            leg,
            queue=stay.queue,
            entry=entry,
            kind="live",
            entered_at=entered,
            why=why,
            wait_ms=wait,
            position=1,
            original_position=1,
            agent=agent,
        )

    def _impatient(self, stay: Stay, entry: str, overflowed: bool) -> None:
        if stay.why:
            return
        call, choice = stay.call, self.random.random()
        if choice < 0.2 and not overflowed:
            self._leave(stay, entry, "overflow")
            self._enter(call, "overflow", overflowed=True)
        elif choice < 0.3:
            self._leave(stay, entry, "timeout")
            if self.random.random() < 0.5:
                self.after(self._between(0, 5 * SECOND), lambda: self._asks_for_callback(stay))
            else:
                self.after(self._between(SECOND, 9 * SECOND), lambda: self._hang_up(call, "local"))
        elif choice < 0.5:
            self._leave(stay, entry, "key")
            if self.random.random() < 0.8:
                self.after(self._between(0, 5 * SECOND), lambda: self._asks_for_callback(stay))
            else:
                self.after(SECOND, lambda: self._hang_up(call, "remote"))
        else:
            self._leave(stay, entry, "abandoned")
            self._hang_up(call, "remote")
            if self.random.random() < 0.6:
                self._ticket(call, "abandoned", "abandoned", stay.queue)

    def _asks_for_callback(self, stay: Stay) -> None:
        stay.callback_at = self.now
        ways = [("callback", "requested"), ("problem", "intake"), ("voicemail", "voicemail")]
        kind, why = self.random.choice(ways)
        self._ticket(stay.call, kind, why, stay.queue)
        self._hang_up(stay.call, "local")

    def _free(self, queue: str) -> Agent | None:
        served = "support" if queue == "overflow" else queue
        free = [agent for agent in self._agents if agent.state == "available" and served in agent.queues]
        return min(free, key=lambda agent: agent.since) if free else None

    def _distribute(self) -> None:
        for _, stay, entry in list(self._waiting):
            agent = self._free(stay.queue)
            if agent is not None and entry not in self._ringing_entries:
                self._offer(stay, entry, agent)
        for callback, entry in list(self._due):
            agent = self._free(callback.queue)
            if agent is not None:
                self._due.remove((callback, entry))
                self._attempt(callback, entry, agent)

    def _offer(self, stay: Stay, entry: str, agent: Agent) -> None:
        self._ringing_entries.add(entry)
        call, leg, began = stay.call, self.name("l"), self.now
        self.truth.offers.append((self.now, stay.queue, agent.number))
        self._set(agent, "reserved", call=call)
        self.tell(AgentOffered, call, self._legs[call], queue=stay.queue, entry=entry, agent=agent.number)
        self.tell(c.LegDialled, call, leg, target=f"agent:{agent.number}", sip_call_id=self.name("sip"))
        self._set(agent, "ringing", call=call)
        outcome = self.random.choices(["answered", "no_answer", "refused"], [8, 1, 1])[0]
        ring = self._between(500, 15 * SECOND)

        def over() -> None:
            self._ringing_entries.discard(entry)
            ended = "caller_gone" if stay.why else outcome
            if ended == "answered":
                self.tell(c.LegAnswered, call, leg, codec="PCMA")
                self._tell_offer_end(stay, entry, agent, "answered", self.now - began)
                agent.contact = True
                self._set(agent, "on_call", call=call)
                self._leave(stay, entry, "answered", agent.number)
                waited = stay.left - stay.entered
                self.tell(
                    AgentConnected,
                    call,
                    self._legs[call],
                    queue=stay.queue,
                    entry=entry,
                    agent=agent.number,
                    agent_leg=leg,
                    wait_ms=waited,
                )
                self._talk(call, agent, leg, stay.queue)
            else:
                self.truth.missed.append((self.now, stay.queue, agent.number, ended))
                self._tell_offer_end(stay, entry, agent, ended, self.now - began)
                self.tell(c.LegEnded, call, leg, by="local", status=487, reason="offer over", quality={})
                self._set(agent, "available")
            self.after(0, self._distribute)

        self.after(ring, over)

    def _tell_offer_end(self, stay: Stay, entry: str, agent: Agent, outcome: str, ring: int) -> None:
        leg = self._legs[stay.call]
        self.tell(
            AgentOfferEnded,
            stay.call,
            leg,
            queue=stay.queue,
            entry=entry,
            agent=agent.number,
            outcome=outcome,
            ring_ms=ring,
        )

    # --- conversations --------------------------------------------------------------------------------------

    def _talk(self, call: str, agent: Agent, leg: str, queue: str, *, by_queue: bool = True) -> None:
        """Connect, hold now and then, and go on to one of the ends."""
        record = self._records[call]
        record.met = True
        talk = Talk(call, agent.number, queue, connected_by_queue=by_queue, began=self.now)
        self.truth.talks.append(talk)
        self.tell(c.CallBridged, call, self._legs[call], other=leg)
        self.tell(c.RecordingStarted, call, leg, file=f"{call}-{leg}.wav")
        pieces: list[tuple[str, int]] = [("talk", self._between(SECOND, 4 * MINUTE))]
        while self.random.random() < 0.25:
            pieces.append(("hold", self._between(SECOND, MINUTE)))
            if self.random.random() < 0.9:
                pieces.append(("talk", self._between(SECOND, 2 * MINUTE)))

        def step(index: int) -> None:
            kind, length = pieces[index]
            begins = self.now
            held = kind == "hold"
            if held:
                self.tell(c.HoldStarted, call, leg, by="remote")

            def done() -> None:
                talk.stretches.append((kind, begins, self.now))
                if held and index + 1 < len(pieces):
                    self.tell(c.HoldEnded, call, leg, by="remote")
                if index + 1 < len(pieces):
                    step(index + 1)
                else:
                    talk.ended = self.now
                    self._talk_ends(call, agent, leg, queue, by_queue)

            self.after(length, done)

        step(0)

    def _talk_ends(self, call: str, agent: Agent, leg: str, queue: str, by_queue: bool) -> None:
        choice = self.random.random()
        mine = self._legs[call]
        if choice < 0.15 and by_queue:
            self._transfer(call, agent, leg, queue)
        elif choice < 0.6:
            self.tell(c.LegEnded, call, mine, by="remote", status=None, reason="", quality={"mos": 4.0})
            self.tell(c.CallUnbridged, call, mine, other=leg)
            self.tell(c.LegEnded, call, leg, by="local", status=None, reason="other side hung up", quality={})
            self._released(agent, call, True, queue)
            self.tell(c.FlowEnded, call, mine, flow="welcome", reason="caller hung up")
            self.tell(c.CallEnded, call, "", by="remote", reason="")
            self._records[call].ended = self.now
            self._ticket(call, "problem", "", queue, agent.number)
        else:
            self.tell(c.LegEnded, call, leg, by="remote", status=None, reason="", quality={"mos": 4.1})
            self._released(agent, call, True, queue)
            self.tell(c.CallUnbridged, call, mine, other=leg)
            self._survey(call, queue, agent.number)

    def _survey(self, call: str, queue: str, agent: str) -> None:
        if self.random.random() < 0.3:
            self._hang_up(call, "local")
            return
        self.truth.surveys.append((self.now, queue, agent, None))
        self.tell(SurveyOffered, call, self._legs[call], queue=queue, agent=agent)

        def answer() -> None:
            if self.random.random() < 0.7:
                score = self._between(1, 5)
                self.truth.answers.append((self.now, queue, agent, score))
                self.tell(
                    SurveyAnswered, call, self._legs[call], queue=queue, agent=agent, score=score, scale=5
                )
            self._hang_up(call, "local")

        self.after(self._between(SECOND, 6 * SECOND), answer)

    def _transfer(self, call: str, agent: Agent, leg: str, queue: str) -> None:
        """Pass the call on: to a free agent, to the outside, or back into a queue."""
        mine = self._legs[call]
        self.tell(c.TransferRequested, call, leg, target="target")
        self.tell(c.CallUnbridged, call, mine, other=leg)
        free = [other for other in self._agents if other.state == "available"]
        if free:
            self._transfer_to_agent(call, agent, leg, queue, free[0])
            return
        self.tell(c.LegEnded, call, leg, by="remote", status=None, reason="", quality={})
        self._released(agent, call, True, queue)
        if self.random.random() < 0.5:
            self.truth.transfers.append((self.now, agent.number, queue, "", "support"))
            self.tell(
                CallTransferred,
                call,
                leg,
                agent=agent.number,
                target="4002",
                to_agent="",
                queue="support",
                status=200,
            )
            self._enter(call, "support", overflowed=True)
        else:
            self._transfer_outside(call, agent, leg, queue)

    def _transfer_to_agent(self, call: str, agent: Agent, leg: str, queue: str, to: Agent) -> None:
        new = self.name("l")
        self.tell(c.LegDialled, call, new, target=f"agent:{to.number}", sip_call_id=self.name("sip"))
        self._set(to, "ringing", call=call)
        self.tell(c.LegEnded, call, leg, by="remote", status=None, reason="", quality={})
        self._released(agent, call, True, queue)

        def answers() -> None:
            self.tell(c.LegAnswered, call, new, codec="PCMA")
            to.contact = True
            self._set(to, "on_call", call=call)
            self.truth.transfers.append((self.now, agent.number, queue, to.number, ""))
            self.tell(
                CallTransferred,
                call,
                leg,
                agent=agent.number,
                target=to.number,
                to_agent=to.number,
                queue="",
                status=200,
            )
            self._talk(call, to, new, "", by_queue=False)

        self.after(self._between(SECOND, 9 * SECOND), answers)

    def _transfer_outside(self, call: str, agent: Agent, leg: str, queue: str) -> None:
        new, mine = self.name("l"), self._legs[call]
        self.tell(c.LegDialled, call, new, target="trunk:main", sip_call_id=self.name("sip"))

        def answers() -> None:
            works = self.random.random() < 0.7
            if works:
                self.tell(c.LegAnswered, call, new, codec="PCMA")
                self.truth.transfers.append((self.now, agent.number, queue, "outside", ""))
                self.tell(
                    CallTransferred,
                    call,
                    leg,
                    agent=agent.number,
                    target="02112345678",
                    to_agent="",
                    queue="",
                    status=200,
                )
                self.tell(c.CallBridged, call, mine, other=new)
                self.after(self._between(SECOND, MINUTE), ends)
            else:
                self.tell(c.LegEnded, call, new, by="remote", status=486, reason="Busy Here", quality={})
                self.tell(
                    CallTransferred,
                    call,
                    leg,
                    agent=agent.number,
                    target="02112345678",
                    to_agent="",
                    queue="",
                    status=486,
                )
                self._hang_up(call, "local")

        def ends() -> None:
            self.tell(c.LegEnded, call, new, by="remote", status=None, reason="", quality={})
            self.tell(c.CallUnbridged, call, mine, other=new)
            self._hang_up(call, "local")

        self.after(self._between(SECOND, 9 * SECOND), answers)

    # --- tickets and callbacks ------------------------------------------------------------------------------

    def _ticket(self, call: str, kind: str, why: str, queue: str, agent: str = "") -> None:
        """Open a ticket, ask for a callback when there is a reason, and let somebody work on it later."""
        ticket = self.name("1")
        category = self.random.choice(["billing", "fault", "order", "", "other"])
        leg = self._legs[call]
        values = {"caller": self._records[call].number, "category": category}
        self.events.append(
            TicketOpened(self.now / 1000, call, leg, ticket=ticket, kind=kind, queue=queue, **values)
        )
        self._records[call].work = True
        self._tickets[ticket] = {"queue": queue, "category": category, "owner": agent}
        if self.random.random() < 0.5:
            owner = agent or self.random.choice(self._agents).number
            self.after(self._between(MINUTE, 3 * HOUR), lambda: self._works(ticket, owner))
        if not why:
            return
        callback = Callback(f"{ticket}.1", queue, self.now)
        self.truth.callbacks.append(callback)
        arrival = self.now / 1000
        self.tell(
            CallbackRequested,
            call,
            leg,
            callback=callback.callback,
            ticket=ticket,
            number="13800138000",
            queue=queue,
            language="zh",
            tier="ordinary",
            priority=0,
            arrival=arrival,
            why=why,
        )
        self.after(self._between(0, 10 * MINUTE), lambda: self._falls_due(callback))

    def _works(self, ticket: str, owner: str) -> None:
        facts = self._tickets[ticket]
        changes: dict[str, Any] = {"owner": owner}
        if self.random.random() < 0.3:
            facts["category"] = changes["category"] = self.random.choice(list(POINTS))
        self.tell(TicketChanged, ticket=ticket, by=f"agent:{owner}", changes=changes, note="")
        self._solves(ticket, owner)

    def _solves(self, ticket: str, owner: str) -> None:
        facts = self._tickets[ticket]
        solved = Solved(self.now, facts["queue"], owner, facts["category"])
        self.truth.solved.append(solved)
        self.tell(TicketChanged, ticket=ticket, by=f"agent:{owner}", changes={"state": "solved"}, note="done")
        if self.random.random() < 0.3:

            def reopen() -> None:
                solved.reopened = self.now
                self.tell(
                    TicketChanged,
                    ticket=ticket,
                    by="agent:1001",
                    changes={"state": "assigned", "owner": owner},
                    note="",
                )
                if self.random.random() < 0.5:
                    self.after(self._between(0, HOUR), lambda: self._solves(ticket, owner))

            self.after(self._between(0, HOUR), reopen)
        elif self.random.random() < 0.5:
            self.tell(TicketChanged, ticket=ticket, by="system", changes={"state": "closed"}, note="")

    def _falls_due(self, callback: Callback) -> None:
        if self.now > MIDNIGHT + 18 * HOUR:
            self._close(callback, "expired")
            return
        entry = self.name("e")
        self._due.append((callback, entry))
        at = self.now / 1000
        self.tell(
            QueueEntered,
            "",
            "",
            queue=callback.queue,
            entry=entry,
            kind="callback",
            arrival=at,
            tier="ordinary",
            priority=0,
            position=1,
            callback=callback.callback,
        )
        self.after(0, self._distribute)

    def _close(self, callback: Callback, end: str) -> None:
        callback.closed, callback.end = self.now, end
        self.tell(CallbackClosed, callback=callback.callback, end=end, by="system")

    def _attempt(self, callback: Callback, entry: str, agent: Agent) -> None:
        """An agent-first attempt: the agent is rung, then the customer."""
        call, leg, other, queue = self.name("c"), self.name("l"), self.name("l"), callback.queue
        number = len(callback.dials) + 1
        self.tell(CallbackLeased, callback=callback.callback, attempt=number, switch="switch-1")
        ticket = callback.callback.partition(".")[0]
        self.tell(
            CallbackStarted,
            call,
            "",
            callback=callback.callback,
            ticket=ticket,
            queue=queue,
            number="13800138000",
            attempt=number,
            mode="agent_first",
        )
        self._set(agent, "reserved", call=call)
        self.truth.offers.append((self.now, queue, agent.number))
        self.tell(AgentOffered, call, "", queue=queue, entry=entry, agent=agent.number)
        self.tell(c.LegDialled, call, leg, target=f"agent:{agent.number}", sip_call_id="sip")
        self._set(agent, "ringing", call=call)

        def answers() -> None:
            self.tell(c.LegAnswered, call, leg, codec="PCMA")
            self.tell(
                AgentOfferEnded,
                call,
                "",
                queue=queue,
                entry=entry,
                agent=agent.number,
                outcome="answered",
                ring_ms=2000,
            )
            agent.contact = True
            self._set(agent, "on_call", call=call)
            entered = self.now / 1000
            self.tell(
                QueueLeft,
                call,
                "",
                queue=queue,
                entry=entry,
                kind="callback",
                entered_at=entered,
                why="answered",
                wait_ms=0,
                position=1,
                original_position=1,
                agent=agent.number,
            )
            callback.dials.append(self.now)
            self.tell(CallbackDialled, call, "", callback=callback.callback, attempt=number)
            self.tell(c.LegDialled, call, other, target="trunk:main", sip_call_id="sip")
            self.after(self._between(SECOND, 20 * SECOND), customer)

        def customer() -> None:
            if self.random.random() < 0.6:
                self._reached(callback, call, agent, leg, other, entry, number)
                return
            self.tell(c.LegEnded, call, other, by="remote", status=486, reason="Busy Here", quality={})
            self.tell(c.LegEnded, call, leg, by="local", status=None, reason="callback over", quality={})
            self._released(agent, call, False)
            again = number < 3
            at = self.now / 1000 + 300 if again else 0.0
            self.tell(
                CallbackAttemptEnded,
                call,
                "",
                callback=callback.callback,
                attempt=number,
                outcome="busy",
                agent=agent.number,
                next_at=at,
            )
            self.tell(c.CallEnded, call, "", by="local", reason="busy")
            if again:
                self.after(5 * MINUTE, lambda: self._falls_due(callback))
            else:
                self._close(callback, "expired")

        self.after(self._between(SECOND, 5 * SECOND), answers)

    def _reached(
        self, callback: Callback, call: str, agent: Agent, leg: str, other: str, entry: str, number: int
    ) -> None:
        queue = callback.queue
        self.tell(c.LegAnswered, call, other, codec="PCMA")
        self.tell(
            AgentConnected,
            call,
            other,
            queue=queue,
            entry=entry,
            agent=agent.number,
            agent_leg=leg,
            wait_ms=0,
        )
        self.tell(c.CallBridged, call, other, other=leg)
        talk = Talk(call, agent.number, queue, callback=True, began=self.now)
        self.truth.talks.append(talk)
        begins = self.now

        def ends() -> None:
            talk.ended = self.now
            talk.stretches.append(("talk", begins, self.now))
            self.tell(c.LegEnded, call, other, by="remote", status=None, reason="", quality={})
            self.tell(c.CallUnbridged, call, other, other=leg)
            self.tell(c.LegEnded, call, leg, by="local", status=None, reason="other side hung up", quality={})
            self._released(agent, call, True, queue)
            spoke = self.now - begins
            self.tell(
                CallbackAttemptEnded,
                call,
                "",
                callback=callback.callback,
                attempt=number,
                outcome="reached",
                agent=agent.number,
                next_at=0.0,
                talk_ms=spoke,
            )
            callback.reached = self.now
            self.tell(c.CallEnded, call, "", by="remote", reason="")
            self._close(callback, "completed")

        self.after(self._between(5 * SECOND, 5 * MINUTE), ends)
