"""The page, and logging in and out of it. What it shows it gets from the API, like any other program."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qs

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from fastapi.templating import Jinja2Templates

from console.languages import COOKIE as LANGUAGE_COOKIE
from console.languages import TEXTS, language_of, other
from console.problems import ApiError
from console.roles import Right
from console.security import COOKIE, forget, is_own_page, remember
from console.services import Services, services_of

PAGES = Path(__file__).parents[1] / "pages"
_YEAR = 365 * 86400

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(PAGES)


@router.get("/")
async def page(request: Request) -> Response:
    """The page, for those who are logged in."""
    services = services_of(request)
    token = await services.token(request.cookies.get(COOKIE, ""))
    if token is None or not token.may(Right.LOOK):
        return RedirectResponse("/login", 303)
    return _show(request, services, "page.html")


@router.get("/login")
async def login_page(request: Request) -> Response:
    """The form that takes a token."""
    return _show(request, services_of(request), "login.html")


@router.post("/login")
async def log_in(request: Request) -> Response:
    """Take a token, and remember it in a cookie when it works."""
    services = services_of(request)
    _only_from_here(request)
    form = parse_qs((await request.body()).decode(errors="replace"))
    given = form.get("token", [""])[0].strip()
    token = await services.token(given)
    if token is None:
        return _show(request, services, "login.html", wrong=True, status=401)
    answer = RedirectResponse("/", 303)
    remember(answer, given, secure=request.url.scheme == "https")
    return answer


@router.post("/logout")
async def log_out(request: Request) -> Response:
    """Forget the token."""
    _only_from_here(request)
    answer = RedirectResponse("/login", 303)
    forget(answer)
    return answer


def _only_from_here(request: Request) -> None:
    if not is_own_page(request):
        raise ApiError(403, "The form must come from the console's own page.")


def _show(
    request: Request, services: Services, name: str, *, wrong: bool = False, status: int = 200
) -> HTMLResponse:
    language = language_of(request)
    values = {
        "lang": language,
        "other_lang": other(language),
        "text": TEXTS[language],
        "site": services.site.settings.name,
        "wrong": wrong,
    }
    answer = _templates.TemplateResponse(request, name, values, status_code=status)
    if request.query_params.get("lang") == language:
        answer.set_cookie(LANGUAGE_COOKIE, language, max_age=_YEAR, samesite="strict", httponly=True)
    answer.headers["Vary"] = "Accept-Language, Cookie"
    return answer
