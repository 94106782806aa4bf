"""http: look something up in another system."""

from __future__ import annotations

import json
import re
from typing import Annotated, Any, Literal
from urllib.parse import quote, unquote

from pydantic import BeforeValidator, Field, WithJsonSchema

from config.kinds import expected, one_of, seconds
from ivr_flows.expressions import Value
from ivr_flows.kinds import Setting, Step, TextTemplate, Variable, read_template
from ivr_flows.settings import ShortTable
from ivr_flows.steps.context import Context
from ivr_flows.steps.conversation import Conversation, HttpAnswer, HttpRequest
from ivr_flows.steps.outcomes import Done, Goto, Outcome
from ivr_flows.templates import Template
from ivr_flows.verbs.base import Verb, go
from ivr_flows.verbs.set import setting_value

_URL = re.compile(r"https?://[^\s/?#{}]+([/?#].*)?", re.DOTALL)
_PATH = re.compile(r"[\w-]+(\.[\w-]+)*")
_HEADER = re.compile(r"[0-9A-Za-z!#$%&'*+.^_`|~-]{1,100}")
_LONGEST_VALUE = 1000
# How often a server may decode what was escaped once, and once more: "%252e" takes two.
_DECODINGS = 5
# ";" begins a parameter of a segment, which some servers cut off first: "..;x" is "..".
_LEADS_AWAY = re.compile(r"[/\\\x00-\x1f\x7f]|\A\.\.?;")
_HOLE = "\0"


def _url(value: object) -> object:
    if isinstance(value, str) and not _URL.fullmatch(value):
        raise expected("http:// or https://, a host without {...}, and a path; values may be in the path")
    return read_template(value)


def _json_path(value: object) -> object:
    if not isinstance(value, str) or not _PATH.fullmatch(value):
        raise expected('where it stands in the answer\'s JSON, such as "ticket.state" or "items.0.name"')
    return value


def _header_name(value: object) -> object:
    if not isinstance(value, str) or not _HEADER.fullmatch(value):
        raise expected("the name of an HTTP header, such as Authorization")
    return value


Url = Annotated[Template, BeforeValidator(_url), WithJsonSchema({"type": "string", "pattern": "^https?://"})]
JsonPath = Annotated[str, BeforeValidator(_json_path)]
HeaderName = Annotated[str, BeforeValidator(_header_name)]


class Http(ShortTable, Verb):
    """Look something up in another system over HTTP, and store parts of the JSON response in variables.

    Callers should not wait long: after `timeout` seconds, or when the response is not a success (2xx), the
    variables get the values of `fallback` and the call goes to `otherwise`, or to the next step if there is
    a `fallback`. `http.status` is the response status, 0 without a response.

    Values in the URL are escaped. One that would lead to another path (`..`, a slash, nothing at all, also in
    escaped form) is not looked up: the lookup fails. Redirects are not followed, compressed responses are
    refused, and a response may have 256 kB.

    Example:
        steps:
          look:
            http:
              url: https://desk.example.org/tickets/{ticket}
              timeout: 2
              save: {state: ticket.state}
              if_not_found: unknown
              otherwise: sorry
          tell:
            say: Your ticket is {state}.
            next: end
          unknown:
            say: There is no such ticket.
            next: end
          sorry:
            say: I cannot look that up at the moment.
          end:
            hangup:
    """

    shorthand = "url"
    needs_answer = False

    url: Url = Field(description="The URL; `{...}` may be used after the host.")
    method: Annotated[Literal["GET", "POST"], one_of("GET", "POST")] = Field(
        default="GET", description="The request method."
    )
    headers: dict[HeaderName, TextTemplate] = Field(
        default_factory=dict, description="Headers of the request."
    )
    body: dict[str, Setting] = Field(default_factory=dict, description="With POST: values to send as JSON.")
    timeout: Annotated[float, seconds(0.1, 30)] = Field(
        default=3.0, description="Seconds to wait for the response."
    )
    save: dict[Variable, JsonPath] = Field(
        default_factory=dict, description="Variables, each with the path of its value in the JSON response."
    )
    fallback: dict[Variable, Setting] = Field(
        default_factory=dict, description="Values of the variables when the lookup fails."
    )
    if_not_found: Step | None = Field(default=None, description="After a 404. Default: `otherwise`.")
    otherwise: Step | None = Field(
        default=None,
        description="When the lookup fails. Default: the next step with `fallback`, else `on_error`.",
    )

    async def run(self, conversation: Conversation, context: Context) -> Outcome:
        """Ask, keep, go on."""
        url = self.url.text(context.names, lambda value: quote(value, safe=""))
        if not stays_in_path(self.url, url):
            return self._failed(context, None, "a value that would lead elsewhere")
        request = HttpRequest(
            self.method,
            url,
            {name: _one_line(context.text(value)) for name, value in self.headers.items()},
            self._body(context) if self.method == "POST" else None,
            self.timeout,
        )
        answer = await conversation.lookup(request)
        context.variables["http.status"] = 0 if answer is None else answer.status
        found = _read(answer)
        if found is not None:
            for name, path in self.save.items():
                context.variables[name] = _at(found, path)
            return Done()
        return self._failed(
            context, answer, "no answer" if answer is None else f"http status {answer.status}"
        )

    def _failed(self, context: Context, answer: HttpAnswer | None, why: str) -> Outcome:
        for name, value in self.fallback.items():
            secret = context.reads_secret(value)
            context.put(name, setting_value(context, value), secret=secret)
        if answer is not None and answer.status == 404 and self.if_not_found is not None:
            return Goto(self.if_not_found)
        if self.otherwise is None and self.fallback:
            return Done()
        return go(self.otherwise, why)

    def _body(self, context: Context) -> str:
        values = {name: setting_value(context, value) for name, value in self.body.items()}
        return json.dumps(values, ensure_ascii=False)


def stays_in_path(url: Template, filled: str) -> bool:
    """Whether the values in a URL left its path where the flow wrote it.

    A value is one segment of the path, or a part of one. A segment that is "." or "..", also after it is
    decoded (once or twice: servers differ), would climb out; an empty one would end the path early; one that
    holds a slash is a path of its own to a server that decodes before it looks.

    Args:
        url: as the flow has it.
        filled: with its values, each percent-encoded.
    """
    written = "".join(piece if isinstance(piece, str) else _HOLE for piece in url.pieces)
    before, after = (re.split(r"[?#]", text, maxsplit=1)[0].split("/")[3:] for text in (written, filled))
    return len(before) == len(after) and all(
        _HOLE not in own or _is_segment(segment) for own, segment in zip(before, after, strict=True)
    )


def _is_segment(text: str) -> bool:
    """Whether a server takes it for one name in a folder, however often it decodes it."""
    for _ in range(_DECODINGS):
        if not text or text in (".", "..") or _LEADS_AWAY.search(text):
            return False
        text = unquote(text)
    return True


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _read(answer: HttpAnswer | None) -> Any:
    """The JSON of a success; an empty table when it has no JSON that we can read; None when it is none."""
    if answer is None or not 200 <= answer.status < 300:
        return None
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return {} if found is None else found


def _at(found: Any, path: str) -> Value:
    """The value at a path, "" where there is none."""
    for part in path.split("."):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isdecimal() and int(part) < len(found):
            found = found[int(part)]
        else:
            return ""
    if isinstance(found, str):
        return found[:_LONGEST_VALUE]
    return found if isinstance(found, bool | int | float) else ""
