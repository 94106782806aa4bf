"""menu: let the caller choose, by key or by word."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from asr.listening.answer import Heard, KeysWanted, Wanted
from asr.slots.values import SlotContext
from config.kinds import Items, OnOff, expected, seconds, whole
from config.models.base import Table
from ivr_flows.kinds import Key, Step
from ivr_flows.settings import PromptText, Words
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Goto, Outcome
from ivr_flows.steps.questions import Question, ask_until
from ivr_flows.steps.understanding import Sorry, meaning, speech_wanted
from ivr_flows.verbs.base import Then, Verb


class Choice(Table):
    """One thing to choose."""

    key: Key | None = Field(default=None, description="The key that chooses it.")
    words: Words | None = Field(default=None, description="Words that choose it, like the key.")
    go: Step = Field(description="The step to go to.")

    @model_validator(mode="before")
    @classmethod
    def _can_be_chosen(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("key") is None and data.get("words") is None:
            raise expected("a key, words, or both")
        return data


class Menu(Verb):
    """Let the caller choose by pressing a key or by saying a word.

    Asks in full first, then with `again`, which should be short. The caller can interrupt with a key or a
    word. After `tries` without a choice the call goes to `otherwise`.

    Example:
        steps:
          menu:
            menu:
              say: For an agent press 1 or say agent. To hear our address press 2.
              again: Press 1 for an agent, 2 for the address.
              choices:
                - {key: 1, words: [agent, a person], go: agent}
                - {key: 2, words: [address], go: address}
                - {key: 0, words: [repeat], go: menu}
              otherwise: agent
          address:
            say: We are at 1 Main Street.
            next: menu
          agent:
            enqueue: support
    """

    say: PromptText = Field(description="The choices, in full.")
    again: PromptText | None = Field(
        default=None, description="A shorter version, for when there was no answer. Default: `say`."
    )
    choices: Items[Choice] = Field(description="What can be chosen.")
    tries: Annotated[int, whole(1, 9)] = Field(default=3, description="How often to ask.")
    timeout: Annotated[float, seconds(1, 60)] = Field(
        default=5.0, description="Seconds to wait for a key after the text."
    )
    barge_in: OnOff = Field(
        default=True, description="Whether the caller may choose before the text has ended."
    )
    otherwise: Step = Field(description="The step to go to when the caller has not chosen after all tries.")

    @model_validator(mode="before")
    @classmethod
    def _has_choices(cls, data: Any) -> Any:
        if isinstance(data, dict) and data.get("choices") == []:
            raise expected("at least one of choices, such as {key: 1, go: agent}")
        return data

    def by_input(self) -> frozenset[str]:
        """What the caller has to say or press something for."""
        return frozenset({"choices"})

    def then(self) -> Then:
        """A choice or `otherwise` always says where to go."""
        return Then.NEVER

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Ask until something is chosen."""
        language = conversation.language
        first = context.parts(self.say)
        again = context.parts(self.again) if self.again is not None else first
        # An option that is named by its key can be said as that key ("one", 按一).
        options = {choice.key or f"choice {index}": choice for index, choice in enumerate(self.choices)}
        words = {
            name: choice.words.of(language) if choice.words is not None else ()
            for name, choice in options.items()
        }
        speech = speech_wanted("choice", words) if any(words.values()) else None
        keys = KeysWanted(1, "", self.timeout) if any(choice.key for choice in self.choices) else None
        question = Question(first, again, Wanted(keys, speech), self.tries, self.barge_in)

        def understand(heard: Heard) -> Choice | Sorry:
            if heard.kind == "keys":
                found = next((choice for choice in self.choices if choice.key == heard.digits), None)
                return Sorry("not_a_choice") if found is None else found
            value = meaning("choice", heard, language, known=SlotContext(words))
            return value if isinstance(value, Sorry) else options[str(value)]

        answer = await ask_until(conversation, context, question, understand)
        return Goto(self.otherwise if answer is None else answer.value.go)
