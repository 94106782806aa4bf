"""Feature codes: an agent dials *71 to log in, *72 to log out, *73 for a break, *74 when ready.

`read_code` says what a dialled number means, `answer_code` carries the call: it confirms and hangs up. What
follows for the agent's state is left to `callback_queue.agents.agent`.
"""

from __future__ import annotations

from collections.abc import Callable

from callback_queue.agents.agent import AgentCommand, LogIn, LogOut, Ready, TakeBreak
from callback_queue.prompts import TextKey, play_text
from config.models.agent_settings import AgentSettings
from telephony.call.leg import CallLeg
from tts.prompts import PromptRenderer

UNNAMED = "break"
"""The reason of a break that was taken without one."""

_CONFIRMED: dict[type[AgentCommand], TextKey] = {
    LogIn: "log_in",
    LogOut: "log_out",
    TakeBreak: "break",
    Ready: "ready",
}


def read_code(dialled: str, settings: AgentSettings) -> AgentCommand | None:
    """Read a dialled number; None when it is no feature code.

    Args:
        dialled: as it came from the phone.
        settings: the site's codes, and the reasons by the digit behind the code of a break.
    """
    codes, why = settings.feature_codes, f"dialled {dialled}"
    if not dialled:
        return None
    if dialled == codes.log_in:
        return LogIn(why=why)
    if dialled == codes.log_out:
        return LogOut(why)
    if dialled == codes.ready:
        return Ready(why)
    if codes.take_break is None or not dialled.startswith(codes.take_break):
        return None
    digit = dialled.removeprefix(codes.take_break)
    reason = settings.break_reasons.get(digit) if digit else UNNAMED
    return None if reason is None else TakeBreak(reason, why)


async def answer_code(
    leg: CallLeg,
    command: AgentCommand,
    carry_out: Callable[[AgentCommand], None],
    prompts: PromptRenderer,
    language: str,
) -> None:
    """Carry out what an agent dialled, confirm it, hang up.

    Args:
        leg: the agent's, prepared and not answered.
        command: what was dialled (`read_code`).
        carry_out: changes the agent's state.
        prompts: speaks the confirmation.
        language: the agent's.
    """
    carry_out(command)
    leg.answer()
    await play_text(leg, prompts, language, _CONFIRMED[type(command)], "feature code")
    leg.hang_up("feature code")
