"""Whatever a site's files hold, loading ends in a Site or in a SiteError that points into them."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from config import Site, SiteError, load_site
from config.models.agent_settings import AgentSettings
from config.models.base import Table
from config.models.callbacks import CallbackSettings, DistributionSettings
from config.models.numbers import KINDS
from config.models.queues import Queue
from config.models.settings import Settings
from config.models.tickets import TicketSettings

_TABLES_KNOWN: tuple[type[Table], ...] = (
    Settings,
    AgentSettings,
    CallbackSettings,
    DistributionSettings,
    Queue,
    TicketSettings,
)
_KNOWN = sorted(
    {name for table in _TABLES_KNOWN for name in table.model_fields}
    | {
        *KINDS,
        "number",
        "phones",
        "user",
        "password",
        "listen",
        "addresses",
        "agent",
        "level",
        "mobile",
        "vip",
    }
)
_KEYS = st.one_of(st.sampled_from(_KNOWN), st.sampled_from(["1001", "4900", "x y", ""]))
_LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.sampled_from(["1001", "*"]),
)
_VALUES = st.recursive(
    _LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
_TABLES = st.dictionaries(_KEYS, _VALUES, max_size=5)


def _load(files: dict[str, str]) -> Site | SiteError:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8", errors="surrogatepass")
        try:
            return load_site(Path(folder), {})
        except SiteError as error:
            return error


def _check(files: dict[str, str]) -> None:
    outcome = _load(files)
    if isinstance(outcome, SiteError):
        assert outcome.problems
        for problem in outcome.problems:
            lines = files.get(Path(problem.file).name, "").count("\n") + 1
            assert 0 <= problem.line <= lines + 1
            assert "\n" not in str(problem)


@given(settings=_TABLES, agents=_VALUES, queues=_VALUES)
def test_any_tables(settings: dict[str, Any], agents: Any, queues: Any) -> None:
    _check(
        {
            "hotline.yaml": json.dumps(settings, ensure_ascii=False),
            "agents.yaml": json.dumps({"agents": agents}, ensure_ascii=False),
            "queues.yaml": json.dumps({"queues": queues}, ensure_ascii=False),
        }
    )


@given(text=st.text(alphabet=st.sampled_from("sip: rtp[]{},&*!|>'\"#%@`-?\n\t1a.~\\\x85\ufeff"), max_size=60))
def test_any_text(text: str) -> None:
    _check({"hotline.yaml": text})
