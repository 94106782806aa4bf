"""RFC 4475's messages as files (valid/, invalid/), through parser and user agent, first answers compared.

The folder lies beside the checkout and may be absent; the same messages are written down in `torture/`, with
what may be answered to each. Names that are not in there are held to what their folder says.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from telephony.sip.message import MessageError, Response
from telephony.sip.parser import parse_message
from tests.conformance.torture import MESSAGES
from tests.support.paths import SHARED
from tests.unit.telephony.sip.test_user_agent import OURS, THEIRS, Side

FOLDER = SHARED / "cases" / "sip" / "torture"
FILES = sorted(FOLDER.glob("*/*.dat"))
KNOWN = {torture.name: torture for torture in MESSAGES}


def first_answer(data: bytes) -> int | None:
    """The status of the first answer to a datagram, None for silence."""
    side = Side(OURS, THEIRS)
    try:
        side.receive(data)
    except MessageError as error:
        side.take(side.agent.receive_malformed(error, side.flow))
    answers = [parse_message(each) for each in side.out]
    return next((answer.status for answer in answers if isinstance(answer, Response)), None)


@pytest.mark.skipif(not FILES, reason=f"{FOLDER} is not there")
@pytest.mark.parametrize("file", FILES or [FOLDER], ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_a_file_is_answered_as_the_rfc_has_it(file: Path) -> None:
    answer = first_answer(file.read_bytes())
    known = KNOWN.get(file.stem)
    if known is not None:
        # Of what is wrong in a call's description the user agent knows nothing: there 100 comes first.
        assert answer in known.answer | ({100} if known.level == "user agent" else set())
    elif file.parent.name == "valid":
        assert answer is None or answer < 400 or answer in (405, 415, 420, 501)
    else:
        assert answer is None or answer >= 300
