"""What an agent hears of a callback before taking it."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest

from callback_queue.callbacks.agent_announcement import agent_announcement
from callback_queue.callbacks.store import CallbackView
from callback_queue.callbacks.texts import TEXTS, ago, ahead
from callback_queue.customers.book import Customer
from callback_queue.tickets.store import TicketView
from tts.parts import Clip, Part, Text

NOW = 1_800_000_000.0


def _blank(kind: Any, **known: Any) -> Any:
    """One with the least in every field."""
    least = {"str": "", "int": 0, "float": 0.0}
    values = {field.name: least.get(str(field.type), []) for field in fields(kind)}
    return kind(**{**values, "tier": "ordinary", **known})


def _due(**known: Any) -> CallbackView:
    found: CallbackView = _blank(CallbackView, number="0955501234", arrival=NOW - 600, language="en", **known)
    return found


def _ticket(**known: Any) -> TicketView:
    found: TicketView = _blank(TicketView, **{"language": "en", **known})
    return found


def _said(parts: list[Part]) -> str:
    return " ".join(part.text for part in parts if isinstance(part, Text))


def test_who_it_is_what_it_is_about_and_since_when(tmp_path: Path) -> None:
    ticket = _ticket(title="Printer", summary="The printer on the second floor jams.")
    customer = Customer("c1", "Ada Lovelace", tier="vip")
    said = _said(agent_announcement(_due(tier="vip"), ticket, customer, "en", NOW, tmp_path))
    order = ["Ada Lovelace", "V I P", "second floor jams", "10 minutes"]
    assert [said.index(text) for text in order] == sorted(said.index(text) for text in order)


def test_a_long_summary_gives_way_to_the_title(tmp_path: Path) -> None:
    ticket = _ticket(title="Printer jams", summary="Well " * 100)
    assert "Printer jams" in _said(agent_announcement(_due(), ticket, None, "en", NOW, tmp_path))
    assert "Well Well" not in _said(agent_announcement(_due(), ticket, None, "en", NOW, tmp_path))


def test_the_name_that_the_customer_told_serves_where_nobody_is_known(tmp_path: Path) -> None:
    ticket = _ticket(slots=[{"name": "name", "value": "Grace Hopper", "text": "it's grace hopper"}])
    assert "Grace Hopper" in _said(agent_announcement(_due(), ticket, None, "en", NOW, tmp_path))


def test_what_was_said_in_another_language_is_played_as_it_was_said(tmp_path: Path) -> None:
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / "01.wav").touch()
    ticket = _ticket(
        language="zh",
        title="打印机坏了",
        slots=[{"name": "problem", "text": "打印机坏了", "audio": ["clips/00.wav", "clips/01.wav"]}],
    )
    parts = agent_announcement(
        _due().__class__(**{**_as_dict(_due()), "language": "zh"}), ticket, None, "en", NOW, tmp_path
    )
    assert Clip(tmp_path / "clips" / "01.wav") in parts
    assert "打印机" not in _said(parts)
    assert "speaks Chinese" in _said(parts)


def _as_dict(due: CallbackView) -> dict[str, Any]:
    return {field.name: getattr(due, field.name) for field in fields(due)}


def test_without_a_ticket_the_rest_is_said(tmp_path: Path) -> None:
    assert "10 minutes" in _said(agent_announcement(_due(), None, None, "en", NOW, tmp_path))


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "Requested just now."),
        (119, "Requested just now."),
        (120, "Waiting for 2 minutes."),
        (7199, "Waiting for 119 minutes."),
        (7200, "Waiting for 2 hours."),
        (200_000, "Waiting for 2 days."),
    ],
)
def test_how_long_it_is_ago_is_said_in_whole_units(seconds: float, text: str) -> None:
    assert ago(seconds, "en").text == text


def test_every_text_is_there_in_every_language_with_the_same_fields() -> None:
    for key, texts in TEXTS.items():
        assert set(texts) == {"en", "zh", "ko"}, key
        for field in ("{name}", "{number}"):
            assert len({field in wording for wording in texts.values()}) == 1, key


def test_what_is_spoken_ahead_has_no_field_left() -> None:
    assert all("{" not in wording for _, wording in ahead("Acme"))
    assert any("Acme" in wording for _, wording in ahead("Acme"))
