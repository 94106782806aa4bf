"""The slots of an intake and the rules of its ticket as a flow writes them, and what the bot gets of them.

The tables are settings of the verb `intake`; what the bot does with slots is in `asr.intake`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Annotated, Any, ClassVar, get_args

from pydantic import Field, model_validator

from asr.intake.settings import Filing, FilingRules
from asr.intake.slots import WELL_KNOWN, ConfirmRule, IntakeSlot, Known, Option, WantedKind, Words
from asr.listening.end_of_turn import TIMINGS
from config.kinds import Items, Name, OnOff, Text, expected, one_of, whole
from config.models.base import Table
from config.models.tickets import Severity
from ivr_flows.expressions import Expression, ExpressionError
from ivr_flows.kinds import Condition, Queue, TextTemplate, Variable
from ivr_flows.settings import LANGUAGES, PromptText, ShortTable
from ivr_flows.settings import Words as WordTable
from ivr_flows.templates import Template
from tts.parts import Part
from tts.parts import Text as SpokenText

KINDS: tuple[WantedKind, ...] = get_args(WantedKind)
_CONFIRM: tuple[ConfirmRule, ...] = get_args(ConfirmRule)
_TIMINGS = tuple(TIMINGS)
_DIGITS = frozenset({"digits", "phone_number", "number"})
_TAKEN = frozenset({"language", "ticket"})  # variables of the call
_LONGEST_TITLE = 120


class ValueTable(ShortTable):
    """One value of a list."""

    shorthand = "value"
    takes: ClassVar[str] = "a value, or a table"

    value: Text = Field(description="What stands in the ticket, and in conditions.")
    words: WordTable | None = Field(
        default=None,
        description="Ways to say and to spell it, also as a recogniser may write it; the first is how it is "
        "read back. Default: the value itself.",
    )


class SlotTable(ShortTable):
    """One thing to ask for."""

    shorthand = "name"

    name: Variable = Field(
        description="The slot's name, in the ticket and in conditions. These bring their kind and their "
        "wording with them: " + ", ".join(WELL_KNOWN) + "."
    )
    kind: Annotated[WantedKind, one_of(*KINDS)] | None = Field(
        default=None, description="What an answer is. Default: the well-known name's kind."
    )
    ask: PromptText | None = Field(
        default=None, description="What to ask. Default: the well-known name's words."
    )
    again: PromptText | None = Field(
        default=None, description="What to ask the second time. Default: shorter words, or `ask`."
    )
    keyed: PromptText | None = Field(
        default=None,
        description="What to ask from the third time on. Default: the words before, with the keys for it.",
    )
    label: PromptText | None = Field(
        default=None, description="What it is called when it is read back. Default: its name."
    )
    values: Items[ValueTable] = Field(default=(), description="With kind list: what can be chosen.")
    vocabulary: WordTable | None = Field(
        default=None, description="Words that answers may hold, for the recogniser."
    )
    minimum: Annotated[int, whole(0, 10**9)] | None = Field(
        default=None, description="Least number of digits, or with kind number the least number."
    )
    maximum: Annotated[int, whole(1, 10**9)] | None = Field(
        default=None, description="Most digits, or with kind number the greatest number."
    )
    end_of_turn: Annotated[str, one_of(*_TIMINGS)] | None = Field(
        default=None, description="How long a pause ends the answer. Default: by the kind."
    )
    confirm: Annotated[ConfirmRule, one_of(*_CONFIRM)] | None = Field(
        default=None,
        description="Whether the value is read back: at once, with the others at the end, at the end if it "
        "is unsure, or never. Default: together.",
    )
    tries: Annotated[int, whole(1, 9)] | None = Field(
        default=None, description="How often to ask. Default: the intake's `tries`."
    )
    when: Condition | None = Field(
        default=None,
        description="Asked only when this holds; may read earlier slots by name. Default: always.",
    )
    required: OnOff | None = Field(
        default=None,
        description="Whether the caller has to answer. Default: true for the problem and the callback "
        "number and for names of your own, false for the others.",
    )

    @model_validator(mode="before")
    @classmethod
    def _complete(cls, data: Any) -> Any:
        table = data if isinstance(data, dict) else {"name": data}
        name = table.get("name")
        if not isinstance(name, str):
            return data
        if name in _TAKEN:
            raise expected(f"another name than {name}, which every call has")
        known = WELL_KNOWN.get(name)
        kind = table.get("kind", known.kind if known is not None else None)
        if kind is None:
            raise expected(f"kind: one of {', '.join(KINDS)}; {name} is no name that brings its own")
        if known is None and table.get("ask") is None:
            raise expected(f"ask: what to ask; {name} is no name that brings its own words")
        if kind == "list" and "values" not in table and not (known is not None and known.options):
            raise expected("values: a list of what can be chosen, such as [X200, P50]")
        if kind in KINDS and kind != "list" and table.get("values"):
            raise expected("values only with kind: list")
        for limit in ("minimum", "maximum"):
            if limit in table and kind in KINDS and kind not in _DIGITS:
                raise expected(f"{limit} only with kind: digits, phone_number or number")
        return data


class FilingRule(Table):
    """One rule for the ticket."""

    when: Condition | None = Field(default=None, description="When it holds. Default: always.")
    category: Name | None = Field(default=None, description="The ticket's category, from hotline.yaml.")
    severity: Severity | None = Field(default=None, description="Its severity, 1 is the most severe.")
    queue: Queue | None = Field(default=None, description="The queue whose agents work on it.")

    @model_validator(mode="before")
    @classmethod
    def _says_something(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.keys() & {"category", "severity", "queue"}:
            raise expected("category, severity or queue in a rule")
        return data


class FilingTable(Table):
    """What the ticket is filed as."""

    title: TextTemplate | None = Field(
        default=None,
        description="The title, with slots in it: {product}: {problem}. Default: the first words said.",
    )
    rules: Items[FilingRule] = Field(
        default=(),
        description="For each of category, severity and queue the first rule counts that holds and names it.",
    )


Say = Callable[[PromptText, str, Known], Sequence[Part]]
"""Makes parts of a text in a language, with values in it."""


def intake_slots(tables: Iterable[SlotTable], say: Say) -> tuple[IntakeSlot, ...]:
    """The slots as the bot wants them."""
    return tuple(_slot(table, say) for table in tables)


def filing_rules(table: FilingTable) -> FilingRules:
    """What a ticket is filed as, as a function of what is known."""

    def file(known: Known) -> Filing:
        filing = Filing(title=_title(table.title, known))
        for rule in reversed(table.rules):
            if rule.when is None or holds(rule.when, known):
                filing = replace(
                    filing,
                    category=rule.category or filing.category,
                    severity=rule.severity or filing.severity,
                    queue=rule.queue or filing.queue,
                )
        return filing

    return file


def holds(condition: Expression, known: Known) -> bool:
    """Whether a condition holds; one that cannot be told ("" > 5: nobody said how many) does not."""
    try:
        return bool(condition.value(known))
    except ExpressionError:
        return False


def _title(template: Template | None, known: Known) -> str:
    if template is None:
        return ""
    try:
        text = " ".join(template.text(known).split())
    except ExpressionError:
        return ""
    # What is missing leaves no mark behind: ": my printer" is "my printer".
    return text.strip(" ,.:;-，。：；、|/")[:_LONGEST_TITLE]


def _slot(table: SlotTable, say: Say) -> IntakeSlot:
    known = WELL_KNOWN.get(table.name)
    kind = table.kind or (known.kind if known is not None else "free_text")
    base = known if known is not None else IntakeSlot(name=str(table.name), kind=kind)
    when = table.when
    return replace(
        base,
        kind=kind,
        required=base.required if table.required is None else table.required,
        confirm=table.confirm or base.confirm,
        tries=table.tries,
        timing=table.end_of_turn or "",
        phrases=_by_language(table.vocabulary),
        options=tuple(map(_option, table.values)) if table.values else base.options,
        minimum=table.minimum,
        maximum=table.maximum,
        when=None if when is None else lambda known: holds(when, known),
        ask=_words(table.ask, say),
        again=_words(table.again, say),
        keyed=_words(table.keyed, say),
        label=_words(table.label, say),
    )


def _option(table: ValueTable) -> Option:
    return Option(table.value, _by_language(table.words))


def _by_language(words: WordTable | None) -> dict[str, tuple[str, ...]]:
    return {} if words is None else {language: words.of(language) for language in LANGUAGES}


def _words(prompt: PromptText | None, say: Say) -> Words | None:
    if prompt is None:
        return None

    def words(language: str, known: Known) -> Sequence[Part]:
        try:
            return say(prompt, language, known)
        except ExpressionError:  # a value is missing: what is said without it will do
            template = prompt.template(language)
            return [SpokenText(text) for text in template.fixed] if template is not None else []

    return words
