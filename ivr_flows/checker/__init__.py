"""What flows mean: names that must lead somewhere, texts in every language, graphs that come to an end.

`check` yields every mistake of all flows of a site at once. A flow that passes never fails in a call for
a reason that its file could have shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from config import Problem
from ivr_flows.checker.facts import FlowSource, SiteNames, unknown
from ivr_flows.checker.graph import Graph, check_graph
from ivr_flows.checker.intakes import check_intakes
from ivr_flows.checker.menus import check_menus
from ivr_flows.checker.references import Known, check_references, known_names
from ivr_flows.flow_set import make_flow


def check(flows: Sequence[FlowSource], site: SiteNames | None, prompts: frozenset[str]) -> list[Problem]:
    """Check the flows of a site.

    Args:
        flows: the files, with the mistakes of their form.
        site: what they may refer to; None when it is not known.
        prompts: names of the site's sound files.

    Returns:
        every mistake of meaning.
    """
    known = known_names(flows, site, prompts)
    problems: list[Problem] = []
    right: dict[str, FlowSource] = {}
    for flow in flows:
        found = [*check_references(flow, known), *check_menus(flow), *check_intakes(flow, site)]
        problems += found
        if not found and not flow.problems and flow.steps:
            right[flow.name] = flow
    language = site.language if site is not None else "en"
    graph = Graph.of(
        {name: make_flow(name, flow.file, language) for name, flow in right.items()},
        [flow.name for flow in flows],
    )
    problems += check_graph(graph, right)
    problems += _numbers(graph, known)
    return problems


def _numbers(graph: Graph, known: Known) -> Iterator[Problem]:
    """Numbers that lead into flows."""
    if known.site is None:
        return
    settings = known.site.settings
    for number, flow, language in known.site.numbers:
        languages = known.flows.get(flow, ())
        if language is not None and languages and language not in languages:
            message = unknown(language, f'a language that flow "{flow}" speaks', languages)
            yield settings.problem(("numbers", number, "language"), message)
        if flow in graph.flows and flow in graph.returning:
            message = f'flow "{flow}" has a back step, so it is a subroutine; expected a flow without'
            yield settings.problem(("numbers", number, "flow"), message)
