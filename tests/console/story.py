"""Things that happen on a hotline, as the events that tell of them."""

from __future__ import annotations

import time
from typing import Any

from callback_queue.agents.events import AgentConnected, AgentOffered, AgentOfferEnded
from callback_queue.callbacks.events import CallbackRequested
from callback_queue.line.events import QueueEntered, QueueLeft
from callback_queue.tickets.events import TicketOpened
from journal.event import Event
from telephony.call.events import (
    CallAnswered,
    CallBridged,
    CallEnded,
    CallOffered,
    CallUnbridged,
    DigitReceived,
    LegAnswered,
    LegDialled,
    LegEnded,
    RecordingEnded,
    RecordingStarted,
)

CALLER = "+8613912345678"
QUALITY: dict[str, float | int | None] = {"packets": 500, "lost": 0, "mos": 4.3}


def arrival(call: str, at: float, caller: str = CALLER) -> list[Event]:
    """A caller who is answered."""
    return [
        CallOffered(
            at,
            call,
            f"{call}-a",
            caller=caller,
            called="4000",
            source="trunk:carrier",
            sip_call_id=f"{call}@trunk",
        ),
        CallAnswered(at + 0.1, call, f"{call}-a", codec="PCMA"),
    ]


def handled(
    call: str, at: float, *, wait: float = 5.0, talk: float = 60.0, agent: str = "1001"
) -> list[Event]:
    """A caller who waits, speaks with an agent, and hangs up."""
    caller, other, entry = f"{call}-a", f"{call}-b", f"{call}-entry"
    met = at + 0.2 + wait
    over = met + talk
    file = f"{call}.wav"
    return [
        *arrival(call, at),
        QueueEntered(
            at + 0.2,
            call,
            caller,
            queue="support",
            entry=entry,
            kind="live",
            arrival=at,
            tier="ordinary",
            priority=0,
            position=1,
        ),
        AgentOffered(met - 2, call, caller, queue="support", entry=entry, agent=agent),
        LegDialled(met - 2, call, other, target=f"agent:{agent}", sip_call_id=f"{call}@agent"),
        LegAnswered(met, call, other, codec="PCMA"),
        AgentOfferEnded(
            met, call, caller, queue="support", entry=entry, agent=agent, outcome="answered", ring_ms=2000
        ),
        QueueLeft(
            met,
            call,
            caller,
            queue="support",
            entry=entry,
            kind="live",
            entered_at=at + 0.2,
            why="answered",
            wait_ms=round(wait * 1000),
            position=1,
            original_position=1,
            agent=agent,
        ),
        AgentConnected(
            met,
            call,
            caller,
            queue="support",
            entry=entry,
            agent=agent,
            agent_leg=other,
            wait_ms=round(wait * 1000),
        ),
        CallBridged(met, call, caller, other=other),
        RecordingStarted(met, call, caller, file=file),
        DigitReceived(met + 1, call, caller, digit="7"),
        CallUnbridged(over, call, caller, other=other),
        RecordingEnded(over, call, caller, file=file, recorded_ms=round(talk * 1000)),
        LegEnded(over, call, caller, by="remote", status=None, reason="hung up", quality=QUALITY),
        LegEnded(over, call, other, by="local", status=None, reason="caller hung up", quality=QUALITY),
        CallEnded(over, call, "", by="remote", reason="hung up"),
    ]


def abandoned(call: str, at: float, wait: float = 12.0, caller: str = CALLER) -> list[Event]:
    """A caller who hangs up while waiting."""
    leg, entry = f"{call}-a", f"{call}-entry"
    gone = at + 0.2 + wait
    return [
        *arrival(call, at, caller),
        QueueEntered(
            at + 0.2,
            call,
            leg,
            queue="support",
            entry=entry,
            kind="live",
            arrival=at,
            tier="ordinary",
            priority=0,
            position=1,
        ),
        QueueLeft(
            gone,
            call,
            leg,
            queue="support",
            entry=entry,
            kind="live",
            entered_at=at + 0.2,
            why="abandoned",
            wait_ms=round(wait * 1000),
            position=1,
            original_position=1,
        ),
        LegEnded(gone, call, leg, by="remote", status=None, reason="hung up", quality=QUALITY),
        CallEnded(gone, call, "", by="remote", reason="hung up"),
    ]


def ended(call: str, at: float) -> list[Event]:
    """The caller hangs up."""
    leg = f"{call}-a"
    return [
        LegEnded(at, call, leg, by="remote", status=None, reason="hung up", quality=QUALITY),
        CallEnded(at, call, "", by="remote", reason="hung up"),
    ]


def word(text: str, start: float, confidence: float) -> dict[str, Any]:
    """One word as a recogniser gives it."""
    return {"text": text, "start": start, "end": start + 0.4, "confidence": confidence}


WORDS = [
    word("the", 0.2, 0.98),
    word("printer", 0.6, 0.95),
    word("on", 1.1, 0.97),
    word("floor", 1.5, 0.91),
    word("free", 2.0, 0.34),
    word("is", 2.5, 0.9),
    word("jammed", 2.9, 0.88),
]


def told(question: str, kind: str, text: str, audio: str, meaning: str, **more: Any) -> dict[str, Any]:
    """One turn of the conversation with the bot."""
    heard = {"kind": kind, "digits": "", "text": text, "words": [], "confidence": None, "audio": audio}
    return {"question": question, "attempt": 1, "heard": heard | more, "meaning": meaning}


def ticket(
    number: str,
    call: str,
    at: float,
    *,
    title: str = "Printer on floor three is jammed",
    caller: str = CALLER,
) -> Event:
    """A caller told the bot what is wrong; a second ticket of one caller is joined to the first."""
    problem = f"{call}/problem.wav"
    yes = f"{call}/confirm.wav"
    text = " ".join(one["text"] for one in WORDS)
    return TicketOpened(
        at,
        call,
        f"{call}-a",
        ticket=number,
        kind="problem",
        queue="support",
        state="confirmed",
        caller=caller,
        callback_number=caller,
        category="printing",
        severity=2,
        title=title,
        summary=f"{title}. Paper was taken out twice.",
        tags=["printer"],
        respond_by=at + 3600,
        resolve_by=at + 8 * 3600,
        slots=[
            {
                "name": "problem",
                "value": text,
                "text": text,
                "words": WORDS,
                "confidence": 0.34,
                "confirmed": True,
                "audio": [problem],
            },
            {"name": "callback_number", "value": caller, "text": "", "confirmed": True, "audio": []},
        ],
        history=[
            told("problem", "speech", text, problem, "problem", words=WORDS, confidence=0.85),
            told("confirm_problem", "speech", "yes", yes, "yes", words=[word("yes", 0.1, 0.99)]),
            told("number", "keys", "", "", "number", digits="1"),
        ],
        recording=f"{call}/whole.wav",
    )


def callback(ticket_number: str, call: str, at: float, *, due: float = 0.0) -> Event:
    """The caller is to be called back."""
    return CallbackRequested(
        at,
        call,
        f"{call}-a",
        callback=f"{ticket_number}.1",
        ticket=ticket_number,
        number=CALLER,
        queue="support",
        language="en",
        tier="ordinary",
        priority=0,
        arrival=at,
        why="intake",
        not_before=due,
        expires=at + 172800,
    )


def waiting(entry: str, call: str, seconds: float, **more: Any) -> dict[str, Any]:
    """Somebody in a queue, as the switch says it."""
    return {
        "entry": entry,
        "kind": "live",
        "call": call,
        "callback": "",
        "position": 1,
        "tier": "ordinary",
        "priority": 0,
        "arrival": time.time() - seconds,
        "wait_s": seconds,
        "offered": [],
        **more,
    }
