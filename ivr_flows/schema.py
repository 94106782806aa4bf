"""The file of one flow as a typed model, and its JSON Schema for editors.

Every step is one verb and what may stand beside any verb. What the names in a flow refer to is left to
`ivr_flows.checker`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, create_model, model_validator

from config.kinds import OneOrMore, Text, expected
from config.models.agents import Language
from config.models.base import Table
from config.yaml_source import Key
from ivr_flows.kinds import FLOW_NAME
from ivr_flows.kinds import Step as StepKind
from ivr_flows.verbs import VERBS, Verb


class StepBase(Table):
    """What may stand beside any verb, and which verb it is."""

    next: StepKind | None = Field(
        default=None, description="The step that follows. Default: the step below, for verbs that continue."
    )
    on_error: StepKind | None = Field(
        default=None, description="The step to go to when this one fails. Default: the flow's `on_error`."
    )

    @model_validator(mode="before")
    @classmethod
    def _exactly_one_verb(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            raise expected("a verb and its settings, such as {say: Hello.}")
        if not data.keys() <= cls.model_fields.keys():
            return data  # refused for the name it does not know
        given = [name for name in VERBS if name in data]
        if len(given) != 1:
            raise expected("exactly one verb: " + ", ".join(given or VERBS))
        name = given[0]
        return {**data, name: {} if data[name] is None else data[name]}

    @property
    def name(self) -> str:
        """The verb's name."""
        return next(name for name in VERBS if getattr(self, name) is not None)

    @property
    def verb(self) -> Verb:
        """The verb with its settings."""
        found: Verb = getattr(self, self.name)
        return found


def _verb_fields() -> dict[str, Any]:
    """One setting for each verb, so that a step is written as `VERB: its settings`."""
    return {
        name: (verb | None, Field(default=None, description=(verb.__doc__ or "").splitlines()[0]))
        for name, verb in VERBS.items()
    }


if TYPE_CHECKING:
    _Step: TypeAlias = StepBase
else:
    _Step = create_model("Step", __base__=StepBase, __module__=__name__, **_verb_fields())


def _steps(value: object) -> object:
    if not isinstance(value, dict) or not value:
        raise expected("steps, each as NAME: a verb and its settings")
    return value


def _languages(value: object) -> object:
    if value in ((), []):
        raise expected("at least one of en, zh, ko")
    return value


class FlowFile(Table):
    """flows/NAME.yaml."""

    description: Text | None = Field(default=None, description="What the flow is for, in a few words.")
    languages: Annotated[OneOrMore[Language], BeforeValidator(_languages)] | None = Field(
        default=None,
        description="Languages that the flow speaks; the first is used for calls whose number sets none. "
        "Default: the site's language.",
    )
    start: StepKind | None = Field(
        default=None, description="The first step. Default: the one written first."
    )
    on_error: StepKind | None = Field(
        default=None,
        description="The step to go to when a step fails. Default: an apology, a ticket, and the end.",
    )
    steps: Annotated[dict[StepKind, _Step], BeforeValidator(_steps)] = Field(
        default_factory=dict,
        validate_default=False,
        json_schema_extra={"propertyNames": {"pattern": f"^{FLOW_NAME.pattern}$"}},
        description="The steps, in the order in which calls go through them.",
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a flow's file, for editors that complete and check YAML."""
    schema = FlowFile.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema,
        "title": "A voice flow of hotline",
    }


def values_in(value: object, path: Key) -> Iterator[tuple[Key, object]]:
    """Yield every table, name of a variable, and plain value in some settings, the outer before the inner.

    Checks find what a setting refers to by the class of its value (`ivr_flows.kinds`), so that a new verb
    needs no check of its own.
    """
    if isinstance(value, Table):
        yield path, value
        for name in type(value).model_fields:
            yield from values_in(getattr(value, name), (*path, name))
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield (*path, str(key)), key
            yield from values_in(inner, (*path, str(key)))
    elif isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from values_in(inner, (*path, index))
    elif value is not None:
        yield path, value
