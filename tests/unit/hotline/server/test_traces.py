"""Which messages belong to which call, for how long they are kept, and what is masked."""

from __future__ import annotations

import asyncio
import base64
from pathlib import Path
from typing import Any

import pytest

from config import Site, load_site
from config.new_site import write_starter_site
from hotline.server.traces import PAGE, CallTraces
from telephony.call.events import CallEnded, CallOffered, LegDialled, LegEnded
from telephony.media.interface import LegStats, MediaPath
from telephony.sip.flow import Flow

FLOW = Flow("UDP", ("0.0.0.0", 5060), ("192.0.2.9", 5062))
PATH = MediaPath(("0.0.0.0", 20000), ("192.0.2.9", 4000), ("192.0.2.9", 4000), (0, 101), 0, 101)


class Media:
    """A leg's media, as far as a trace asks it."""

    def __init__(self) -> None:
        self.figures = LegStats(packets_received=50, first_received=3.0, last_received=4.0)

    def stats(self) -> LegStats:
        return self.figures

    def path(self) -> MediaPath:
        return PATH


class Leg:
    """A call leg, as far as a trace asks it."""

    def __init__(self, call: str, leg: str) -> None:
        self.call, self.leg, self.media = call, leg, Media()


def site_of(root: Path, **variables: str) -> Site:
    if not root.exists():
        write_starter_site(root)
    return load_site(root, environ={f"HOTLINE_{name}": value for name, value in variables.items()})


def traces_of(site: Site) -> CallTraces:
    return CallTraces(
        site, clock=lambda: 1000.0, steady=lambda: 10.0, local_end=lambda flow: ("192.0.2.1", flow.local[1])
    )


@pytest.fixture
def traces(tmp_path: Path) -> CallTraces:
    return traces_of(site_of(tmp_path / "site"))


def ask(traces: CallTraces, call: str, **more: Any) -> dict[str, Any]:
    return asyncio.run(traces.answer({"command": "trace", "call": call, **more}))


def offer(traces: CallTraces, call: str, sip_call_id: str) -> None:
    traces.heard(
        CallOffered(1.0, call, "in", caller="1", called="2", source="trunk:t", sip_call_id=sip_call_id)
    )


def end(traces: CallTraces, call: str, *legs: str) -> None:
    for leg in legs:
        traces.heard(LegEnded(2.0, call, leg, by="remote", status=None, reason="", quality={}))
    traces.heard(CallEnded(2.0, call, "", by="remote", reason=""))


def test_a_call_has_the_messages_of_all_its_legs_in_order(traces: CallTraces) -> None:
    for at, name in ((5.0, "a"), (5.5, "b"), (6.0, "a")):
        traces.ring.add(at, name == "b", FLOW, f"INFO sip:x SIP/2.0\r\nCall-ID: {name}\r\n\r\n".encode())
    offer(traces, "call", "a")
    traces.heard(LegDialled(1.0, "call", "out", target="agent:1001", sip_call_id="b"))
    answer = ask(traces, "call")
    assert [(each["leg"], each["at"], each["sent"]) for each in answer["messages"]] == [
        ("in", 995.0, False),
        ("out", 995.5, True),
        ("in", 996.0, False),
    ]
    assert answer["messages"][0]["local"] == ("192.0.2.1", 5060)
    assert [(leg["label"], leg["inbound"]) for leg in answer["legs"]] == [
        ("trunk:t", True),
        ("agent:1001", False),
    ]
    assert (answer["running"], answer["more"]) == (True, False)
    after = answer["messages"][1]["number"]
    assert [each["at"] for each in ask(traces, "call", after=after)["messages"]] == [996.0]


def test_the_sound_of_a_leg_while_it_lasts_and_afterwards(traces: CallTraces) -> None:
    leg = Leg("call", "in")
    traces.began(leg)  # type: ignore[arg-type]
    offer(traces, "call", "a")
    (running,) = ask(traces, "call")["legs"]
    assert (running["sound"]["packets_received"], running["sound"]["first_received"]) == (50, 993.0)
    leg.media.figures = LegStats(packets_received=99)
    end(traces, "call", "in")
    del leg
    (over,) = ask(traces, "call")["legs"]
    assert (over["sound"]["packets_received"], over["sound"]["source"]) == (99, ("192.0.2.9", 4000))
    assert not ask(traces, "call")["running"]


def test_so_many_calls_are_kept_after_their_end(tmp_path: Path) -> None:
    traces = traces_of(site_of(tmp_path / "site", TRACE__CALLS="2"))
    offer(traces, "running", "r")
    for number in range(4):
        offer(traces, f"call{number}", f"id{number}")
        traces.ring.add(0.0, False, FLOW, f"BYE sip:x SIP/2.0\r\nCall-ID: id{number}\r\n\r\n".encode())
        end(traces, f"call{number}", "in")
    assert ["error" in ask(traces, f"call{number}") for number in range(4)] == [True, True, False, False]
    assert "error" not in ask(traces, "running")
    assert (traces.ring.messages("id0"), len(traces.ring.messages("id3"))) == ([], 1)


def test_digits_are_masked_as_the_site_says_and_credentials_always(tmp_path: Path) -> None:
    message = b'INFO sip:x SIP/2.0\r\nCall-ID: a\r\nAuthorization: Digest response="77"\r\n\r\nSignal=5'
    for value, shown in (("true", b"Signal=x"), ("false", b"Signal=5")):
        traces = traces_of(site_of(tmp_path / "site", PRIVACY__MASK_DIGITS=value))
        offer(traces, "call", "a")
        traces.ring.add(0.0, False, FLOW, message)
        data = base64.b64decode(ask(traces, "call")["messages"][0]["data"])
        assert data.endswith(shown)
        assert b"77" not in data


def test_a_long_call_is_told_page_by_page(traces: CallTraces) -> None:
    offer(traces, "call", "a")
    for number in range(PAGE + 10):
        traces.ring.add(float(number), False, FLOW, b"INFO sip:x SIP/2.0\r\nCall-ID: a\r\n\r\n")
    first = ask(traces, "call")
    assert (len(first["messages"]), first["more"]) == (PAGE, True)
    second = ask(traces, "call", after=first["messages"][-1]["number"])
    assert (len(second["messages"]), second["more"]) == (10, False)


def test_a_call_that_nobody_knows_is_refused(traces: CallTraces) -> None:
    assert "there is no call x" in ask(traces, "x")["error"]
