"""What a caller may say at any moment instead of an answer: a person, again, a moment, goodbye, anew,
something to add.

A wish for a person counts in any words and anywhere, also at the end of a long story; but a description of a
problem may hold the same words ("the agent on my laptop", 我昨天找过客服). So every clause is looked at by
itself, and what is told of the past, or of what somebody else said, is no wish. Where another number may be
meant than the one that is offered, that is a command too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from asr.patterns import Pattern
from asr.slots.command_words import WORDS
from asr.slots.understand import understand
from asr.text import comparable, without_fillers

CommandName: TypeAlias = Literal[
    "human", "hello", "repeat", "wait", "enough", "bye", "redo", "add", "another_number"
]

_IDLE: tuple[CommandName, ...] = ("bye", "enough", "repeat", "wait", "hello")
"""Of several said together the first of these counts: "Thank you, that's all, bye."."""

_CLAUSE_ENDS = Pattern(r"[,;:!?\u2026\u2014\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]+|\.+(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Command:
    """What the caller wants.

    Args:
        name: "human" a person; "hello" nothing yet but a greeting ("hello, can you hear me"), thanks or
            "please"; "repeat" the question again; "wait" a moment; "enough" there is nothing more to say;
            "bye" the caller is going; "redo" to say it anew; "add" to say more; "another_number" to be
            called on another number than the one that was offered.
        remainder: what was said after it, spoken text: "and also *the screen flickers*".
    """

    name: CommandName
    remainder: str = ""


def command(text: str, language: str, *, free: bool = False, number: bool = False) -> Command | None:
    """The command that was given instead of an answer, None for none.

    Args:
        text: as recognised.
        language: en, zh or ko.
        free: free text is expected: what may be a part of it is no command.
        number: a number to call is the question: "another number" is a command, unless digits are said too.
    """
    words = WORDS[language]
    said = comparable(text, language)
    lead = words.lead.match(said)
    core = said[lead.end() :] if lead else said
    forms = {said, core, words.polite.sub("", core)}
    if asks_for_person(text, language):
        return Command("human")
    if free and words.hello.fullmatch(said):
        return Command("hello")
    if any(words.repeat.fullmatch(form) for form in forms):
        return Command("repeat")
    idle = words.idle.fullmatch(said)
    name = next((kind for kind in _IDLE if idle and idle[kind]), None)
    if idle and idle["excuse"] and (name != "wait" or words.trouble.search(said)):
        name = None  # a problem, or words of its own
    if name is not None:
        return Command(name)
    if free:
        return None
    if number and words.another_number.search(_unspaced(said, language)) and not _digits(text, language):
        return Command("another_number")
    if any(words.redo.fullmatch(form) for form in forms):
        return Command("redo")
    added = words.add.match(said) or words.add.match(core)
    return Command("add", added.string[added.end() :].strip()) if added else None


def asks_for_person(text: str, language: str) -> bool:
    """Whether the caller wants to speak to a person, anywhere in what was said.

    Args:
        text: as recognised; may be a long story.
        language: en, zh or ko.
    """
    words = WORDS[language]
    for clause in _CLAUSE_ENDS.split(without_fillers(text, language)):
        said = comparable(clause, language)
        lead = words.lead.match(said + " ")
        core = said[lead.end() :] if lead else said
        if any(words.person.fullmatch(form) for form in (said, core, words.polite.sub("", core))):
            return True
        for wish in words.wish.finditer(_unspaced(said, language)):
            before, behind = wish.string[: wish.start()], wish.string[wish.end() :]
            if not words.story_before.search(before) and not words.story_behind.match(behind):
                return True
    return False


def _unspaced(said: str, language: str) -> str:
    return said.replace(" ", "") if language == "zh" else said


def _digits(text: str, language: str) -> bool:
    """Whether a number is said: then that is the answer."""
    return understand("phone_number", text, (), language) is not None
