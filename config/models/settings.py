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
    Secret,
    Text,
    expected,
    host_port,
    one_of,
    seconds,
    whole,
)
from config.models.agent_settings import AgentSettings
from config.models.agents import Language
from config.models.alarms import AlarmSettings
from config.models.base import Table
from config.models.callbacks import CallbackSettings, DistributionSettings
from config.models.hours import Zone
from config.models.numbers import NumberTarget
from config.models.outbound import CountryCode, OutboundSettings
from config.models.speech import SpeechSettings
from config.models.storage import (
    ConsoleSettings,
    DatabaseText,
    JournalSettings,
    PrivacySettings,
    TraceSettings,
)
from config.models.tickets import TicketSettings
from config.models.understanding import UnderstandingSettings
from config.models.voices import VoicesSettings

DigestAlgorithm = Annotated[Literal["MD5", "SHA-256"], one_of("MD5", "SHA-256")]


class RegistrationSettings(Table):
    """How long a phone's registration lasts (RFC 3261 10.3)."""

    min_expires: Annotated[int, whole(1, 3600)] = Field(
        default=60, description="Shortest registration in seconds; shorter requests are answered 423."
    )
    default_expires: Annotated[int, whole(1, 86400)] = Field(
        default=3600, description="Seconds for a phone that requests none."
    )
    max_expires: Annotated[int, whole(1, 86400)] = Field(
        default=7200, description="Longest registration in seconds; longer requests are cut to this."
    )


class GuessingSettings(Table):
    """What is done about those who guess users and passwords (docs/operations.md)."""

    attempts: Annotated[int, whole(0, 1000)] = Field(
        default=10,
        description="Failures from one address within the window that ban it: wrong passwords and unknown "
        "users; 0 never bans.",
    )
    window: Annotated[float, seconds(10, 86400)] = Field(
        default=600.0, description="Seconds within which failures are counted together."
    )
    ban: Annotated[float, seconds(1, 86400)] = Field(
        default=300.0, description="Seconds of the first ban; each further one is twice as long."
    )
    longest_ban: Annotated[float, seconds(1, 30 * 86400)] = Field(
        default=86400.0, description="Longest ban in seconds."
    )
    never: OneOrMore[NetworkAddress] = Field(
        default=(),
        description="Addresses or networks that are never banned; trunks and addresses with a registered "
        "phone never are.",
    )


class ConnectionSettings(Table):
    """Limits of the TCP connections that peers open for SIP."""

    in_all: Annotated[int, whole(8, 60000)] = Field(
        default=4096,
        description="At most so many. A quarter of the process's open files (LimitNOFILE) is the most in any "
        "case: the rest is kept for calls.",
    )
    per_host: Annotated[int, whole(1, 60000)] = Field(
        default=100,
        description="At most so many from one address; more where more phones than that sit behind one NAT.",
    )
    first_message: Annotated[float, seconds(0.5, 120)] = Field(
        default=10.0,
        description="Seconds in which a message must be whole, the first one after connecting included.",
    )
    idle: Annotated[float, seconds(30, 86400)] = Field(
        default=600.0,
        description="Seconds of silence after which a connection without a call or a registration is closed.",
    )


class SipSettings(Table):
    """Signalling: where we listen, who we are, the protocol's timers."""

    listen: Listen = Field(
        default=(ListenAddress("UDP", "0.0.0.0", 5060), ListenAddress("TCP", "0.0.0.0", 5060)),
        description="Addresses to listen on: udp:HOST:PORT, tcp:HOST:PORT, or HOST:PORT for both.",
    )
    domain: HostName | None = Field(
        default=None,
        description="The site's domain in SIP addresses. This version accepts requests for any domain.",
    )
    realm: Realm = Field(default="hotline", description="The realm for digest authentication of phones.")
    digest_algorithms: OneOrMore[DigestAlgorithm] = Field(
        default=("MD5",),
        description="Digests that phones may prove their password with, best first: MD5, SHA-256. Many "
        "phones give up when they are offered one that they do not know.",
    )
    public_address: IpAddress | None = Field(
        default=None, description="The server's public address, if it is behind NAT."
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
    connections: ConnectionSettings = Field(
        default_factory=ConnectionSettings, description="TCP connections of others."
    )
    guessing: GuessingSettings = Field(
        default_factory=GuessingSettings, description="Guessing of users and passwords."
    )
    ring_timeout: Annotated[float, seconds(1, 600)] = Field(
        default=60.0, description="Seconds a phone rings before the call attempt ends."
    )
    session_expires: Annotated[float, seconds(2, 86400, or_off=True)] = Field(
        default=1800.0,
        description="A call that is not refreshed for so many seconds is hung up (RFC 4028: at least 90); "
        "0 asks for no such limit.",
    )
    max_calls: Annotated[int, whole(1, 100000)] = Field(
        default=1000,
        description="Maximum number of simultaneous calls; further ones are answered 503 with Retry-After.",
    )
    max_lag: Annotated[float, seconds(0.02, 10, or_off=True)] = Field(
        default=0.1,
        description="While the server is overloaded, a new call that had to wait for so many seconds "
        "is answered 503 with Retry-After; 0 takes all.",
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
        description="Hang up a call that has received no media for this many seconds; 0 never does.",
    )
    public_address: IpAddress | None = Field(
        default=None,
        description="Address for media in SDP. Default: sip.public_address, or the local address.",
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
        description="Addresses or networks that calls from this trunk come from; they need no password.",
    )
    numbers: OneOrMore[Number] = Field(
        default=(), description='Numbers that callers on this trunk can reach; "*" for all of them.'
    )
    host: Annotated[HostPort, host_port("sip.example.org:5060", 5060)] | None = Field(
        default=None,
        description="Where outbound calls go; the first trunk with a host takes them all.",
    )
    transport: Annotated[Literal["udp", "tcp"], one_of("udp", "tcp")] = Field(
        default="udp", description="Transport of outbound calls."
    )
    from_number: Number | None = Field(
        default=None, description="Caller number for outbound calls. Default: the agent's own."
    )
    username: Realm | None = Field(
        default=None, description="User name for trunks that challenge outbound calls."
    )
    password: Secret | None = Field(
        default=None, repr=False, description="Password for that user name, 8 to 128 characters."
    )
    trust_identity: OnOff = Field(
        default=False,
        description="Whether P-Asserted-Identity, Remote-Party-ID and Privacy on calls from this trunk are "
        "believed. Off, the caller is who From says.",
    )

    media_addresses: OneOrMore[NetworkAddress] = Field(
        default=(),
        description="Addresses or networks that this trunk's sound comes from, where it names others in SDP "
        "and signals from others.",
    )
    media_before_ack: OnOff = Field(
        default=False,
        description="Send sound to this trunk before it has acknowledged the call or sent sound itself. Only "
        "where nobody can send packets in its name.",
    )
    dtmf: Annotated[Literal["auto", "info", "inband"], one_of("auto", "info", "inband")] = Field(
        default="auto",
        description="How keys are sent: auto (telephone events where the trunk can do that), info (SIP INFO) "
        "or inband (tones, which are then listened for as well).",
    )

    @model_validator(mode="before")
    @classmethod
    def _leads_somewhere(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        if not data.get("addresses") and not data.get("host"):
            raise expected("addresses (calls come in), host (calls go out), or both")
        if (data.get("username") is None) != (data.get("password") is None):
            raise expected("username and password, or neither")
        return data


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
    switch: Name = Field(
        default="switch-1",
        description="This server's name in the journal; servers that share a database need different names.",
    )
    language: Language = Field(default="en", description="Language of prompts unless a call says otherwise.")
    timezone: Zone | None = Field(
        default=None, description="The site's time zone, such as Asia/Shanghai. Default: the machine's."
    )
    country: CountryCode | None = Field(
        default=None,
        description="The country of telephone numbers without a country code, such as CN or DE; without "
        "`outbound.countries` the only one that is called.",
    )
    sip: SipSettings = Field(default_factory=SipSettings, description="Signalling.")
    rtp: RtpSettings = Field(default_factory=RtpSettings, description="Media.")
    http: HttpSettings = Field(default_factory=HttpSettings, description="Health and metrics over HTTP.")
    trunks: Items[Trunk] = Field(default=(), description="Carriers and other telephone systems.")
    outbound: OutboundSettings = Field(
        default_factory=OutboundSettings, description="What may be dialled outside."
    )
    numbers: dict[Number, NumberTarget] = Field(
        default_factory=dict, description="What answers each number; agents' own numbers need no entry."
    )
    music_on_hold: Name = Field(default="default", description="A prompt, or default for the built-in music.")
    speech: SpeechSettings = Field(default_factory=SpeechSettings, description="Speech recognition.")
    understanding: UnderstandingSettings = Field(
        default_factory=UnderstandingSettings, description="What kind of thing callers say."
    )
    voices: VoicesSettings = Field(default_factory=VoicesSettings, description="Speech synthesis.")
    recordings: RecordingSettings = Field(default_factory=RecordingSettings, description="Recordings.")
    shutdown_grace: Annotated[float, seconds(0, 3600)] = Field(
        default=30.0, description="Seconds that calls in progress get to finish after SIGTERM."
    )
    log: LogSettings = Field(default_factory=LogSettings, description="Logging.")
    journal: JournalSettings | None = Field(
        default_factory=JournalSettings,
        description="The log of all events; null turns it off and requires `database: null`.",
    )
    database: DatabaseText | None = Field(
        default="hotline.db",
        repr=False,
        description="Tickets, callbacks and records: a file in the site (SQLite) or the URL of a PostgreSQL "
        "database; null for none.",
    )
    customers: PathText | None = Field(
        default=None, description="A CSV file of customers: numbers, names, tiers (docs/tickets.md)."
    )
    agents: AgentSettings = Field(
        default_factory=AgentSettings, description="How agents log in and take breaks."
    )
    distribution: DistributionSettings = Field(
        default_factory=DistributionSettings, description="Order of the waiting line."
    )
    callbacks: CallbackSettings = Field(default_factory=CallbackSettings, description="Callbacks.")
    tickets: TicketSettings = Field(
        default_factory=TicketSettings, description="Deadlines and categories of tickets."
    )
    alarms: AlarmSettings = Field(
        default_factory=AlarmSettings, description="What counts as wrong, and who is told."
    )
    console: ConsoleSettings | None = Field(
        default_factory=ConsoleSettings,
        description="The console over HTTP; null for none: servers that share a database need only one.",
    )
    trace: TraceSettings = Field(
        default_factory=TraceSettings, description="SIP messages kept for `hotline trace`."
    )
    privacy: PrivacySettings = Field(
        default_factory=PrivacySettings, description="What is masked in records."
    )
