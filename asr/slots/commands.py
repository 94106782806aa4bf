"""What a caller may say at any moment instead of an answer: a person, again, anew, something to add.

A wish for a person counts in any words, but a description of a problem may hold the same words ("the agent on
my laptop", 我昨天找过客服). So for free text a wish must be one: in the present, and at the beginning or the
end of what was said.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from asr.slots.command_words import WORDS, CommandWords
from asr.text import comparable

CommandName: TypeAlias = Literal["human", "hello", "repeat", "redo", "add"]


@dataclass(frozen=True, slots=True)
class Command:
    """What the caller wants.

    Args:
        name: "human" a person; "hello" an answer, only for free text: nothing yet but a greeting ("hello, can
            you hear me"); "repeat" the question again; "redo" to say it anew; "add" to say more.
        remainder: what was said after it, spoken text: "and also *the screen flickers*".
    """

    name: CommandName
    remainder: str = ""


def command(text: str, language: str, *, free: bool = False) -> Command | None:
    """The command that was given instead of an answer, None for none.

    Args:
        text: as recognised.
        language: en, zh or ko.
        free: free text is expected: only greetings and wishes for a person are looked for, and
            only clear ones.
    """
    words = WORDS[language]
    said = comparable(text, language)
    lead = words.lead.match(said)
    core = said[lead.end() :] if lead else said
    forms = {said, core, words.polite.sub("", core)}
    if any(words.person.fullmatch(form) for form in forms) or _wish(said, words, free):
        return Command("human")
    if free:
        return Command("hello") if words.hello.fullmatch(said) else None
    if any(words.repeat.fullmatch(form) for form in forms):
        return Command("repeat")
    if any(words.redo.fullmatch(form) for form in forms):
        return Command("redo")
    added = words.add.match(said) or words.add.match(core)
    return Command("add", added.string[added.end() :].strip()) if added else None


def _wish(said: str, words: CommandWords, free: bool) -> bool:
    """Whether the caller asks for a person."""
    wish = words.wish.search(said)
    if wish is None:
        return False
    if not free:
        return True
    at_an_edge = min(wish.start(), len(said) - wish.end()) <= words.edge
    return at_an_edge and not words.past.search(said[: wish.start()])
