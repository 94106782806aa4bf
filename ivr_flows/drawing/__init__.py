"""Pictures of flows: Mermaid text for documents, SVG for everything else."""

from ivr_flows.drawing.mermaid import mermaid
from ivr_flows.drawing.svg import svg

__all__ = ["mermaid", "svg"]
