"""Alarms: what counts as wrong, and who is told (`alarms:` in hotline.yaml)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Literal, TypeAlias, get_args

from pydantic import BeforeValidator, Field

from config.kinds import (
    HostPort,
    OneOrMore,
    OnOff,
    PathText,
    Realm,
    Secret,
    expected,
    host_port,
    matching,
    one_of,
)
from config.models.base import Table
from config.time_kinds import lasting as seconds_of

AlarmName: TypeAlias = Literal[
    "recorder_behind",
    "disk_low",
    "facts_not_on_disk",
    "facts_lost",
    "trunk_down",
    "certificate_ends",
    "recogniser_failing",
    "callbacks_late",
    "callback_crashed",
    "sla_at_risk",
]
ALARMS: tuple[AlarmName, ...] = get_args(AlarmName)

MailAddress = Annotated[str, matching(re.compile(r"[^\s@<>,]+@[^\s@<>,]+"), "a mail address")]


def _amount(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e12:
        raise expected("a number from 0 on")
    return float(value)


Amount = Annotated[float, BeforeValidator(_amount)]
Url = Annotated[str, matching(re.compile(r"https?://\S+"), "the URL of a web service, https://...")]


class AlarmRule(Table):
    """When one alarm is raised and when it ends; what is left out is as in docs/alarms.md."""

    off: OnOff = Field(default=False, description="Whether it is never raised.")
    above: Amount | None = Field(
        default=None, description="Raised at this value or more; the unit depends on the alarm."
    )
    ends_below: Amount | None = Field(
        default=None, description="Ended below this value, which is less, so that it does not come and go."
    )
    lasting: Annotated[float, seconds_of(1, 86400, or_off=True)] | None = Field(
        default=None, description="Raised only after so many seconds at that value."
    )
    calm: Annotated[float, seconds_of(1, 86400, or_off=True)] | None = Field(
        default=None, description="Ended only after so many seconds below the other."
    )
    repeat: Annotated[float, seconds_of(60, 30 * 86400, or_off=True)] | None = Field(
        default=None, description="Told again after so many seconds while it goes on; 0 never."
    )


DEFAULT_ALARMS: Mapping[AlarmName, AlarmRule] = {
    "recorder_behind": AlarmRule(above=5000, ends_below=500, lasting=60, calm=10, repeat=0),
    "disk_low": AlarmRule(above=95, ends_below=93, lasting=0, calm=60, repeat=0),
    "facts_not_on_disk": AlarmRule(above=1, ends_below=1, lasting=5, calm=10, repeat=0),
    "facts_lost": AlarmRule(above=1, ends_below=1, lasting=0, calm=0, repeat=0),
    "trunk_down": AlarmRule(above=3, ends_below=1, lasting=0, calm=0, repeat=0),
    "certificate_ends": AlarmRule(above=14, ends_below=15, lasting=0, calm=0, repeat=86400),
    "recogniser_failing": AlarmRule(above=3, ends_below=1, lasting=0, calm=0, repeat=0),
    "callbacks_late": AlarmRule(above=1800, ends_below=900, lasting=60, calm=60, repeat=0),
    "callback_crashed": AlarmRule(above=1, ends_below=1, lasting=0, calm=0, repeat=0),
    "sla_at_risk": AlarmRule(above=1, ends_below=1, lasting=0, calm=0, repeat=0),
}
"""What holds where `alarms.rules` says nothing."""


class MailSettings(Table):
    """Alarms by mail."""

    server: Annotated[HostPort, host_port("mail.example.org:587", 25)] = Field(
        description="The SMTP server; port 25 unless it says otherwise."
    )
    security: Annotated[Literal["none", "starttls", "tls"], one_of("none", "starttls", "tls")] = Field(
        default="starttls", description="starttls, tls (from the first byte on), or none."
    )
    sender: MailAddress = Field(description="Who they come from.")
    to: OneOrMore[MailAddress] = Field(description="Who gets them.")
    username: Realm | None = Field(default=None, description="For servers that want one.")
    password: Secret | None = Field(default=None, repr=False, description="For that user.")


class WebhookSettings(Table):
    """Alarms to a web service, signed (docs/alarms.md)."""

    url: Url = Field(repr=False, description="Where they are posted.")
    secret: Secret = Field(repr=False, description="Signs them (HMAC-SHA256), 8 to 128 characters.")


class AlarmSettings(Table):
    """Alarms."""

    mail: MailSettings | None = Field(default=None, description="By mail; null for none.")
    webhook: WebhookSettings | None = Field(default=None, description="To a web service; null for none.")
    certificates: OneOrMore[PathText] = Field(
        default=(),
        description="Certificates to watch: files (PEM) in the site, or HOST:PORT of a TLS server.",
    )
    rules: dict[Annotated[AlarmName, one_of(*ALARMS)], AlarmRule] = Field(
        default_factory=dict, description="What differs from the defaults in docs/alarms.md, by alarm."
    )

    def rule(self, name: AlarmName) -> AlarmRule:
        """The whole rule of one alarm."""
        given = self.rules.get(name)
        default = DEFAULT_ALARMS[name]
        if given is None:
            return default
        changes = given.model_dump(exclude_none=True, exclude_unset=True)
        rule = default.model_copy(update=changes)
        if "above" in changes and "ends_below" not in changes:
            # The gap between the two stays as it was, in proportion.
            share = (default.ends_below or 0.0) / (default.above or 1.0)
            rule = rule.model_copy(update={"ends_below": changes["above"] * share})
        return rule
