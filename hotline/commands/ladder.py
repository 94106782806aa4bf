"""The ladder of a call: its SIP messages between the switch and the far ends of its legs, as text.

Pure: what `hotline trace` got from the switch comes in, lines come out. Messages are read as far as they are
shown, whatever else is wrong with them: it may be why somebody looks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size

from hotline.terminal import harmless

_TIME = 10  # columns for the offset
_NARROWEST, _WIDEST = 22, 44  # columns between two lifelines
_STATUS = re.compile(r"SIP/2\.0 (\d{3}) ?(.*)")
_CSEQ = re.compile(r"^cseq[ \t]*:[ \t]*(\d+)[ \t]+(\S+)", re.I | re.M)
_MEDIA = re.compile(r"^m=audio (\d+)(?:/\d+)? \S+(.*)$", re.M)
_CONNECTION = re.compile(r"^c=IN IP[46] ([^\s/]+)", re.M)
_RTPMAP = re.compile(r"^a=rtpmap:(\d+) ([^\s/]+)", re.M)
_DIRECTION = re.compile(r"^a=(sendrecv|sendonly|recvonly|inactive)\s*$", re.M)
# Names that need no rtpmap (RFC 3551 6).
_STATIC = {"0": "PCMU", "3": "GSM", "4": "G723", "8": "PCMA", "9": "G722", "13": "CN", "18": "G729"}
_EVENTS = "telephone-event"


@dataclass(frozen=True, slots=True)
class Rung:
    """One message.

    Args:
        at: Unix seconds.
        leg: whose.
        sent: by the switch.
        transport: UDP or TCP.
        remote: where the far end is.
        text: the message.
    """

    at: float
    leg: str
    sent: bool
    transport: str
    remote: str
    text: str


@dataclass(frozen=True, slots=True)
class Lifeline:
    """The far end of a leg.

    Args:
        leg: its id.
        label: who that is.
        inbound: it called us.
    """

    leg: str
    label: str
    inbound: bool


def title(text: str) -> str:
    """What a message is: method or status, and CSeq, as in `200 OK (1 INVITE)`."""
    start, _, rest = text.partition("\n")
    cseq = _CSEQ.search(rest)
    number, method = (cseq[1], cseq[2]) if cseq is not None else ("?", "?")
    status = _STATUS.match(start)
    if status is not None:
        return f"{status[1]} {status[2].strip()}".strip() + f" ({number} {method})"
    return f"{start.split(' ', 1)[0].strip()} ({number})"


def sound_of(text: str) -> str:
    """A word on the audio that a message describes: address, codecs, direction; "" for none."""
    _, _, description = text.replace("\r\n", "\n").partition("\n\n")
    media = _MEDIA.search(description)
    if media is None:
        return ""
    section = description[media.start() :]
    end = section.find("\nm=")
    own = section if end < 0 else section[:end]
    before = description[: media.start()]
    # What the media says of itself comes before what the session says.
    connection = _CONNECTION.search(own) or _CONNECTION.search(before.partition("\nm=")[0])
    direction = _DIRECTION.search(own) or _DIRECTION.search(before)
    names = {**_STATIC, **{found[1]: found[2] for found in _RTPMAP.finditer(own)}}
    offered = [names.get(number, number) for number in media[2].split()]
    codecs = ",".join(name for name in dict.fromkeys(offered) if name.lower() != _EVENTS)
    keys = "+events" if any(name.lower() == _EVENTS for name in offered) else ""
    if media[1] == "0":
        return "no audio"
    address = f"{_bracketed(connection[1])}:{media[1]}" if connection is not None else f"port {media[1]}"
    return f"{address} {codecs}{keys} {direction[1] if direction is not None else 'sendrecv'}"


class Ladder:
    """Draws the messages of some legs.

    Args:
        lines: the far ends; who called stands left of the switch, who was called right of it.
        rungs: messages that the columns are made wide enough for.
        start: the time of the first message, Unix seconds.
        width: of the terminal, in columns; None for as wide as it takes.
    """

    def __init__(
        self, lines: Sequence[Lifeline], rungs: Sequence[Rung], start: float, width: int | None = None
    ) -> None:
        left = [line for line in lines if line.inbound]
        right = [line for line in lines if not line.inbound]
        self._names = [*(line.label for line in left), "hotline", *(line.label for line in right)]
        self._switch = len(left)
        self._column = {
            line.leg: index for index, line in [*enumerate(left), *enumerate(right, start=self._switch + 1)]
        }
        self._start = start
        self._remotes: dict[str, str] = {}
        for rung in rungs:
            self._remotes.setdefault(rung.leg, rung.remote)
        texts = [*self._names, *self._remotes.values()]
        texts += [each for rung in rungs for each in (title(rung.text), sound_of(rung.text))]
        wanted = max(map(cell_len, texts), default=0) + 4
        if width is not None:
            wanted = min(wanted, (width - _TIME) // max(1, len(self._names)))
        self._span = min(max(wanted, _NARROWEST), _WIDEST)

    def header(self) -> Iterator[str]:
        """Who stands where, with the address that a leg's messages came from first."""
        addresses = [""] * len(self._names)
        for leg, remote in self._remotes.items():
            if leg in self._column:
                addresses[self._column[leg]] = remote
        for texts in (self._names, addresses):
            cells = [_centred(harmless(text), self._span) for text in texts]
            yield (" " * _TIME + "".join(cells)).rstrip()

    def draw(self, rung: Rung) -> Iterator[str]:
        """One message: its title, a word on its SDP, and the arrow."""
        here = self._column.get(rung.leg)
        if here is None:
            return
        first, last = sorted((here, self._switch))
        remote = self._remotes.setdefault(rung.leg, rung.remote)
        notes = [title(rung.text), sound_of(rung.text)]
        if rung.remote != remote:
            notes.append(f"{'to' if rung.sent else 'from'} {rung.remote}")
        if rung.transport != "UDP":
            notes[0] += f" {rung.transport}"
        offset = f"{rung.at - self._start:{_TIME - 1}.3f} "
        for note in filter(None, notes):
            yield offset + self._row(first, last, _centred(harmless(note), (last - first) * self._span - 1))
            offset = " " * _TIME
        line = "─" * ((last - first) * self._span - 2)
        goes_right = (here < self._switch) != rung.sent
        yield offset + self._row(first, last, f"{line}>" if goes_right else f"<{line}")

    def _row(self, first: int, last: int, between: str) -> str:
        """Lifelines, and something between two of them."""
        half = " " * ((self._span - 1) // 2)
        gap = " " * (self._span - 1)
        row = half + "│"
        for column in range(1, len(self._names)):
            if column <= first or column > last:
                row += gap + "│"
            elif column == last:
                row += between + "│"
        return row


def _centred(text: str, width: int) -> str:
    """A text in the middle of so many columns; what is too long ends in "…"."""
    used = cell_len(text)
    if used > width:
        return set_cell_size(text, max(0, width - 1)) + "…"
    left = (width - used) // 2
    return " " * left + text + " " * (width - used - left)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
