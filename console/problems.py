"""Errors as problem+json (RFC 9457): the API reports every error in this form."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from control.client import BadAnswer, NotRunning, Refused

log = logging.getLogger(__name__)

PROBLEM_TYPE = "application/problem+json"
CHALLENGE = {"WWW-Authenticate": 'Bearer realm="hotline"'}


class Fault(BaseModel):
    """One thing that is wrong with a question."""

    where: str = Field(description="The parameter or field.", examples=["query.limit"])
    what: str = Field(description="What is wrong with it.", examples=["Input should be less than 201"])


class Problem(BaseModel):
    """Why a question could not be answered (RFC 9457)."""

    title: str = Field(description="The status in words.", examples=["Not Found"])
    status: int = Field(description="The HTTP status.", examples=[404])
    detail: str = Field(description="What is wrong, for people.", examples=["There is no ticket 7."])
    faults: list[Fault] = Field(default=[], description="Every error in the request, with status 422.")


RESPONSES: dict[int | str, dict[str, Any]] = {
    status: {
        "description": text,
        "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    for status, text in {
        401: "No token, or one that is no longer valid.",
        403: "The token's role does not allow this.",
        422: "An invalid request; `faults` lists every error.",
        503: "The database or the switch is unavailable.",
    }.items()
}


class ApiError(HTTPException):
    """A refusal with a sentence for people.

    Args:
        status: the HTTP status.
        detail: the sentence.
        headers: further headers of the answer.
    """

    def __init__(self, status: int, detail: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(status, detail, headers)


def problem(
    status: int, detail: str, *, headers: dict[str, str] | None = None, faults: list[Fault] | None = None
) -> JSONResponse:
    """The answer that tells of a problem."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, faults=faults or [])
    content = body.model_dump(exclude_defaults=True)
    return JSONResponse(content, status, headers=headers, media_type=PROBLEM_TYPE)


def install(app: FastAPI) -> None:
    """Make `app` answer every error in that shape."""

    @app.exception_handler(HTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers) if error.headers else None
        return problem(error.status_code, str(error.detail), headers=headers)

    @app.exception_handler(RequestValidationError)
    async def mistaken(request: Request, error: RequestValidationError) -> JSONResponse:
        # What was given is not repeated: it may be private.
        faults = [Fault(where=".".join(map(str, one["loc"])), what=one["msg"]) for one in error.errors()]
        return problem(422, "The request is invalid.", faults=faults)

    @app.exception_handler(NotRunning)
    @app.exception_handler(BadAnswer)
    async def no_switch(request: Request, error: Exception) -> JSONResponse:
        return problem(503, str(error), headers={"Retry-After": "5"})

    @app.exception_handler(Refused)
    async def switch_refused(request: Request, error: Refused) -> JSONResponse:
        faults = [Fault(where=f"body.{name}", what=why) for name, why in error.fields.items()]
        return problem(422 if faults else 409, str(error), faults=faults)

    @app.exception_handler(OperationalError)
    @app.exception_handler(PoolTimeout)
    @app.exception_handler(OSError)
    async def no_database(request: Request, error: Exception) -> JSONResponse:
        log.warning("no answer from the database: %s", type(error).__name__)
        return problem(503, "The database does not answer.", headers={"Retry-After": "5"})

    @app.exception_handler(DBAPIError)
    async def database_failed(request: Request, error: DBAPIError) -> JSONResponse:
        # A table that is not there yet is one, on PostgreSQL. Values stay out of the log.
        log.warning("the database refused a query: %s", type(error.orig).__name__)
        return problem(503, "The database is not ready.", headers={"Retry-After": "5"})

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> JSONResponse:
        return problem(500, "Internal error; see the log.")
