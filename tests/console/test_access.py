"""Who may do what: tokens, roles, the page's cookie, and headers that keep browsers from harm."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import time
from pathlib import Path

import pytest

from config import load_site
from config.database import create_engine, site_database
from console.roles import Role
from console.tokens import TokenStore
from tests.console import story
from tests.console.stage import HOTLINE, Answer, Stage

NOW = time.time()


@pytest.fixture(scope="module")
def told(stage: Stage) -> Stage:
    """A caller, a ticket, a callback and a recording."""
    stage.record("c1.wav", 1.0)
    stage.record("t1/problem.wav", 1.0)
    stage.tell(
        *story.handled("c1", NOW - 100),
        *story.arrival("t1", NOW - 50),
        story.ticket("100001", "t1", NOW - 40),
        story.callback("100001", "t1", NOW - 40),
        *story.ended("t1", NOW - 39),
    )
    stage.when("/api/v1/calls/t1", lambda call: call["ended"], "the calls")
    return stage


LOOKS = (
    "/api/v1/me",
    "/api/v1/site",
    "/api/v1/calls",
    "/api/v1/calls/c1",
    "/api/v1/calls/c1/events",
    "/api/v1/tickets",
    "/api/v1/tickets/100001",
    "/api/v1/callbacks",
    "/api/v1/callbacks/100001.1",
    "/api/v1/agents",
    "/api/v1/agents/1001",
    "/api/v1/queues",
    "/api/v1/queues/support",
    "/api/v1/reports/queues?from=0.5&until=9",
    "/api/v1/customers",
    "/metrics",
)
PRIVATE = (
    "/api/v1/calls/c1/recordings/0",
    "/api/v1/tickets/100001/transcript",
    "/api/v1/tickets/100001/audio/0",
)


@pytest.mark.parametrize("path", [*LOOKS, *PRIVATE, "/api/v1/tokens"])
def test_nothing_is_told_without_a_token(told: Stage, path: str) -> None:
    answer = told.get(path, role=None)
    assert answer.status == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert told.get(path, role=None, Authorization="Bearer hotline_guess").status == 401
    assert told.get(path, role=None, Authorization="Basic Zm9v").status == 401


@pytest.mark.parametrize("path", LOOKS)
@pytest.mark.parametrize("role", ["read", "agent", "supervisor", "admin"])
def test_every_role_may_look(told: Stage, path: str, role: str) -> None:
    assert told.get(path, role=role).status == 200


@pytest.mark.parametrize("path", PRIVATE)
def test_those_who_only_look_hear_nothing(told: Stage, path: str) -> None:
    assert told.get(path, role="read").status == 403
    assert told.get(path, role="agent").status == 200


@pytest.mark.parametrize("path", [path for path in LOOKS if path != "/metrics"])
def test_those_who_only_look_see_no_number_and_no_word_of_a_caller(told: Stage, path: str) -> None:
    said = told.get(path, role="read").body.decode()
    for private in (story.CALLER, story.CALLER[1:], "912345", "Printer on floor", "Paper was", "c1.wav"):
        assert private not in said


def test_who_may_not_see_numbers_cannot_search_for_them(told: Stage) -> None:
    for path in ("calls?number=5678", "callbacks?number=", "customers?search=", "tickets?search="):
        wanted = path if path.endswith("8") else f"{path}%2B8613912345678"
        assert told.get(f"/api/v1/{wanted}", role="read").status == 403
    assert told.get("/api/v1/tickets?search=jammed", role="read").status == 403
    assert told.get("/api/v1/tickets?search=100001", role="read").status == 200


@pytest.mark.parametrize(
    ("method", "path", "body", "roles"),
    [
        ("PATCH", "/api/v1/tickets/100001", {"severity": 3}, {"agent", "supervisor", "admin"}),
        ("POST", "/api/v1/tickets/100001/notes", {"note": "x"}, {"agent", "supervisor", "admin"}),
        ("POST", "/api/v1/callbacks/100001.1/now", {}, {"agent", "supervisor", "admin"}),
        ("POST", "/api/v1/agents/1001/log-in", {}, {"agent", "supervisor", "admin"}),
        ("POST", "/api/v1/agents/1002/log-in", {}, {"supervisor", "admin"}),
        ("POST", "/api/v1/calls/live/hang-up", {}, {"supervisor", "admin"}),
        ("DELETE", "/api/v1/tokens/nobody", None, {"admin"}),
        ("GET", "/api/v1/tokens", None, {"admin"}),
    ],
)
def test_each_change_needs_a_role_that_allows_it(
    told: Stage, method: str, path: str, body: object, roles: set[str]
) -> None:
    told.switch.calls = [{"call": "live", "caller": "", "called": "4000", "source": "trunk:carrier"}]
    allowed = {
        role.value for role in Role if told.ask(method, path, role.value, body).status not in (401, 403)
    }
    assert allowed == roles
    told.switch.calls = []


def test_what_an_agent_does_is_signed_with_the_agents_number(told: Stage) -> None:
    assert told.post("/api/v1/tickets/100001/notes", {"note": "mine"}, role="agent").status == 202
    assert told.switch.asked[-1]["by"] == "agent:1001"


# --- tokens ----------------------------------------------------------------------------------------------


def token(site: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`hotline token` with these arguments."""
    command = [HOTLINE, "token", *arguments, "--site", str(site)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_token_is_made_used_listed_and_revoked(told: Stage) -> None:
    made = token(told.site, "create", "wall", "--role", "read", "--expires", "12h")
    secret = made.stdout.strip()
    assert made.returncode == 0
    assert secret.startswith("hotline_")
    assert told.get("/api/v1/me", role=None, Authorization=f"Bearer {secret}").json["name"] == "wall"
    listed = token(told.site, "list", "--json")
    wall = next(one for one in json.loads(listed.stdout) if one["name"] == "wall")
    assert (wall["role"], wall["works"]) == ("read", True)
    assert secret not in listed.stdout
    again = token(told.site, "create", "wall")
    assert (again.returncode, again.stdout) == (1, "")
    assert token(told.site, "revoke", "wall").returncode == 0
    assert told.get("/api/v1/me", role=None, Authorization=f"Bearer {secret}").status == 401
    assert token(told.site, "revoke", "wall").returncode == 1


def test_a_token_of_an_agent_knows_whose_it_is(told: Stage) -> None:
    assert token(told.site, "create", "1003", "--role", "agent").returncode == 0
    assert token(told.site, "create", "anna", "--role", "agent").returncode == 2
    assert token(told.site, "create", "anna", "--role", "agent", "--agent", "4711").returncode == 2
    assert token(told.site, "create", "anna", "--role", "agent", "--agent", "1003").returncode == 0
    agents = {one["name"]: one["agent"] for one in told.get("/api/v1/tokens", role="admin").json["items"]}
    assert (agents["1003"], agents["anna"]) == ("1003", "1003")


def test_a_token_ends_when_its_time_is_over(told: Stage) -> None:
    async def make() -> str:
        url = site_database(load_site(told.site))
        assert url is not None
        engine = create_engine(url)
        try:
            text, _ = await TokenStore(engine).create("old", Role.ADMIN, NOW - 60, expires_at=NOW - 1)
        finally:
            await engine.dispose()
        return text

    secret = asyncio.run(make())
    assert told.get("/api/v1/me", role=None, Authorization=f"Bearer {secret}").status == 401


def test_an_administrator_revokes_over_the_api(told: Stage) -> None:
    secret = token(told.site, "create", "temp", "--role", "read").stdout.strip()
    assert told.ask("DELETE", "/api/v1/tokens/temp", "admin").status == 204
    assert told.get("/api/v1/me", role=None, Authorization=f"Bearer {secret}").status == 401
    assert told.ask("DELETE", "/api/v1/tokens/temp", "admin").status == 404


def test_no_token_is_kept_anywhere_in_the_site(told: Stage) -> None:
    secrets = [secret.encode() for secret in told.tokens.values()]
    contents = {path.name: path.read_bytes() for path in told.site.rglob("*") if path.is_file()}
    assert {"hotline.yaml", "agents.yaml"} <= contents.keys()
    assert [name for name, content in contents.items() if any(secret in content for secret in secrets)] == []


# --- the page's cookie -----------------------------------------------------------------------------------


@pytest.fixture
def cookie(told: Stage) -> str:
    """The cookie of somebody who has logged in."""
    answer = log_in(told, told.tokens["supervisor"])
    assert (answer.status, answer.headers["location"]) == (303, "/")
    return answer.headers["set-cookie"].partition(";")[0]


def log_in(stage: Stage, secret: str, origin: str | None = None) -> Answer:
    """Send the login's form, as a browser does."""
    headers = {"Origin": origin or f"http://{stage.address}"}
    return stage.ask_form("/login", {"token": secret}, headers)


def test_the_cookie_is_kept_from_scripts_and_other_sites(told: Stage) -> None:
    set_cookie = log_in(told, told.tokens["supervisor"]).headers["set-cookie"].lower()
    for wanted in ("httponly", "samesite=strict", "path=/"):
        assert wanted in set_cookie


def test_a_wrong_token_is_told_and_sets_nothing(told: Stage) -> None:
    answer = log_in(told, "hotline_wrong")
    assert answer.status == 401
    assert "set-cookie" not in answer.headers
    assert b"This token is not valid" in answer.body
    assert b"hotline_wrong" not in answer.body


def test_with_the_cookie_one_may_look(told: Stage, cookie: str) -> None:
    assert told.get("/api/v1/me", role=None, Cookie=cookie).status == 200
    assert told.get("/", role=None, Cookie=cookie).status == 200
    page = told.get("/", role=None)
    assert (page.status, page.headers["location"]) == (303, "/login")


def test_a_change_by_cookie_must_come_from_our_own_page(told: Stage, cookie: str) -> None:
    path, note = "/api/v1/tickets/100001/notes", {"note": "x"}
    own = {"Cookie": cookie, "Origin": f"http://{told.address}"}
    assert told.ask("POST", path, None, note, own).status == 202
    assert (
        told.ask("POST", path, None, note, {"Cookie": cookie, "Sec-Fetch-Site": "same-origin"}).status == 202
    )
    for other in (
        {},
        {"Origin": "http://evil.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
    ):
        assert told.ask("POST", path, None, note, {"Cookie": cookie, **other}).status == 403
    assert log_in(told, told.tokens["admin"], "http://evil.example").status == 403


def test_who_logs_out_is_out(told: Stage, cookie: str) -> None:
    answer = told.ask_form("/logout", {}, {"Cookie": cookie, "Origin": f"http://{told.address}"})
    assert (answer.status, answer.headers["location"]) == (303, "/login")
    assert 'hotline_token=""' in answer.headers["set-cookie"]


def test_every_answer_has_headers_that_keep_browsers_from_harm(told: Stage, cookie: str) -> None:
    for path in ("/", "/login", "/api/v1/calls", "/static/js/main.js", "/api/v1/nothing"):
        headers = told.get(path, role=None, Cookie=cookie).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
    assert told.get("/api/v1/calls", role="read").headers["cache-control"] == "no-store"


def test_a_page_has_no_script_and_no_style_of_its_own(told: Stage, cookie: str) -> None:
    for path in ("/", "/login"):
        body = told.get(path, role=None, Cookie=cookie).body.decode()
        assert "style=" not in body
        assert "<script>" not in body
        assert not re.search(r"\son\w+=", body)
        assert "http://" not in body
        assert "https://" not in body


def test_the_page_speaks_the_browsers_language_until_told_otherwise(told: Stage) -> None:
    german = told.get("/login", role=None, Accept_Language="de-DE,de;q=0.9")
    chinese = told.get("/login", role=None, Accept_Language="fr, zh-CN;q=0.9, en;q=0.5")
    assert b'lang="en"' in german.body
    assert "登录" in chinese.body.decode()
    switched = told.get("/login?lang=en", role=None, Accept_Language="zh-CN")
    assert b"Log in" in switched.body
    chosen = switched.headers["set-cookie"].partition(";")[0]
    assert b"Log in" in told.get("/login", role=None, Accept_Language="zh-CN", Cookie=chosen).body


def test_files_outside_the_pages_are_not_served(told: Stage) -> None:
    for path in ("/static/../page.html", "/static/%2e%2e/%2e%2e/app.py", "/static//etc/passwd"):
        assert told.get(path, role="admin").status == 404
