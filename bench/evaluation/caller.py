"""How a scripted caller behaves: the bot's question goes in, what the caller says or presses comes out.

A caller answers what is asked, whatever the order and whatever the bot calls its questions, listens to what
is read back and denies what is wrong in it, takes to the keys when asked to or when words have failed twice,
and gives in at last as people do. Pure: playing it is left to `run.py`, the sound of a phrase to `make.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, time
from typing import Literal

from bench.evaluation.facts import same_number, stands_in
from bench.evaluation.script import Caller, Utterance
from bench.evaluation.wording import WORDINGS, Wording, numbers_in, time_in

Intent = Literal["yes", "no", "human", "add", "problem", "number", "time", "other"]

_ORDER = (
    "problem", "confirm_problem", "offer_number", "number", "confirm_number", "time", "confirm_time",
    "confirm",
)  # fmt: skip
_MOST_DENIALS = 3
_KEYED_FROM = 3
"""The attempt from which a question that names keys gets keys."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """Something that a caller may say.

    Args:
        parts: texts, and seconds of silence between them.
        recording: a word of somebody in its place where the recordings are there, "" for none.
        speaker, number: the same for a number, put together of this person's digits.
    """

    parts: Utterance
    recording: str = ""
    speaker: str = ""
    number: str = ""

    def __str__(self) -> str:
        return " ".join(part for part in self.parts if isinstance(part, str))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a caller does at a question.

    Args:
        intent: what is meant by it.
        phrase: what is said; None for keys.
        keys: what is pressed.
        short: a yes or no and nothing else, in words.
    """

    intent: Intent
    phrase: Phrase | None = None
    keys: str = ""
    short: bool = False


@dataclass(slots=True)
class Behaviour:
    """One caller in one call.

    Args:
        caller: the script.
    """

    caller: Caller
    wished: bool = False
    _added: bool = False
    _agreed: int = 0
    _denied: int = 0
    _numbers: int = 0
    _denials: dict[str, int] = field(default_factory=dict)
    _wrong: str = "problem"

    def answer(self, question: str, attempt: int, prompt: str, now: datetime) -> Answer:
        """What the caller does.

        Args:
            question: its name, as the journal has it.
            attempt: 1 for the first time.
            prompt: what is said, as text.
            now: with the site's zone.
        """
        role, caller = role_of(question), self.caller
        wish = caller.person
        if wish is not None and not self.wished and _is_reached(wish.at, role):
            self.wished = True
            return Answer(intent="human", phrase=Phrase(wish.say))
        if role == "human":
            return self._yes() if self.wished else self._no()
        keyed = role in caller.keys or (
            attempt >= _KEYED_FROM and self._wording.asks_for_keys.search(prompt) is not None
        )
        answer = self._by_role(role, attempt, prompt, now)
        return self._keyed(answer) if keyed and role not in ("name", "product", "other") else answer

    def phrases(self) -> Iterator[Phrase]:
        """Everything that this caller may ever say."""
        caller, wording = self.caller, self._wording
        yield Phrase(caller.problem)
        yield from map(self._number, range(len(caller.says) + 1))
        yield Phrase(caller.time.say)
        yield from (self._agreement(index) for index in range(max(1, len(caller.yes))))
        yield from (self._denial(index) for index in range(max(1, len(caller.no))))
        if caller.offer is not None:
            yield Phrase(caller.offer)
        if caller.person is not None:
            yield Phrase(caller.person.say)
        if caller.adds is not None:
            yield Phrase(caller.adds.say)
        yield self._right_number()
        yield self._right_time()
        yield self._name()
        yield self._product()
        yield Phrase((wording.unknown,))

    # What is said at each kind of question.

    def _by_role(self, role: str, attempt: int, prompt: str, now: datetime) -> Answer:
        caller = self.caller
        match role:
            case "problem" | "recording":
                return Answer(intent="problem", phrase=Phrase(caller.problem))
            case "confirm_problem" | "confirm_number" | "confirm_time" | "confirm":
                return self._judged(role, attempt, prompt, now)
            case "offer_number":
                at_number = caller.person is not None and caller.person.at == "number"
                if caller.number == "own" and not at_number:
                    return self._yes()
                if caller.offer is None or attempt > 1:
                    return self._no()
                return Answer(intent="no", phrase=Phrase(caller.offer))
            case "correct":
                return self._corrected()
            case "number":
                self._numbers += 1
                return Answer(intent="number", phrase=self._number(self._numbers - 1))
            case "time":
                return Answer(intent="time", phrase=Phrase(caller.time.say))
            case "name":
                return Answer(intent="other", phrase=self._name())
            case "product":
                return Answer(intent="other", phrase=self._product())
        if attempt == 1:
            return self._yes()
        return Answer(intent="other", phrase=Phrase((self._wording.unknown,)))

    def _judged(self, role: str, attempt: int, prompt: str, now: datetime) -> Answer:
        """Yes to what is right; what is wrong is denied, a few times."""
        caller = self.caller
        if caller.adds is not None and not self._added and role in ("confirm_problem", "confirm"):
            self._added = True
            return Answer(intent="add", phrase=Phrase(caller.adds.say))
        numbers = numbers_in(prompt)
        number_is_wrong = bool(numbers) and not any(
            same_number(number, caller.wanted_number, caller.language) for number in numbers
        )
        if role in ("confirm_number", "confirm") and number_is_wrong and self._denies("number"):
            return self._deny_number(together=role == "confirm")
        when = time_in(prompt, now)
        time_is_wrong = when is not None and not caller.time.is_met_by(when, now)
        if role in ("confirm_time", "confirm") and time_is_wrong and self._denies("time"):
            if role == "confirm" or caller.corrects:
                return Answer(intent="no", phrase=self._right_time())
            return self._no()
        facts = [stands_in(fact, prompt, caller.language) for fact in caller.facts]
        # It is read back in the first wording alone.
        problem_is_wrong = role == "confirm_problem" and attempt == 1 and sum(facts) * 2 < len(facts)
        if problem_is_wrong and "problem" not in self._denials:
            self._denials["problem"] = 1
            return self._no()
        return self._yes()

    def _corrected(self) -> Answer:
        """What is right, to the question what of it is not."""
        match self._wrong:
            case "number":
                return Answer(intent="number", phrase=self._right_number())
            case "time":
                return Answer(intent="time", phrase=self._right_time())
        return Answer(intent="problem", phrase=Phrase(self.caller.problem))

    def _denies(self, what: str) -> bool:
        self._wrong = what
        self._denials[what] = self._denials.get(what, 0) + 1
        return self._denials[what] <= _MOST_DENIALS

    def _deny_number(self, *, together: bool) -> Answer:
        if self._denials["number"] > 1:
            return Answer(intent="number", keys=f"{self.caller.wanted_number}#")
        if together or self.caller.corrects:
            return Answer(intent="no", phrase=self._right_number())
        return self._no()

    def _keyed(self, answer: Answer) -> Answer:
        match answer.intent:
            case "yes" | "add":
                keys = "1"
            case "no":
                keys = "2"
            case "number":
                keys = answer.keys or f"{self.caller.wanted_number}#"
            case "time":
                keys = _key_of_time(self.caller)
            case "problem":
                keys = "1"
            case _:
                return answer
        return Answer(intent=answer.intent, keys=keys)

    # How it is said.

    @property
    def _wording(self) -> Wording:
        return WORDINGS[self.caller.language]

    def _yes(self) -> Answer:
        self._agreed += 1
        return Answer(intent="yes", phrase=self._agreement(self._agreed - 1), short=True)

    def _no(self) -> Answer:
        self._denied += 1
        return Answer(intent="no", phrase=self._denial(self._denied - 1), short=True)

    def _agreement(self, index: int) -> Phrase:
        ways = self.caller.yes or ((self._wording.yes,),)
        return Phrase(ways[index % len(ways)], self.caller.recordings.yes or "")

    def _denial(self, index: int) -> Phrase:
        ways = self.caller.no or ((self._wording.no,),)
        return Phrase(ways[index % len(ways)], self.caller.recordings.no or "")

    def _number(self, index: int) -> Phrase:
        number, speaker = self.caller.wanted_number, self.caller.recordings.digits
        said = self.caller.says[index] if index < len(self.caller.says) else (self._wording.said(number),)
        return Phrase(said) if speaker is None else Phrase(said, speaker=speaker, number=number)

    def _right_number(self) -> Phrase:
        return Phrase((self._wording.wrong_number.format(self._wording.said(self.caller.wanted_number)),))

    def _right_time(self) -> Phrase:
        return Phrase((self._wording.wrong_time.format(_small(str(Phrase(self.caller.time.say)))),))

    def _name(self) -> Phrase:
        return Phrase((self._wording.name.format(self.caller.name),))

    def _product(self) -> Phrase:
        return Phrase((self._wording.product.format(self._wording.products[self.caller.product]),))


def role_of(question: str) -> str:
    """What a question asks for, by its name; "other" for what no script knows.

    Names are the bot's steps and slots: problem, confirm_problem, offer_number, number or callback_number ...
    """
    name = question.lower()
    if any(word in name for word in ("human", "person", "agent")):
        return "human"
    if name.startswith("confirm"):
        rest = role_of(name.removeprefix("confirm").strip("_-:"))
        return f"confirm_{rest}" if rest in ("problem", "number", "time") else "confirm"
    if name.startswith("offer"):
        return "offer_number"
    known = {
        "problem": "problem", "addition": "problem", "description": "problem",
        "number": "number", "callback_number": "number", "phone": "number", "phone_number": "number",
        "time": "time", "callback_time": "time", "when": "time",
        "recording": "recording", "correct": "correct", "name": "name", "product": "product",
    }  # fmt: skip
    return known.get(name, "other")


def _is_reached(wanted: str, role: str) -> bool:
    """Whether it is time for a wish: at its question, or a later one where the bot asks no such question."""
    return role in _ORDER and _ORDER.index(role) >= _ORDER.index(wanted)


def _key_of_time(caller: Caller) -> str:
    """Of the times that have keys: as soon as possible, this afternoon, tomorrow morning."""
    if caller.time.days == 1 and (caller.time.at or caller.time.start or time(12)) < time(12):
        return "3"
    return "1"


def _small(text: str) -> str:
    """A sentence within another one."""
    return text[:1].lower() + text[1:]
