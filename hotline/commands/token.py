"""`hotline token`: who may use the console and its API."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from sqlalchemy.exc import SQLAlchemyError

from config import load_site
from config.database import create_engine, site_database
from config.exit_codes import ExitCode
from config.migrate import upgrade
from console.roles import Role
from console.tokens import NameTaken, Token, TokenStore
from hotline.commands.options import JsonOption, SiteOption
from hotline.commands.reading import fail, moment, print_table
from hotline.terminal import complain, say, say_json

EXAMPLE = "hotline token create wall --role read --expires 90d --site my-site"

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None)

ResultT = TypeVar("ResultT")

_NAME = re.compile(r"[\w][\w.@-]{0,63}")
_SPAN = re.compile(r"(\d{1,5})([hdw])")
_UNITS = {"h": 3600, "d": 86400, "w": 7 * 86400}


@app.callback()
def command() -> None:
    """Create, list and revoke tokens for the console and its API."""


@app.command(epilog="Example: hotline token create wall --role read --expires 90d --site my-site")
def create(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Its owner: a person or a program.")],
    role: Annotated[
        Role,
        typer.Option(
            "--role",
            help="read sees figures, with numbers masked; agent works on tickets and sets the own state; "
            "supervisor sets everybody's; admin also revokes tokens.",
        ),
    ] = Role.READ,
    agent: Annotated[
        str,
        typer.Option(
            "--agent", metavar="NUMBER", help="The agent who uses it. Default: NAME, if that is an agent."
        ),
    ] = "",
    expires: Annotated[
        str, typer.Option("--expires", metavar="SPAN", help="When it expires: 12h, 90d, 4w. Default: never.")
    ] = "",
    site: SiteOption = Path("."),
    json: JsonOption = False,
) -> None:
    """Make a token and show it this once: only a digest of it is kept."""
    if _NAME.fullmatch(name) is None:
        fail(f"{name!r} is not a name: use letters, digits, dot, dash, @ and underscore.", ExitCode.USAGE)
    now, loaded = time.time(), load_site(site)
    expires_at = now + _seconds(expires) if expires else None
    agents = {one.number for one in loaded.agents}
    if agent and agent not in agents:
        fail(f"No agent has the number {agent} (agents.yaml).", ExitCode.USAGE)
    if role is Role.AGENT and not agent:
        if name not in agents:
            fail("The role agent needs --agent NUMBER, unless NAME is an agent's number.", ExitCode.USAGE)
        agent = name
    try:
        text, token = _with_store(
            site, lambda store: store.create(name, role, now, agent=agent, expires_at=expires_at)
        )
    except NameTaken:
        complain(f"There is a token named {name} already. Revoke it first: hotline token revoke {name}")
        raise typer.Exit(ExitCode.FAILED) from None
    if json:
        say_json({"name": name, "role": role.value, "agent": agent, "expires_at": expires_at, "token": text})
        return
    say(text)
    until = f", until {moment(token.expires_at, loaded.timezone)}" if token.expires_at else ""
    complain(f"Token for {name}, role {role}{until}. It is shown only once; treat it like a password.")


@app.command("list", epilog="Example: hotline token list --site my-site")
def list_(site: SiteOption = Path("."), json: JsonOption = False) -> None:
    """List all tokens, also revoked and expired ones."""
    tokens = _with_store(site, lambda store: store.list())
    now, zone = time.time(), load_site(site).timezone
    if json:
        say_json([_facts(token, now) for token in tokens])
        return
    if not tokens:
        say("No tokens. Make one: hotline token create NAME")
        return
    rows = []
    for token in tokens:
        works = "yes" if token.works(now) else "revoked" if token.revoked_at else "expired"
        expires = moment(token.expires_at, zone) if token.expires_at else "never"
        made = moment(token.created_at, zone)
        rows.append((token.name, token.role.value, token.agent, f"{token.start}…", made, expires, works))
    print_table(("name", "role", "agent", "begins with", "made", "expires", "works"), rows)


@app.command(epilog="Example: hotline token revoke wall --site my-site")
def revoke(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name given to `create`.")],
    site: SiteOption = Path("."),
) -> None:
    """Revoke a token, at once, also where it is in use."""
    if not _with_store(site, lambda store: store.revoke(name, time.time())):
        complain(f"There is no valid token named {name}.")
        raise typer.Exit(ExitCode.FAILED)
    say(f"revoked: {name}")


def _with_store(folder: Path, work: Callable[[TokenStore], Awaitable[ResultT]]) -> ResultT:
    """Do something with the tokens of a site, whose tables are made when there are none yet."""
    database = site_database(load_site(folder))
    if database is None:
        complain("This site has no tokens: its settings have no database.")
        raise typer.Exit(ExitCode.FAILED)

    async def run() -> ResultT:
        engine = create_engine(database)
        try:
            await upgrade(engine)
            return await work(TokenStore(engine))
        finally:
            await engine.dispose()

    try:
        return asyncio.run(run())
    except (SQLAlchemyError, OSError) as error:
        cause = str(getattr(error, "orig", None) or error).strip().splitlines()
        complain(f"The database does not answer: {cause[0] if cause else type(error).__name__}.")
        raise typer.Exit(ExitCode.FAILED) from None


def _seconds(text: str) -> float:
    found = _SPAN.fullmatch(text)
    if found is None or not int(found[1]):
        fail(
            f"--expires {text}: expected a number of hours, days or weeks, such as 12h, 90d or 4w.",
            ExitCode.USAGE,
        )
    return int(found[1]) * _UNITS[found[2]]


def _facts(token: Token, now: float) -> dict[str, object]:
    return {
        "name": token.name,
        "role": token.role.value,
        "agent": token.agent,
        "start": token.start,
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "works": token.works(now),
    }
