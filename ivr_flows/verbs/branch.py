"""branch: decide by what is known."""

from __future__ import annotations

from typing import Any

from pydantic import Field, model_validator

from config.kinds import Items, expected
from config.models.base import Table
from ivr_flows.kinds import Condition, Step
from ivr_flows.settings import ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Goto, Outcome
from ivr_flows.verbs.base import Then, Verb


class Case(Table):
    """One way to go."""

    when: Condition | None = Field(
        default=None, description="The condition. Left out, in the last one: always."
    )
    go: Step = Field(description="The step to go to.")


class Branch(ShortTable, Verb):
    """Go to the first step whose condition holds; to the next step when none does.

    Conditions compare variables: `==`, `!=`, `<`, `>`, `in`, `and`, `or`, `not`, `+ - * /`, and the
    functions `number`, `text`, `length`, `lower`, `starts`, `ends`. What a caller keyed in is text:
    `number(age) >= 18`.

    Example:
        steps:
          who:
            branch:
              - {when: 'starts(caller, "+49")', go: german}
              - {when: 'caller == ""', go: end}
              - {go: other}
          german:
            say: You call from Germany.
            next: end
          other:
            say: You call from abroad.
          end:
            hangup:
    """

    shorthand = "cases"
    needs_answer = False

    cases: Items[Case] = Field(description="Ways to go; the first whose condition holds is taken.")

    @model_validator(mode="before")
    @classmethod
    def _ends_with_always(cls, data: Any) -> Any:
        cases = data.get("cases") if isinstance(data, dict) else data
        if cases == []:
            raise expected("at least one of cases, such as {when: hours.open, go: menu}")
        for index, case in enumerate(cases[:-1] if isinstance(cases, list) else ()):
            if isinstance(case, dict) and "when" not in case:
                raise expected(
                    f"when: in every case but the last (cases[{index}] has none, so no later one counts)"
                )
        return data

    def then(self) -> Then:
        """Onwards only when it can be that no condition holds."""
        return Then.NEVER if self.cases and self.cases[-1].when is None else Then.NEXT

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Find the first that holds."""
        for case in self.cases:
            if case.when is None or context.evaluate(case.when):
                return Goto(case.go)
        return Done()
