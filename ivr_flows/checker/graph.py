"""Checks of the graph of flows: steps that nothing leads to, dead ends, loops, menus without a way out.

Looks only at flows whose form and references are right. The edges are made by `ivr_flows.transitions`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from config import Problem
from ivr_flows.checker.facts import FlowSource
from ivr_flows.flow_set import Flow
from ivr_flows.transitions import Kind, comes_back, ends_call, transitions
from ivr_flows.verbs import Then
from ivr_flows.verbs.flow import Flow as FlowVerb
from ivr_flows.verbs.menu import Menu

Node: TypeAlias = tuple[str, str]
"""A flow's name and a step's."""


@dataclass(frozen=True, slots=True)
class Graph:
    """The graph of all flows that have no mistakes yet.

    Args:
        flows: by name.
        returning: flows that a step which runs them may come back from.
        returning_idle: the same when the caller does nothing.
    """

    flows: Mapping[str, Flow]
    returning: frozenset[str]
    returning_idle: frozenset[str]

    @classmethod
    def of(cls, flows: Mapping[str, Flow], everything: Iterable[str]) -> Graph:
        """Make the graph; of flows in `everything` that have mistakes of their own the best is assumed."""
        unknown = frozenset(everything) - flows.keys()
        return cls(
            flows, _returning(flows, unknown, inputs=True), _returning(flows, frozenset(), inputs=False)
        )

    def after(
        self, node: Node, *, inputs: bool = True, failures: bool = True, runs: bool = False
    ) -> Iterator[Node]:
        """Where a call may be next.

        Args:
            node: where it is.
            inputs: also by what the caller presses or says.
            failures: also when something fails.
            runs: also into the flows that a step runs.
        """
        flow = self.flows[node[0]]
        verb = flow.steps[node[1]].verb
        returning = self.returning if inputs else self.returning_idle
        stays = isinstance(verb, FlowVerb) and verb.name not in returning
        for edge in transitions(flow, node[1]):
            if (edge.by_input and not inputs) or (stays and edge.setting == "next"):
                continue
            if edge.kind is Kind.STEP or (edge.kind is Kind.ERROR and failures):
                yield node[0], edge.target
            elif edge.target in self.flows and (edge.kind is Kind.FLOW or (edge.kind is Kind.RUN and runs)):
                yield edge.target, self.flows[edge.target].start


def check_graph(graph: Graph, sources: Mapping[str, FlowSource]) -> Iterator[Problem]:
    """Yield every mistake in the graph."""
    for loop in _idle_loops(graph):
        where, step = loop[0]
        shown = " -> ".join(_shown(node, where) for node in (*loop, loop[0]))
        yield sources[where].problem(
            ("steps", step),
            f"a caller who does nothing stays in this loop for ever: {shown}; expected a way out of it",
            at_key=True,
        )
    for name, flow in graph.flows.items():
        yield from _dead_ends(flow, sources[name])
        yield from _unreachable(graph, flow, sources[name])
        yield from _runs(graph, flow, sources[name])
        yield from _menus_without_a_way_out(graph, flow, sources[name])


def _returning(flows: Mapping[str, Flow], unknown: frozenset[str], *, inputs: bool) -> frozenset[str]:
    """Find the flows in which a `back` can be reached; which those are depends on those that they run."""
    returning = unknown
    while True:
        after = partial(Graph(flows, returning, returning).after, inputs=inputs, failures=inputs)
        found = returning | {
            name
            for name, flow in flows.items()
            if any(comes_back(flows[at].steps[step]) for at, step in _reached((name, flow.start), after))
        }
        if found == returning:
            return returning
        returning = found


def _reached(start: Node, after: Callable[[Node], Iterable[Node]]) -> dict[Node, Node | None]:
    """Every node that can be reached, in order of distance, with the node that it is reached from."""
    found: dict[Node, Node | None] = {start: None}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for node in after(here):
            if node not in found:
                found[node] = here
                waiting.append(node)
    return found


def _dead_ends(flow: Flow, source: FlowSource) -> Iterator[Problem]:
    for name, body in flow.steps.items():
        then = body.verb.then()
        if then is Then.NEXT and flow.following[name] is None:
            yield source.problem(
                ("steps", name),
                "nothing follows the last step; expected next: STEP, or a step below it (end: {hangup: })",
                at_key=True,
            )
        if then is Then.NEVER and body.next is not None:
            yield source.problem(
                ("steps", name, "next"),
                f"never used: {body.name} always chooses the next step itself; expected no next here",
                at_key=True,
            )


def _unreachable(graph: Graph, flow: Flow, source: FlowSource) -> Iterator[Problem]:
    reached = _reached((flow.name, flow.start), graph.after)
    for name in flow.steps:
        if (flow.name, name) not in reached:
            yield source.problem(
                ("steps", name),
                "no step leads here; expected one that does, or no such step",
                at_key=True,
            )


def _runs(graph: Graph, flow: Flow, source: FlowSource) -> Iterator[Problem]:
    """Flows that are run and do not come back, or lead back here in another way."""
    for name, body in flow.steps.items():
        verb = body.verb
        if not isinstance(verb, FlowVerb) or verb.name not in graph.flows:
            continue
        path = ("steps", name, "flow", "name")
        inner = graph.flows[verb.name]
        reached = _reached((inner.name, inner.start), partial(graph.after, runs=True))
        if (flow.name, name) in reached:
            yield source.problem(
                path,
                f'flow "{verb.name}" leads to this step again; expected it to come back with a back step',
            )
        elif verb.name not in graph.returning:
            yield source.problem(
                path,
                f'flow "{verb.name}" never comes back: it has no back step; '
                f"expected goto: {{flow: {verb.name}}}",
            )


def _menus_without_a_way_out(graph: Graph, flow: Flow, source: FlowSource) -> Iterator[Problem]:
    """Menus that a caller leaves only by choosing nothing."""
    for name, body in flow.steps.items():
        if isinstance(body.verb, Menu) and not _can_be_left(graph, (flow.name, name), body.verb):
            yield source.problem(
                ("steps", name),
                "no way out of this menu: every choice leads back to it; "
                "expected one that leads to an end (hangup, enqueue, voicemail ...)",
                at_key=True,
            )


def _can_be_left(graph: Graph, menu: Node, verb: Menu) -> bool:
    """Whether some choice leads to the end of the call or of the flow, without coming by this menu again."""

    def after(node: Node) -> Iterator[Node]:
        return (found for found in graph.after(node, failures=False, runs=True) if found != menu)

    for choice in verb.choices:
        start = (menu[0], str(choice.go))
        if start != menu and any(_is_end(graph, node) for node in _reached(start, after)):
            return True
    return False


def _is_end(graph: Graph, node: Node) -> bool:
    """Whether the call or the flow can end with a step; of flows with mistakes of their own it is assumed."""
    flow = graph.flows[node[0]]
    elsewhere = any(
        edge.kind in (Kind.FLOW, Kind.RUN) and edge.target not in graph.flows
        for edge in transitions(flow, node[1])
    )
    return elsewhere or ends_call(flow.steps[node[1]]) or comes_back(flow.steps[node[1]])


def _idle_loops(graph: Graph) -> Iterator[list[Node]]:
    """Every loop that a call goes round in when the caller does nothing; its steps in order."""
    after = partial(graph.after, inputs=False, failures=False)
    seen: set[Node] = set()
    for name, flow in graph.flows.items():
        for step in flow.steps:
            if (name, step) in seen:
                continue
            loop = _loop((name, step), after)
            if loop and not seen.intersection(loop):
                yield loop
            seen.update(loop)


def _loop(node: Node, after: Callable[[Node], Iterable[Node]]) -> list[Node]:
    """The shortest way from a node back to it, empty when there is none."""
    reached = _reached(node, after)
    last = next((found for found in reached if node in after(found)), None)
    path: list[Node] = []
    while last is not None:
        path.insert(0, last)
        last = reached[last]
    return path


def _shown(node: Node, flow: str) -> str:
    return node[1] if node[0] == flow else f"{node[0]}/{node[1]}"
