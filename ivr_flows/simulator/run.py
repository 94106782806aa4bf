"""Run a simulated call to its end: departures are shown, and go as the inputs say."""

from __future__ import annotations

from dataclasses import fields

from asr.slots.values import CallWindow
from ivr_flows.runtime.engine import FlowRun
from ivr_flows.simulator.call import SimulatedConversation
from ivr_flows.simulator.inputs import HANG_UP, Inputs
from ivr_flows.steps.outcomes import (
    Departure,
    Dial,
    HandOff,
    HangUp,
    OpenTicket,
    Result,
    ResultWord,
    Transfer,
)

RESULTS: dict[type, tuple[ResultWord, ...]] = {
    HandOff: ("done", "timeout", "full", "closed", "no_agents", "key", "failed"),
    OpenTicket: ("done", "failed"),
    Dial: ("done", "busy", "no_answer", "refused", "failed"),
    Transfer: ("done", "failed"),
}
"""How each departure may go, the usual way first."""

_CONVERSATION = 60.0
_RINGING = 20.0
_TICKET = "20001"


async def simulate(run: FlowRun, conversation: SimulatedConversation, inputs: Inputs) -> HangUp:
    """Run a call to its end; returns how it ended."""
    departure = await run.start()
    while not isinstance(departure, HangUp):
        conversation.line("= " + described(departure))
        result = _result(departure, conversation, inputs)
        if result is None:
            conversation.hang_up()
            conversation.line("< (hangs up)")
            rest = run.abandoned()
            if rest is not None:
                conversation.line("= " + described(rest))
            return HangUp("caller hung up")
        departure = await run.resume(result)
    return departure


def described(departure: Departure) -> str:
    """A departure on one line: what it is, and every value that says something."""
    shown = []
    for field in fields(departure):
        value = getattr(departure, field.name)
        if value in (None, "", (), 0) or field.name in ("history", "caller"):
            continue
        if field.name in ("slots", "so_far"):
            slots = value.slots if isinstance(value, OpenTicket) else value
            value = "{" + ", ".join(f"{slot.name}: {slot.value or 'recording'}" for slot in slots) + "}"
        if isinstance(value, CallWindow):
            value = f"{value.start:%Y-%m-%d %H:%M}"
        shown.append(f"{field.name} {', '.join(value) if isinstance(value, tuple) else value}")
    return f"{type(departure).__name__}: " + ", ".join(shown)


def _result(departure: Departure, conversation: SimulatedConversation, inputs: Inputs) -> Result | None:
    """How it went; None when the caller hung up meanwhile."""
    words = RESULTS[type(departure)]
    choices = (*words, HANG_UP) if not isinstance(departure, OpenTicket) else words
    word = inputs.take(
        " ".join(choices) + f", empty for {words[0]}",
        lambda line: line if line in choices else None,
        needed=False,
    )
    if word == HANG_UP:
        return None
    found = next((known for known in words if known == word), words[0])
    if word is not None:
        conversation.line(f"< {word}")
    written = isinstance(departure, OpenTicket)
    if not written:
        conversation.pass_time(_CONVERSATION if found == "done" else _RINGING)
    return Result(found, {"ticket": _TICKET} if written and found == "done" else {})
