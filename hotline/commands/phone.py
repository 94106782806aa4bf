"""`hotline phone`: reads the options and becomes the phone's own process (why: softphone/__init__.py)."""

from __future__ import annotations

import os
import sys
from importlib.util import find_spec
from typing import Annotated

import typer

from config.exit_codes import ExitCode
from hotline.commands.options import JsonOption
from hotline.terminal import complain
from softphone.script import CODECS, KEYS, PASSWORD_VARIABLE, Script
from softphone.steps import parse_steps

EXAMPLE = "hotline phone --server 127.0.0.1:5060 --user 1001 --call 4900 --say hello.wav --save heard.wav"


def command(
    server: Annotated[str, typer.Option(metavar="HOST:PORT", help="The SIP server.")],
    user: Annotated[str, typer.Option(help="The phone's name at the server.")],
    password: Annotated[
        str, typer.Option(envvar=PASSWORD_VARIABLE, help="Its password; safer in the environment.")
    ] = "",
    register: Annotated[bool, typer.Option(help="Register with the server.")] = True,
    my_ip: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Local address. Default: detected.")
    ] = None,
    sip_port: Annotated[int, typer.Option(metavar="PORT", help="Local SIP port; 0 for any.")] = 0,
    rtp_ports: Annotated[
        str, typer.Option(metavar="LOW-HIGH", help="Local RTP ports. Default: any.")
    ] = "0-0",
    codecs: Annotated[str, typer.Option(help="Codecs to offer, best first.")] = ",".join(CODECS),
    call: Annotated[str | None, typer.Option(metavar="NUMBER", help="Call this number.")] = None,
    answer: Annotated[bool, typer.Option("--answer", help="Wait for a call and answer it.")] = False,
    wait: Annotated[float, typer.Option(help="Seconds to wait for an answer, or for a call.")] = 60.0,
    ring: Annotated[float, typer.Option(help="Seconds to let it ring before answering.")] = 0.0,
    pause: Annotated[float, typer.Option(help="Seconds to listen before the first step.")] = 0.0,
    keys: Annotated[str, typer.Option(help="Keys to press; a comma pauses for a second.")] = "",
    tone: Annotated[
        float | None, typer.Option(metavar="HZ", help="Send a tone, for --seconds or three.")
    ] = None,
    say: Annotated[str | None, typer.Option(metavar="WAV", help="Speak this file after the keys.")] = None,
    save: Annotated[str | None, typer.Option(metavar="WAV", help="Write what is heard here.")] = None,
    seconds: Annotated[
        float | None,
        typer.Option(
            help="Seconds to listen at the end. Default: two, or until they hang up if nothing is sent."
        ),
    ] = None,
    hang_up_after: Annotated[
        float | None,
        typer.Option(metavar="SECONDS", help="Longest call after the answer, in seconds."),
    ] = None,
    do: Annotated[
        list[str] | None,
        typer.Option(
            metavar="STEP",
            help="A step of the conversation: listen [QUIET], press KEYS, say FILE, wait SECONDS, hang-up. "
            "Give it once for each step, in order.",
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Call, answer, speak and press keys like a telephone."""
    if find_spec("pyVoIP") is None:
        complain("The softphone needs pyVoIP: pip install 'hotline[softphone]'")
        raise typer.Exit(ExitCode.FAILED)
    if call and answer:
        raise typer.BadParameter("give --call or --answer, not both")
    host, port = _host_port(server)
    rtp_low, rtp_high = _port_range(rtp_ports)
    try:
        parse_steps(do or ())
    except ValueError as error:
        raise typer.BadParameter(f"--do {error}") from None
    script = Script(
        host=host,
        port=port,
        user=user,
        register=register,
        my_ip=my_ip,
        sip_port=sip_port,
        rtp_low=rtp_low,
        rtp_high=rtp_high,
        codecs=_codecs(codecs),
        call=call,
        answer=answer,
        wait=wait,
        ring=ring,
        pause=pause,
        keys=_keys(keys),
        tone=tone,
        say=say,
        save=save,
        seconds=seconds,
        hang_up_after=hang_up_after,
        do=tuple(do or ()),
        json=json,
    )
    os.environ[PASSWORD_VARIABLE] = password
    os.execv(sys.executable, [sys.executable, "-m", "softphone", script.to_json()])


def _host_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host:
        return text, 5060
    if not port.isdigit():
        raise typer.BadParameter(f"--server {text}: the port must be a number, as in 127.0.0.1:5060")
    return host, int(port)


def _port_range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    if not (low.isdigit() and high.isdigit() and int(low) <= int(high)):
        raise typer.BadParameter(f"--rtp-ports {text}: give a range, as in 20000-20010")
    return int(low), int(high)


def _codecs(text: str) -> tuple[str, ...]:
    names = tuple(name.strip().upper() for name in text.split(","))
    if not set(names) <= set(CODECS):
        raise typer.BadParameter(f"--codecs {text}: the phone knows {' and '.join(CODECS)}")
    return names


def _keys(text: str) -> str:
    keys = text.upper()
    if not set(keys) <= {*KEYS, ","}:
        raise typer.BadParameter(f"--keys {text}: keys are {KEYS} and the comma")
    return keys
