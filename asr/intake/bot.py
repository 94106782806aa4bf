"""The intake bot: takes down what the site needs to know of a caller's problem by voice, as a pure machine.

    IDLE -> ASKING -> ... -> ASKING -> FILING -> CLOSED

with RECORDING where words do not work. What is asked comes of the list of slots: each slot that is wanted
now and not known yet, in turn; then what was understood is read back together and confirmed. What the caller
says at any question may fill, or put right, any slot. One event in, effects out; the last effect says what
comes next (see `asr.intake.values`). Each question is asked in full, then shorter, then with its keys; words
and keys answer every one. A person can be had at any question, by key 0 or in any words; key * repeats.

Whatever happens, the caller is put through with all that is known, or exactly one ticket is filed, within
`IntakeSettings.questions` questions and a recording; no recording of an answer is ever lost, and no number is
filed that the caller has denied. Listening and speaking are left to its caller, meaning to
`asr.intake.answers`, wording to `asr.intake.questions`.
"""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import TypeAlias, cast

from asr.intake import values as bot
from asr.intake.answers import Interpreter
from asr.intake.draft import Draft, SlotDraft, confirm
from asr.intake.meaning import Asking, Found, Meaning, MeaningName
from asr.intake.questions import Wording
from asr.intake.settings import Filing, IntakeSettings
from asr.intake.slots import Known, Value
from asr.listening.answer import Heard
from asr.patterns import Pattern
from asr.slots.spoken_language import wished_language, written_language
from asr.slots.understand import LANGUAGES
from asr.slots.values import CallWindow
from asr.understanding.values import Enquiry
from config.business_hours import OpeningHours
from tts.parts import Part, shown

Effects: TypeAlias = list[bot.IntakeEffect]

MOST_LOSSES = 2
"""So often a call may be without a recogniser before it goes on by keys to its end."""

_DEFAULTS = IntakeSettings()
_NUMBER = Pattern(r"\+?[0-9]{3,15}")
_KEYED = 3  # the attempt that says all about the keys
_MOMENTS = 4  # how often a caller is waited for in a call
_WITHOUT_KEYS = frozenset({"free_text", "name", "date"})
_UNSAID = frozenset({"phone_number", "digits", "number"})  # half of one, cut short, is a wrong one


class Step(Enum):
    """What the bot is at."""

    IDLE = "idle"
    ASKING = "asking"
    RECORDING = "recording"
    FILING = "filing"
    CLOSED = "closed"


class Intake:
    """One caller's intake.

    Args:
        hours: when callers can be called back, None for at any time.
        settings: what the site chose.
        variables: what conditions and texts of the site can read besides the slots.
    """

    __slots__ = (
        "_asked",
        "_asking",
        "_attempt",
        "_draft",
        "_heard",
        "_hours",
        "_interpreter",
        "_losses",
        "_others",
        "_present",
        "_settings",
        "_silent",
        "_speech",
        "_step",
        "_unsure",
        "_variables",
        "_waited",
        "_waiting",
        "_wording",
    )  # fmt: skip

    def __init__(
        self,
        hours: OpeningHours | None = None,
        settings: IntakeSettings = _DEFAULTS,
        variables: Known | None = None,
    ) -> None:
        self._hours = hours
        self._settings = settings
        self._variables: Known = variables if variables is not None else {}
        self._step = Step.IDLE
        self._asking = Asking(asked="slot")
        self._attempt = self._asked = self._silent = self._waited = 0
        self._waiting = False
        self._speech = True
        self._losses = 0
        self._present = True
        self._heard = Heard("silence")
        self._unsure: tuple[Asking, int, Heard] | None = None
        self._others: frozenset[str] = frozenset()

    @property
    def step(self) -> Step:
        """What it is at."""
        return self._step

    @property
    def asking(self) -> Asking:
        """What it has asked last."""
        return self._asking

    @property
    def known(self) -> dict[str, Value]:
        """Every slot by name, as conditions read it; "" for what is not known."""
        return self._draft.known if self._step is not Step.IDLE else {}

    def enquiry(self, heard: Heard, question: bot.Question, now: datetime) -> Enquiry:
        """What to ask whoever understands answers of one that was heard; what comes back goes into `Heard`.

        Args:
            heard: the answer, in words.
            question: the one that was asked.
            now: aware local time.
        """
        slot = self._asking.slot
        said = (turn.heard.text for turn in self._draft.history if turn.heard is not None)
        return Enquiry(
            text=heard.text,
            language=self._draft.language,
            kind=question.speech.slot if question.speech is not None else "free_text",
            question=shown(question.parts),
            wanted=self._interpreter.wanted(slot, self._draft, now),
            said=tuple(text for text in said if text),
            words=heard.words,
            confidence=heard.confidence,
            alternatives=heard.alternatives,
        )

    def receive(self, event: bot.IntakeEvent, now: datetime) -> Effects:
        """Take the event that was awaited, or a hang-up.

        Args:
            event: what happened.
            now: aware local time.

        Raises:
            ValueError: the event is not awaited in this step, or the language is none of the bot's.
        """
        if isinstance(event, bot.HungUp):
            return self._hung_up(event, now)
        if self._step is Step.CLOSED:
            return [bot.Finished()]
        match event:
            case bot.Started() if self._step is Step.IDLE:
                return self._start(event)
            case bot.Filed() if self._step is Step.FILING:
                return self._close(event)
            case bot.Recorded() if self._step is Step.RECORDING:
                return self._recorded(event)
            case Heard() if self._step is Step.ASKING:
                return self._answered(event, now)
        raise ValueError(f"{type(event).__name__} is not awaited in {self._step.value}")

    # The frame: beginning, each answer, the end.

    def _start(self, event: bot.Started) -> Effects:
        if event.language not in LANGUAGES:
            raise ValueError(f"the bot does not speak {event.language!r}")
        caller = event.caller if _NUMBER.fullmatch(event.caller) else ""
        self._draft = Draft(caller, event.language, self._settings.slots)
        for name, value in event.known.items():
            if name in self._draft.entries:
                self._draft.entries[name].take_over(value)
        if self._draft.number is not None and caller and not self._may_call(caller):
            self._draft.number.denied.append(caller)  # not to be offered
        self._others = event.others - {event.language}
        self._use(event.language)
        self._speech = event.recogniser
        greeting = self._wording.text("greeting" if self._settings.human else "greeting_no_human")
        before = (greeting,) if self._settings.greet else ()
        if event.recogniser:
            return self._proceed(*before)
        self._draft.recogniser_gone = True
        return self._record(*before) if self._draft.story is not None else self._proceed(*before)

    def _use(self, language: str) -> None:
        self._draft.language = language
        self._wording = Wording(self._settings, language)
        self._interpreter = Interpreter(language, self._hours, self._settings)

    def _answered(self, heard: Heard, now: datetime) -> Effects:
        if heard.kind == "speech" and self._others:
            language = self._draft.language
            wish = wished_language(heard.text, language)
            # Later on, a row of foreign words is a product's name rather than another language.
            other = wish or ("" if self._draft.has_something else written_language(heard.text, language))
            if other in self._others:
                self._others = frozenset()  # once, so that nobody is sent to and fro
                self._use(other)
                further = self._in_other_words(heard) if wish else self._understand(heard, now)
                return [bot.Speak(other), *further]
        return self._understand(heard, now)

    def _in_other_words(self, heard: Heard) -> Effects:
        """The question again, in the language that the caller has asked for."""
        self._draft.history.append(bot.Turn(self._name, self._attempt, heard, "language"))
        return self._ask(self._asking, attempt=self._attempt)

    def _understand(self, heard: Heard, now: datetime) -> Effects:
        asking, attempt = self._asking, self._attempt
        meaning = self._interpreter.meaning(asking, heard, self._draft, now)
        if heard.kind == "keys":
            self._listen_again()
        if meaning.name == "human?" and not self._settings.human:
            meaning = self._interpreter.meaning(asking, heard, self._draft, now, no_human=True)
        self._remember(heard, meaning)
        if heard.understood is not None:
            self._draft.note(heard.understood)
        self._silent = self._silent + 1 if meaning.name == "silence" else 0
        if asking.asked == "offer_human":
            return self._at_offer_human(meaning, now)
        if meaning.name == "human?":
            self._unsure = (asking, attempt, heard)
            return self._ask(Asking(asked="offer_human"))
        return self._act_on(meaning)

    def _act_on(self, meaning: Meaning) -> Effects:
        handler = _TRANSITIONS.get((self._asking.asked, meaning.name)) or _ANYWHERE.get(meaning.name)
        return handler(self, meaning) if handler else self._missed(meaning)

    def _remember(self, heard: Heard, meaning: Meaning) -> None:
        self._heard = heard
        self._draft.history.append(bot.Turn(self._name, self._attempt, heard, meaning.shown))

    @property
    def _name(self) -> str:
        if self._step is Step.RECORDING:
            return "recording"
        slot = self._asking.slot
        return self._asking.asked if slot is None else slot.name

    def _hung_up(self, event: bot.HungUp, now: datetime) -> Effects:
        if self._step in (Step.IDLE, Step.FILING, Step.CLOSED):
            self._step = Step.CLOSED
            return [bot.Finished()]
        heard = event.heard
        self._draft.history.append(bot.Turn(self._name, self._attempt, heard, "hung_up"))
        if heard is not None or self._asking.asked == "offer_human":
            self._keep_cut_short(heard or Heard("silence"), now)
        self._present = False
        self._step = Step.FILING
        return [bot.File(self._draft.ticket("hung_up", self._filing()))]

    def _keep_cut_short(self, heard: Heard, now: datetime) -> None:
        """What was said of an answer under way: it counts as far as half of it cannot be wrong."""
        if self._unsure is not None and self._asking.asked == "offer_human":
            (self._asking, _, before), self._unsure = self._unsure, None
            self._keep_cut_short(before, now)
            return
        self._heard = heard
        entry = self._entry_in_question
        if self._step is Step.RECORDING:
            entry = self._draft.story
        elif heard.kind == "speech" and heard.text:
            meaning = self._interpreter.meaning(self._asking, heard, self._draft, now, no_human=True)
            kinds = {name: one.slot.kind for name, one in self._draft.entries.items()}
            self._take(found for found in meaning.found if kinds[found.name] not in _UNSAID)
            if meaning.change is not None and self._draft.story is not None:
                self._draft.story.reword(meaning.change, heard, self._draft.language)
            if meaning.story:
                self._tell(meaning)
            elif meaning.name == "no" and self._asking.asked == "confirm":
                self._doubt(self._asking.parts)
            elif meaning.name == "yes" and self._asking.asked == "confirm" and not meaning.found:
                confirm(self._asking.parts)
            if entry is not None and any(told.heard is heard for told in entry.told):
                return
        if entry is not None:
            entry.keep(heard)

    @property
    def _entry_in_question(self) -> SlotDraft | None:
        """The slot that an answer's recording belongs to; None for an answer about several."""
        asking = self._asking
        if asking.slot is not None:
            return self._draft.entries[asking.slot.name]
        if asking.asked == "addition":
            return self._draft.story
        if asking.asked == "offer_number":
            return self._draft.number
        return None

    def _recorded(self, event: bot.Recorded) -> Effects:
        heard = Heard("unavailable", audio=event.audio, seconds=event.seconds)
        self._draft.history.append(bot.Turn("recording", 1, heard, "recording"))
        self._listen_again()
        story = self._draft.story
        if story is None:
            return self._proceed()
        told = len(story.told)
        story.keep(heard)
        story.passed = True
        if len(story.told) > told:
            return self._proceed(self._wording.text("recorded"))
        if self._draft.recogniser_gone and self._to_human:
            return self._reach_human("recogniser_gone")
        return self._proceed() if self._draft.has_something else self._file()

    def _file(self) -> Effects:
        self._step = Step.FILING
        return [bot.File(self._draft.ticket(self._progress(), self._filing()))]

    def _close(self, event: bot.Filed) -> Effects:
        self._step = Step.CLOSED
        if not self._present:
            return [bot.Finished()]
        return [bot.Say(self._wording.goodbye(self._draft, event.number)), bot.Finished()]

    def _progress(self) -> bot.Progress:
        """How far it has come, with the caller still there."""
        draft, story = self._draft, self._draft.story
        if draft.recogniser_gone and not (story is not None and story.confirmed):
            return "recogniser_gone"
        if draft.nothing_said:
            return "no_speech"
        missing = any(entry.slot.required and not entry.has_value for entry in draft if self._applies(entry))
        unsettled = any(entry.doubted or self._wants_yes(entry) for entry in draft)
        return "unconfirmed" if missing or unsettled else "confirmed"

    def _filing(self) -> Filing:
        return self._settings.filing(self._known)

    @property
    def _known(self) -> Known:
        """What conditions and texts of the site can read."""
        return ChainMap(self._draft.known, cast(MutableMapping[str, Value], self._variables))

    # What can come next.

    @property
    def _to_human(self) -> bool:
        return self._settings.human and self._settings.give_up == "human"

    def _ask(self, asking: Asking, *before: Part, attempt: int = 1) -> Effects:
        question = self._wording.question(
            asking, attempt, self._draft, before=before, speech=self._speech, known=self._known
        )
        return self._put(question, asking)

    def _put(self, question: bot.Question, asking: Asking) -> Effects:
        if self._asked == self._settings.questions:
            return self._file()
        self._asked += 1
        self._step = Step.ASKING
        self._asking = asking
        self._attempt = question.attempt
        self._waiting = False
        if question.speech is not None and not self._draft.has_something:
            question = replace(question, speech=replace(question.speech, languages=tuple(self._others)))
        return [bot.Ask(question)]

    def _record(self, *before: Part) -> Effects:
        self._step = Step.RECORDING
        return [self._wording.record(before)]

    def _reach_human(self, why: bot.Why) -> Effects:
        self._step = Step.CLOSED
        so_far = self._draft.ticket(self._progress(), self._filing())
        return [bot.Say((self._wording.text("to_human"),)), bot.ReachHuman(why, so_far)]

    def _proceed(self, *before: Part) -> Effects:
        """Go on to what is not known yet, then to what was not confirmed yet, then to the ticket."""
        number = self._draft.number
        if number is not None and number.value is not None and not self._may_call(str(number.value)):
            return self._not_called(number, *before)
        at_once = [one for one in self._draft if one.slot.confirm == "always" and self._open(one)]
        if at_once:
            return self._ask(Asking(asked="confirm", parts=tuple(at_once[:1])), *before)
        for entry in self._draft:
            if entry.filled or entry.passed or not self._applies(entry):
                continue
            if not self._speech and entry.slot.kind in _WITHOUT_KEYS:
                continue
            if entry.slot.kind == "callback_time" and self._without_number:
                continue
            return self._ask_for(entry, *before)
        parts = tuple(entry for entry in self._draft if self._open(entry))
        return self._ask(Asking(asked="confirm", parts=parts), *before) if parts else self._file()

    @property
    def _without_number(self) -> bool:
        """Whether the caller has been asked where to call, and nobody can."""
        number = self._draft.number
        return number is not None and number.passed and not self._draft.callback_number

    def _ask_for(self, entry: SlotDraft, *before: Part, attempt: int = 1) -> Effects:
        own = self._draft.caller
        if entry is self._draft.number and own and own not in entry.denied:
            return self._ask(Asking(asked="offer_number"), *before, attempt=attempt)
        if entry is self._draft.number and own and not self._may_call(own):
            before = (*before, self._wording.text("not_called"))
        return self._ask(Asking(asked="slot", slot=entry.slot), *before, attempt=attempt)

    def _may_call(self, number: str) -> bool:
        return self._settings.may_call_back(number)

    def _not_called(self, entry: SlotDraft, *before: Part) -> Effects:
        """The site does not call the number that was given: another one is asked for, a few times."""
        entry.deny()
        entry.corrections += 1
        sorry = (*before, self._wording.text("not_called"))
        if entry.corrections > self._settings.retells:
            entry.passed = True
            return self._proceed(*sorry)
        attempt = min(entry.corrections + 1, _KEYED)
        return self._ask(Asking(asked="slot", slot=entry.slot), *sorry, attempt=attempt)

    def _applies(self, entry: SlotDraft) -> bool:
        when = entry.slot.when
        return when is None or when(self._known)

    def _wants_yes(self, entry: SlotDraft) -> bool:
        """Whether the caller has yet to say that it is right."""
        if entry.confirmed or not entry.has_value:
            return False
        if isinstance(entry.value, CallWindow) and entry.value.moved:
            return True
        rule = entry.slot.confirm
        return rule in ("always", "together") or (rule == "unsure" and entry.confidence < self._settings.sure)

    def _open(self, entry: SlotDraft) -> bool:
        """Whether it is to be read back: the caller has not been asked often enough."""
        return self._wants_yes(entry) and entry.corrections <= self._settings.retells

    def _tries(self) -> int:
        slot = self._asking.slot
        return self._settings.attempts if slot is None or slot.tries is None else slot.tries

    def _missed(self, meaning: Meaning) -> Effects:
        """Nothing came of the answer: ask again in other words, or give the question up."""
        if self._waiting and meaning.name in ("silence", "noise"):
            self._silent = 0
            return self._ask(self._asking, attempt=self._attempt)
        if meaning.name != "silence" and self._entry_in_question is not None:
            self._entry_in_question.before.append(self._heard)
        if self._silent > self._settings.attempts and self._draft.has_something:
            return self._file()
        if self._attempt >= self._tries():
            return self._give_up()
        sorry = {"silence": "not_heard", "noise": "not_clear"}.get(meaning.name, "not_understood")
        return self._ask(self._asking, self._wording.text(sorry), attempt=self._attempt + 1)

    def _give_up(self) -> Effects:
        """The question has been asked often enough."""
        match self._asking.asked:
            case "slot":
                assert self._asking.slot is not None, "it asked for one"
                return self._give_up_slot(self._draft.entries[self._asking.slot.name])
            case "offer_number":
                return self._use_own_number()
            case "confirm" | "correct":
                return self._leave(self._asking.parts)
            case _:
                return self._proceed()

    def _give_up_slot(self, entry: SlotDraft) -> Effects:
        entry.passed = True
        if entry is self._draft.number and self._draft.caller and self._draft.caller not in entry.denied:
            return self._use_own_number()
        spoke = any(heard.kind == "speech" or heard.kind == "noise" for heard in entry.before)
        if entry is self._draft.story and not self._draft.has_something:
            return self._reach_human("not_understood") if spoke and self._to_human else self._record()
        if entry.slot.required and spoke and self._to_human and not entry.filled:
            return self._reach_human("not_understood")
        return self._proceed()

    def _use_own_number(self) -> Effects:
        """Without another number the one that the caller calls from will do, and is said so."""
        entry = self._draft.number
        assert entry is not None, "there is one to ask for"
        entry.passed = True
        return self._proceed(self._wording.text("own_number"))

    def _leave(self, parts: Iterable[SlotDraft]) -> Effects:
        """Go on with what was not confirmed: it stays so."""
        for entry in parts:
            entry.corrections = self._settings.retells + 1
        return self._proceed()

    # Answers that mean the same everywhere.

    def _human(self, meaning: Meaning) -> Effects:
        if self._settings.human:
            return self._reach_human("asked")
        return self._ask_once_more("no_human")

    def _at_offer_human(self, meaning: Meaning, now: datetime) -> Effects:
        """Yes puts the caller through; anything else goes on with what was said before it."""
        assert self._unsure is not None, "there was something to ask about"
        asking, attempt, heard = self._unsure
        if meaning.name in ("yes", "human"):
            return self._reach_human("asked")
        before = self._interpreter.meaning(asking, heard, self._draft, now, no_human=True)
        after = self._heard
        unclear = meaning.name in ("noise", "not_understood")
        answered = self._interpreter.meaning(asking, after, self._draft, now, no_human=True)
        goes_on = unclear and answered.name in ("told", "partial", "own_number", "named")
        if meaning.name == "repeat" or (unclear and self._attempt == 1 and not goes_on):
            return self._ask(self._asking, attempt=self._attempt + (meaning.name != "repeat"))
        self._unsure = None
        self._asking, self._attempt, self._heard = asking, attempt, heard
        if not goes_on:
            return self._act_on(before)
        # Instead of yes or no the caller has answered what was asked before it.
        if before.name == "told":
            self._take(before.found)
            self._tell(before)
        elif self._entry_in_question is not None:
            self._entry_in_question.before.append(heard)
        self._heard = after
        return self._act_on(answered)

    def _repeat(self, meaning: Meaning) -> Effects:
        return self._ask(self._asking, attempt=self._attempt)

    def _hello(self, meaning: Meaning) -> Effects:
        return self._ask_once_more("listening")

    def _wait(self, meaning: Meaning) -> Effects:
        """Give the caller time; the question comes again where they are still silent then."""
        if self._waited == _MOMENTS:
            return self._ask_once_more("take_your_time")
        self._waited += 1
        patience = self._wording.patience(self._asking, self._attempt, speech=self._speech)
        effects = self._put(patience, self._asking)
        self._waiting = True
        return effects

    def _asks(self, meaning: Meaning) -> Effects:
        """A question of the caller's own, for whoever calls back: it is in the history."""
        return self._ask_once_more("cannot_answer")

    def _done(self, meaning: Meaning) -> Effects:
        """The caller is going: file what there is; who has told nothing yet is asked again."""
        if self._asking.asked == "addition":
            return self._proceed()
        return self._file() if self._draft.has_something else self._ask_once_more("listening")

    def _ask_once_more(self, key: str) -> Effects:
        if self._attempt >= self._tries():
            return self._give_up()
        return self._ask(self._asking, self._wording.text(key), attempt=self._attempt + 1)

    def _unavailable(self, meaning: Meaning) -> Effects:
        """The recogniser is gone: this question goes on by keys, with the recording of what was said."""
        if not self._speech:
            return self._missed(meaning)
        self._speech = False
        self._losses += 1
        self._draft.recogniser_gone = True
        sorry = self._wording.text("recogniser_gone")
        entry = self._entry_in_question
        if entry is not None:
            entry.keep(self._heard)
        story = self._draft.story
        if story is not None and not story.telling:
            return self._record(sorry)
        if self._asking.asked == "addition" or (entry is not None and entry.slot.kind in _WITHOUT_KEYS):
            return self._proceed(sorry)
        return self._ask(self._asking, sorry)

    def _listen_again(self) -> None:
        """One that was busy, or died, is mostly back by the next question; one that is lost again is not."""
        if 0 < self._losses < MOST_LOSSES:
            self._speech = True

    # What the caller tells.

    def _told(self, meaning: Meaning) -> Effects:
        """Values of slots, and words for the problem."""
        asked = self._asking
        new = bool(meaning.story) and bool(self._draft.story and self._draft.story.told)
        self._take(meaning.found)
        if meaning.story:
            self._tell(meaning)
        story = self._draft.story
        if meaning.change is not None and story is not None:
            story.reword(meaning.change, self._heard, self._draft.language)
            story.corrections += 1
        if asked.asked in ("confirm", "correct"):
            return self._corrected(meaning)
        new = new or meaning.change is not None
        said = self._wording.text("added") if new or self._corrected_earlier(meaning) else None
        before = () if said is None else (said,)
        if (
            not meaning.found
            and asked.asked in ("slot", "offer_number")
            and self._entry_in_question is not None
        ):
            entry = self._entry_in_question
            if not (entry.filled or entry.passed):
                # Words for the problem are no answer: misheard ones would be taken for such again and again.
                if self._attempt >= self._tries():
                    return self._give_up()
                return self._ask(asked, *before, attempt=self._attempt + 1)
        return self._proceed(*before)

    def _corrected_earlier(self, meaning: Meaning) -> bool:
        """Whether something was put right that was not asked for."""
        entries = (self._draft.entries[found.name] for found in meaning.found)
        return any(entry.corrections and entry is not self._entry_in_question for entry in entries)

    def _take(self, found: Iterable[Found]) -> None:
        for one in found:
            entry = self._draft.entries[one.name]
            if entry.value is not None:
                entry.deny()
                entry.corrections += 1
            entry.fill(one.value, one.confidence, self._heard, confirmed=one.keyed)
            if isinstance(one.value, CallWindow) and one.value.moved:
                entry.confirmed = False

    def _tell(self, meaning: Meaning) -> None:
        story = self._story_for_words
        if story is None:
            return
        if any(told.text == meaning.story for told in story.told):
            story.before.append(self._heard)
        else:
            story.add(self._heard, meaning.story, meaning.confidence)

    @property
    def _story_for_words(self) -> SlotDraft | None:
        """The free text that was asked for, else the story."""
        entry = self._entry_in_question
        return entry if entry is not None and entry.is_text else self._draft.story

    def _corrected(self, meaning: Meaning) -> Effects:
        """Something that was read back was put right, or added to: the rest of it is right."""
        changed = [self._draft.entries[found.name] for found in meaning.found]
        if not (meaning.found or meaning.change):
            for entry in self._asking.parts:
                entry.corrections += 1
        story = self._draft.story
        if (meaning.story or meaning.change) and story is not None:
            changed.append(story)
        put_right = bool(meaning.found or meaning.change)
        if put_right:
            same = (entry for entry in self._asking.parts if all(entry is not one for one in changed))
            confirm(entry for entry in same if entry.has_value)
        before = () if put_right else (self._wording.text("added"),)
        return self._proceed(*before)

    # Reading back.

    def _right(self, meaning: Meaning) -> Effects:
        confirm(self._asking.parts)
        if meaning.found:
            self._take(meaning.found)
        if meaning.story:
            story = self._draft.story
            assert story is not None, "words belong to it"
            was = story.confirmed
            self._tell(meaning)
            story.confirmed = was or story in self._asking.parts
        more = bool(meaning.story or meaning.found)
        return self._proceed(*((self._wording.text("added"),) if more else ()))

    def _wrong(self, meaning: Meaning) -> Effects:
        """No, and nothing else: ask what is wrong, where that is not plain."""
        parts = self._asking.parts
        if meaning.story:
            return self._told(Meaning(name="told", story=meaning.story, confidence=meaning.confidence))
        if len(parts) == 1:
            return self._take_back(parts[0])
        self._doubt(parts)
        return self._ask(Asking(asked="correct", parts=parts))

    def _doubt(self, parts: Iterable[SlotDraft]) -> None:
        for entry in parts:
            entry.doubted = True
            entry.corrections += 1

    def _take_back(self, entry: SlotDraft) -> Effects:
        """One thing is wrong, the rest that was read back with it is right."""
        rest = [part for part in self._asking.parts if part is not entry]
        confirm(part for part in rest if part.doubted)
        if not entry.doubted:
            entry.corrections += 1
        entry.deny()
        if entry.corrections > self._settings.retells:
            return self._give_up_slot(entry)
        # Misheard once: keys, which are never misheard, are offered.
        attempt = min(entry.corrections + 1, _KEYED)
        sorry = self._wording.text("all_right")
        return self._ask(Asking(asked="slot", slot=entry.slot), sorry, attempt=attempt)

    def _which(self, meaning: Meaning) -> Effects:
        return self._take_back(self._draft.entries[meaning.slot])

    def _none_wrong(self, meaning: Meaning) -> Effects:
        """Asked what is wrong, the caller says that it is right after all: only a yes says so."""
        parts = self._asking.parts
        if meaning.name == "yes":
            return self._ask(Asking(asked="confirm", parts=parts))
        return self._missed(meaning)

    def _add(self, meaning: Meaning) -> Effects:
        if meaning.story:
            return self._told(Meaning(name="told", story=meaning.story, confidence=meaning.confidence))
        if self._draft.story is None:
            return self._missed(meaning)
        if not self._speech:
            return self._record()
        return self._ask(Asking(asked="addition"))

    def _record_instead(self, meaning: Meaning) -> Effects:
        return self._record()

    # One slot.

    def _skip(self, meaning: Meaning) -> Effects:
        """The caller has no answer: take that where the slot can be empty, else ask once more."""
        slot = self._asking.slot
        entry = self._entry_in_question
        if slot is None or entry is None:
            return self._missed(meaning)
        entry.before.append(self._heard)
        if slot.required and not entry.refused and self._attempt < self._tries():
            entry.refused = True
            return self._ask(self._asking, self._wording.text("needed"), attempt=self._attempt + 1)
        # Who keeps the number to call can be found by the one that they call from.
        if slot.required and not (entry is self._draft.number and self._draft.caller):
            return self._give_up_slot(entry)
        entry.passed = True
        return self._proceed()

    def _partial(self, meaning: Meaning) -> Effects:
        """A telephone number that lacks something: what holds of it is kept, and only the rest asked for."""
        entry = self._draft.number
        if entry is None or self._entry_in_question is not entry:
            return self._missed(meaning)
        entry.before.append(self._heard)
        if meaning.denies:
            entry.denied.append(self._draft.caller)
        entry.shortfall = meaning.shortfall
        if self._attempt >= self._tries():
            return self._give_up_slot(entry)
        before = () if meaning.shortfall is None or meaning.shortfall.before else ("not_understood",)
        sorry = (self._wording.text(key) for key in before)
        return self._ask(Asking(asked="slot", slot=entry.slot), *sorry, attempt=self._attempt + 1)

    def _own_number(self, meaning: Meaning) -> Effects:
        entry = self._draft.number
        if entry is None or not self._draft.caller or self._entry_in_question is not entry:
            return self._missed(meaning)
        entry.fill(self._draft.caller, 1.0, self._heard, confirmed=True)
        return self._proceed(self._wording.text("own_number"))

    def _offer_taken(self, meaning: Meaning) -> Effects:
        entry = self._draft.number
        assert entry is not None, "it was offered"
        entry.fill(self._draft.caller, meaning.confidence, self._heard, confirmed=True)
        if meaning.story and self._draft.story is not None:
            self._draft.story.add(self._heard, meaning.story, meaning.confidence)
        self._take(found for found in meaning.found if found.name != entry.slot.name)
        return self._proceed()

    def _another_number(self, meaning: Meaning) -> Effects:
        entry = self._draft.number
        assert entry is not None, "it was offered"
        entry.denied.append(self._draft.caller)
        self._take(meaning.found)
        return self._proceed() if entry.filled else self._ask_for(entry)


_ANYWHERE: dict[MeaningName, Callable[[Intake, Meaning], Effects]] = {
    "human": Intake._human,
    "repeat": Intake._repeat,
    "hello": Intake._hello,
    "wait": Intake._wait,
    "asks": Intake._asks,
    "done": Intake._done,
    "unavailable": Intake._unavailable,
    "told": Intake._told,
    "named": Intake._which,
    "skip": Intake._skip,
    "partial": Intake._partial,
    "record": Intake._record_instead,
    "own_number": Intake._own_number,
}

_TRANSITIONS: dict[tuple[str, MeaningName], Callable[[Intake, Meaning], Effects]] = {
    ("confirm", "yes"): Intake._right,
    ("confirm", "no"): Intake._wrong,
    ("confirm", "redo"): Intake._wrong,
    ("confirm", "add"): Intake._add,
    ("correct", "yes"): Intake._none_wrong,
    ("correct", "no"): Intake._none_wrong,
    ("offer_number", "yes"): Intake._offer_taken,
    ("offer_number", "no"): Intake._another_number,
}
"""What each answer leads to; an answer that is in neither table is a missed one."""
