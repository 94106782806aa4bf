"""collect: a row of digits, such as a customer number."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from asr.listening.answer import KeysWanted, Wanted
from config.kinds import OnOff, one_of, seconds, whole
from ivr_flows.kinds import Keys, Step, Variable
from ivr_flows.settings import PromptText
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation
from ivr_flows.steps.outcomes import Done, Outcome
from ivr_flows.steps.questions import Question, ask_and_confirm
from ivr_flows.steps.understanding import as_slot, digits, slot_of_digits, speech_wanted
from ivr_flows.verbs.base import Verb, go
from tts.parts import Spoken

DigitsKind = Annotated[
    Literal["digits", "phone_number", "number", "ticket"],
    one_of("digits", "phone_number", "number", "ticket"),
]


class Collect(Verb):
    """Ask for digits, keyed in or spoken, read them back and have them confirmed.

    The answer is stored in a variable, as text (`number(x)` converts it to a number), and shown to the
    agent who takes the call.

    Example:
        steps:
          customer:
            collect:
              say: Please key in your customer number, then the hash key.
              again: Your customer number, please.
              into: customer
              minimum: 4
              maximum: 8
              otherwise: agent
          agent:
            enqueue: support
    """

    say: PromptText = Field(description="What to ask.")
    again: PromptText | None = Field(default=None, description="The same, shorter. Default: `say`.")
    into: Variable = Field(description="The variable that takes the digits.")
    kind: DigitsKind = Field(default="digits", description="How the digits are read back.")
    minimum: Annotated[int, whole(1, 30)] = Field(default=1, description="Fewest digits.")
    maximum: Annotated[int, whole(1, 30)] = Field(default=20, description="Most digits.")
    finish: Keys = Field(default="#", description="Keys that end the input.")
    timeout: Annotated[float, seconds(1, 60)] = Field(
        default=6.0, description="Seconds to wait for the first key."
    )
    between: Annotated[float, seconds(1, 30)] = Field(
        default=4.0, description="Seconds to wait for the next key, after which the input ends."
    )
    spoken: OnOff = Field(default=True, description="Whether the digits may be spoken as well.")
    confirm: OnOff = Field(
        default=True,
        description="Whether to read them back and have them confirmed; a secret never is.",
    )
    secret: OnOff = Field(
        default=False,
        description="Whether the digits are a secret, such as a card number or a PIN: masked in tickets, "
        "journal, database and API, not recorded, never said; only look-ups and conditions see them.",
    )
    tries: Annotated[int, whole(1, 9)] = Field(default=3, description="How often to ask.")
    barge_in: OnOff = Field(
        default=True, description="Whether the caller may begin before the text has ended."
    )
    otherwise: Step | None = Field(
        default=None, description="The step to go to without a number after all tries. Default: `on_error`."
    )

    def by_input(self) -> frozenset[str]:
        """What the caller has to say or press something for."""
        return frozenset({"next"})

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Ask, read back, keep."""
        language, country = conversation.language, conversation.country
        confirm = self.confirm and not self.secret
        first = context.parts(self.say)
        again = context.parts(self.again) if self.again is not None else first
        keys = KeysWanted(self.maximum, self.finish, self.timeout, self.between)
        wanted = Wanted(keys, speech_wanted(slot_of_digits(self.kind)) if self.spoken else None)
        answer = await ask_and_confirm(
            conversation,
            context,
            Question(first, again, wanted, self.tries, self.barge_in, self.secret),
            lambda heard: digits(heard, self.kind, language, self.minimum, self.maximum, country),
            (lambda value: [Spoken(self.kind, value)]) if confirm else None,
        )
        if answer is None:
            return go(self.otherwise, "no digits")
        context.put(self.into, answer.value, secret=self.secret)
        slot = as_slot(self.into, answer.value, answer.heard, confirmed=confirm, secret=self.secret)
        context.remember(slot)
        return Done()
