"""A call to a feature code: an agent says on its own phone that it comes or goes, and hears a confirmation.

What was dialled is read by `callback_queue.agents.feature_codes`, which states follow by
`callback_queue.agents.agent`.
"""

from __future__ import annotations

from callback_queue.acd.services import FloorHouse
from callback_queue.acd.speaking import play_all, sounds_of
from callback_queue.agents.feature_codes import FeatureCode
from callback_queue.agents.roster import AgentBoard
from callback_queue.prompts import text
from telephony.call.leg import CallLeg
from telephony.media import tones


async def answer_code(leg: CallLeg, house: FloorHouse, agent: str, code: FeatureCode) -> None:
    """Do what an agent dialled, say so, hang up.

    Args:
        leg: the agent's, prepared and not answered.
        house: what the floor works with.
        agent: its number.
        code: what was dialled.
    """
    carry_out(house.board, agent, code, f"dialled {leg.called}")
    leg.answer()
    language = house.language_of(agent)
    sounds = await sounds_of(house.sayings, [text(code.action, language)], language)
    await play_all(leg, sounds or [tones.beep()], "feature code")
    leg.hang_up("feature code")


def carry_out(board: AgentBoard, agent: str, code: FeatureCode, why: str, *, mobile: bool = False) -> None:
    """Tell the board what an agent wants.

    Args:
        board: all agents.
        agent: who.
        code: what.
        why: how it was said, for people.
        mobile: with "log_in": calls go to the agent's mobile.
    """
    match code.action:
        case "log_in":
            board.log_in(agent, mobile=mobile, why=why)
        case "log_out":
            board.log_out(agent, why=why)
        case "break":
            board.take_break(agent, code.reason, why=why)
        case "ready":
            board.ready(agent, why=why)
