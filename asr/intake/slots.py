"""What an intake asks for: a list of slots, each with its kind, wording, and rules.

The names that most sites need (`WELL_KNOWN`) bring kind and wording with them; a site may ask for anything
else besides. What was said of each slot is kept in `asr.intake.draft`; how flows write slots in YAML is left
to `ivr_flows.verbs.intake`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from asr.listening.end_of_turn import TIMING_OF_SLOT
from asr.slots.values import SlotKind
from tts.parts import Part

WantedKind: TypeAlias = Literal[
    "free_text", "name", "list", "number", "digits", "code", "phone_number", "callback_time", "date", "yes_no"
]
ConfirmRule: TypeAlias = Literal["always", "together", "unsure", "never"]
Value: TypeAlias = str | int | float | bool
Known: TypeAlias = Mapping[str, Value]
"""What a condition or a text can read: slots by name, "" for what is not known (yet), and whatever else there
is."""

Condition: TypeAlias = Callable[[Known], bool]
Words: TypeAlias = Callable[[str, Known], Sequence[Part]]
"""Says something in a language (en, zh, ko), with what is known put into it."""

LISTENED: Mapping[WantedKind, SlotKind] = {
    "free_text": "free_text",
    "name": "name",
    "list": "choice",
    "number": "number",
    "digits": "digits",
    "code": "digits",
    "phone_number": "phone_number",
    "callback_time": "callback_time",
    "date": "callback_time",
    "yes_no": "yes_no",
}
"""What is listened for, and how it is understood, for each kind."""

NUMERIC: frozenset[WantedKind] = frozenset({"number", "digits", "phone_number"})
"""Kinds that can be keyed in digit by digit."""


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a list.

    Args:
        value: what stands in the ticket, and in conditions.
        words: by language the ways to say and to spell it; the first is how it is read back.
    """

    value: str
    words: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def spoken(self, language: str) -> tuple[str, ...]:
        """Every way to say it; its own spelling is one."""
        return tuple(dict.fromkeys((*self.words.get(language, ()), self.value)))


@dataclass(frozen=True, slots=True, kw_only=True)
class IntakeSlot:
    """One thing to ask for.

    Args:
        name: of the slot in the ticket.
        kind: what an answer is.
        required: whether the ticket counts as unconfirmed without it, and a caller who is not understood is
            put through. A slot that is not required can be passed over ("I don't know", key 1).
        confirm: whether the value is read back: in a question of its own, together with the others at the
            end, only when it is unsure (then together), or never.
        tries: how often it is asked, None for as often as the intake says.
        timing: which of `asr.listening.end_of_turn.TIMINGS` ends an answer, "" for the kind's own.
        phrases: by language words that the recogniser should expect.
        options: of a list.
        minimum, maximum: least and most digits, or least and greatest number.
        when: whether it is asked for at all, None for always; looked at anew before each question.
        ask, again, keyed: what to say the first time, the second, and when keys are offered; None for the
            bot's own words.
        label: what it is called when it is read back; None for the bot's own words.
    """

    name: str
    kind: WantedKind
    required: bool = True
    confirm: ConfirmRule = "together"
    tries: int | None = None
    timing: str = ""
    phrases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    options: tuple[Option, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    when: Condition | None = None
    ask: Words | None = None
    again: Words | None = None
    keyed: Words | None = None
    label: Words | None = None

    @property
    def listened(self) -> SlotKind:
        """What is listened for."""
        return LISTENED[self.kind]

    @property
    def end_of_turn(self) -> str:
        """The timing that ends an answer."""
        return self.timing or TIMING_OF_SLOT[self.listened]

    def choices(self, language: str) -> dict[str, tuple[str, ...]]:
        """The options of a list by value, with the words for each."""
        return {option.value: option.spoken(language) for option in self.options}

    def vocabulary(self, language: str) -> tuple[str, ...]:
        """Words that the recogniser should expect."""
        return tuple(
            dict.fromkeys(
                (
                    *self.phrases.get(language, ()),
                    *(word for option in self.options for word in option.spoken(language)),
                )
            )
        )


_URGENCY = (
    Option(
        "high",
        {
            "en": ("urgent", "very urgent", "high", "critical", "emergency", "right away", "immediately"),
            "zh": ("紧急", "很急", "非常急", "特别急", "着急", "急"),
            "ko": ("급해요", "급합니다", "긴급", "매우 급함", "아주 급", "당장"),
        },
    ),
    Option(
        "normal",
        {
            "en": ("not urgent", "normal", "medium", "it can wait", "no hurry", "low", "no rush"),
            "zh": ("不急", "不着急", "不紧急", "一般", "普通", "可以等"),
            "ko": ("급하지 않아요", "안 급해요", "보통", "천천히", "급하지 않습니다"),
        },
    ),
)


def _slot(name: str, kind: WantedKind, **rest: object) -> IntakeSlot:
    return IntakeSlot(name=name, kind=kind, **rest)  # type: ignore[arg-type]


WELL_KNOWN: Mapping[str, IntakeSlot] = {
    slot.name: slot
    for slot in (
        _slot("problem", "free_text"),
        _slot("name", "name", required=False),
        _slot("company", "name", required=False),
        _slot("product", "list", required=False),
        _slot("version", "code", required=False),
        _slot("error_code", "code", required=False),
        _slot("since", "date", required=False, confirm="unsure"),
        _slot("affected", "number", required=False),
        _slot("urgency", "list", required=False, options=_URGENCY),
        _slot("customer_number", "digits", required=False),
        _slot("order_number", "digits", required=False),
        _slot("callback_number", "phone_number"),
        _slot("callback_time", "callback_time", required=False),
    )
}
"""Slots that need nothing but their name; their wording is in `asr.intake.texts`."""

PROBLEM = WELL_KNOWN["problem"]


def usual_slots(
    *, name: bool = False, number: bool = True, time: bool = True, read_back: ConfirmRule = "together"
) -> tuple[IntakeSlot, ...]:
    """The slots of an intake that lists none: the problem, and what else is asked for."""
    asked = {"name": name, "callback_number": number, "callback_time": time}
    others = (WELL_KNOWN[slot] for slot, wanted in asked.items() if wanted)
    return (replace(PROBLEM, confirm=read_back), *others)
