"""The languages of the pages, and the texts that are shown before any script runs."""

from __future__ import annotations

from starlette.requests import Request

COOKIE = "hotline_language"
LANGUAGES = ("en", "zh")

TEXTS = {
    "en": {
        "skip": "Skip to content",
        "views": "Views",
        "other_language": "中文",
        "log_in": "Log in",
        "log_out": "Log out",
        "token": "Token",
        "token_hint": "An administrator can create one with",
        "wrong_token": "This token is not valid. It may have been revoked or have expired.",
        "needs_script": "This page needs JavaScript.",
    },
    "zh": {
        "skip": "跳到内容",
        "views": "视图",
        "other_language": "English",
        "log_in": "登录",
        "log_out": "退出",
        "token": "令牌",
        "token_hint": "由管理员用此命令生成：",
        "wrong_token": "令牌无效。是否已被撤销或已过期？",
        "needs_script": "此页面需要 JavaScript。",
    },
}


def language_of(request: Request) -> str:
    """The language requested: by `?lang=`, chosen before, or what the browser likes best."""
    for wish in (request.query_params.get("lang"), request.cookies.get(COOKIE)):
        if wish in LANGUAGES:
            return wish
    return _preferred(request.headers.get("accept-language", ""))


def _preferred(header: str) -> str:
    """The best of our languages by Accept-Language (RFC 9110 12.5.4); English when none is wanted."""
    wishes = []
    for position, part in enumerate(header.split(",")):
        tag, _, parameters = part.partition(";")
        name, _, value = parameters.strip().partition("=")
        try:
            weight = float(value) if name == "q" else 1.0
        except ValueError:
            weight = 0.0
        language = tag.strip().lower().partition("-")[0]
        if language in LANGUAGES and weight > 0:
            wishes.append((-weight, position, language))
    return min(wishes)[2] if wishes else LANGUAGES[0]


def other(language: str) -> str:
    """The language that the switch on the page leads to."""
    return LANGUAGES[1 - LANGUAGES.index(language)]
