"""Settings of queues, agents, callbacks and tickets: short forms, defaults, and mistakes between them."""

from __future__ import annotations

from datetime import UTC, time
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from config import DailyHours, Member, Site, load_site
from config.database import site_database
from config.models.tickets import DEFAULT_SLA, SlaTarget
from config.time_kinds import lasting_text
from tests.unit.config.site_files import lines_of, write_site


def _site(
    tmp_path: Path, settings: str = "", queues: str = "queues: []\n", agents: str | None = None
) -> Site:
    more = {} if agents is None else {"agents": agents}
    return load_site(write_site(tmp_path / "s", settings, queues=queues, **more), {})


def _queue_lines(tmp_path: Path, queues: str, settings: str = "") -> list[str]:
    return lines_of(write_site(tmp_path / "s", settings, queues=queues))


def test_a_member_is_a_number_or_a_table(tmp_path: Path) -> None:
    queues = "queues: [{name: q, members: [1001, {agent: 1002, level: 2, skills: {zh: 3}}]}]\n"
    (queue,) = _site(tmp_path, queues=queues).queues
    assert queue.members == (
        Member(agent="1001"),
        Member(agent="1002", level=2, skills={"zh": 3}),
    )
    assert queue.agents == ("1001", "1002")


def test_one_member_needs_no_list(tmp_path: Path) -> None:
    queues = "queues: [{name: a, members: 1001}, {name: b, members: {agent: 1002}}]\n"
    assert [queue.agents for queue in _site(tmp_path, queues=queues).queues] == [("1001",), ("1002",)]


def test_announcements_can_be_turned_off(tmp_path: Path) -> None:
    queues = "queues: [{name: a, announce: null}, {name: b, announce: {wait: false, every: 2m}}, {name: c}]\n"
    off, some, usual = (queue.announce for queue in _site(tmp_path, queues=queues).queues)
    assert off is None
    assert some is not None
    assert usual is not None
    assert (some.position, some.wait, some.every) == (True, False, 120.0)
    assert (usual.position, usual.wait, usual.every) == (True, True, 60.0)


def test_members_must_be_agents_and_stand_there_once(tmp_path: Path) -> None:
    queues = (
        "queues:\n- name: a\n  members: [1001, {agent: 1001}, {agent: 1009}]\n- name: b\n  members: 1008\n"
    )
    assert _queue_lines(tmp_path, queues) == [
        'queues.yaml:3:27  queues[0].members[1].agent: member "1001" is given twice, first on line 3',
        'queues.yaml:3:42  queues[0].members[2].agent: found "1009", '
        "expected the number of an agent in agents.yaml",
        'queues.yaml:5:12  queues[1].members: found "1008", expected the number of an agent in agents.yaml',
    ]


@pytest.mark.parametrize(
    ("member", "line"),
    [
        ("[[1001]]", "members[0]: found a list, expected the number of an agent, or {agent: 1001, level: 2}"),
        ("[{level: 2}]", "members[0].agent: missing, expected the agent's number"),
        ("[{agent: 1001, level: 0}]", "members[0].level: found 0 (a number), expected a whole number 1..10"),
        (
            "[{agent: 1001, skills: {zh: high}}]",
            'members[0].skills.zh: found "high" (text), expected a whole number 1..10',
        ),
    ],
)
def test_a_wrong_member_is_told(tmp_path: Path, member: str, line: str) -> None:
    (found,) = _queue_lines(tmp_path, f"queues: [{{name: a, members: {member}}}]\n")
    assert found.endswith(line)


def test_an_overflow_leads_to_a_queue_and_not_in_a_circle(tmp_path: Path) -> None:
    queues = """\
        queues:
          - {name: a, overflow: b}
          - {name: b, overflow: c}
          - {name: c, overflow: a}
          - {name: d, overflow: nowhere}
          - {name: e, overflow: e}
          - {name: f, overflow: a}
    """
    assert _queue_lines(tmp_path, queues) == [
        "queues.yaml:4:25  queues[2].overflow: overflow loops: from c to a to b to c",
        'queues.yaml:5:25  queues[3].overflow: found "nowhere", expected the name of a queue in queues.yaml',
        "queues.yaml:6:25  queues[4].overflow: overflow loops: from e to e",
    ]


def test_a_mobile_needs_a_way_out_and_belongs_to_one_agent(tmp_path: Path) -> None:
    agents = "agents:\n" + "".join(f"- {{number: {n}, name: A, mobile: +8613800138000}}\n" for n in (1, 2))
    root = write_site(tmp_path / "s", agents=agents)
    assert [line.partition("  ")[2] for line in lines_of(root)] == [
        "agents[0].mobile: a mobile needs a trunk with a host to be rung through, in hotline.yaml",
        "agents[1].mobile: a mobile needs a trunk with a host to be rung through, in hotline.yaml",
        'agents[1].mobile: mobile "+8613800138000" is given twice, first on line 2',
    ]


def test_with_a_trunk_a_mobile_is_right_and_stays_out_of_what_is_printed(tmp_path: Path) -> None:
    agents = "agents: [{number: 1, name: A, mobile: +8613800138000}]\n"
    site = _site(tmp_path, "trunks: [{name: carrier, host: sip.example.org}]\n", agents=agents)
    assert site.agents[0].mobile == "+8613800138000"
    assert "13800138000" not in repr(site)


def test_a_code_must_not_hide_an_agent(tmp_path: Path) -> None:
    agents = "agents: [{number: '*71', name: A}]\n"
    (line,) = lines_of(write_site(tmp_path / "s", agents=agents))
    assert line.endswith(
        """agents[0].number: expected another number: agents dial it to say that they log in """
        """(agents.feature_codes.log_in)"""
    )


def test_codes_that_are_turned_off_hide_nothing(tmp_path: Path) -> None:
    text = "numbers: {'*72': {echo: true}}\nagents: {feature_codes: {log_out: null}}\n"
    assert _site(tmp_path, text).settings.agents.feature_codes.log_out is None


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("90", 90.0), ("0.5", 0.5), ("90s", 90.0), ("5m", 300.0), ("2 h", 7200.0), ("1d", 86400.0)],
)
def test_how_long_something_lasts_is_seconds_or_has_a_unit(tmp_path: Path, text: str, seconds: float) -> None:
    settings = f"distribution: {{priority_step: {text}}}\n"
    assert _site(tmp_path, settings).settings.distribution.priority_step == seconds


def test_how_long_is_written_with_the_largest_unit() -> None:
    assert [lasting_text(n) for n in (0, 59, 60, 5400, 7200, 172800, 0.5)] == [
        "0s", "59s", "1m", "90m", "2h", "2d", "0.5s",
    ]  # fmt: skip


def test_quiet_hours_may_pass_midnight(tmp_path: Path) -> None:
    quiet = _site(tmp_path, "callbacks: {quiet: '21:00-08:00'}\n").settings.callbacks.quiet
    assert quiet == DailyHours(time(21), time(8))
    assert str(quiet) == "21:00-08:00"
    assert [time(hour) in quiet for hour in (20, 21, 0, 7, 8)] == [False, True, True, True, False]


def test_quiet_hours_of_one_day_and_until_midnight() -> None:
    noon = DailyHours(time(12), time(13))
    assert [time(hour) in noon for hour in (11, 12, 13)] == [False, True, False]


def test_quiet_hours_can_end_at_24_or_be_turned_off(tmp_path: Path) -> None:
    evening = _site(tmp_path, "callbacks: {quiet: '22:00-24:00'}\n").settings.callbacks.quiet
    assert evening is not None
    assert [clock in evening for clock in (time(21, 59), time(23, 59), time(0))] == [False, True, False]
    assert _site(tmp_path / "2", "callbacks: {quiet: null}\n").settings.callbacks.quiet is None


def test_deadlines_that_are_left_out_have_their_defaults(tmp_path: Path) -> None:
    tickets = _site(tmp_path, "tickets: {sla: {vip: {1: {respond: 5, resolve: null}}}}\n").settings.tickets
    assert tickets.target("vip", 1) == SlaTarget(respond=5)
    assert tickets.target("vip", 2) == DEFAULT_SLA["vip"][2]
    assert tickets.target("ordinary", 4) == DEFAULT_SLA["ordinary"][4]


def test_better_customers_and_worse_matters_never_wait_longer_by_default() -> None:
    tiers = [DEFAULT_SLA[tier] for tier in ("super_vip", "vip", "ordinary")]
    assert all(tier.keys() == {1, 2, 3, 4} for tier in tiers)
    for better, worse in pairwise(tiers):
        for severity in range(1, 5):
            assert (better[severity].respond or 0) <= (worse[severity].respond or 0)
            assert (better[severity].resolve or 0) <= (worse[severity].resolve or 0)
    for tier in tiers:
        responds = [tier[severity].respond or 0 for severity in range(1, 5)]
        assert responds == sorted(responds)


def test_a_site_without_any_of_it_has_a_database_a_journal_and_no_customers(tmp_path: Path) -> None:
    site = _site(tmp_path)
    root = (tmp_path / "s").resolve()
    assert site.journal_folder == root / "journal"
    url = site_database(site)
    assert url is not None
    assert url.database == str(root / "hotline.db")
    assert site.customers_file is None
    assert site.settings.switch == "switch-1"


def test_a_site_may_have_neither_database_nor_journal(tmp_path: Path) -> None:
    site = _site(tmp_path, "database: null\njournal: null\n")
    assert (site_database(site), site.journal_folder) == (None, None)


def test_a_database_url_keeps_its_password_to_itself(tmp_path: Path) -> None:
    site = _site(tmp_path, "database: postgresql://me:secret-word@db.example/hotline\n")
    url = site_database(site)
    assert url is not None
    assert url.drivername == "postgresql+psycopg"
    assert "secret-word" not in repr(site)


def test_the_time_zone_is_the_sites_or_the_machines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _site(tmp_path, "timezone: Asia/Seoul\n").timezone == ZoneInfo("Asia/Seoul")
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    assert _site(tmp_path / "2").timezone == ZoneInfo("Asia/Shanghai")
    monkeypatch.setenv("TZ", "Nowhere/Land")
    assert _site(tmp_path / "3").timezone == UTC
