"""Run one call through the flows: step by step, until something is to be done outside, and on from there.

The engine never raises for what a flow, a caller or another system does: after any failure the flow
continues where `on_error` says, or ends in an apology and a ticket. Departures are data; the server carries
them out and comes back with a `Result`.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from ivr_flows.flow_set import Flow, FlowSet
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import CallerGone, Conversation
from ivr_flows.steps.outcomes import (
    Departure,
    Done,
    Goto,
    GotoFlow,
    HangUp,
    OpenTicket,
    Outcome,
    Result,
    Return,
    RunFlow,
)
from ivr_flows.steps.texts import part
from ivr_flows.verbs import StepFailed, Then
from ivr_flows.verbs.set import assign
from telephony.call.events import FlowEnded, FlowStarted, StepEntered

log = logging.getLogger(__name__)

MOST_STEPS = 1000
"""A call that has gone through so many steps is in a loop."""

DEEPEST = 20
"""How deep flows may be nested."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """A flow that runs another one, and the step that does."""

    flow: Flow
    step: str


class FlowRun:
    """One call on its way through the flows of one set.

    Call `start` once, then `resume` with the result of each departure, until one is `HangUp`; or
    `abandoned` when the call ends while a departure is carried out.

    Args:
        flows: the set; the call keeps it to its end.
        name: the flow that the call begins in.
        conversation: the call.
        language: what the call begins in; None for the flow's first.
    """

    __slots__ = (
        "_closing",
        "_conversation",
        "_departure",
        "_failed",
        "_flow",
        "_flows",
        "_frames",
        "_over",
        "_step",
        "_steps",
        "context",
    )

    def __init__(
        self,
        flows: FlowSet,
        name: str,
        conversation: Conversation,
        *,
        language: str | None = None,
    ) -> None:
        self._flows = flows
        self._conversation = conversation
        self._flow = flows.flows[name]
        self._step = self._flow.start
        self._frames: list[_Frame] = []
        self._steps = 0
        self._failed = False
        self._closing: str | None = None
        self._departure: Departure | None = None
        self._over = False
        conversation.language = language or self._flow.languages[0]
        self.context = Context(conversation, flows.prompts)
        self._enter_flow(self._flow)

    @property
    def version(self) -> str:
        """The version of the set that this call runs on."""
        return self._flows.version

    @property
    def position(self) -> tuple[str, str]:
        """The flow and the step that the call is in."""
        return self._flow.name, self._step

    async def start(self) -> Departure:
        """Run from the first step to the first departure; raises nothing but cancellation."""
        conversation = self._conversation
        conversation.tell(
            FlowStarted(
                self._at(),
                conversation.call,
                conversation.leg,
                flow=self._flow.name,
                version=self.version,
                language=conversation.language,
            )
        )
        return await self._walk(None)

    async def resume(self, result: Result) -> Departure:
        """Go on after a departure, to the next one; raises nothing but cancellation."""
        if self._closing is not None or self._over:
            return self._hang_up(self._closing or "flow is over")
        if isinstance(self._departure, OpenTicket) and result.word != "done":
            self.context.so_far = self._departure  # not written down yet: it must not be lost
        self.context.variables["result"] = result.word
        self.context.variables.update(result.values)
        return await self._walk(result)

    def abandoned(self, reason: str = "caller hung up") -> OpenTicket | None:
        """The call ended outside the flow.

        Returns:
            what still has to be written down, None for nothing.
        """
        so_far, self.context.so_far = self.context.so_far, None
        self._hang_up(reason)
        return so_far

    async def _walk(self, result: Result | None) -> Departure:
        """Go from step to step until something leaves the flow."""
        try:
            while True:
                found = await self._one_step(result)
                if isinstance(found, HangUp):
                    return self._hang_up(found.reason)
                if found is not None:
                    self._departure = found
                    return found
                result = None
        except CallerGone:
            return self._hang_up("caller hung up")

    async def _one_step(self, result: Result | None) -> Departure | None:
        """Carry out the step that the call is in, or what follows its departure; None when it moved on."""
        body = self._flow.steps[self._step]
        try:
            if result is not None:
                return self._move(await body.verb.after(result, self._conversation, self.context))
            self._enter(body.name)
            if body.verb.needs_answer:
                await self._conversation.answer()
            return self._move(await body.verb.run(self._conversation, self.context))
        except CallerGone:
            raise
        except Exception as error:
            return await self._fail(error)

    def _enter(self, verb: str) -> None:
        conversation = self._conversation
        conversation.tell(
            StepEntered(
                self._at(),
                conversation.call,
                conversation.leg,
                flow=self._flow.name,
                step=self._step,
                verb=verb,
            )
        )
        self._steps += 1
        if self._steps > MOST_STEPS:
            self._failed = True  # on_error would be one more step of the same round
            raise StepFailed(f"more than {MOST_STEPS} steps")

    def _move(self, outcome: Outcome) -> Departure | None:
        """Make a move, or hand on a departure."""
        match outcome:
            case Done():
                return self._go_on()
            case Goto(step):
                self._step = step
            case GotoFlow(flow):
                self._begin(flow)
            case RunFlow(flow, variables):
                if len(self._frames) >= DEEPEST:
                    raise StepFailed(f"more than {DEEPEST} flows in one another")
                for name, value in variables.items():
                    assign(self._conversation, self.context, name, value)
                self._frames.append(_Frame(self._flow, self._step))
                self._begin(flow)
            case Return():
                if not self._frames:
                    return HangUp("flow finished")
                frame = self._frames.pop()
                self._return_to(frame, frame.step)
                return self._go_on()
            case _:
                return outcome
        return None

    def _go_on(self) -> Departure | None:
        """Leave a step that is done."""
        body = self._flow.steps[self._step]
        following = self._flow.following[self._step] if body.verb.then() is Then.NEXT else body.next
        if following is None:
            return HangUp(f"{body.name} done")
        self._step = following
        return None

    def _begin(self, flow: str) -> None:
        self._enter_flow(self._flows.flows[flow])
        self._step = self._flow.start

    def _enter_flow(self, flow: Flow) -> None:
        self._flow = flow
        self.context.flow = flow.name
        self.context.languages = flow.languages

    def _return_to(self, frame: _Frame, step: str) -> None:
        self._enter_flow(frame.flow)
        self._step = step

    async def _fail(self, error: Exception) -> Departure | None:
        """A step failed: go where the flow says, the first time; then to the last resort."""
        where = f"{self._flow.name}/{self._step}"
        log.warning("step %s failed: %s", where, type(error).__name__)
        log.debug("step %s: %s", where, error)  # the text may hold what the caller said
        if not self._failed:
            self._failed = True
            here: _Frame | None = _Frame(self._flow, self._step)
            while here is not None:
                target = here.flow.steps[here.step].on_error or here.flow.on_error
                if target is not None and target != here.step:
                    self._return_to(here, target)
                    return None
                here = self._frames.pop() if self._frames else None
        return await self._last_resort(f"step {where} failed: {type(error).__name__}")

    async def _last_resort(self, note: str) -> OpenTicket:
        """Apologise, and write down that somebody called and what they said; then the call is over."""
        conversation, context = self._conversation, self.context
        self._closing = "flow failed"
        try:
            await conversation.answer()
            await conversation.say([part("apology", conversation, context)])
        except CallerGone:
            self._closing = "caller hung up"
        except Exception as error:
            log.warning("no apology: %s", type(error).__name__)
        so_far, context.so_far = context.so_far, None
        if so_far is not None:
            return replace(so_far, note=f"{so_far.note} {note}".strip())
        return OpenTicket(
            kind="failure",
            progress="failed",
            caller=conversation.caller,
            language=conversation.language,
            slots=context.slots,
            callback_number=conversation.caller or None,
            when=context.call_window,
            note=note,
        )

    def _hang_up(self, reason: str) -> Departure:
        """End the flow; what was meant for a person and did not reach one is written down first."""
        so_far, self.context.so_far = self.context.so_far, None
        if so_far is not None:
            self._closing = reason
            return so_far
        if not self._over:
            self._over = True
            conversation = self._conversation
            conversation.tell(
                FlowEnded(
                    self._at(), conversation.call, conversation.leg, flow=self._flow.name, reason=reason
                )
            )
        return HangUp(reason)

    def _at(self) -> float:
        return self._conversation.now().timestamp()
