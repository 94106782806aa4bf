"""`hotline models`: list the models that hear, speak and understand, get them, try those that are here."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Annotated, Any, TypeAlias

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TransferSpeedColumn

from asr.models.catalogue import CATALOGUE, RECOMMENDED, CatalogueModel, wanted
from asr.models.check import Report, is_supported, try_model
from asr.models.getter import GetError
from asr.models.getter import get as get_model
from asr.models.speed import known, remember
from asr.models.store import find, models_folder
from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption
from hotline.terminal import complain, say, say_json

EXAMPLE = "hotline models get en zh ko"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

NamesArgument: TypeAlias = Annotated[
    list[str] | None,
    typer.Argument(metavar="[NAME]...", help="Models by name, or en, zh, ko for the recommended ones."),
]


@app.callback()
def command() -> None:
    """List, download and check speech models."""


@app.command("list", epilog="Example: hotline models list --json")
def list_(names: NamesArgument = None, json: JsonOption = False) -> None:
    """List the models."""
    folder = models_folder()
    entries = _wanted(names) or list(CATALOGUE)
    if json:
        say_json({"folder": str(folder), "models": [_facts(entry, folder) for entry in entries]})
        return
    width = max(len(entry.name) for entry in entries)
    for entry in entries:
        here = "here" if find(entry.name, folder) else "-"
        facts = (
            f"{' '.join(entry.languages):<8}  {entry.size / 1e6:>5.0f} MB  {here:<4}  {entry.sites[0]:<15}"
        )
        notes = [entry.licence, entry.accuracy or "accuracy not measured"] if entry.hears else [entry.licence]
        say(f"{entry.name:<{width}}  {facts}  {entry.summary} ({'; '.join(notes)})")
    say()
    say(f"Models are kept in {folder}; HOTLINE_MODELS names another folder.")
    for language, recommended in RECOMMENDED.items():
        say(f"hotline models get {language} gets {', '.join(recommended)}.")


@app.command(epilog="Example: hotline models get en zh ko")
def get(names: NamesArgument = None, json: JsonOption = False) -> None:
    """Download models, verify and install them."""
    folder = models_folder()
    entries = _wanted(names)
    if not entries:
        raise typer.BadParameter(f"name languages ({', '.join(RECOMMENDED)}) or names of models")
    problems = _get(entries, folder)
    for entry in entries:
        path = find(entry.name, folder)
        if path is not None and entry.hears and is_supported(entry.engine) and known(path, folder) is None:
            _try(entry, path, folder)
    if json:
        say_json({"models": [_facts(entry, folder) for entry in entries], "problems": problems})
    else:
        for entry in entries:
            if path := find(entry.name, folder):
                say(f"{entry.name}: {path}{_pace(known(path, folder))}")
        for sentence in problems:
            complain(sentence)
        for engine, extra in dict.fromkeys((entry.engine, entry.extra) for entry in entries):
            if not is_supported(engine):
                complain(f"The package for {engine} is missing: pip install 'hotline[{extra}]'")
    if problems:
        raise typer.Exit(ExitCode.FAILED)


@app.command(epilog="Example: hotline models check ko")
def check(names: NamesArgument = None, json: JsonOption = False) -> None:
    """Load the installed (or the named) models, as a call would."""
    folder = models_folder()
    named = _wanted(names)
    reports: list[Report] = []
    for entry in named or CATALOGUE:
        path = find(entry.name, folder)
        if path is not None:
            reports.append(_try(entry, path, folder))
        elif named:
            reports.append(Report(entry.name, f"not installed: hotline models get {entry.name}", 0.0))
        else:
            continue
        if not json:
            report = reports[-1]
            works = f"works, loaded in {report.seconds:g} s{_pace(report.speed)}"
            say(f"{report.name}: {report.problem or works}")
    if json:
        say_json({"models": [asdict(report) for report in reports]})
    elif not reports:
        say(f"No models in {folder}. Get some: hotline models get en")
    if any(report.problem for report in reports):
        raise typer.Exit(ExitCode.FAILED)


def _try(entry: CatalogueModel, path: Path, folder: Path) -> Report:
    """Load a model, and keep how fast it is here: recognisers are chosen by that."""
    report = asyncio.run(try_model(entry, path))
    if report.speed is not None:
        remember(path, report.speed, folder)
    return report


def _pace(speed: float | None) -> str:
    return "" if speed is None else f", {speed:.2f} s per second of speech here"


def _wanted(names: list[str] | None) -> list[CatalogueModel]:
    try:
        return wanted(names or ())
    except KeyError as error:
        complain(f"There is no model {error.args[0]}: `hotline models list` shows all models.")
        raise typer.Exit(ExitCode.USAGE) from None


def _get(entries: list[CatalogueModel], folder: Path) -> list[str]:
    """Get those that are not here, with a bar for each; returns what went wrong."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    problems: list[str] = []
    with Progress(*columns, console=Console(stderr=True)) as progress:
        for entry in entries:
            if find(entry.name, folder) is not None:
                continue
            task = progress.add_task(entry.name, total=entry.size)
            try:
                get_model(entry, folder, partial(_advance, progress, task))
            except GetError as error:
                progress.stop_task(task)
                problems.append(str(error))
    return problems


def _advance(progress: Progress, task: TaskID, here: int) -> None:
    progress.update(task, completed=here)


def _facts(entry: CatalogueModel, folder: Path) -> dict[str, Any]:
    path = find(entry.name, folder)
    return {
        "name": entry.name,
        "engine": entry.engine,
        "kind": entry.kind,
        "languages": entry.languages,
        "about": entry.summary,
        "bytes": entry.size,
        "licence": entry.licence,
        "accuracy": entry.accuracy or None,
        "speed": None if path is None else known(path, folder),
        "from": entry.sites,
        "recommended_for": [language for language, names in RECOMMENDED.items() if entry.name in names],
        "path": None if path is None else str(path),
    }
