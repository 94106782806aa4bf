"""Typed settings of a site, from its YAML files and the environment, and the starter site.

`load_site` is the way in. Nothing here opens a socket or knows the telephony packages.
"""

from config.kinds import HostPort, ListenAddress, Network, split_host_port
from config.models.numbers import NumberTarget, RecordTarget
from config.models.people import Agent, Phone, Queue
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
from config.models.voices import VoiceSettings, VoicesSettings
from config.overrides import Override
from config.problems import Problem, SiteError
from config.site import Site, control_socket, load_site

__all__ = [
    "Agent",
    "HostPort",
    "HttpSettings",
    "ListenAddress",
    "LogSettings",
    "Network",
    "NumberTarget",
    "Override",
    "Phone",
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
    "SpeechSettings",
    "Trunk",
    "VoiceSettings",
    "VoicesSettings",
    "control_socket",
    "load_site",
    "split_host_port",
]
