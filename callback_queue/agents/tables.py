"""The table of agents' presence: log-ins and breaks as they stand, for the next start."""

from __future__ import annotations

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from callback_queue.database import NAME
from config.database import Base


class AgentPresenceRow(Base):
    """One agent of one switch (`callback_queue.agents.agent.KeptPresence`); times are Unix seconds.

    `mark` is of the phones' passwords and the mobile: with other ones the agent begins anew.
    """

    __tablename__ = "agent_presence"

    switch: Mapped[str] = mapped_column(NAME, primary_key=True)
    agent: Mapped[str] = mapped_column(NAME, primary_key=True)
    mark: Mapped[str] = mapped_column(String(16))
    logged_in: Mapped[bool | None]
    mobile: Mapped[bool]
    break_reason: Mapped[str] = mapped_column(NAME)
    state: Mapped[str] = mapped_column(String(16))
    since: Mapped[float]
    idle_since: Mapped[float]
    no_answers: Mapped[int]
    wrap_up_until: Mapped[float]
