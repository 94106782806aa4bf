"""What all four transaction machines share: states, events, two timers and the walk through a table.

A machine is a table `(state, trigger) -> (state, actions)`; the tables and actions themselves are in
`client_transactions.py` and `server_transactions.py`, the set of live transactions in `transactions.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import IntEnum
from math import inf
from typing import Any, ClassVar, TypeAlias

from telephony.sip.flow import Flow
from telephony.sip.machine import Output
from telephony.sip.message import Message
from telephony.sip.timers import Timers
from telephony.sip.transaction_events import SendData, TransactionEnded, TransactionKey, TransactionOutput


# IntEnum, because hashing a plain Enum member is a Python call and these are looked up on every message.
class TransactionState(IntEnum):
    """States of RFC 3261 figures 5 to 8 and RFC 6026 figures 5 and 6."""

    CALLING = 1
    TRYING = 2
    PROCEEDING = 3
    COMPLETED = 4
    CONFIRMED = 5
    ACCEPTED = 6
    TERMINATED = 7


class TransactionTrigger(IntEnum):
    """What can happen to a transaction. Responses are received by a client and sent by a server."""

    PROVISIONAL = 1  # a 1xx response
    SUCCESS = 2  # a 2xx response
    FAILURE = 3  # a 300-699 response
    REQUEST = 4  # server: the request came again
    ACK = 5  # server: an ACK with the INVITE's branch came
    CANCELLED = 6  # client: our user sent a CANCEL for it
    RESEND = 7  # timer A, E or G
    EXPIRE = 8  # timer B, D, F, H, I, J, K, L or M: the state tells which
    TRANSPORT_ERROR = 9


# (transaction, the message of the trigger or None, now, output to append to)
Action: TypeAlias = Callable[[Any, Message | None, float, TransactionOutput], None]
Table: TypeAlias = Mapping[
    tuple[TransactionState, TransactionTrigger], tuple[TransactionState, tuple[Action, ...]]
]


class Transaction:
    """One transaction; never made bare.

    Args:
        key: its name.
        flow: where it sends.
        timers: durations.
        state: the first state.
    """

    __slots__ = ("data", "due", "expire_at", "flow", "interval", "key", "resend_at", "state", "timers")

    table: ClassVar[Table]

    def __init__(self, key: TransactionKey, flow: Flow, timers: Timers, state: TransactionState) -> None:
        self.key = key
        self.flow = flow
        self.timers = timers
        self.state = state
        self.data = b""  # what a retransmission sends; kept only while one can be needed
        self.interval = timers.t1  # between the last sending and the next
        self.resend_at = inf
        self.expire_at = inf
        self.due = inf  # see `deadlines`

    @property
    def deadline(self) -> float:
        """The next instant at which `handle_timer` has something to do, or infinity."""
        return self.resend_at if self.resend_at < self.expire_at else self.expire_at

    def receive(
        self, trigger: TransactionTrigger, now: float, message: Message | None = None
    ) -> TransactionOutput:
        """Make the move that the table has for this trigger; what the figures don't show is dropped."""
        step = self.table.get((self.state, trigger))
        if step is None:
            return Output([], [])
        next_state, actions = step
        out: TransactionOutput = Output([], [])
        for action in actions:
            action(self, message, now, out)
        self.state = next_state  # last: a response that can't be serialised leaves all as it was
        if self.state is TransactionState.TERMINATED:
            out.events.append(TransactionEnded(self.key))
        elif self.expire_at <= now:  # timers D, I, J and K are zero on a reliable transport
            after = self.receive(TransactionTrigger.EXPIRE, now)
            out.effects.extend(after.effects)
            out.events.extend(after.events)
        return out

    def handle_timer(self, now: float) -> TransactionOutput:
        """Fire what is due. After a late wake-up a retransmission is sent once, not made up for."""
        if self.expire_at <= now:
            return self.receive(TransactionTrigger.EXPIRE, now)
        if self.resend_at <= now:
            return self.receive(TransactionTrigger.RESEND, now)
        return Output([], [])

    def stop_timers(self) -> None:
        """Leave no deadline."""
        self.resend_at = self.expire_at = inf

    def linger(self, seconds: float, now: float) -> None:
        """Stop retransmitting and stay for `seconds`."""
        self.resend_at = inf
        self.expire_at = now + seconds


def send_again(tx: Transaction, message: Message | None, now: float, out: TransactionOutput) -> None:
    """Repeat the last message sent, if there was one."""
    if tx.data:
        out.effects.append(SendData(tx.flow, tx.data))
