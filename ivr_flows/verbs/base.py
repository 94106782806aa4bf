"""What all verbs are: a table of YAML settings that can carry itself out.

A verb declares what the checker and the documentation need to know of it; how calls move from step to
step is left to `ivr_flows.runtime.engine`.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from enum import Enum
from typing import ClassVar

from config.models.base import Table
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Goto, Outcome, Result


class Then(Enum):
    """Where the call goes when a step is done and names no other step itself."""

    NEXT = "next"
    """To the step named by `next`, or to the one below."""
    NAMED = "named"
    """To the step named by `next`; without one the call ends."""
    NEVER = "never"
    """Nowhere: the step always says where to go."""


class Verb(Table):
    """One verb of the flow language, with its settings in YAML.

    The first line of its docstring is its line in the documentation, the YAML after "Example:" its
    example there, which the tests check and run.
    """

    needs_answer: ClassVar[bool] = True
    """Whether the caller has to be connected: the call is answered before the step unless it is."""

    def then(self) -> Then:
        """Where the call goes when the step is done."""
        return Then.NEXT

    def by_input(self) -> frozenset[str]:
        """Settings whose step takes something the caller pressed, said or waited for.

        Every other way can be gone at once by a caller who does nothing. "next" is the step's own.
        """
        return frozenset()

    def says(self) -> Iterator[tuple[str, str]]:
        """Texts of its own that it says, besides those in its settings: (language, text) pairs."""
        return iter(())

    @abstractmethod
    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Carry the step out.

        Raises:
            CallerGone: the caller hung up.
            ExpressionError: an expression has no value; so may any other error be raised: the engine goes
                where the flow's `on_error` says.
        """

    async def after(self, result: Result, conversation: Conversation, context: Context) -> Outcome:
        """Where to go on when a departure that `run` returned was carried out.

        Raises:
            StepFailed: it failed, and the step does not say where to go then.
        """
        if result.word != "done":
            raise StepFailed(result.word)
        return Done()


class StepFailed(Exception):
    """A step could not be done, and does not say where to go then: the flow's `on_error` does."""


def go(step: str | None, why: str) -> Outcome:
    """Go to a step; without one the step has failed because of `why`."""
    if step is None:
        raise StepFailed(why)
    return Goto(step)
