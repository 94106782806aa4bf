"""The verbs of the flow language, one file each, in the order in which the documentation shows them."""

from __future__ import annotations

from ivr_flows.verbs.answer import Answer
from ivr_flows.verbs.ask import Ask
from ivr_flows.verbs.back import Back
from ivr_flows.verbs.base import StepFailed, Then, Verb
from ivr_flows.verbs.branch import Branch
from ivr_flows.verbs.callback import Callback
from ivr_flows.verbs.collect import Collect
from ivr_flows.verbs.dial import Dial
from ivr_flows.verbs.enqueue import Enqueue
from ivr_flows.verbs.flow import Flow
from ivr_flows.verbs.goto import Goto
from ivr_flows.verbs.hangup import Hangup
from ivr_flows.verbs.hours import Hours
from ivr_flows.verbs.http import Http
from ivr_flows.verbs.intake import Intake
from ivr_flows.verbs.menu import Menu
from ivr_flows.verbs.play import Play
from ivr_flows.verbs.say import Say
from ivr_flows.verbs.set import Set
from ivr_flows.verbs.transfer import Transfer
from ivr_flows.verbs.voicemail import Voicemail

__all__ = ["VERBS", "StepFailed", "Then", "Verb"]

VERBS: dict[str, type[Verb]] = {
    "answer": Answer,
    "say": Say,
    "play": Play,
    "menu": Menu,
    "collect": Collect,
    "ask": Ask,
    "intake": Intake,
    "enqueue": Enqueue,
    "callback": Callback,
    "dial": Dial,
    "transfer": Transfer,
    "voicemail": Voicemail,
    "branch": Branch,
    "set": Set,
    "hours": Hours,
    "http": Http,
    "goto": Goto,
    "flow": Flow,
    "back": Back,
    "hangup": Hangup,
}
"""Every verb by the name that it has in YAML."""
