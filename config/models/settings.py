"""The switch's own settings (hotline.yaml)."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from config.kinds import (
    HostName,
    HostPort,
    IpAddress,
    Items,
    Listen,
    ListenAddress,
    Name,
    NetworkAddress,
    Number,
    OneOrMore,
    OnOff,
    PathText,
    Realm,
    Text,
    expected,
    host_port,
    one_of,
    seconds,
    whole,
)
from config.models.base import Table
from config.models.numbers import NumberTarget
from config.models.people import Language
from config.models.speech import SpeechSettings
from config.models.voices import VoicesSettings

DigestAlgorithm = Annotated[Literal["MD5", "SHA-256"], one_of("MD5", "SHA-256")]


class RegistrationSettings(Table):
    """How long a phone's registration lasts (RFC 3261 10.3)."""

    min_expires: Annotated[int, whole(1, 3600)] = Field(
        default=60, description="Shorter wishes are answered 423 with this many seconds."
    )
    default_expires: Annotated[int, whole(1, 86400)] = Field(
        default=3600, description="Seconds given to a phone that names none."
    )
    max_expires: Annotated[int, whole(1, 86400)] = Field(
        default=7200, description="Longer wishes are cut to this many seconds."
    )


class SipSettings(Table):
    """Signalling: where we listen, who we are, the protocol's timers."""

    listen: Listen = Field(
        default=(ListenAddress("UDP", "0.0.0.0", 5060), ListenAddress("TCP", "0.0.0.0", 5060)),
        description="Addresses to listen on: udp:HOST:PORT, tcp:HOST:PORT, or HOST:PORT for both.",
    )
    domain: HostName | None = Field(
        default=None,
        description="The site's domain in SIP addresses. This version takes every domain for its own.",
    )
    realm: Realm = Field(default="hotline", description="The realm that phones' passwords belong to.")
    digest_algorithms: OneOrMore[DigestAlgorithm] = Field(
        default=("MD5",),
        description="Digests that phones may prove their password with, best first: MD5, SHA-256. Many "
        "phones give up when they are offered one that they do not know.",
    )
    public_address: IpAddress | None = Field(
        default=None, description="Our address as others see it, when we sit behind a NAT router."
    )
    t1: Annotated[float, seconds(0.05, 5)] = Field(
        default=0.5, description="Timer T1, the estimated round trip, in seconds (RFC 3261 17.1.1.1)."
    )
    t2: Annotated[float, seconds(0.1, 60)] = Field(
        default=4.0, description="Timer T2, the longest interval between retransmissions, in seconds."
    )
    t4: Annotated[float, seconds(0.1, 60)] = Field(
        default=5.0, description="Timer T4, how long a message may linger in the network, in seconds."
    )
    registration: RegistrationSettings = Field(
        default_factory=RegistrationSettings, description="How long registrations last."
    )
    ring_timeout: Annotated[float, seconds(1, 600)] = Field(
        default=60.0, description="Seconds a phone rings before we give up."
    )
    max_calls: Annotated[int, whole(1, 100000)] = Field(
        default=1000, description="Calls at a time; further ones are answered 503 with Retry-After."
    )


class RtpSettings(Table):
    """Media: the UDP ports that sound travels on."""

    first_port: Annotated[int, whole(1024, 65534)] = Field(
        default=20000, description="First port, even (RFC 3550 11: RTP on the even port, RTCP on the next)."
    )
    last_port: Annotated[int, whole(1025, 65535)] = Field(
        default=29999, description="Last port, odd. A call needs two ports, a call between two phones four."
    )
    dead_after: Annotated[float, seconds(1, 3600, or_off=True)] = Field(
        default=30.0,
        description="Hang up a call whose sound has stopped for this many seconds; 0 never does.",
    )
    public_address: IpAddress | None = Field(
        default=None, description="Address for media in SDP. Left out: sip.public_address, or our own."
    )


class HttpSettings(Table):
    """The small HTTP server with /healthz and /metrics."""

    listen: Annotated[HostPort, host_port("127.0.0.1:8480")] = Field(
        default=HostPort("127.0.0.1", 8480), description="Address to listen on; keep it off the internet."
    )


class Trunk(Table):
    """A carrier or another exchange, known by its address."""

    name: Name = Field(description="The trunk's name in reports.")
    addresses: OneOrMore[NetworkAddress] = Field(
        default=(),
        description="Addresses or networks that calls from this trunk come from; no password is asked.",
    )
    numbers: OneOrMore[Number] = Field(
        default=(), description='Numbers that callers on this trunk can reach; "*" for all of them.'
    )
    host: Annotated[HostPort, host_port("sip.example.org:5060", 5060)] | None = Field(
        default=None,
        description="Where calls go out through this trunk. This version sends none out by itself yet.",
    )
    transport: Annotated[Literal["udp", "tcp"], one_of("udp", "tcp")] = Field(
        default="udp", description="Transport of calls that go out."
    )
    from_number: Number | None = Field(
        default=None, description="Caller number shown on calls that go out. Left out: the agent's own."
    )

    @model_validator(mode="before")
    @classmethod
    def _leads_somewhere(cls, data: Any) -> Any:
        if isinstance(data, dict) and not data.get("addresses") and not data.get("host"):
            raise expected("addresses (calls come in), host (calls go out), or both")
        return data

    def publishes(self, number: str) -> bool:
        """Whether callers on this trunk can reach `number`."""
        return "*" in self.numbers or number in self.numbers


class RecordingSettings(Table):
    """Where recordings go."""

    folder: PathText = Field(
        default="recordings", description="Folder, inside the site unless it starts with /."
    )
    record_calls: OnOff = Field(default=False, description="Whether every bridged call is recorded.")


class LogSettings(Table):
    """What the server prints about itself (on standard error)."""

    level: Annotated[
        Literal["debug", "info", "warning", "error"], one_of("debug", "info", "warning", "error")
    ] = Field(
        default="info", description="debug, info, warning or error. Only debug shows numbers and digits."
    )
    format: Annotated[Literal["console", "json"], one_of("console", "json")] = Field(
        default="console", description="console for people, json for machines."
    )


class Settings(Table):
    """All of hotline.yaml."""

    name: Text = Field(default="hotline", description="The site's name in logs and in status.")
    language: Language = Field(default="en", description="Language of prompts unless a call says otherwise.")
    sip: SipSettings = Field(default_factory=SipSettings, description="Signalling.")
    rtp: RtpSettings = Field(default_factory=RtpSettings, description="Media.")
    http: HttpSettings = Field(default_factory=HttpSettings, description="Health and metrics over HTTP.")
    trunks: Items[Trunk] = Field(default=(), description="Carriers and other exchanges.")
    numbers: dict[Number, NumberTarget] = Field(
        default_factory=dict, description="What answers each number; agents' own numbers need no entry."
    )
    music_on_hold: Name = Field(default="default", description="A prompt, or default for the built-in music.")
    speech: SpeechSettings = Field(
        default_factory=SpeechSettings, description="Who understands what callers say."
    )
    voices: VoicesSettings = Field(default_factory=VoicesSettings, description="Who speaks to callers.")
    recordings: RecordingSettings = Field(default_factory=RecordingSettings, description="Recordings.")
    shutdown_grace: Annotated[float, seconds(0, 3600)] = Field(
        default=30.0, description="Seconds that running calls get to finish after SIGTERM."
    )
    log: LogSettings = Field(default_factory=LogSettings, description="Logging.")
    journal: PathText | None = Field(
        default=None,
        description="File for every call's events as JSON lines, inside the site unless it starts with /.",
    )
