"""The kinds of value that only flows have, each with the sentence that says what is expected.

They follow `config.kinds` (one error, `expected`). A value that names something else (a step, a queue)
comes out as a str of its own class, so that the checker finds references by their class.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable
from typing import Annotated, Any, TypeAlias, TypeVar

from pydantic import BeforeValidator, WithJsonSchema

from config.kinds import expected
from ivr_flows.expressions import Expression, ExpressionError
from ivr_flows.templates import Template

T = TypeVar("T")

_STEP = r"[^\W_][\w-]{0,63}"
FLOW_NAME = re.compile(_STEP)
"""A flow's name, which is its file's."""
_VARIABLE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_PROMPT = re.compile(r"[^\W_][\w.-]{0,63}(/[^\W_][\w.-]{0,63})*")
_DIAL = re.compile(r"[0-9A-Za-z*#+][0-9A-Za-z*#+_.-]{0,63}|sips?:[^\s@<>]+@[^\s@<>]+", re.IGNORECASE)

READ_ONLY = frozenset(
    {"caller", "called", "original_called", "call", "flow", "now", "hours", "http", "result"}
)
"""Names that a flow may read, or whose parts it may read, and not set."""


class StepName(str):
    """A step of the same flow."""

    __slots__ = ()


class FlowName(str):
    """Another flow: its file's name without the ending."""

    __slots__ = ()


class QueueName(str):
    """A queue of queues.yaml."""

    __slots__ = ()


class PromptName(str):
    """A sound file of the site, without its ending."""

    __slots__ = ()


class VariableName(str):
    """A variable that the flow sets."""

    __slots__ = ()


class Target(str):
    """Somebody to ring: an agent's number or a SIP address."""

    __slots__ = ()


class OutsideTarget(str):
    """Where to send a caller: any number or a SIP address."""

    __slots__ = ()


def _named(make: Callable[[str], T], pattern: re.Pattern[str], what: str) -> BeforeValidator:
    def check(value: object) -> T:
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if not isinstance(value, str) or not pattern.fullmatch(value):
            raise expected(what)
        return make(value)

    return BeforeValidator(check)


def _schema(pattern: str, description: str) -> WithJsonSchema:
    return WithJsonSchema(
        {"type": ["string", "integer"], "pattern": f"^({pattern})$", "description": description}
    )


def _variable(value: object) -> object:
    if not isinstance(value, str) or not _VARIABLE.fullmatch(value) or keyword.iskeyword(value):
        raise expected("a name of small letters, digits and _, such as ticket or wants_callback")
    if value in READ_ONLY:
        raise expected(f"another name than {value}, which every call has")
    return VariableName(value)


def read_template(value: object) -> object:
    if isinstance(value, Template):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, dict):
        raise expected("text; put a text that begins with { in quotes")
    if not isinstance(value, str) or not value.strip():
        raise expected("text")
    try:
        return Template(value)
    except ExpressionError as error:
        raise expected(str(error)) from None


def _expression(value: object) -> object:
    if isinstance(value, Expression):
        return value
    if isinstance(value, bool):
        value = "true" if value else "false"
    if isinstance(value, int | float):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise expected('an expression, such as hours.open and language == "en"')
    try:
        return Expression(value)
    except ExpressionError as error:
        raise expected(str(error)) from None


def _setting(value: object) -> object:
    """What `set` and `with` give a variable: a number, a truth, or text with values in it."""
    if isinstance(value, bool | int | float):
        return value
    if not isinstance(value, str):
        raise expected('a number, true, false or text; "{...}" for the value of an expression')
    return read_template(value) if value.strip() else value


def _keys(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not set(value) <= set("0123456789*#"):
        raise expected('keys 0..9, "*" and "#", or "" for none')
    return value


def _key(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) != 1 or value not in "0123456789*#":
        raise expected('one key 0..9, "*" or "#"')
    return value


Step = Annotated[
    StepName,
    _named(StepName, FLOW_NAME, "the name of a step: letters, digits, - and _"),
    _schema(_STEP, "The name of a step of this flow."),
]
Flow = Annotated[
    FlowName,
    _named(FlowName, FLOW_NAME, "the name of a flow: its file's name without .yaml"),
    _schema(_STEP, "The name of a flow: its file's name without .yaml."),
]
Queue = Annotated[
    QueueName,
    _named(QueueName, _PROMPT, "the name of a queue in queues.yaml"),
    _schema(_PROMPT.pattern, "The name of a queue in queues.yaml."),
]
Prompt = Annotated[
    PromptName,
    _named(PromptName, _PROMPT, "the name of a sound file in prompts/, without its ending"),
    _schema(_PROMPT.pattern, "The name of a sound file in prompts/, without its ending."),
]
DialTarget = Annotated[
    Target,
    _named(
        Target, _DIAL, 'an agent\'s number, such as "1001", or a SIP address, such as sip:anna@example.org'
    ),
    _schema(_DIAL.pattern, "An agent's number or a SIP address."),
]
TransferTarget = Annotated[
    OutsideTarget,
    _named(OutsideTarget, _DIAL, 'a number, such as "+4930123456", or a SIP address'),
    _schema(_DIAL.pattern, "A number or a SIP address."),
]
Variable = Annotated[
    VariableName,
    BeforeValidator(_variable),
    WithJsonSchema({"type": "string", "pattern": f"^{_VARIABLE.pattern}$"}),
]
TextTemplate = Annotated[
    Template,
    BeforeValidator(read_template),
    WithJsonSchema({"type": ["string", "number"], "description": "Text; {name} puts a value into it."}),
]
Condition = Annotated[
    Expression,
    BeforeValidator(_expression),
    WithJsonSchema({"type": ["string", "boolean", "number"], "description": "An expression."}),
]
Setting: TypeAlias = Annotated[
    Any,
    BeforeValidator(_setting),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
Key = Annotated[
    str,
    BeforeValidator(_key),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "pattern": "^[0-9*#]$"},
                {"type": "integer", "minimum": 0, "maximum": 9},
            ]
        }
    ),
]
Keys = Annotated[
    str, BeforeValidator(_keys), WithJsonSchema({"type": ["string", "integer"], "pattern": "^[0-9*#]*$"})
]
