"""What the documentation says about the code is so: standards, files, commands, exit codes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from typer.main import get_command

from cdr.calls.record import ATTEMPT_OUTCOMES, OUTCOMES
from config import SiteError, load_site
from config.exit_codes import ExitCode
from config.new_site import write_starter_site
from hotline.cli import COMMANDS, build
from hotline.terminal import complain_about_site
from tests.support.paths import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
MAKE_TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def _code(page: Path) -> str:
    """All blocks and spans of code on a page."""
    return "\n".join(re.findall(r"```.*?```|`[^`\n]+`", page.read_text(encoding="utf-8"), re.DOTALL))


def _shell_lines(page: Path) -> list[str]:
    """The command lines in a page's sh blocks, continued ones joined."""
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
    return [line for block in blocks for line in block.replace("\\\n", " ").splitlines() if line.strip()]


def _is_ours(line: str) -> bool:
    words = line.split()
    return words[0] == "make" or "hotline" in words


def test_every_standard_that_the_code_cites_is_in_the_coverage() -> None:
    cited = {
        number
        for path in (ROOT / "telephony").rglob("*.py")
        for number in re.findall(r"RFC (\d{4})", path.read_text(encoding="utf-8"))
    }
    page = (ROOT / "docs" / "rfc-coverage.md").read_text(encoding="utf-8")
    assert sorted(cited - set(re.findall(r"\b\d{4}\b", page))) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_a_page_names_exist(page: Path) -> None:
    code = _code(page)
    rooms = (
        "asr|bench|callback_queue|cdr|config|console|control|docs|hotline|ivr_flows|journal|scripts|softphone"
    )
    rooms += "|supervision|telephony|tests|tts"
    named = set(re.findall(rf"`((?:{rooms})/[\w/.-]*)`", code))
    links = set(re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8")))
    assert [name for name in sorted(named) if not (ROOT / name).exists()] == []
    assert [link for link in sorted(links) if not (page.parent / link).exists()] == []


@pytest.mark.parametrize(
    ("where", "line"),
    [(str(page.relative_to(ROOT)), line) for page in PAGES for line in _shell_lines(page) if _is_ours(line)],
)
def test_commands_on_a_page_and_their_options_exist(where: str, line: str) -> None:
    words = line.split()
    if words[0] == "make":
        assert words[1] in MAKE_TARGETS, line
    if "hotline" in words:
        name, *rest = words[words.index("hotline") + 1 :]
        assert name in COMMANDS, line
        command = get_command(build(name)).commands[name]  # type: ignore[attr-defined]
        if hasattr(command, "commands"):  # a family of commands, such as `hotline flows`
            assert rest[0] in command.commands, line
            command = command.commands[rest[0]]
        while hasattr(command, "commands"):  # `hotline flows check`: a group, then one of its commands
            command, *rest = command.commands[rest[0]], *rest[1:]
        known = {
            option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
        }
        assert {word for word in rest if word.startswith("--")} <= known, line


def test_exit_codes_are_documented() -> None:
    page = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    documented = re.findall(r"^\| (\d) \|", page, re.MULTILINE)
    assert documented == [str(int(code)) for code in ExitCode]


@pytest.mark.parametrize(
    ("page", "heading", "outcomes"),
    [
        ("records.md", "What a call came to", OUTCOMES),
        ("callbacks.md", "## Outcomes of an attempt", ATTEMPT_OUTCOMES),
    ],
)
def test_every_outcome_is_documented(page: str, heading: str, outcomes: Mapping[str, str]) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    table = text[text.index(heading) :].split("\n\n")[1]
    rows = re.findall(r"^\| (`.*?) \|", table, re.MULTILINE)
    documented = [word for row in rows for word in re.findall(r"`(\w+)`", row)]
    assert sorted(documented) == sorted(outcomes)


def test_the_readmes_example_of_mistakes_is_what_the_program_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write_starter_site(tmp_path / "my-site")
    settings = tmp_path / "my-site" / "hotline.yaml"
    text = settings.read_text(encoding="utf-8")
    for right, wrong in (("ring_timeout: 60  ", "ring_timeout: soon"), ("play: welcome", "play: welcom")):
        assert right in text
        text = text.replace(right, wrong)
    settings.write_text(text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SiteError) as caught:
        load_site(Path("my-site"), {})
    complain_about_site(caught.value)
    assert capsys.readouterr().err in (ROOT / "README.md").read_text(encoding="utf-8")
