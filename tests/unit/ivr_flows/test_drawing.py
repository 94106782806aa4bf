"""Pictures of flows: everything is in them, nothing lies on anything else."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

from config.new_site import write_starter_site
from ivr_flows.drawing import mermaid, svg
from ivr_flows.drawing.chart import chart
from ivr_flows.drawing.layout import BOX_HEIGHT, BOX_WIDTH, layout
from tests.unit.ivr_flows.sites import load, make

ODD = """\
    steps:
      end:
        menu:
          say: Press a key.
          choices:
            - {key: "#", words: ["say \\"yes\\""], go: end}
            - {key: 1, go: last}
          otherwise: last
        on_error: sorry
      last:
        hangup:
      sorry:
        say: Sorry.
      other:
        goto: {flow: other}
"""
OTHER = "steps: {end: {hangup: }}\n"


def test_mermaid_names_boxes_by_number_and_escapes_their_texts(tmp_path: Path) -> None:
    flows = make(tmp_path, ODD, other=OTHER)
    assert (
        mermaid([flows.flows["main"]])
        == """\
flowchart TD
  f0s0(["end<br/>menu"])
  f0s1[["last<br/>hangup"]]
  f0s2["sorry<br/>say"]
  f0s3["other<br/>goto"]
  f0s4[/"other<br/>flow"/]
  f0s0 -->|"#35; say #34;yes#34;"| f0s0
  f0s0 -->|"1, otherwise"| f0s1
  f0s0 -.->|"on error"| f0s2
  f0s2 --> f0s3
  f0s3 --> f0s4
"""
    )


def test_svg_is_well_formed_and_shows_every_box_and_arrow(tmp_path: Path) -> None:
    flow = make(tmp_path, ODD, other=OTHER).flows["main"]
    picture = ElementTree.fromstring(svg(flow))
    space = "{http://www.w3.org/2000/svg}"
    drawn = chart(flow)
    assert len(list(picture.iter(f"{space}rect"))) == len(drawn.boxes) == 5
    assert len([path for path in picture.iter(f"{space}path") if path.get("marker-end")]) == len(drawn.arrows)


def test_no_boxes_overlap_in_a_large_flow(tmp_path: Path) -> None:
    write_starter_site(tmp_path / "site")
    drawn = chart(load(tmp_path / "site").flows["service-desk"])
    where = layout(drawn)
    assert len(where.places) == len(drawn.boxes) > 15
    for (x1, y1), (x2, y2) in combinations(where.places.values(), 2):
        assert abs(x1 - x2) >= BOX_WIDTH or abs(y1 - y2) >= BOX_HEIGHT
    for x, y in where.places.values():
        assert BOX_WIDTH / 2 <= x <= where.width - BOX_WIDTH / 2
        assert BOX_HEIGHT / 2 <= y <= where.height - BOX_HEIGHT / 2
