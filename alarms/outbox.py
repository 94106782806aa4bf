"""Tells people about alarms: by mail and to a web service, in order, tried again for a while.

Each way has a queue of its own, so that a mail server that is down holds up no webhook. A queue is bounded:
where it is full the oldest is dropped and counted.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
import smtplib
import ssl
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

import httpx

from config.models.alarms import AlarmSettings, MailSettings, WebhookSettings

log = logging.getLogger(__name__)

LONGEST_QUEUE = 100
ATTEMPTS = 8
PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0, 120.0, 300.0)
"""Seconds between attempts."""
SECONDS = 15.0
"""So long one attempt may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told.

    Args:
        what: "raised", "repeated", "ended" or "test".
        alarm, subject, text, value: as in `alarms.events.AlarmRaised`.
        site: the site's name; `switch` that of its switch.
        at: when it happened, `raised_at` when it began; Unix seconds.
    """

    what: str
    alarm: str
    subject: str
    text: str
    value: float
    site: str
    switch: str
    at: float
    raised_at: float


def mail_of(notice: Notice, settings: MailSettings) -> EmailMessage:
    """The mail that tells it."""
    mail = EmailMessage()
    subject = f" {notice.subject}" if notice.subject else ""
    mail["Subject"] = f"[{_line(notice.site)}] {notice.what}: {_line(notice.alarm + subject)}"
    mail["From"] = settings.sender
    mail["To"] = ", ".join(settings.to)
    mail["Date"] = formatdate(notice.at)
    mail["Message-ID"] = make_msgid(domain=settings.sender.rpartition("@")[2])
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday answers
    began = formatdate(notice.raised_at, localtime=True)
    when = formatdate(notice.at, localtime=True)
    times = f"since {began}" if notice.what != "ended" else f"from {began} to {when}"
    mail.set_content(f"{notice.text}\n\n{notice.alarm}{subject}, {times}\n{notice.site}, {notice.switch}\n")
    return mail


def _line(text: str) -> str:
    return " ".join(text.split())


def send_mail(notice: Notice, settings: MailSettings) -> None:
    """Hand one mail to the server; for a thread.

    Raises:
        OSError, smtplib.SMTPException: it did not take it.
    """
    host, port = settings.server.host, settings.server.port
    context = ssl.create_default_context()
    if settings.security == "tls":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=SECONDS, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=SECONDS)
    with server:
        if settings.security == "starttls":
            server.starttls(context=context)
        if settings.username is not None and settings.password is not None:
            server.login(settings.username, settings.password)
        server.send_message(mail_of(notice, settings))


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) over the time, a dot and the body: an old message can't be sent again as new."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


async def post(client: httpx.AsyncClient, notice: Notice, settings: WebhookSettings) -> None:
    """Post it.

    Raises:
        httpx.HTTPError: it did not get there, or was not taken (a status other than 2xx).
    """
    body = json.dumps(asdict(notice), ensure_ascii=False).encode()
    timestamp = str(int(time.time()))
    headers = {
        "Content-Type": "application/json",
        "X-Hotline-Timestamp": timestamp,
        "X-Hotline-Signature": f"sha256={signature(settings.secret, timestamp, body)}",
    }
    answer = await client.post(settings.url, content=body, headers=headers, timeout=SECONDS)
    if not answer.is_success:
        raise httpx.HTTPStatusError(f"status {answer.status_code}", request=answer.request, response=answer)


class _Way:
    """One way to people, with its queue.

    Args:
        name: for logs.
        send: tells one.
        pauses: between attempts.
    """

    def __init__(
        self, name: str, send: Callable[[Notice], Awaitable[None]], pauses: tuple[float, ...]
    ) -> None:
        self._name = name
        self._send = send
        self._pauses = pauses
        self._queue: deque[Notice] = deque()
        self._task: asyncio.Task[None] | None = None
        self.dropped = 0
        self.sent = 0
        self.problem = ""

    @property
    def waiting(self) -> int:
        return len(self._queue)

    def put(self, notice: Notice) -> None:
        if len(self._queue) >= LONGEST_QUEUE:
            # The first one may be on its way: the next goes.
            del self._queue[1]
            self.dropped += 1
        self._queue.append(notice)
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._run())

    async def close(self, seconds: float) -> None:
        if self._task is not None:
            await asyncio.wait({self._task}, timeout=seconds)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        while self._queue:
            notice = self._queue[0]
            for attempt in range(ATTEMPTS):
                try:
                    await self._send(notice)
                except (OSError, smtplib.SMTPException, httpx.HTTPError, httpx.InvalidURL) as error:
                    # Neither URL nor addresses: they may hold secrets.
                    self.problem = type(error).__name__
                    if attempt + 1 == ATTEMPTS:
                        self.dropped += 1
                        log.error("an alarm could not be told by %s: %s", self._name, self.problem)
                    else:
                        if attempt == 0:
                            log.warning("an alarm is told by %s later: %s", self._name, self.problem)
                        await asyncio.sleep(self._pauses[min(attempt, len(self._pauses) - 1)])
                else:
                    self.sent += 1
                    self.problem = ""
                    break
            self._queue.popleft()


class Outbox:
    """All ways of a site.

    Args:
        pauses: seconds between attempts.
    """

    def __init__(self, pauses: tuple[float, ...] = PAUSES) -> None:
        self._pauses = pauses
        self._settings = AlarmSettings()
        self._client: httpx.AsyncClient | None = None
        self._ways = {
            "mail": _Way("mail", self._mail, pauses),
            "webhook": _Way("webhook", self._webhook, pauses),
        }

    def use(self, settings: AlarmSettings) -> None:
        """Go by these settings, also for what still waits."""
        self._settings = settings

    def tell(self, notice: Notice) -> list[str]:
        """Have it told; returns the ways by which it goes."""
        names = [name for name in self._ways if getattr(self._settings, name) is not None]
        for name in names:
            self._ways[name].put(notice)
        return names

    def status(self) -> dict[str, dict[str, object]]:
        """How each way that the site has is doing."""
        return {
            name: {
                "sent": way.sent,
                "waiting": way.waiting,
                "dropped": way.dropped,
                "problem": way.problem,
            }
            for name, way in self._ways.items()
            if getattr(self._settings, name) is not None
        }

    async def close(self, seconds: float = 2.0) -> None:
        """Send what goes quickly, and end."""
        await asyncio.gather(*(way.close(seconds) for way in self._ways.values()))
        if self._client is not None:
            await self._client.aclose()

    async def _mail(self, notice: Notice) -> None:
        settings = self._settings.mail
        if settings is not None:
            await asyncio.to_thread(send_mail, notice, settings)

    async def _webhook(self, notice: Notice) -> None:
        settings = self._settings.webhook
        if settings is not None:
            if self._client is None:
                self._client = httpx.AsyncClient(follow_redirects=False)
            await post(self._client, notice, settings)
