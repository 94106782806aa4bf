"""What an answer means to the intake bot at each of its questions; what follows is left to `asr.intake.bot`.

Keys first: 0 is a person, * the question again, 1 yes and 2 no. Words: what can be said at any moment (a person,
the question again) goes before what the question asks for, and whatever fills another slot is taken besides.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, TypeAlias

from asr.intake.draft import Draft, Entry
from asr.intake.settings import IntakeSettings
from asr.intake.slots import NUMERIC, IntakeSlot
from asr.listening.answer import Heard
from asr.slots.callback_time import window_of
from asr.slots.commands import command
from asr.slots.numbers import own_number
from asr.slots.understand import understand
from asr.slots.values import SlotContext, SlotValue, Understood
from asr.slots.wish import Wish
from asr.text import length, without_opening
from config.business_hours import OpeningHours

MeaningName: TypeAlias = Literal[
    "silence", "noise", "unavailable", "not_understood", "human", "human?", "hello", "wait", "repeat", "redo",
    "add", "record", "skip", "yes", "no", "told", "named", "own_number", "partial",
]  # fmt: skip
Asked: TypeAlias = Literal["slot", "offer_number", "confirm", "correct", "addition", "offer_human"]
