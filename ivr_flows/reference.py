"""Write docs/flows/verbs.md from the verbs themselves: what each does, its settings, its example.

`python -m ivr_flows.reference docs/flows/verbs.md` renews what stands between the two marks in that file.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from inspect import cleandoc
from pathlib import Path
from textwrap import dedent

from config.models.base import Table
from config.reference import setting_rows
from config.validation import table_of
from ivr_flows.schema import FlowFile, StepBase
from ivr_flows.settings import PromptText, ShortTable, Words
from ivr_flows.verbs import VERBS, Verb

BEGIN = "<!-- verbs: made by `python -m ivr_flows.reference`, do not edit -->"
END = "<!-- end of verbs -->"

_MARK = "\nExample:\n"
# Said once for all verbs.
_SHARED: tuple[type[Table], ...] = (PromptText, Words)


@dataclass(frozen=True, slots=True)
class VerbDocumentation:
    """What the docstring of a verb says.

    Args:
        text: paragraphs, the first a sentence that says what the verb does.
        example: the YAML of a flow that shows it.
    """

    text: str
    example: str


def documentation(verb: type[Verb]) -> VerbDocumentation:
    """Read a verb's docstring."""
    text, _, example = cleandoc(verb.__doc__ or "").partition(_MARK)
    return VerbDocumentation(text.strip(), dedent(example).strip() + "\n")


def verbs_reference() -> str:
    """Write everything about the form of a flow's file as Markdown."""
    lines: list[str] = []
    for title, table in (
        ("The file", FlowFile),
        ("Any step", StepBase),
        ("Something to say", PromptText),
        ("Words to listen for", Words),
    ):
        lines += [f"## {title}", "", *setting_rows(table), ""]
    for name, verb in VERBS.items():
        lines += [f"## {name}", "", *_verb(name, verb)]
    return "\n".join(lines)


def renew(page: str) -> str:
    """Replace what stands between the marks in `page` with the reference."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{verbs_reference()}\n{END}{after}"


def _verb(name: str, verb: type[Verb]) -> Iterator[str]:
    said = documentation(verb)
    yield from (said.text, "", " ".join(_facts(name, verb)), "")
    yield from ("```yaml", said.example.rstrip(), "```", "")
    if verb.model_fields and not issubclass(verb, _SHARED) and "values" not in verb.model_fields:
        yield from (*setting_rows(verb), "")
        yield from _below(verb, "")


def _below(table: type[Table], path: str) -> Iterator[str]:
    """The tables in a table's settings, each with what is in it."""
    for name, field in table.model_fields.items():
        below = table_of(field.annotation)
        if below is None or below in _SHARED:
            continue
        here = f"{path}.{name}" if path else name
        what = "Each of" if str(field.annotation).startswith("tuple") else "In"
        yield from (f"{what} `{here}`:", "", *setting_rows(below), "")
        yield from _below(below, here)


def _facts(name: str, verb: type[Verb]) -> Iterator[str]:
    """What the verb needs, and its short form."""
    yield "Answers the call first." if verb.needs_answer else "Works before the call is answered."
    if issubclass(verb, ShortTable) and not issubclass(verb, PromptText):
        value = verb.shorthand.upper()
        yield f"`{name}: {value}` is short for `{name}: {{{verb.shorthand}: {value}}}`."


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(renew(target.read_text(encoding="utf-8")), encoding="utf-8")
