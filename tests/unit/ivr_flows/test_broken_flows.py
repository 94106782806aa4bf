"""Each file in broken/ is a flow with mistakes; its first lines say what a user reads about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from config import load_site
from ivr_flows.loader import read_flows
from tests.unit.ivr_flows.sites import load, problems, write_site

FILES = sorted(Path(__file__).with_name("broken").glob("*.yaml"))
MARK = "# => "


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_mistake_is_said_with_its_place_and_how_to_mend_it(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    expected = [line.removeprefix(MARK) for line in text.splitlines() if line.startswith(MARK)]
    root = write_site(tmp_path / "s", {path.stem: text})
    found = [str(problem).replace(f"flows/{path.name}", "FILE") for problem in problems(root)]
    assert found == expected
    assert expected


def test_there_are_enough_of_them() -> None:
    assert len(FILES) >= 30


def test_mistakes_of_several_files_come_together(tmp_path: Path) -> None:
    root = write_site(
        tmp_path / "s",
        {
            "a": "steps: {end: {hangpu: }}\n",
            "b": "steps: {say: {say: Hello.}}\n",
            "c": "steps: {end: {hangup: }}\n",
        },
    )
    assert [(problem.file, problem.path) for problem in problems(root)] == [
        ("flows/a.yaml", "steps.end.hangpu"),
        ("flows/b.yaml", "steps.say"),
    ]


def test_loops_and_missing_returns_are_seen_across_flows(tmp_path: Path) -> None:
    root = write_site(
        tmp_path / "s",
        {
            "one": "steps: {hello: {say: Hello.}, on: {goto: {flow: two}}}\n",
            "two": "steps: {hello: {say: Hello.}, on: {goto: {flow: one}}}\n",
            "runs": "steps: {run: {flow: leaves}, end: {hangup: }}\n",
            "leaves": "steps: {end: {hangup: }}\n",
            "left": "steps: {if: {branch: [{when: called, go: end}]}, run: {flow: right}, end: {back: }}\n",
            "right": "steps: {run: {flow: left}, end: {back: }}\n",
        },
    )
    assert [str(problem) for problem in problems(root)] == [
        'flows/left.yaml:1:62  steps.run.flow: flow "right" leads to this step again; '
        "expected it to come back with a back step",
        "flows/one.yaml:1:9  steps.hello: a caller who does nothing stays in this loop for ever: "
        "hello -> on -> two/hello -> two/on -> hello; expected a way out of it",
        'flows/right.yaml:1:21  steps.run.flow: flow "left" leads to this step again; '
        "expected it to come back with a back step",
        'flows/runs.yaml:1:21  steps.run.flow: flow "leaves" never comes back: it has no back step; '
        "expected goto: {flow: leaves}",
        "flows/runs.yaml:1:30  steps.end: no step leads here; expected one that does, or no such step",
    ]


def test_numbers_lead_into_flows_that_can_take_them(tmp_path: Path) -> None:
    settings = "numbers: {4000: {flow: notice}, 4001: {flow: desk, language: ko}}\n"
    root = write_site(tmp_path / "s", {"desk": "languages: [en, zh]\nsteps: {end: {hangup: }}\n"}, settings)
    assert [str(problem) for problem in problems(root)] == [
        'hotline.yaml:1:24  numbers.4000.flow: flow "notice" has a back step, so it is a subroutine; '
        "expected a flow without",
        'hotline.yaml:1:62  numbers.4001.language: found "ko", '
        'expected a language that flow "desk" speaks: en, zh',
    ]


def test_files_that_no_flow_can_be_named_after_are_said_so(tmp_path: Path) -> None:
    root = write_site(tmp_path / "s", {"my flow": "steps: {end: {hangup: }}\n"})
    (root / "flows" / "night.yml").write_text("steps: {end: {hangup: }}\n")
    assert [str(problem) for problem in problems(root)] == [
        "flows/my flow.yaml  expected a file name of letters, digits, - and _ only",
        "flows/night.yml  not read; expected a name that ends in .yaml",
    ]


def test_names_of_a_site_that_could_not_be_loaded_are_not_complained_about(tmp_path: Path) -> None:
    root = write_site(tmp_path / "s", {"a": "steps: {wait: {enqueue: nowhere}, say: {say: Hi.}}\n"})
    found = read_flows(root, None, shown=Path()).problems
    assert [problem.path for problem in found] == ["steps.say", "steps.say"]


def test_waiting_in_a_line_again_and_again_is_no_idle_loop(tmp_path: Path) -> None:
    text = """\
        steps:
          wait:
            enqueue: {queue: support, max_wait: 60, if_timeout: still, otherwise: OTHERWISE}
          still:
            say: You are still in the line.
            next: wait
          end:
            hangup:
    """
    assert problems(write_site(tmp_path / "1", {"main": text.replace("OTHERWISE", "end")})) == []
    # A queue that refuses callers does so at once, again and again.
    found, _ = problems(write_site(tmp_path / "2", {"main": text.replace("OTHERWISE", "still")}))
    assert "wait -> still -> wait" in found.message


def test_the_version_follows_the_meaning_of_the_files(tmp_path: Path) -> None:
    text = "steps: {end: {hangup: }}\n"
    one = load(write_site(tmp_path / "1", {"main": text}))
    commented = load(write_site(tmp_path / "2", {"main": "# a comment\n" + text}))
    other = load(write_site(tmp_path / "3", {"main": "steps: {over: {hangup: }}\n"}))
    assert one.version == commented.version != other.version


def test_a_site_without_flows_has_an_empty_set(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text("")
    loaded = read_flows(tmp_path, load_site(tmp_path, {}), shown=tmp_path)
    assert loaded.flows is not None
    assert loaded.flows.flows == {}
