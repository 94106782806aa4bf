"""Alarms reach people: over a real SMTP server and a real HTTP server, and what fails is tried again."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from alarms.outbox import ATTEMPTS, LONGEST_QUEUE, Notice, Outbox, signature
from config.models.alarms import AlarmSettings
from tests.support.ports import free_port

SECRET = "a secret of the webhook"
PAUSES = (0.02,)


def notice(number: int = 0, **facts: Any) -> Notice:
    known: dict[str, Any] = {
        "what": "raised",
        "alarm": "trunk_down",
        "subject": f"carrier-{number}",
        "text": "Trunk carrier did not take up the last 3 calls.",
        "value": 3.0,
        "site": "Büro 客服",
        "switch": "switch-1",
        "at": 1_800_000_000.0,
        "raised_at": 1_800_000_000.0,
    }
    return Notice(**{**known, **facts})


class Mailbox:
    """Takes mails, after refusing some.

    Args:
        refuse: so many are refused for now first.
    """

    def __init__(self, refuse: int = 0) -> None:
        self.mails: list[Any] = []
        self.refused = refuse

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.refused:
            self.refused -= 1
            return "451 Try again later"
        assert isinstance(envelope.content, bytes)
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))
        return "250 OK"


@contextmanager
def mail_server(box: Mailbox) -> Iterator[dict[str, Any]]:
    controller = Controller(box, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        yield {
            "server": f"127.0.0.1:{controller.port}",
            "security": "none",
            "sender": "hotline@example.org",
            "to": ["anna@example.org", "ben@example.org"],
        }
    finally:
        controller.stop()


@contextmanager
def web_server(*statuses: int) -> Iterator[tuple[dict[str, Any], list[tuple[dict[str, str], bytes]]]]:
    """Answers with these statuses, then 204."""
    left, got = list(statuses), []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers.items()), body))
            self.send_response(left.pop(0) if left else 204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield {"url": f"http://127.0.0.1:{server.server_port}/alarms", "secret": SECRET}, got
    finally:
        server.shutdown()
        server.server_close()


async def until(outbox: Outbox, way: str, **wanted: object) -> dict[str, Any]:
    async with asyncio.timeout(10):
        while any(outbox.status()[way][name] != value for name, value in wanted.items()):  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    return outbox.status()[way]


def box_with(**settings: Any) -> Outbox:
    outbox = Outbox(PAUSES)
    outbox.use(AlarmSettings.model_validate(settings))
    return outbox


def test_a_mail_says_what_is_wrong_to_everybody_after_being_refused_for_now() -> None:
    box = Mailbox(refuse=2)

    async def scene() -> None:
        outbox = box_with(mail=settings)
        assert outbox.tell(notice()) == ["mail"]
        assert outbox.tell(notice(1, what="ended", at=1_800_000_600.0)) == ["mail"]
        await until(outbox, "mail", sent=2, problem="")
        await outbox.close()

    with mail_server(box) as settings:
        asyncio.run(scene())
    first, second = box.mails
    assert first["Subject"] == "[Büro 客服] raised: trunk_down carrier-0"
    assert first["To"] == "anna@example.org, ben@example.org"
    assert first["Auto-Submitted"] == "auto-generated"
    assert "did not take up the last 3 calls" in first.get_content()
    assert second["Subject"] == "[Büro 客服] ended: trunk_down carrier-1"


def test_a_webhook_is_signed_and_tried_again_until_it_is_taken() -> None:
    async def scene() -> None:
        outbox = box_with(webhook=settings)
        outbox.tell(notice())
        await until(outbox, "webhook", sent=1)
        await outbox.close()

    with web_server(503, 302) as (settings, got):
        asyncio.run(scene())
    assert len(got) == 3
    headers, body = got[-1]
    assert json.loads(body)["alarm"] == "trunk_down"
    assert json.loads(body)["site"] == "Büro 客服"
    assert headers["X-Hotline-Signature"] == "sha256=" + signature(
        SECRET, headers["X-Hotline-Timestamp"], body
    )
    assert signature("another secret", headers["X-Hotline-Timestamp"], body) not in headers.values()


def test_a_server_that_stays_away_costs_nothing_but_its_own_alarms() -> None:
    box = Mailbox()

    async def scene() -> None:
        dead = {"url": f"http://127.0.0.1:{free_port()}/", "secret": SECRET}
        outbox = box_with(mail=settings, webhook=dead)
        for number in range(3):
            outbox.tell(notice(number))
        await until(outbox, "mail", sent=3)
        failed = await until(outbox, "webhook", waiting=0)
        assert (failed["sent"], failed["dropped"], failed["problem"]) == (0, 3, "ConnectError")
        await outbox.close()

    with mail_server(box) as settings:
        asyncio.run(scene())
    assert [mail["Subject"].split()[-1] for mail in box.mails] == ["carrier-0", "carrier-1", "carrier-2"]
    assert ATTEMPTS > 1


def test_a_queue_is_bounded_and_the_newest_stay() -> None:
    async def scene() -> None:
        outbox = Outbox((30.0,))
        outbox.use(
            AlarmSettings.model_validate(
                {"webhook": {"url": f"http://127.0.0.1:{free_port()}/", "secret": SECRET}}
            )
        )
        for number in range(LONGEST_QUEUE + 50):
            outbox.tell(notice(number))
        assert outbox.status()["webhook"]["waiting"] == LONGEST_QUEUE
        assert outbox.status()["webhook"]["dropped"] == 50
        await outbox.close(seconds=0.1)

    asyncio.run(scene())


def test_without_settings_nobody_is_told() -> None:
    async def scene() -> None:
        outbox = box_with()
        assert outbox.tell(notice()) == []
        assert outbox.status() == {}

    asyncio.run(scene())
