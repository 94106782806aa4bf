"""What a call carries from step to step: its variables, and what the caller has said so far.

One context belongs to one call and is changed only by its engine and its verbs, in the call's own task.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from asr.intake.bot import Intake
from asr.intake.values import Slot
from asr.slots.values import CallWindow
from config.business_hours import HoursState, OpeningHours
from config.models.agents import Language
from ivr_flows.expressions import Expression, Value
from ivr_flows.settings import PromptText
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import OpenTicket
from ivr_flows.templates import Template
from tts.parts import Part, SoundFile, Text

OF_THE_CALL = ("caller", "called", "original_called", "call", "language", "flow", "now")
OF_STEPS = ("hours.open", "hours.reason", "hours.holiday", "hours.opens", "http.status", "result", "ticket")
BUILT_IN = frozenset((*OF_THE_CALL, *OF_STEPS))
"""The variables that every call has; those of steps are empty until their step was there."""

_MOST_SLOTS = 50


class _Names(Mapping[str, Value]):
    """All variables by name; one that nothing has set yet is empty text."""

    __slots__ = ("_context", "_without")

    def __init__(self, context: Context, *, without: Collection[str] = ()) -> None:
        self._context = context
        self._without = without

    def __getitem__(self, name: str) -> Value:
        return "" if name in self._without else self._context.value(name)

    def __iter__(self) -> Iterator[str]:
        return iter({*OF_THE_CALL, *self._context.variables})

    def __len__(self) -> int:
        return len({*OF_THE_CALL, *self._context.variables})


class Context:
    """The memory of one call.

    Args:
        conversation: the call.
        prompts: names of the site's sound files.
    """

    __slots__ = (
        "_conversation",
        "_prompts",
        "call_window",
        "flow",
        "hours",
        "intake",
        "languages",
        "names",
        "secrets",
        "slots",
        "so_far",
        "variables",
    )

    def __init__(self, conversation: Conversation, prompts: frozenset[str]) -> None:
        self._conversation = conversation
        self._prompts = prompts
        self.variables: dict[str, Value] = {}
        self.secrets: set[str] = set()
        """Variables whose values are for look-ups and conditions alone: never said, never kept."""
        self.names: Mapping[str, Value] = _Names(self)
        """Everything that an expression can read."""
        self.flow = ""
        """The flow that the call is in."""
        self.languages: tuple[str, ...] = ()
        """What that flow speaks."""
        self.slots: tuple[Slot, ...] = ()
        """What the caller has said, for the agent who takes the call."""
        self.so_far: OpenTicket | None = None
        """What the intake bot took in and has not written down, since it passed the caller on."""
        self.call_window: CallWindow | None = None
        """When the caller wants to be called back, where they were asked."""
        self.intake: Intake | None = None
        """The intake bot at work, while its ticket is written down."""
        self.hours: OpeningHours | None = None
        """The opening hours that were checked last."""

    def value(self, name: str) -> Value:
        """The value of a variable, "" for one that has none."""
        conversation = self._conversation
        if name == "language":
            return conversation.language
        if name == "now":
            return conversation.now().isoformat(timespec="seconds")
        if name == "flow":
            return self.flow
        if name in ("caller", "called", "original_called", "call"):
            return str(getattr(conversation, name))
        return self.variables.get(name, "")

    def put(self, name: str, value: Value, *, secret: bool = False) -> None:
        """Set a variable; a secret stays one until it is set anew."""
        self.variables[name] = value
        if secret:
            self.secrets.add(name)
        else:
            self.secrets.discard(name)

    def reads_secret(self, setting: object) -> bool:
        """Whether a secret is among what a setting is made of."""
        expressions = setting.expressions if isinstance(setting, Template) else ()
        return any(self.secrets & expression.names for expression in expressions)

    def evaluate(self, expression: Expression) -> Value:
        """Evaluate; raises `ExpressionError`."""
        return expression.value(self.names)

    def text(self, template: Template) -> str:
        """Fill a text in; raises `ExpressionError`."""
        return template.text(self.names)

    def parts(self, prompt: PromptText | None) -> list[Part]:
        """What to say in the call's language; raises `ExpressionError`."""
        if prompt is None:
            return []
        return self.say(prompt, self._conversation.language, _Names(self, without=self.secrets))

    def say(self, prompt: PromptText, language: str, names: Mapping[str, Value]) -> list[Part]:
        """What to say in a language, with values by name; raises `ExpressionError`."""
        recorded = self.recorded(prompt.recorded, language) if prompt.recorded is not None else None
        if recorded is not None:
            return [recorded]
        template = prompt.template(language)
        return [] if template is None else list(template.parts(names))

    def recorded(self, name: str, language: str = "") -> SoundFile | None:
        """The sound file of a name, that of the (call's) language first; None when there is none."""
        found = recorded_name(name, language or self._conversation.language, self._prompts)
        return None if found is None else SoundFile(found)

    def part(self, part: Part) -> Part:
        """One part of the intake bot; its own texts give way to recordings named intake.KEY."""
        if isinstance(part, Text) and part.prompt:
            return self.recorded(f"intake.{part.prompt}") or part
        return part

    def remember(self, slot: Slot) -> None:
        """Keep what the caller said; a later answer replaces an earlier one of the same name."""
        others = tuple(other for other in self.slots if other.name != slot.name)
        self.slots = (*others, slot)[-_MOST_SLOTS:]

    def remember_hours(self, state: HoursState, hours: OpeningHours) -> None:
        """Keep the result of a check of opening hours."""
        self.hours = hours
        self.variables["hours.open"] = state.open
        self.variables["hours.reason"] = state.reason
        self.variables["hours.holiday"] = state.holiday
        self.variables["hours.opens"] = state.opens.isoformat(timespec="minutes") if state.opens else ""


def recorded_name(name: str, language: Language | str, prompts: frozenset[str]) -> str | None:
    """Find the sound file that plays for `name` in a language: NAME.zh, else NAME, else None."""
    return next((found for found in (f"{name}.{language}", name) if found in prompts), None)
