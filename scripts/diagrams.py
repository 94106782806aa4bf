"""Draw the rooms from their imports, and the state machines from the tables the code runs on, in Mermaid.

`python scripts/diagrams.py docs/architecture.md` renews what stands between the marks in that file. The test
tests/docs/test_diagrams.py fails when the page and the code differ.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from typing import TypeVar

from callback_queue.agents import agent
from callback_queue.agents.agent import TABLE as AGENT
from callback_queue.agents.events import AgentState
from callback_queue.tickets.ticket import TRANSITIONS, TicketState
from telephony.sip.client_transactions import InviteClientTransaction, NonInviteClientTransaction
from telephony.sip.server_transactions import InviteServerTransaction, NonInviteServerTransaction
from telephony.sip.session import MOVES, SessionState, SessionTrigger
from telephony.sip.transaction import Table, TransactionState, TransactionTrigger

BEGIN = "<!-- diagrams: made by `python scripts/diagrams.py docs/architecture.md`, do not edit -->"
END = "<!-- end of diagrams -->"
BEGIN_ROOMS = "<!-- rooms: made by `python scripts/diagrams.py docs/architecture.md`, do not edit -->"
END_ROOMS = "<!-- end of rooms -->"
ROOT = Path(__file__).resolve().parent.parent

# Which of the two timers of a transaction (to send again, to give up or end) has which letter in RFC 3261
# table 4 and RFC 6026: the code needs no letters, a reader who compares it with the figures does.
INVITE_CLIENT_TIMERS = {
    (TransactionState.CALLING, TransactionTrigger.RESEND): "timer A",
    (TransactionState.CALLING, TransactionTrigger.EXPIRE): "timer B",
    (TransactionState.PROCEEDING, TransactionTrigger.EXPIRE): "64*T1 after CANCEL",
    (TransactionState.COMPLETED, TransactionTrigger.EXPIRE): "timer D",
    (TransactionState.ACCEPTED, TransactionTrigger.EXPIRE): "timer M",
}
NON_INVITE_CLIENT_TIMERS = {
    (TransactionState.TRYING, TransactionTrigger.RESEND): "timer E",
    (TransactionState.TRYING, TransactionTrigger.EXPIRE): "timer F",
    (TransactionState.PROCEEDING, TransactionTrigger.RESEND): "timer E",
    (TransactionState.PROCEEDING, TransactionTrigger.EXPIRE): "timer F",
    (TransactionState.COMPLETED, TransactionTrigger.EXPIRE): "timer K",
}
INVITE_SERVER_TIMERS = {
    (TransactionState.COMPLETED, TransactionTrigger.RESEND): "timer G",
    (TransactionState.COMPLETED, TransactionTrigger.EXPIRE): "timer H",
    (TransactionState.CONFIRMED, TransactionTrigger.EXPIRE): "timer I",
    (TransactionState.ACCEPTED, TransactionTrigger.EXPIRE): "timer L",
}
NON_INVITE_SERVER_TIMERS = {(TransactionState.COMPLETED, TransactionTrigger.EXPIRE): "timer J"}

CLIENT_EVENTS = {
    TransactionTrigger.PROVISIONAL: "1xx",
    TransactionTrigger.SUCCESS: "2xx",
    TransactionTrigger.FAILURE: "300-699",
    TransactionTrigger.CANCELLED: "CANCEL sent",
    TransactionTrigger.TRANSPORT_ERROR: "transport error",
}
SERVER_EVENTS = {
    TransactionTrigger.PROVISIONAL: "1xx sent",
    TransactionTrigger.SUCCESS: "2xx sent",
    TransactionTrigger.FAILURE: "300-699 sent",
    TransactionTrigger.REQUEST: "request retransmitted",
    TransactionTrigger.ACK: "ACK",
    TransactionTrigger.TRANSPORT_ERROR: "transport error",
}

AGENT_EVENTS: Mapping[type, str] = {
    agent.PhoneUp: "phone registers",
    agent.Restored: "restart",
    agent.PhoneDown: "phone gone",
    agent.LogIn: "log in",
    agent.LogOut: "log out",
    agent.TakeBreak: "take a break",
    agent.Ready: "ready",
    agent.Reserved: "chosen",
    agent.Released: "offer withdrawn",
    agent.Ringing: "phone rings",
    agent.OnCall: "answered or dialled",
    agent.CallOver: "call over",
    agent.OfferFailed: "not taken",
    agent.WrapUpOver: "wrap-up over",
}

S = TypeVar("S", bound=Enum)
Names = Mapping[TransactionTrigger, str]
Timers = Mapping[tuple[TransactionState, TransactionTrigger], str]


def renew(page: str) -> str:
    """Replace what stands between the marks in `page` with the diagrams."""
    picture = f"```mermaid\n{rooms(floors(), imports(ROOT))}\n```\n"
    page = _between(page, BEGIN_ROOMS, END_ROOMS, picture)
    return _between(page, BEGIN, END, diagrams())


def _between(page: str, begin: str, end: str, text: str) -> str:
    before, _, rest = page.partition(begin)
    _, _, after = rest.partition(end)
    return f"{before}{begin}\n\n{text}\n{end}{after}"


def floors() -> list[list[str]]:
    """The rooms of each floor, highest first, as the contract of imports in pyproject.toml has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    return [layer.split(" | ") for layer in layers]


def imports(folder: Path) -> dict[str, set[str]]:
    """Which other rooms each room imports, by its Python files.

    Args:
        folder: where the rooms lie.
    """
    names = {room for floor in floors() for room in floor}
    found: dict[str, set[str]] = {name: set() for name in sorted(names)}
    for room, others in found.items():
        for path in (folder / room).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.ImportFrom) and node.module is not None and not node.level:
                    others.add(node.module.partition(".")[0])
                elif isinstance(node, ast.Import):
                    others.update(alias.name.partition(".")[0] for alias in node.names)
        others &= names - {room}
    return found


def rooms(levels: list[list[str]], imported: Mapping[str, set[str]]) -> str:
    """A picture of the rooms by floors.

    Args:
        levels: the rooms of each floor, highest first.
        imported: the rooms that each one imports. What is reached downward by way of another gets no arrow.
    """
    level = {room: number for number, floor in enumerate(levels) for room in floor}
    downward = {
        room: {other for other in others if level[other] > level[room]} for room, others in imported.items()
    }
    lines = ["flowchart TD"]
    for number, floor in enumerate(levels):
        lines += [f"    subgraph floor{len(levels) - number}[ ]", "        direction LR"]
        lines += [f"        {room}" for room in floor]
        lines += ["    end"]
    for room in (room for floor in levels for room in floor):
        further = {far for near in downward[room] for far in _reached(near, downward)}
        lines += [f"    {room} --> {other}" for other in sorted(imported[room] - further)]
    return "\n".join(lines)


def _reached(room: str, imported: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    ahead = set(imported[room])
    while ahead:
        found |= ahead
        ahead = {far for near in ahead for far in imported[near]} - found
    return found


def diagrams() -> str:
    """All diagrams as Markdown, each under a heading."""
    client, server = CLIENT_EVENTS, SERVER_EVENTS
    parts = {
        "INVITE session": session_moves(),
        "INVITE client transaction": _machine(InviteClientTransaction, client, INVITE_CLIENT_TIMERS),
        "Non-INVITE client transaction": _machine(
            NonInviteClientTransaction, client, NON_INVITE_CLIENT_TIMERS
        ),
        "INVITE server transaction": _machine(InviteServerTransaction, server, INVITE_SERVER_TIMERS),
        "Non-INVITE server transaction": _machine(
            NonInviteServerTransaction, server, NON_INVITE_SERVER_TIMERS
        ),
    }
    parts["Agent"] = agent_states()
    parts["Ticket"] = moves(TRANSITIONS, TicketState.OPEN)
    return "\n".join(f"### {title}\n\n```mermaid\n{diagram}\n```\n" for title, diagram in parts.items())


def moves(table: Mapping[S, frozenset[S]], first: S | None = None) -> str:
    """A diagram of bare moves.

    Args:
        table: what may follow on each state; it ends where nothing does.
        first: where it begins; None for the states to which no move leads.
    """
    reached = {state for after in table.values() for state in after}
    lines = [f"    [*] --> {state.value}" for state in table if state not in reached or state is first]
    for state, after in table.items():
        lines += [f"    {state.value} --> {other.value}" for other in table if other in after]
        if not after:
            lines.append(f"    {state.value} --> [*]")
    return "\n".join(["stateDiagram-v2", *lines])


def session_moves(
    table: Mapping[tuple[SessionState, SessionTrigger], tuple[SessionState, object]] = MOVES,
) -> str:
    """A diagram of the INVITE session, with what makes it move."""
    edges: dict[tuple[SessionState, SessionState], list[str]] = {}
    for (state, trigger), (after, _) in table.items():
        edges.setdefault((state, after), []).append(trigger.value)
    lines = [f"    [*] --> {first.value}" for first in (SessionState.INITIAL, SessionState.OFFERED)]
    lines += [
        f"    {state.value} --> {after.value} : {', '.join(labels)}"
        for (state, after), labels in edges.items()
    ]
    return "\n".join(["stateDiagram-v2", *lines, f"    {SessionState.DONE.value} --> [*]"])


def transitions(table: Table, first: TransactionState, events: Names, timers: Timers) -> str:
    """A diagram of one transaction machine.

    Args:
        table: what it runs on.
        first: its first state.
        events: what to call each event but the two timers.
        timers: what to call those, by state.

    Raises:
        KeyError: an event of the table has no name.
    """
    edges: dict[tuple[TransactionState, TransactionState], list[str]] = {}
    for (state, event), (after, _) in table.items():
        is_timer = event in (TransactionTrigger.RESEND, TransactionTrigger.EXPIRE)
        label = timers[state, event] if is_timer else events[event]
        edges.setdefault((state, after), []).append(label)
    return "\n".join(["stateDiagram-v2", f"    [*] --> {_name(first)}", *_lines(edges)])


def agent_states(table: Mapping[tuple[AgentState, type], tuple[AgentState, ...]] = AGENT) -> str:
    """A diagram of what an agent does; an event that leaves the state as it is has no arrow.

    Raises:
        KeyError: an event of the table has no name.
    """
    edges: dict[tuple[str, str], list[str]] = {}
    for (state, event), candidates in table.items():
        for after in candidates:
            if after != state:
                edges.setdefault((state, after), []).append(AGENT_EVENTS[event])
    lines = [f"    {state} --> {after} : {', '.join(labels)}" for (state, after), labels in edges.items()]
    return "\n".join(["stateDiagram-v2", "    [*] --> offline", *lines])


def _machine(
    kind: type[InviteClientTransaction | NonInviteClientTransaction]
    | type[InviteServerTransaction | NonInviteServerTransaction],
    events: Names,
    timers: Timers,
) -> str:
    return transitions(kind.table, kind.first_state, events, timers)


def _lines(edges: Mapping[tuple[TransactionState, TransactionState], list[str]]) -> Iterator[str]:
    for (state, after), labels in edges.items():
        yield f"    {_name(state)} --> {_name(after)} : {', '.join(labels)}"
    yield f"    {_name(TransactionState.TERMINATED)} --> [*]"


def _name(state: TransactionState) -> str:
    return state.name.capitalize()


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.write_text(renew(target.read_text(encoding="utf-8")), encoding="utf-8")
