"""The queue floor of a switch from its start to its end, whatever version of the site it works by.

Also the answers that the console and the command line get about it over the control socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, get_args

from callback_queue.agents.feature_code_call import carry_out
from callback_queue.agents.feature_codes import Action, FeatureCode
from callback_queue.agents.roster import AgentBoard
from callback_queue.line.distributor import Floor
from config import Site
from telephony.call.leg_lifetime import LegContext

ACTIONS: tuple[str, ...] = get_args(Action)


class FloorService:
    """Board and floor of one switch.

    Args:
        context: loop, journal and clock; the journal's events are to be given to `board.heard`.
        phones_of: the contacts at which an agent can be reached now.
        is_live: whether a call exists.
    """

    def __init__(
        self,
        context: LegContext,
        phones_of: Callable[[str], Iterable[str]],
        is_live: Callable[[str], bool],
    ) -> None:
        self.board = AgentBoard(context, phones_of, is_live)
        self.floor = Floor(context, self.board)
        self._site: Site

    def use(self, site: Site) -> None:
        """Work by this version of the site from now on."""
        self._site = site
        self.board.use(site.agents, site.settings.agents)
        self.floor.use(site)

    def start(self) -> None:
        """Begin to look after the agents."""
        self.board.start()

    def close(self) -> None:
        """End all timers."""
        self.board.close()
        self.floor.close()

    def snapshot(self) -> dict[str, Any]:
        """Every queue with who waits in it, and every agent with what it does and why."""
        return {"queues": self.floor.snapshot(), "agents": self.board.snapshot()}

    async def answer_agent(self, question: dict[str, Any]) -> dict[str, Any]:
        """Do what somebody wants of an agent.

        Args:
            question: `agent` is its number, `action` one of `ACTIONS`, `reason` that of a break, `by` who
                wants it, `mobile` whether calls go to the mobile from now on; without it they do when the
                agent has a mobile and no phone is registered.
        """
        number, action = str(question.get("agent", "")), question.get("action")
        agent = next((agent for agent in self._site.agents if agent.number == number), None)
        if agent is None or number not in self.board:
            return {"error": f"there is no agent {number!r}"}
        if action not in ACTIONS:
            return {"error": f"unknown action; there are: {', '.join(ACTIONS)}"}
        has_phone = bool(self.board.seen(number)["phones"])
        mobile = bool(question.get("mobile", agent.mobile is not None and not has_phone))
        if mobile and agent.mobile is None:
            return {"error": f"agent {number} has no mobile in agents.yaml"}
        why = f"{action.replace('_', ' ')} by {question.get('by') or 'command'}"
        code = FeatureCode(action, str(question.get("reason") or ""))
        carry_out(self.board, number, code, why, mobile=mobile)
        return self.board.seen(number)
