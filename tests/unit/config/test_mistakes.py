"""A wrong site is refused with every mistake at once: file, line, column, path, found, expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.config.site_files import AGENTS, lines_of, problems_of, write_site


def _read_cases() -> list[tuple[str, str]]:
    text = Path(__file__).with_name("mistakes.txt").read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n") if not block.startswith("#")]
    return [(settings, line.strip()) for settings, _, line in (block.partition("\n=> ") for block in blocks)]


_CASES = _read_cases()


def test_a_wrong_value_names_its_place_what_was_found_and_what_was_expected(tmp_path: Path) -> None:
    root = write_site(tmp_path / "s", "name: x\nrtp:\n  first_port: abc\n")
    (problem,) = problems_of(root)
    assert str(problem) == (
        'hotline.yaml:3:15  rtp.first_port: found "abc" (text), expected a whole number 1024..65534'
    )


def test_all_mistakes_of_all_files_come_at_once_and_none_twice(tmp_path: Path) -> None:
    settings = """\
        lanuage: en
        sip: {listen: [udp:0.0.0.0:5060, 'tcp:0.0.0.0'], t1: fast}
        numbers:
          4901: {play: nothing}
          4902: {dial: [1001, 1009]}
          4903: {recrod: {}}
          4904: {echo: true, hold: true}
    """
    agents = """\
        agents:
          - {number: 1001, name: Anna, languages: [en, xx], phones: [{password: short}]}
          - {name: Boris}
          - {number: 1003, name: Chen, phones: [{user: 1001, password: long-enough}]}
    """
    queues = "queues: [{name: q, members: [1001, 1004], music: silence}]\n"
    found = [
        (p.file, p.line, p.path) for p in problems_of(write_site(tmp_path / "s", settings, agents, queues))
    ]
    assert found == [
        ("agents.yaml", 2, "agents[0].languages[1]"),
        ("agents.yaml", 2, "agents[0].phones[0].password"),
        ("agents.yaml", 3, "agents[1].number"),
        ("agents.yaml", 4, "agents[2].phones[0].user"),
        ("hotline.yaml", 1, "lanuage"),
        ("hotline.yaml", 2, "sip.listen[1]"),
        ("hotline.yaml", 2, "sip.t1"),
        ("hotline.yaml", 4, "numbers.4901.play"),
        ("hotline.yaml", 5, "numbers.4902.dial[1]"),
        ("hotline.yaml", 6, "numbers.4903.recrod"),
        ("hotline.yaml", 7, "numbers.4904"),
        ("queues.yaml", 1, "queues[0].members[1]"),
        ("queues.yaml", 1, "queues[0].music"),
    ]


@pytest.mark.parametrize(("settings", "line"), _CASES, ids=[settings for settings, _ in _CASES])
def test_each_mistake_is_said_in_one_line(tmp_path: Path, settings: str, line: str) -> None:
    assert lines_of(write_site(tmp_path / "s", settings + "\n")) == [line]


def test_http_and_sip_must_not_share_a_tcp_port(tmp_path: Path) -> None:
    (found,) = problems_of(write_site(tmp_path / "s", "http: {listen: '127.0.0.1:5060'}\n"))
    assert found.path == "http.listen"


def test_registration_lifetimes_must_be_in_order(tmp_path: Path) -> None:
    text = "sip: {registration: {min_expires: 60, default_expires: 30, max_expires: 600}}\n"
    (found,) = problems_of(write_site(tmp_path / "s", text))
    assert (found.path, found.message) == (
        "sip.registration.default_expires",
        "found 30, expected 60..600 (min_expires..max_expires)",
    )


def test_two_trunks_must_not_share_an_address(tmp_path: Path) -> None:
    text = """\
        trunks:
        - {name: a, addresses: 192.0.2.0/24}
        - {name: b, addresses: [192.0.2.7]}
        - {name: a, host: h}
    """
    assert [(p.line, p.path) for p in problems_of(write_site(tmp_path / "s", text))] == [
        (3, "trunks[1].addresses"),
        (4, "trunks[2].name"),
    ]


def test_a_reference_to_an_entry_with_another_mistake_is_no_second_mistake(tmp_path: Path) -> None:
    agents = AGENTS.replace("correct-horse", "short")
    root = write_site(tmp_path / "s", "numbers: {4900: {dial: 1001}}\n", agents)
    assert [problem.path for problem in problems_of(root)] == ["agents[0].phones[0].password"]


def test_a_file_that_cannot_be_read_makes_no_references_wrong(tmp_path: Path) -> None:
    root = write_site(tmp_path / "s", "numbers: {4900: {dial: 1001}}\n", "agents: [\n")
    assert [problem.file for problem in problems_of(root)] == ["agents.yaml"]


def test_a_wrong_password_is_never_shown(tmp_path: Path) -> None:
    agents = "agents: [{number: 1, name: A, phones: [{password: hunter2}]}]\n"
    (line,) = lines_of(write_site(tmp_path / "s", agents=agents))
    assert "hunter2" not in line
    assert "found (hidden), expected a password of 8 to 128 characters" in line


def test_a_wrong_variable_is_named_instead_of_a_line(tmp_path: Path) -> None:
    environ = {"HOTLINE_SIP__T1": "fast", "HOTLINE_RPT__FIRST_PORT": "20000", "HOTLINE_TRUNKS__9__NAME": "x"}
    assert [(p.file, p.line, p.path) for p in problems_of(write_site(tmp_path / "s"), environ)] == [
        ("HOTLINE_RPT__FIRST_PORT", 0, "rpt"),
        ("HOTLINE_SIP__T1", 0, "sip.t1"),
        ("HOTLINE_TRUNKS__9__NAME", 0, "trunks"),
    ]


def test_a_folder_without_a_site_is_said_so(tmp_path: Path) -> None:
    (problem,) = problems_of(tmp_path)
    assert problem.message == "not found; `hotline init DIR` writes a starter site into DIR"


def test_a_file_that_is_not_text_is_refused(tmp_path: Path) -> None:
    root = write_site(tmp_path / "s")
    (root / "queues.yaml").write_bytes(b"queues: \xff")
    assert lines_of(root) == ["queues.yaml  not UTF-8 text (byte 8)"]
