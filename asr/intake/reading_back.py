"""What an answer to a reading back means: yes, no, what is wrong, what is right instead, what to add."""

from __future__ import annotations

from dataclasses import replace

from asr.intake.meaning import Found, Meaning
from asr.intake.partly_right import TURNS, beyond_the_right, names_of
from asr.intake.replies import IDLE, WORTH_KEEPING, is_going, nothing, says_more, yes_or_no
from asr.intake.spoken import A_SENTENCE, Spoken
from asr.patterns import Pattern
from asr.slots.commands import command
from asr.slots.figures import NUMERALS, only_figures
from asr.slots.no_answer import no_answer
from asr.text import comparable

NAMING = {"en": 9, "zh": 15, "ko": 7}
"""Words (Chinese: characters): no answer that merely names what is wrong is as long."""

# What a bare value can be, when nothing but digits was said, and otherwise.
_AS_FIGURES = frozenset({"phone_number", "digits", "number", "code", "list"})
_AS_WORDS = frozenset({"phone_number", "callback_time", "list", "number", "name", "date", "yes_no"})
_UNMISTAKABLE = frozenset({"phone_number", "callback_time", "list"})  # also without a no before it
_NO = {"en": "no, ", "zh": "不对，", "ko": "아니요, "}
_CHANGES = {
    "en": Pattern(r"\b(?:make (?:it|that)|change|move|switch|instead|rather|better|prefer|put)\b"),
    "zh": Pattern(r"改|换|还是"),
    "ko": Pattern(r"바꿔|바꾸|변경|고쳐|옮겨|말고|대신"),
}


def at_confirm(said: Spoken) -> Meaning:
    """Yes or no, with what is to be corrected or added."""
    put_right = _partly_right(said)
    if put_right is not None:
        return put_right
    answer = yes_or_no(said)
    if is_going(said, answer):
        return nothing(said)
    rest = "" if answer is None else answer.story
    if answer is not None and answer.name == "yes":
        corrected = said.facts() or said.condition(rest)
    else:
        corrected = _corrections(said, None if answer is None else rest)
    if answer is not None and answer.name == "yes" and not corrected and _contradicts(said, rest):
        return Meaning(name="no", confidence=answer.confidence)
    if corrected and (answer is None or answer.name == "no"):
        return Meaning(name="told", found=corrected, confidence=min(one.confidence for one in corrected))
    if answer is not None:
        keep = says_more(said, rest) and said.may_be_told and said.draft.story is not None
        brief = not said.is_long(said.text, NAMING)
        named = _named(said) if answer.name == "no" and brief else ""
        if named:
            return Meaning(name="named", slot=named)
        return replace(answer, found=corrected, story=said.text if keep and not corrected else "")
    if said.act == "add":
        added = command(said.text, said.language)
        more = added is not None and said.is_long(added.remainder, WORTH_KEEPING)
        return Meaning(name="add", story=said.text if more else "")
    if said.act in ("redo", "correction"):
        named = _named(said)
        return Meaning(name="named", slot=named) if named else Meaning(name="no")
    if said.act in IDLE:
        return nothing(said)
    named = _named(said)
    if named and (said.act == "another_number" or not said.is_long(said.text, A_SENTENCE)):
        return Meaning(name="named", slot=named)
    if _tells(said):
        return Meaning(name="told", story=said.text)
    return nothing(said)


def _tells(said: Spoken) -> bool:
    """Whether words that are no answer belong to the story.

    Many a short sentence is a yes or no that no table has: whoever understands it must see a problem in it.
    """
    understood = said.heard.understood
    seen = (
        understood is None
        or understood.provider == "rules"
        or said.is_long(said.text, NAMING)
        or any("problem" in (one.act, one.rival) for one in understood.readings)
    )
    told = seen and said.may_be_told and said.is_long(said.text, A_SENTENCE)
    return told and said.draft.story is not None


def _contradicts(said: Spoken, rest: str) -> bool:
    """Whether a yes is followed by a but and figures that fit nothing: something is to be another one."""
    turns = TURNS[said.language].match(rest)
    kinds = {token.kind for token in NUMERALS[said.language].lex(rest)}
    return turns is not None and "digits" in kinds and not said.is_long(rest, NAMING)


def _partly_right(said: Spoken) -> Meaning | None:
    """What is put right by an answer that says of other things that they are right."""
    slots = [entry.slot for entry in said.asking.parts]
    wrong = beyond_the_right(said.text, slots, said.language)
    if not wrong:
        return None
    found = at_confirm(said.worded(f"{_NO[said.language]}{wrong}"))
    return found if found.name in ("told", "named") and not found.story else None


def at_correct(said: Spoken) -> Meaning:
    """The answer to "What is wrong?"."""
    put_right = _partly_right(said)
    if put_right is not None:
        return put_right
    if said.act == "enough" or no_answer(said.text, said.language):
        return Meaning(name="yes")  # nothing is to be corrected
    if said.act in IDLE:
        return nothing(said)
    answer = yes_or_no(said)
    corrected = _corrections(said, said.text if answer is None else answer.story)
    if corrected:
        return Meaning(name="told", found=corrected, confidence=min(one.confidence for one in corrected))
    named = _named(said)
    if named:
        return Meaning(name="named", slot=named)
    if answer is not None and not answer.story:
        return answer
    if _tells(said):
        return Meaning(name="told", story=said.text)
    return nothing(said)


def _corrections(said: Spoken, rest: str | None) -> tuple[Found, ...]:
    """What an answer to a reading back puts right.

    A value that says what it is ("the number is ...") counts for any slot; besides a bare value, for the
    one part that was read back and that it can be a value of.

    Args:
        said: the answer.
        rest: what was said behind a no; None for an answer without one.
    """
    facts = said.facts()
    if facts:
        return facts
    moves = said.moves_a_time()  # also by words before the rest: "not nine, ten"
    words = said.text if rest is None or moves else rest
    changes = moves or _CHANGES[said.language].search(comparable(words, said.language)) is not None
    if not words or (rest is None and said.is_long(words, NAMING if changes else A_SENTENCE)):
        return ()
    bare = said.worded(words)
    figures = only_figures(words, said.language)
    kinds = _AS_FIGURES if figures else _AS_WORDS if rest is not None else _UNMISTAKABLE
    values = _bare_values(bare, kinds) or (_bare_values(bare, _UNMISTAKABLE) if figures else [])
    number = said.draft.number
    called = [found for found in values if number is not None and found.name == number.slot.name]
    return tuple(values if len(values) == 1 else called)


def _bare_values(said: Spoken, kinds: frozenset[str]) -> list[Found]:
    """Values, of what was read back, that the words can be."""
    return [
        found
        for entry in said.asking.parts
        if entry.slot.kind in kinds and (found := said.value(entry.slot)) is not None and said.is_new(found)
    ]


def _named(said: Spoken) -> str:
    """The part of what was read back that the caller names; "" for none."""
    text = _spaced(said.text, said.language)
    number = said.draft.number
    if number is not None and number in said.asking.parts:
        other = command(said.text, said.language, number=True)
        if said.act == "another_number" or (other is not None and other.name == "another_number"):
            return number.slot.name
    named = [
        (len(word), entry.slot.name)
        for entry in said.asking.parts
        for word in names_of(entry.slot, said.language)
        if _spaced(word, said.language) in text
    ]
    return max(named)[1] if named else ""


def _spaced(text: str, language: str) -> str:
    """As `comparable`; Korean without spaces, which nobody hears (주문번호, 주문 번호)."""
    said = comparable(text, language)
    return said.replace(" ", "") if language == "ko" else said
