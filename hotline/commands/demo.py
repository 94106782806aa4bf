"""`hotline demo`."""

from __future__ import annotations

from typing import Annotated, cast

import typer

from hotline.demo import run
from hotline.demo.lines import STORIES, Language

EXAMPLE = "hotline demo"


def command(
    language: Annotated[str, typer.Option(help=f"What is spoken: {', '.join(STORIES)}.")] = "en",
) -> None:
    """Play a whole call: a customer leaves a problem with the bot, an agent calls back."""
    if language not in STORIES:
        raise typer.BadParameter(f"--language {language}: the demo speaks {', '.join(STORIES)}")
    raise typer.Exit(run(cast(Language, language)))
