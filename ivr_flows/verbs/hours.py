"""hours: is the office open now?"""

from __future__ import annotations

from pydantic import Field

from config.models.hours import WeeklyHours
from ivr_flows.kinds import Step
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Goto, Outcome
from ivr_flows.verbs.base import Then, Verb


class Hours(WeeklyHours, Verb):
    """Check whether the office is open now: weekly hours, public holidays, special days.

    Goes to `if_open`, `if_holiday` or `if_closed`, or to the next step if that is left out. Afterwards
    `hours.open` is true or false, `hours.reason` is open, closed, holiday or closed_day, `hours.holiday` the
    holiday's name in English, and `hours.opens` when the office opens again: `{hours.opens:date}` and
    `{hours.opens:time}` read it.

    Example:
        steps:
          hours:
            hours:
              timezone: Europe/Berlin
              open:
                mon-thu: ["09:00-12:30", "13:30-18:00"]
                fri: "09:00-16:00"
              holidays: DE-BE
              closed: [12-24, 12-31, "2026-08-03..2026-08-14"]
              special: {2026-12-23: "09:00-12:00"}
              if_open: agent
          closed:
            say: We are closed. We are here again at {hours.opens:time}.
          end:
            hangup:
          agent:
            enqueue: support
    """

    needs_answer = False

    if_open: Step | None = Field(default=None, description="The step when open. Default: the next step.")
    if_closed: Step | None = Field(default=None, description="The step when closed. Default: the next step.")
    if_holiday: Step | None = Field(
        default=None, description="The step on a holiday or a closed day. Default: `if_closed`."
    )

    def then(self) -> Then:
        """Every state may say where to go."""
        return Then.NEVER if self.if_open and self.if_closed else Then.NEXT

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Look at the clock."""
        state = self.times.at(conversation.now())
        context.remember_hours(state, self.times)
        closed = self.if_closed
        if state.reason in ("holiday", "closed_day") and self.if_holiday is not None:
            closed = self.if_holiday
        step = self.if_open if state.open else closed
        return Done() if step is None else Goto(step)
