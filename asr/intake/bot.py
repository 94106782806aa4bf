"""The intake bot: takes down a caller's problem by voice, as a pure machine.

    PROBLEM -> CONFIRM_PROBLEM -> [NAME] -> OFFER_NUMBER or NUMBER -> CONFIRM_NUMBER -> TIME -> [CONFIRM_TIME]
    -> FILING -> CLOSED

with ADDITION beside CONFIRM_PROBLEM, and RECORDING in place of PROBLEM where words do not work. One event in,
effects out; the last effect says what comes next (see `asr.intake.values`). Each question is asked in full,
then shorter, then by keys; then comes a person or a plain recording. A person can be had at any question, by
key 0 or in any words; key * repeats.

Whatever happens, the caller is put through with all that is known, or exactly one ticket is filed, within
`IntakeSettings.questions` questions and a recording; no recording of an answer is ever lost. Listening and
speaking are left to its caller, meaning to `asr.intake.answers`, wording to `asr.intake.questions`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias

from asr.intake import values as bot
from asr.intake.answers import Interpreter, Meaning, MeaningName
from asr.intake.draft import Draft
from asr.intake.questions import ASKING, PHASES, SLOT_OF_STEP, Step, Wording
from asr.intake.settings import IntakeSettings
from asr.listening.answer import Heard
from asr.slots.understand import LANGUAGES
from asr.slots.values import CallWindow
from config.business_hours import OpeningHours
from tts.parts import Part

Effects: TypeAlias = list[bot.IntakeEffect]

_DEFAULTS = IntakeSettings()
_NUMBER = re.compile(r"\+?[0-9]{3,15}")
_KEYED = 3  # the attempt that is worded for keys


class Intake:
    """One caller's intake.

    Args:
        hours: when callers can be called back, None for at any time.
        settings: what the site chose.
    """

    __slots__ = (
        "_asked",
        "_attempt",
        "_corrections",
        "_draft",
        "_heard",
        "_hours",
        "_interpreter",
        "_left",
        "_present",
        "_settings",
        "_silent",
        "_speech",
        "_step",
        "_wording",
    )  # fmt: skip

    def __init__(self, hours: OpeningHours | None = None, settings: IntakeSettings = _DEFAULTS) -> None:
        self._hours = hours
        self._settings = settings
        self._step = Step.IDLE
        self._attempt = self._asked = self._silent = 0
        self._corrections = 0  # times that the caller took back the present thing
        self._speech = True
        self._present = True
        self._heard = Heard("silence")
        asked = (settings.ask_name, settings.ask_number, settings.ask_time)
        self._left = [step for step, ask in zip(PHASES, asked, strict=True) if ask]

    @property
    def step(self) -> Step:
        """What it is at."""
        return self._step

    def receive(self, event: bot.IntakeEvent, now: datetime) -> Effects:
        """Take the event that was awaited, or a hang-up.

        Args:
            event: what happened.
            now: aware local time.

        Raises:
            ValueError: the event is not awaited in this step, or the language is none of the bot's.
        """
        if isinstance(event, bot.HungUp):
            return self._hung_up(event)
        if self._step is Step.CLOSED:
            return [bot.Finished()]
        match event:
            case bot.Started() if self._step is Step.IDLE:
                return self._start(event)
            case bot.Filed() if self._step is Step.FILING:
                return self._close(event)
            case bot.Recorded() if self._step is Step.RECORDING:
                return self._recorded(event)
            case Heard() if self._step in ASKING:
                return self._answered(event, now)
        raise ValueError(f"{type(event).__name__} is not awaited in {self._step.value}")

    # The frame: beginning, each answer, the end.

    def _start(self, event: bot.Started) -> Effects:
        if event.language not in LANGUAGES:
            raise ValueError(f"the bot does not speak {event.language!r}")
        self._draft = Draft(event.caller if _NUMBER.fullmatch(event.caller) else "", event.language)
        self._draft.number_confirmed = not self._settings.ask_number
        self._draft.time_confirmed = not self._settings.ask_time
        self._wording = Wording(self._settings, event.language)
        self._interpreter = Interpreter(event.language, self._hours)
        self._speech = event.recogniser
        greeting = self._wording.text("greeting" if self._settings.human else "greeting_no_human")
        before = (greeting,) if self._settings.greet else ()
        if event.recogniser:
            return self._ask(Step.PROBLEM, *before)
        self._draft.recogniser_gone = True
        return self._record(*before)

    def _answered(self, heard: Heard, now: datetime) -> Effects:
        meaning = self._interpreter.meaning(self._step, heard, now)
        name = meaning.name
        # What the engine wrote stays in the history; what is believed of it goes into the slots.
        self._heard = replace(heard, text=meaning.text) if heard.kind == "speech" else heard
        self._draft.history.append(bot.Turn(self._step.value, self._attempt, heard, name))
        self._silent = self._silent + 1 if name == "silence" else 0
        handler = _TRANSITIONS.get((self._step, name)) or _ANYWHERE.get(name)
        return handler(self, meaning) if handler else self._missed(meaning)

    def _hung_up(self, event: bot.HungUp) -> Effects:
        filed = self._step in (Step.IDLE, Step.FILING, Step.CLOSED)
        if filed:
            self._step = Step.CLOSED
            return [bot.Finished()]
        heard = event.heard
        self._draft.history.append(bot.Turn(self._step.value, self._attempt, heard, "hung_up"))
        if heard is not None:
            self._draft.keep(SLOT_OF_STEP.get(self._step), heard)
        self._present = False
        self._step = Step.FILING
        return [bot.File(self._draft.ticket("hung_up"))]

    def _recorded(self, event: bot.Recorded) -> Effects:
        heard = Heard("unavailable", audio=event.audio, seconds=event.seconds)
        self._draft.history.append(bot.Turn(self._step.value, 1, heard, "recording"))
        self._draft.keep("problem", heard)
        if heard in self._draft.problem:
            return self._proceed(self._wording.text("recorded"))
        if self._draft.recogniser_gone and self._to_human:
            return self._reach_human("recogniser_gone")
        return self._file()

    def _file(self) -> Effects:
        self._step = Step.FILING
        return [bot.File(self._draft.ticket(self._draft.progress()))]

    def _close(self, event: bot.Filed) -> Effects:
        self._step = Step.CLOSED
        if not self._present:
            return [bot.Finished()]
        return [bot.Say(self._wording.goodbye(self._draft, event.number)), bot.Finished()]

    # What can come next.

    @property
    def _to_human(self) -> bool:
        return self._settings.human and self._settings.give_up == "human"

    def _ask(self, step: Step, *before: Part, attempt: int = 1) -> Effects:
        if self._asked == self._settings.questions:
            return self._file()
        self._asked += 1
        self._step = step
        self._attempt = attempt
        question = self._wording.question(step, attempt, self._draft, before=before, speech=self._speech)
        return [bot.Ask(question)]

    def _record(self, *before: Part) -> Effects:
        self._step = Step.RECORDING
        return [self._wording.record(before)]

    def _reach_human(self, why: bot.Why) -> Effects:
        self._step = Step.CLOSED
        so_far = self._draft.ticket(self._draft.progress())
        return [bot.Say((self._wording.text("to_human"),)), bot.ReachHuman(why, so_far)]

    def _proceed(self, *before: Part) -> Effects:
        """Go on to what has not been asked yet."""
        self._corrections = 0
        while self._left:
            step = self._left.pop(0)
            if step is Step.NAME and not self._speech:
                continue
            if step is Step.OFFER_NUMBER and not self._draft.caller:
                step = Step.NUMBER
            return self._ask(step, *before)
        return self._file()

    def _missed(self, meaning: Meaning) -> Effects:
        """Nothing came of the answer: ask again in other words, or give the question up."""
        if meaning.name != "silence":
            self._draft.keep_unclear(SLOT_OF_STEP.get(self._step), self._heard)
        if self._silent > self._settings.attempts and self._draft.has_problem:
            return self._file()
        if self._attempt >= self._settings.attempts:
            return _GIVE_UP[self._step](self)
        sorry = {"silence": "not_heard", "noise": "not_clear"}.get(meaning.name, "not_understood")
        return self._ask(self._step, self._wording.text(sorry), attempt=self._attempt + 1)

    # Answers that mean the same everywhere.

    def _human(self, meaning: Meaning) -> Effects:
        if self._settings.human:
            return self._reach_human("asked")
        return self._ask_once_more("no_human")

    def _repeat(self, meaning: Meaning) -> Effects:
        return self._ask(self._step, attempt=self._attempt)

    def _hello(self, meaning: Meaning) -> Effects:
        return self._ask_once_more("listening")

    def _ask_once_more(self, key: str) -> Effects:
        if self._attempt >= self._settings.attempts:
            return _GIVE_UP[self._step](self)
        return self._ask(self._step, self._wording.text(key), attempt=self._attempt + 1)

    def _unavailable(self, meaning: Meaning) -> Effects:
        """The recogniser is gone: go on by keys, with the recording of what was said."""
        if not self._speech:
            return self._missed(meaning)
        self._speech = False
        self._draft.recogniser_gone = True
        sorry = self._wording.text("recogniser_gone")
        self._draft.keep(SLOT_OF_STEP.get(self._step), self._heard)
        if self._step is Step.PROBLEM and not self._draft.has_problem:
            return self._record(sorry)
        if self._step in (Step.PROBLEM, Step.ADDITION, Step.NAME):
            return self._proceed(sorry)
        return self._ask(self._step, sorry)

    # The problem.

    def _told(self, meaning: Meaning) -> Effects:
        self._draft.problem.append(self._heard)
        return self._confirm_problem(sure=meaning.confidence >= self._settings.sure)

    def _told_more(self, meaning: Meaning) -> Effects:
        """Words beside, or instead of, yes and no: they belong to the problem."""
        self._draft.problem.append(self._heard)
        self._corrections += 1
        if self._corrections > self._settings.retells:
            return self._proceed(self._wording.text("added"))
        return self._confirm_problem(self._wording.text("added"))

    def _confirm_problem(self, *before: Part, sure: bool = False) -> Effects:
        if sure and self._settings.read_back == "unsure":
            return self._proceed(*before)
        return self._ask(Step.CONFIRM_PROBLEM, *before)

    def _problem_right(self, meaning: Meaning) -> Effects:
        self._draft.problem_confirmed = True
        if meaning.more:
            self._draft.problem.append(self._heard)
        return self._proceed(self._wording.text("added" if meaning.more else "all_right"))

    def _problem_wrong(self, meaning: Meaning) -> Effects:
        if meaning.more:
            return self._told_more(meaning)
        self._corrections += 1
        if self._corrections > self._settings.retells:
            return self._proceed(self._wording.text("all_right"))
        self._draft.retell()
        return self._ask(Step.PROBLEM, self._wording.text("all_right"), attempt=2)

    def _add(self, meaning: Meaning) -> Effects:
        if meaning.more:
            return self._told_more(meaning)
        if not self._speech:
            return self._record()
        return self._ask(Step.ADDITION)

    def _record_instead(self, meaning: Meaning) -> Effects:
        return self._record()

    def _give_up_problem(self) -> Effects:
        if self._draft.has_problem:
            return self._proceed()
        if self._draft.unclear and self._to_human:
            return self._reach_human("not_understood")
        return self._record()

    # The caller's name, number and time.

    def _named(self, meaning: Meaning) -> Effects:
        self._draft.name = str(meaning.value)
        self._draft.heard_for["name"].append(self._heard)
        return self._proceed()

    def _number_given(self, meaning: Meaning) -> Effects:
        self._draft.number = str(meaning.value)
        self._draft.number_confirmed = False
        self._draft.heard_for["callback_number"].append(self._heard)
        return self._ask(Step.CONFIRM_NUMBER)

    def _own_number(self, meaning: Meaning) -> Effects:
        if not self._draft.caller:
            return self._missed(meaning)
        self._draft.number = self._draft.caller
        self._draft.number_confirmed = True
        return self._proceed(self._wording.text("own_number"))

    def _offer_taken(self, meaning: Meaning) -> Effects:
        self._draft.number = self._draft.caller
        return self._number_right(meaning)

    def _number_right(self, meaning: Meaning) -> Effects:
        self._draft.number_confirmed = True
        return self._proceed()

    def _number_wrong(self, meaning: Meaning) -> Effects:
        self._corrections += 1
        if self._corrections > self._settings.retells + 1:
            return self._give_up_number()
        # Misheard twice: keys are never misheard.
        return self._ask(Step.NUMBER, attempt=1 if self._corrections == 1 else _KEYED)

    def _give_up_number(self) -> Effects:
        if not self._draft.caller:
            return self._reach_human("not_understood") if self._to_human else self._proceed()
        self._draft.number = self._draft.caller
        return self._proceed(self._wording.text("own_number"))

    def _time_given(self, meaning: Meaning) -> Effects:
        assert isinstance(meaning.value, CallWindow), "that is what a time is"
        self._draft.when = meaning.value
        self._draft.heard_for["callback_time"].append(self._heard)
        self._draft.time_confirmed = meaning.confidence >= self._settings.sure and not meaning.value.moved
        if self._draft.time_confirmed or meaning.value.as_soon_as_possible:
            return self._proceed()  # it is said in the last words, too
        return self._ask(Step.CONFIRM_TIME)

    def _time_right(self, meaning: Meaning) -> Effects:
        self._draft.time_confirmed = True
        return self._proceed()

    def _time_wrong(self, meaning: Meaning) -> Effects:
        self._corrections += 1
        if self._corrections > self._settings.retells:
            return self._proceed()
        self._draft.when = None
        return self._ask(Step.TIME, attempt=min(self._corrections + 1, _KEYED))


_ANYWHERE: dict[MeaningName, Callable[[Intake, Meaning], Effects]] = {
    "human": Intake._human,
    "repeat": Intake._repeat,
    "hello": Intake._hello,
    "unavailable": Intake._unavailable,
}

_TRANSITIONS: dict[tuple[Step, MeaningName], Callable[[Intake, Meaning], Effects]] = {
    (Step.PROBLEM, "text"): Intake._told,
    (Step.PROBLEM, "record"): Intake._record_instead,
    (Step.ADDITION, "text"): Intake._told_more,
    (Step.CONFIRM_PROBLEM, "yes"): Intake._problem_right,
    (Step.CONFIRM_PROBLEM, "no"): Intake._problem_wrong,
    (Step.CONFIRM_PROBLEM, "redo"): Intake._problem_wrong,
    (Step.CONFIRM_PROBLEM, "add"): Intake._add,
    (Step.CONFIRM_PROBLEM, "text"): Intake._told_more,
    (Step.NAME, "name"): Intake._named,
    (Step.OFFER_NUMBER, "yes"): Intake._offer_taken,
    (Step.OFFER_NUMBER, "own_number"): Intake._offer_taken,
    (Step.OFFER_NUMBER, "no"): Intake._number_wrong,
    (Step.OFFER_NUMBER, "redo"): Intake._number_wrong,
    (Step.OFFER_NUMBER, "number"): Intake._number_given,
    (Step.NUMBER, "number"): Intake._number_given,
    (Step.NUMBER, "own_number"): Intake._own_number,
    (Step.CONFIRM_NUMBER, "yes"): Intake._number_right,
    (Step.CONFIRM_NUMBER, "no"): Intake._number_wrong,
    (Step.CONFIRM_NUMBER, "redo"): Intake._number_wrong,
    (Step.CONFIRM_NUMBER, "number"): Intake._number_given,
    (Step.CONFIRM_NUMBER, "own_number"): Intake._own_number,
    (Step.TIME, "time"): Intake._time_given,
    (Step.CONFIRM_TIME, "yes"): Intake._time_right,
    (Step.CONFIRM_TIME, "no"): Intake._time_wrong,
    (Step.CONFIRM_TIME, "redo"): Intake._time_wrong,
    (Step.CONFIRM_TIME, "time"): Intake._time_given,
}
"""What each answer leads to; an answer that is in neither table is a missed one."""

_GIVE_UP: dict[Step, Callable[[Intake], Effects]] = {
    Step.PROBLEM: Intake._give_up_problem,
    Step.ADDITION: Intake._proceed,
    Step.CONFIRM_PROBLEM: Intake._proceed,
    Step.NAME: Intake._proceed,
    Step.OFFER_NUMBER: Intake._give_up_number,
    Step.NUMBER: Intake._give_up_number,
    Step.CONFIRM_NUMBER: Intake._proceed,
    Step.TIME: Intake._proceed,
    Step.CONFIRM_TIME: Intake._proceed,
}
"""Where it goes when a question has been asked often enough."""
