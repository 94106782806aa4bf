"""Carries a script out: register, call or wait, then pause, keys, tone, speech, listen, hang up.

Every step tells a fact when it is done, every wait has a deadline, and whatever happens the call is ended
and the registration taken back.
"""

from __future__ import annotations

import queue
import signal
import socket
import time
from dataclasses import dataclass
from enum import IntEnum
from types import FrameType

from softphone.device import Call, Phone
from softphone.facts import Facts
from softphone.script import Script
from softphone.sip_client import NoServer, Refused
from softphone.sound import SAMPLE_RATE, Samples, SoundError, read_wav, tone, write_wav
from softphone.steps import Step, parse_steps

_REPLY_TIME = 2.0  # seconds to listen after the last step when the script gives no time
_TONE_SECONDS = 3.0
_INTERRUPTED = 130  # as a shell reports Ctrl-C


class ExitCode(IntEnum):
    """Exit status of the phone; the same numbers as every `hotline` command's (docs/operations.md)."""

    OK = 0
    FAILED = 1
    UNREACHABLE = 4


class _Ended(Exception):
    """The far end hung up."""


class _TimeIsUp(Exception):
    """hang_up_after has passed."""


class _Unfinished(Exception):
    """Something the script asks for did not happen."""


@dataclass(slots=True)
class _Conversation:
    """The steps inside an answered call."""

    script: Script
    call: Call
    facts: Facts
    speech: Samples | None
    answered: float

    def perform(self) -> str:
        """All steps in order; returns who ended the call, "us" or "them".

        Raises _Ended or _TimeIsUp when that came before all was sent, _Unfinished when it cannot be sent.
        """
        script = self.script
        self._wait(script.pause)
        self._press_keys(script.keys)
        if script.tone is not None:
            self.call.media.speak(
                tone(script.tone, _TONE_SECONDS if script.seconds is None else script.seconds)
            )
            self._wait_until_said()
            self.facts.tell("tone sent", hertz=script.tone)
        if self.speech is not None:
            self.call.media.speak(self.speech)
            self._wait_until_said()
            self.facts.tell("said", seconds=round(len(self.speech) / SAMPLE_RATE, 2))
        for step in parse_steps(script.do):
            if step.verb == "hang-up":
                return "us"
            self._take_step(step)
        return self._listen()

    def _take_step(self, step: Step) -> None:
        """One step of `--do`."""
        match step.verb:
            case "listen":
                seconds = self._hear_out(step.seconds)
                self.facts.tell("listened", seconds=round(seconds, 2))
            case "press":
                self._press_keys(step.what)
            case "say":
                samples = read_wav(step.what)
                self.facts.tell("saying", file=step.what)
                self.call.media.speak(samples)
                self._wait_until_said()
                self.facts.tell("said", seconds=round(len(samples) / SAMPLE_RATE, 2), file=step.what)
            case "wait":
                self._wait(step.seconds)

    def _hear_out(self, quiet: float) -> float:
        """Wait until something was heard and then `quiet` seconds of silence; returns how long it took."""
        began, heard = time.monotonic(), self.call.media.heard
        while heard.loud_at < began or time.monotonic() - heard.loud_at < quiet:
            self._handle_event(0.05)
        return time.monotonic() - began

    def _listen(self) -> str:
        """The rest of the call, in which the far end may hang up."""
        script = self.script
        seconds = script.seconds if script.tone is None else None
        if (
            seconds is None
            and not script.do
            and (script.keys or script.tone is not None or self.speech is not None)
        ):
            seconds = _REPLY_TIME
        try:
            self._wait(seconds)
        except _Ended:
            return "them"
        except _TimeIsUp:
            pass
        return "us"

    def _press_keys(self, keys: str) -> None:
        if keys and self.call.media.key_payload_type is None:
            raise _Unfinished("the far end did not agree to keys (telephone-event)")
        for key in keys:
            self.call.media.press(key)
            self._wait_until_said()
            if key != ",":
                self.facts.tell("key sent", key=key)

    def _wait_until_said(self) -> None:
        while not self.call.media.idle.is_set():
            self._handle_event(0.02)

    def _wait(self, seconds: float | None) -> None:
        """Let `seconds` pass (None: until something ends the call)."""
        deadline = None if seconds is None else time.monotonic() + seconds
        while deadline is None or time.monotonic() < deadline:
            self._handle_event(0.1 if deadline is None else min(0.1, max(deadline - time.monotonic(), 0)))

    def _handle_event(self, timeout: float) -> None:
        limit = self.script.hang_up_after
        if limit is not None and time.monotonic() >= self.answered + limit:
            raise _TimeIsUp
        try:
            event = self.call.events.get(timeout=timeout)
        except queue.Empty:
            return
        if event[0] == "ended":
            raise _Ended
        if event[0] == "key":
            self.facts.tell("key heard", key=event[1])
        elif event[0] in ("held", "resumed"):
            self.facts.tell(event[0])


def perform(script: Script, password: str, facts: Facts) -> int:
    """Run the script; returns the exit code of the phone's process."""
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        server = socket.gethostbyname(script.host), script.port
    except OSError as error:
        facts.tell("failed", why=f"no address for {script.host}: {error}")
        return ExitCode.UNREACHABLE
    try:
        speech = read_wav(script.say) if script.say else None
        my_ip = script.my_ip or _address_towards(server)
        phone = Phone(
            server, script.user, password, my_ip, script.sip_port, (script.rtp_low, script.rtp_high)
        )
        phone.start()
    except (SoundError, OSError) as error:
        facts.tell("failed", why=str(error))
        return ExitCode.FAILED
    try:
        return _with_phone(script, phone, facts, speech)
    except NoServer as error:
        facts.tell("failed", why=str(error))
        return ExitCode.UNREACHABLE
    except (Refused, _Unfinished, SoundError, OSError) as error:
        status = {"status": error.status} if isinstance(error, Refused) else {}
        facts.tell("failed", **status, why=error.reason if isinstance(error, Refused) else str(error))
        return ExitCode.FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED
    finally:
        phone.stop()


def _with_phone(script: Script, phone: Phone, facts: Facts, speech: Samples | None) -> int:
    if not script.register:
        return _one_call(script, phone, facts, speech)
    seconds = phone.sip.register()
    facts.tell("registered", user=script.user, seconds=seconds)
    try:
        return _one_call(script, phone, facts, speech)
    finally:
        try:
            phone.sip.deregister()
            facts.tell("unregistered")
        except (NoServer, Refused) as error:
            facts.tell("not unregistered", why=str(error))


def _one_call(script: Script, phone: Phone, facts: Facts, speech: Samples | None) -> int:
    if script.call:
        call = _place(script, phone, facts)
    elif script.answer:
        call = _take(script, phone, facts)
    else:
        time.sleep(script.seconds or 0)
        return ExitCode.OK
    conversation = _Conversation(script, call, facts, speech, time.monotonic())
    by, code = "us", ExitCode.FAILED
    try:
        by, code = conversation.perform(), ExitCode.OK
    except _Ended:
        by = "them"
        facts.tell("failed", why="the far end hung up before everything was sent")
    except _TimeIsUp:
        facts.tell("failed", why="hung up as asked before everything was sent")
    finally:
        call.hangup()
        _tell_end(script, call, facts, by)
    return code


def _tell_end(script: Script, call: Call, facts: Facts, by: str) -> None:
    facts.tell("heard", **call.media.heard.summary())
    facts.tell("ended", by=by)
    if script.save:
        write_wav(script.save, call.media.heard.audio())
        facts.tell("saved", file=script.save)


def _place(script: Script, phone: Phone, facts: Facts) -> Call:
    assert script.call
    facts.tell("calling", number=script.call)
    call, exchange = phone.call(script.call, script.codecs)
    try:
        call.dial(exchange, script.wait, lambda status: facts.tell("ringing", status=status))
    except KeyboardInterrupt:
        call.give_up(exchange)
        facts.tell("ended", by="us")
        raise
    facts.tell("answered")
    return call


def _take(script: Script, phone: Phone, facts: Facts) -> Call:
    phone.accepting = True
    facts.tell("waiting")
    try:
        call = phone.incoming.get(timeout=script.wait)
    except queue.Empty as error:
        raise _Unfinished(f"nobody called within {script.wait:g} s") from error
    facts.tell("ringing", caller=call.request.headers["From"]["number"])
    call.let_ring(script.ring)
    call.answer()
    facts.tell("answered")
    return call


def _address_towards(server: tuple[str, int]) -> str:
    """The address that packets to the server leave from."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(server)
        address: str = probe.getsockname()[0]
        return address


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
