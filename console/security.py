"""Authentication: a token from the header or the page's cookie; checks that changes come from our own page.

Programs send `Authorization: Bearer TOKEN`. The page keeps the token in a cookie that scripts cannot read and
that other sites' pages do not send (HttpOnly, SameSite=Strict); a change that comes by cookie must name our
own origin as well. Tokens are never logged. What a token allows is in `console.roles`.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any
from urllib.parse import urlsplit

from fastapi import Depends, Request
from fastapi.security import APIKeyCookie, HTTPBearer
from starlette.requests import HTTPConnection
from starlette.responses import Response

from console.problems import CHALLENGE, ApiError
from console.roles import Right
from console.services import Services, services_of
from console.tokens import Token

COOKIE = "hotline_token"
COOKIE_SECONDS = 12 * 3600
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

_bearer = HTTPBearer(auto_error=False, scheme_name="token", description="A token of `hotline token create`.")
_cookie = APIKeyCookie(
    name=COOKIE, auto_error=False, scheme_name="page", description="What the page's login sets."
)


async def identify(connection: HTTPConnection) -> Token | None:
    """Whose token the question carries; None when it carries none that works.

    Raises:
        ApiError: 403, a change by cookie that does not come from our own page.
    """
    services = services_of(connection)
    scheme, _, given = connection.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return await services.token(given.strip())
    given = connection.cookies.get(COOKIE, "")
    if not given:
        return None
    token = await services.token(given)
    method = connection.scope.get("method", "WEBSOCKET")
    if token is not None and method not in SAFE_METHODS and not is_own_page(connection):
        raise ApiError(403, "A change by cookie must come from the console's own page.")
    return token


def is_own_page(connection: HTTPConnection) -> bool:
    """Whether a browser says that a page of this very host asks."""
    origin = connection.headers.get("origin")
    if origin is not None:
        return urlsplit(origin).netloc == connection.headers.get("host", "")
    return connection.headers.get("sec-fetch-site") == "same-origin"


def require(token: Token, right: Right) -> None:
    """Go on only with a token that allows `right`.

    Raises:
        ApiError: 403, it does not.
    """
    if not token.may(right):
        raise ApiError(403, f"A token with the role {token.role} may not {right}.")


def needs(right: Right) -> Callable[..., Coroutine[Any, Any, Token]]:
    """A dependency: a token that allows `right`."""

    async def allowed(
        request: Request, _b: object = Depends(_bearer), _c: object = Depends(_cookie)
    ) -> Token:
        token = await identify(request)
        if token is None:
            raise ApiError(401, "A valid token is required.", dict(CHALLENGE))
        require(token, right)
        return token

    return allowed


Looking = Annotated[Token, Depends(needs(Right.LOOK))]
SeeingPrivate = Annotated[Token, Depends(needs(Right.SEE_PRIVATE))]
Working = Annotated[Token, Depends(needs(Right.WORK))]
SettingState = Annotated[Token, Depends(needs(Right.OWN_STATE))]
HangingUp = Annotated[Token, Depends(needs(Right.HANG_UP))]
MindingTokens = Annotated[Token, Depends(needs(Right.TOKENS))]


def remember(response: Response, token: str, *, secure: bool) -> None:
    """Set the page's cookie."""
    response.set_cookie(
        COOKIE, token, max_age=COOKIE_SECONDS, path="/", secure=secure, httponly=True, samesite="strict"
    )


def forget(response: Response) -> None:
    """Take the page's cookie away."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


Asked = Annotated[Services, Depends(services_of)]
