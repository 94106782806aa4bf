"""Typed settings of a site, from its YAML files and the environment, and the starter site.

`load_site` is the way in. Nothing here opens a socket or knows the telephony packages.
"""

from config.kinds import HostPort, ListenAddress, Network, split_host_port
from config.models.agent_settings import AgentSettings, FeatureCodes
from config.models.agents import Agent, Phone
from config.models.callbacks import CallbackSettings, DistributionSettings
from config.models.numbers import NumberTarget, RecordTarget
from config.models.queues import Announcements, Member, Queue
from config.models.settings import (
    HttpSettings,
    LogSettings,
    RecordingSettings,
    RegistrationSettings,
    RtpSettings,
    Settings,
    SipSettings,
    Trunk,
)
from config.models.speech import RecogniserSettings, SpeechSettings
from config.models.storage import ConsoleSettings, JournalSettings, PrivacySettings
from config.models.tickets import Category, SlaTarget, TicketSettings
from config.models.understanding import LlmSettings, UnderstandingSettings
from config.models.voices import VoiceSettings, VoicesSettings
from config.overrides import Override
from config.problems import Problem, SiteError
from config.site import Site, control_socket, load_site
from config.time_kinds import DailyHours

__all__ = [
    "Agent",
    "AgentSettings",
    "Announcements",
    "CallbackSettings",
    "Category",
    "ConsoleSettings",
    "DailyHours",
    "DistributionSettings",
    "FeatureCodes",
    "HostPort",
    "HttpSettings",
    "JournalSettings",
    "ListenAddress",
    "LlmSettings",
    "LogSettings",
    "Member",
    "Network",
    "NumberTarget",
    "Override",
    "Phone",
    "PrivacySettings",
    "Problem",
    "Queue",
    "RecogniserSettings",
    "RecordTarget",
    "RecordingSettings",
    "RegistrationSettings",
    "RtpSettings",
    "Settings",
    "SipSettings",
    "Site",
    "SiteError",
    "SlaTarget",
    "SpeechSettings",
    "TicketSettings",
    "Trunk",
    "UnderstandingSettings",
    "VoiceSettings",
    "VoicesSettings",
    "control_socket",
    "load_site",
    "split_host_port",
]
