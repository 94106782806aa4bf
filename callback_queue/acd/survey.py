"""Survey: a customer rates the call by key once the agent has hung up."""

from __future__ import annotations

from collections.abc import Sequence

from callback_queue.acd.events import SurveyAnswered, SurveyOffered
from callback_queue.acd.services import QueueServices
from callback_queue.prompts import play_all, sounds_of, text
from telephony.call.errors import LegClosed
from telephony.call.leg import CallLeg
from telephony.media import tones
from telephony.media.interface import AudioSource

SCALE = 5
# To answer in; another key than 1 to 5 is followed by the question once more.
SECONDS = 6.0
TRIES = 2


async def survey(leg: CallLeg, services: QueueServices, queue: str, agent: str, language: str) -> None:
    """Ask for a score of 1 to 5, twice at most; returns quietly when the customer hangs up.

    Args:
        leg: the customer's.
        services: what the queue works with.
        queue, agent: who is rated.
        language: the customer's.
    """
    try:
        leg.check_open()
        services.tell(SurveyOffered(services.now(), leg.call, leg.leg, queue=queue, agent=agent))
        question = await sounds_of(services.prompts, [text("survey", language)], language) or [tones.beep()]
        leg.audio.forget_digits()
        for _ in range(TRIES):
            score = await _ask(leg, question)
            if score:
                services.tell(
                    SurveyAnswered(
                        services.now(), leg.call, leg.leg, queue=queue, agent=agent, score=score, scale=SCALE
                    )
                )
                await play_all(
                    leg, await sounds_of(services.prompts, [text("thanks", language)], language), "survey"
                )
                return
    except LegClosed:
        pass


async def _ask(leg: CallLeg, question: Sequence[AudioSource]) -> int:
    """The score; 0 when none was given."""
    for sound in question:
        await leg.audio.play(sound, name="survey", barge_in=True)
    # Networks take a stream that stops for one that is dead.
    silence = leg.media.play(tones.silence(), loop=True)
    try:
        pressed = (await leg.audio.collect(1, terminators="", first_timeout=SECONDS)).digits
    finally:
        silence.stop()
    return int(pressed) if pressed.isdigit() and 1 <= int(pressed) <= SCALE else 0
