"""Yes, no, and what answers nothing: as replies to any question that they can answer."""

from __future__ import annotations

from typing import cast

from asr.intake.meaning import Meaning, MeaningName
from asr.intake.partly_right import without_the_right
from asr.intake.spoken import A_SENTENCE, Spoken
from asr.patterns import Pattern
from asr.slots.commands import command
from asr.slots.no_answer import asks_back
from asr.slots.numbers import own_number
from asr.slots.understand import understand

IDLE = frozenset({"hello", "repeat", "wait", "enough", "bye"})
"""What answers nothing."""

WORTH_KEEPING = {"en": 2, "zh": 3, "ko": 2}
"""Words (Chinese: characters) behind a yes or no that are more than a part of it."""

_SAYS_NOTHING = {
    "en": Pattern(
        r"(?:(?:a|an|the|that|this|it|its|thats|these|those|one|ones|so|such|way|what|which|as|i|im|ive"
        r"|id|we|you|me|us|my"
        r"|your|mine|yours|he|she|they|is|are|am|was|were|be|been|do|does|did|have|has|had|can|could"
        r"|will|would|should"
        r"|said|say|says|saying|mean|meant|want|wanted|asked|ask|told|think|thought|at|all|by|for|from"
        r"|in|of|on|to|with|about"
        r"|even|ever|just|really|very|quite|too|again|now|then|here|there|please|thanks|thank|close"
        r"|chance|idea|thing"
        r"|sir|maam|absolutely|exactly|indeed|like|sure|know|see|well|oh|go|going|get|got|far|concerned"
        r"|form|how|put|end|stick|bother|track|yet|any)(?: |$))+"
    ),
    "zh": Pattern(
        r"(?:这|那|样|么|个|回|事|意思|我|们|你|您|他|她|它|说|讲|想|要|的|是|就|都|也|还|了|得|地|着"
        r"|过|吧|啊|呀|呢|嘛|哦"
        r"|离谱|一|点|儿|很|太|真|可以|行|好|对|刚才|本来|其实|谢谢|麻烦|请|知道|觉得|认为|做|办|来|去| )+"
    ),
    "ko": Pattern(
        r"(?:(?:그|이|저|제|내|네|예|그게|그건|그거|이게|이건|그렇게|이렇게|저는|전|제가|말|말은|말씀"
        r"|말한|말씀하신|것|거|건|게|수|없\S*|있\S*"
        r"|같\S*|하\S{0,3}|해\S{0,2}|할|합니다|했\S*|주세요|줘요|돼요|됩니다|되\S{0,2}|데|점|아주|정말"
        r"|진짜|다|좀|더|전혀|절대)(?: |$))+"
    ),
}
"""What follows a yes or no and tells nothing: "don't do *that*", 不是*我说的*."""

_DOUBTFUL = 0.25  # a yes or no by words alone of less confidence is asked again


def yes_or_no(said: Spoken) -> Meaning | None:
    """Yes or no, with what is said behind it as the story; None for neither."""
    answer = said.understood_as("yes_no")
    if answer is None:
        # What no table has may be meant all the same; a sound that was scored, and is no answer, is none.
        scored = bool(said.heard.meanings) and not said.is_long(said.text, A_SENTENCE)
        meant = said.act in ("yes", "no") and not scored
        return Meaning(name=cast(MeaningName, said.act)) if meant else None
    if answer.confidence < _DOUBTFUL and not said.heard.meanings:
        return None
    name: MeaningName = "yes" if answer.value else "no"
    return Meaning(name=name, story=answer.remainder, confidence=answer.confidence)


def is_going(said: Spoken, answer: Meaning | None) -> bool:
    """Whether the caller says goodbye, or has no more to say, where yes or no was asked.

    "No, that's all" is no no, and "yes, bye" is a yes to what was read back.
    """
    if answer is None or (answer.name == "no" and answer.story):
        return said.act in ("bye", "enough")
    return said.act == "bye" and answer.name == "yes" and said.asking.asked == "offer_number"


def says_more(said: Spoken, rest: str) -> bool:
    """Whether what follows a yes or no belongs to the problem: it is neither one more nor a goodbye."""
    rest = without_the_right(rest, [entry.slot for entry in said.asking.parts], said.language)
    if _SAYS_NOTHING[said.language].fullmatch(rest):
        return False
    if not said.is_long(rest, WORTH_KEEPING) or own_number(rest, said.language):
        return False
    also = command(rest, said.language)
    again = understand("yes_no", rest, (), said.language)
    return not (also is not None and also.name in IDLE) and (again is None or bool(again.remainder))


def nothing(said: Spoken) -> Meaning:
    """What it is, where it is no answer."""
    if said.act in ("hello", "repeat", "redo", "wait"):
        return Meaning(name=cast(MeaningName, said.act))
    if said.act in ("bye", "enough"):
        return Meaning(name="done")
    return Meaning(name="asks" if asks_back(said.text, said.language) else "not_understood")
