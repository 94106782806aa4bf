"""`hotline flows`: what check, try, graph and schema print, and their exit codes."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from config.exit_codes import ExitCode
from hotline.cli import main
from tests.unit.ivr_flows.sites import write_site

MENU = """\
    languages: [en, zh]
    steps:
      hours:
        hours:
          timezone: Europe/Berlin
          open: {mon-fri: "09:00-17:00"}
          if_open: menu
          if_closed: menu
      menu:
        menu:
          say: {en: "Press 1 or say agent.", zh: 请按1，或者说人工。}
          choices: [{key: 1, words: {en: [agent], zh: [人工]}, go: agent}]
          otherwise: message
      message:
        voicemail: {say: {en: Speak., zh: 请留言。}, otherwise: end}
      look:
        http: {url: "http://desk.example.org/{caller}", save: {state: state}, otherwise: end}
      tell:
        say: {en: "It is {state}.", zh: "状态是{state}。"}
      end:
        hangup:
      agent:
        enqueue: {queue: support, max_wait: 60, if_timeout: message, otherwise: message}
"""
SETTINGS = "numbers: {4000: {flow: main}, 4001: {flow: main, language: zh}}\n"


@pytest.fixture
def site(tmp_path: Path) -> Path:
    return write_site(tmp_path / "site", {"main": MENU}, SETTINGS)


def run(*arguments: str) -> int:
    """Run the command line in this process and return its exit code."""
    with pytest.raises(SystemExit) as left:
        main(["flows", *arguments])
    return int(left.value.code or 0)


def trial(site: Path, capsys: pytest.CaptureFixture[str], *inputs: str) -> list[str]:
    """What `try` prints, without the times."""
    assert run("try", "main", *inputs, "--site", str(site)) == ExitCode.OK
    return [line[12:] for line in capsys.readouterr().out.splitlines()]


def test_check_says_that_all_is_well(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", "--site", str(site)) == ExitCode.OK
    assert capsys.readouterr().out == "2 flows: no mistakes.\n"


def test_check_lists_the_mistakes_of_the_site_and_of_its_flows(
    site: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (site / "hotline.yaml").write_text("sip: {t1: fast}\n")
    (site / "flows" / "main.yaml").write_text("steps: {wait: {enqueue: {queue: anything, nxet: end}}}\n")
    assert run("check", "--site", str(site)) == ExitCode.SITE
    assert [
        line.removeprefix(f"{site}/").split("  ")[0] for line in capsys.readouterr().err.splitlines()
    ] == [
        "flows/main.yaml:1:43",
        "hotline.yaml:1:11",
        "2 mistakes.",
    ]


def test_a_call_by_key_and_by_word(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for answer in ("1", "agent", '"agent"'):
        assert trial(site, capsys, answer) == [
            "call from 1001 to 4000, flow main",
            "main/hours: hours",
            "main/menu: menu",
            "(answered)",
            '"Press 1 or say agent."',
            f"< {answer}",
            "main/agent: enqueue",
            "= HandOff: queue support, language en, max_wait 60.0",
            "end: enqueue done",
        ]


def test_a_number_brings_its_language(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = trial(site, capsys, "人工", "timeout", "silence", "noise", "--called", "4001")
    assert lines[4:] == [
        '"请按1，或者说人工。"',
        "< 人工",
        "main/agent: enqueue",
        "= HandOff: queue support, language zh, max_wait 60.0",
        "< timeout",
        "main/message: voicemail",
        '"请留言。"',
        "(tone)",
        "< silence",
        '"请留言。"',
        "(tone)",
        "< noise",
        "main/end: hangup",
        "end: flow finished",
    ]


def test_a_lookup_is_answered_by_an_input(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    inputs = ("silence", "silence", "silence", "a message", 'http 200 {"state": "open"}')
    lines = trial(site, capsys, *inputs)
    assert lines[-6:] == [
        "? GET http://desk.example.org/1001",
        '< 200 {"state": "open"}',
        "main/tell: say",
        '"It is open."',
        "main/end: hangup",
        "end: flow finished",
    ]
    assert "= OpenTicket: kind voicemail, progress recorded, language en, " in "\n".join(lines)
    lines = trial(site, capsys, *inputs[:-1], "http none", "--caller", "77")
    assert lines[-4:] == [
        "? GET http://desk.example.org/77",
        "< no answer",
        "main/end: hangup",
        "end: flow finished",
    ]


def test_a_caller_can_hang_up_anywhere(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for inputs in (("hangup",), ("1", "hangup"), ("silence", "silence", "silence", "hangup"), ("silence",)):
        assert trial(site, capsys, *inputs)[-2:] == ["< (hangs up)", "end: caller hung up"]


def test_inputs_come_from_a_file_or_from_standard_input(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    script = site / "script.txt"
    script.write_text("# a caller who waits\n\nsilence\n1\ntimeout\nhangup\n")
    one = trial(site, capsys, "--script", str(script))
    assert one[-1] == "end: caller hung up"
    monkeypatch.setattr(sys, "stdin", io.StringIO(script.read_text()))
    assert trial(site, capsys) == one


def test_somebody_at_a_terminal_is_asked(
    site: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keyboard(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Keyboard("\n1\nnonsense\n\n"))
    lines = trial(site, capsys)
    assert lines[-1].endswith("end: enqueue done")


def test_time_is_virtual(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    at = "2026-11-25 03:00"
    run("try", "main", "silence", "hangup", "--site", str(site), "--at", at)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("03:00:00    call")
    assert lines[-1] == "03:00:07    end: caller hung up"


@pytest.mark.parametrize(
    "arguments",
    [
        ("try", "nothing"),
        ("try", "main", "--at", "soon"),
        ("try", "main", "--language", "ko"),
        ("graph", "nothing"),
        ("graph", "--as", "svg"),
        ("fly",),
    ],
)
def test_a_wrong_command_line_is_told_apart(site: Path, arguments: tuple[str, ...]) -> None:
    given = arguments if arguments == ("fly",) else (*arguments, "--site", str(site))
    assert run(*given) == ExitCode.USAGE


def test_a_script_that_is_not_there_is_said_so(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("try", "main", "--site", str(site), "--script", str(site / "no")) == ExitCode.FAILED
    assert "cannot be read" in capsys.readouterr().err


def test_graph_draws_all_flows_or_one(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("graph", "--site", str(site)) == ExitCode.OK
    assert capsys.readouterr().out.count("subgraph") == 2
    assert run("graph", "main", "--site", str(site), "--as", "svg") == ExitCode.OK
    picture = ElementTree.fromstring(capsys.readouterr().out)
    texts = [text.text for text in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert {"menu", "agent", "enqueue", "1 agent", "if timeout, otherwise"} <= set(texts)


def test_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("schema") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["title"] == "A voice flow of hotline"
