"""Carries out what the intake bot wants: its effects on a call, the call's answers back to it as events.

The bot itself is pure (`asr.intake.bot`); what is asked, understood and given up is decided there. Here is
nothing but the joint between its values and a `Conversation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeAlias

from asr.intake import values as bot
from asr.intake.bot import Intake
from asr.listening.answer import Heard, Wanted
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import CallerGone, Conversation
from ivr_flows.steps.outcomes import OpenTicket
from telephony.call.events import QuestionAsked

_Brought: TypeAlias = Heard | bot.Recorded | bot.File | bot.ReachHuman | bot.Finished


async def run_policy(
    policy: Intake, event: bot.IntakeEvent, conversation: Conversation, context: Context
) -> bot.File | bot.ReachHuman | bot.Finished:
    """Feed the bot until it wants something that is done outside the conversation.

    A caller who hangs up is an event like others: the bot has them written down.

    Args:
        policy: the bot.
        event: the first event to feed.
        conversation, context: the call.

    Returns:
        the effect that the conversation cannot carry out.
    """
    next_event: bot.IntakeEvent = event
    while True:
        effects = policy.receive(next_event, conversation.now())
        found: _Brought | bot.HungUp
        try:
            found = await _carry_out(effects, conversation, context)
            if isinstance(found, Heard) and found.kind == "speech" and found.text:
                found = await _understood(found, effects[-1], policy, conversation)
        except CallerGone as gone:
            found = bot.HungUp(gone.heard)
        if isinstance(found, bot.File | bot.ReachHuman | bot.Finished):
            return found
        next_event = found


async def _understood(
    heard: Heard, asked: bot.IntakeEffect, policy: Intake, conversation: Conversation
) -> Heard:
    """The answer, with what was understood of it."""
    assert isinstance(asked, bot.Ask), "only a question brings an answer"
    enquiry = policy.enquiry(heard, asked.question, conversation.now())
    return replace(heard, understood=await conversation.understander.understand(enquiry))


async def _carry_out(
    effects: Sequence[bot.IntakeEffect], conversation: Conversation, context: Context
) -> _Brought:
    """Carry out effects up to the one that brings something."""
    for effect in effects:
        match effect:
            case bot.Say(parts):
                await conversation.say([context.part(part) for part in parts])
            case bot.Ask(question):
                _tell_asked(question.name, question.attempt, conversation)
                return await conversation.ask(
                    [context.part(part) for part in question.parts],
                    Wanted(question.keys, question.speech),
                    barge_in=question.barge_in,
                )
            case bot.Speak(language):
                conversation.language = language
            case bot.Record(parts, max_seconds, silence_seconds, finish_key):
                _tell_asked("recording", 1, conversation)
                await conversation.say([context.part(part) for part in parts])
                taken = await conversation.record(
                    max_seconds=max_seconds,
                    silence_seconds=silence_seconds,
                    finish_key=finish_key,
                    beep=True,
                )
                return bot.Recorded(taken.path, taken.seconds)
            case _:
                return effect
    raise RuntimeError("the intake bot wants nothing, and is not finished")


def _tell_asked(question: str, attempt: int, conversation: Conversation) -> None:
    at = conversation.now().timestamp()
    conversation.tell(
        QuestionAsked(at, conversation.call, conversation.leg, question=question, attempt=attempt)
    )


def as_ticket(ticket: OpenTicket, queue: str | None, context: Context, note: str = "") -> OpenTicket:
    """The bot's ticket with what only the flow knows: who works on it, and what was said before."""
    told = {slot.name: slot for slot in context.slots}
    # What the flow itself had asked for is kept as it was said there.
    slots = tuple(
        told[slot.name] if slot.name in told and not slot.text and not slot.audio else slot
        for slot in ticket.slots
    )
    taken_in = {slot.name for slot in slots}
    before = tuple(slot for slot in context.slots if slot.name not in taken_in)
    return replace(ticket, queue=ticket.queue or queue or "", slots=(*before, *slots), note=note)
