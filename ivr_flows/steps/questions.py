"""Ask until there is an answer: first in full, then shorter, a few times at most.

What an answer may be is in `ivr_flows.steps.understanding`; what to do without one is left to the verb.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from asr.listening.answer import Heard, KeysWanted, Wanted
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.texts import part
from ivr_flows.steps.understanding import Sorry, speech_wanted, yes_or_no
from tts.parts import Part, Spoken

T = TypeVar("T")

_CONFIRM_TRIES = 2


@dataclass(frozen=True, slots=True)
class Question:
    """One question.

    Args:
        first: what to say at first.
        again: what to say when there was no answer; shorter.
        wanted: what answers it.
        tries: how often to ask.
        barge_in: whether an answer may interrupt it.
        secret: whether nobody is to know what is answered: it is kept nowhere and read back never.
    """

    first: Sequence[Part]
    again: Sequence[Part]
    wanted: Wanted
    tries: int = 3
    barge_in: bool = True
    secret: bool = False


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """An answer: what it means, and everything that was heard on the way to it, the answer last."""

    value: T
    heard: tuple[Heard, ...]


async def ask_until(
    conversation: Conversation,
    context: Context,
    question: Question,
    understand: Callable[[Heard], T | Sorry],
) -> Answer[T] | None:
    """Ask until the caller has answered.

    Args:
        conversation, context: the call.
        question: what to ask.
        understand: makes the value of what was heard, or says what is wrong with it.

    Returns:
        None when there was no answer after all tries, or nothing to understand it with.
    """
    if not question.secret:
        return await _ask_until(conversation, context, question, understand)
    conversation.keep_secret(True)
    try:
        return await _ask_until(conversation, context, question, understand)
    finally:
        conversation.keep_secret(False)


async def _ask_until(
    conversation: Conversation,
    context: Context,
    question: Question,
    understand: Callable[[Heard], T | Sorry],
) -> Answer[T] | None:
    heard: list[Heard] = []
    parts = list(question.first)
    for _ in range(question.tries):
        answer = await conversation.ask(parts, question.wanted, barge_in=question.barge_in)
        heard.append(answer)
        if answer.kind == "unavailable":
            return None
        sorry: list[Part] = []
        if answer.kind == "noise" and not answer.meanings:
            sorry = [part("not_heard", conversation, context)]
        elif answer.kind != "silence":
            value = understand(answer)
            if not isinstance(value, Sorry):
                return Answer(value, tuple(heard))
            sorry = [part(value.key, conversation, context)]
            if value.holds and not question.secret:
                rest = part("number_goes_on", conversation, context)
                parts = [*sorry, Spoken("digits", value.holds), rest]
                continue
        parts = [*sorry, *question.again]
    return None


async def ask_and_confirm(
    conversation: Conversation,
    context: Context,
    question: Question,
    understand: Callable[[Heard], T | Sorry],
    read_back: Callable[[T], Sequence[Part]] | None,
) -> Answer[T] | None:
    """Ask until the caller has answered, read the answer back, and begin anew when it is not right.

    Args:
        conversation, context, question, understand: as for `ask_until`.
        read_back: the parts that say a value; None to take an answer as it is.

    Returns:
        None when there was no answer, or none that the caller said yes to.
    """
    heard: tuple[Heard, ...] = ()
    for _ in range(question.tries):
        answer = await ask_until(conversation, context, question, understand)
        if answer is None:
            return None
        heard += answer.heard
        if read_back is None or await confirm_value(conversation, context, read_back(answer.value)):
            return Answer(answer.value, heard)
        question = replace(question, first=question.again, tries=1)
    return None


async def confirm(conversation: Conversation, context: Context, parts: Sequence[Part]) -> bool:
    """Read something back (`parts`, which end in the question) and take yes or no; without an answer, no."""
    language = conversation.language
    wanted = Wanted(KeysWanted(1), speech_wanted("yes_no"))
    question = Question(parts, parts, wanted, _CONFIRM_TRIES)
    answer = await ask_until(conversation, context, question, lambda heard: yes_or_no(heard, language))
    return answer is not None and answer.value


async def confirm_value(conversation: Conversation, context: Context, value: Sequence[Part]) -> bool:
    """Read a value back and ask whether it is right."""
    before, after = part("i_have", conversation, context), part("is_it_right", conversation, context)
    return await confirm(conversation, context, [before, *value, after])
