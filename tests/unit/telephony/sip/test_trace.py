"""The ring of SIP messages: what is kept, what goes first, and what nobody is shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.trace import DIALOG_SHARE, STRANGERS_SHARE, MessageRing, masked
from tests.unit.telephony.sip.exchange import UDP

LIMIT = 64 * 1024


def message(call_id: str, method: str = "INVITE", size: int = 0, name: str = "Call-ID") -> bytes:
    head = f"{method} sip:4900@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP a\r\n{name}: {call_id}\r\n"
    return f"{head}CSeq: 1 {method}\r\n\r\n".encode() + b"x" * size


def numbers(ring: MessageRing, call_id: str) -> list[int]:
    return [each.number for each in ring.messages(call_id)]


def test_a_call_has_what_came_before_it_was_one() -> None:
    ring = MessageRing(LIMIT)
    ring.add(1.0, False, UDP, message("a"))
    ring.add(1.1, True, UDP, b"SIP/2.0 100 Trying\r\nCall-ID: a\r\n\r\n")
    assert ring.messages("a") == []  # nobody asks for what is no call
    ring.claim("a")
    ring.add(2.0, False, UDP, message("a", "BYE"))
    first, second, third = ring.messages("a")
    assert (first.at, first.sent, first.flow, first.data) == (1.0, False, UDP, message("a"))
    assert (second.sent, third.at) == (True, 2.0)
    assert [each.number for each in ring.messages("a", after=second.number)] == [third.number]


@pytest.mark.parametrize("name", ["Call-ID", "i", "CALL-ID", "call-id  ", "I\t"])
def test_a_call_id_is_found_in_every_spelling(name: str) -> None:
    ring = MessageRing(LIMIT)
    ring.claim("z9@host")
    ring.add(0.0, True, UDP, message("z9@host", name=name))
    assert len(ring.messages("z9@host")) == 1


def test_registrations_and_stray_answers_are_not_kept() -> None:
    ring = MessageRing(LIMIT)
    ring.add(0.0, False, UDP, message("r", "REGISTER"))
    ring.add(0.0, True, UDP, b"SIP/2.0 401 Unauthorized\r\nCall-ID: r\r\n\r\n")
    ring.add(0.0, True, UDP, b"OPTIONS sip:a SIP/2.0\r\n\r\n")
    assert ring.size == 0


def test_strangers_push_out_strangers_and_no_call() -> None:
    ring = MessageRing(LIMIT)
    ring.add(0.0, False, UDP, message("call"))
    ring.claim("call")
    for number in range(1000):
        ring.add(0.0, False, UDP, message(f"flood{number}", size=400))
    assert len(ring.messages("call")) == 1
    assert ring.size <= LIMIT // STRANGERS_SHARE + 1000


def test_calls_that_are_over_go_first_and_the_oldest_of_them() -> None:
    ring = MessageRing(LIMIT)
    for call_id in ("running", "first", "second", "third"):
        ring.claim(call_id)
        ring.add(0.0, False, UDP, message(call_id, size=1000))
    for call_id in ("second", "first", "third"):
        ring.release(call_id)
    for number in range(60):
        ring.claim(f"new{number}")
        ring.add(0.0, False, UDP, message(f"new{number}", size=800))
        if not ring.messages("second"):
            break
    assert [len(ring.messages(each)) for each in ("running", "first", "second", "third")] == [1, 1, 0, 1]


def test_one_call_of_many_hours_leaves_room_for_others() -> None:
    ring = MessageRing(LIMIT)
    ring.claim("long")
    for _ in range(1000):
        ring.add(0.0, False, UDP, message("long", "UPDATE"))
    kept = ring.messages("long")
    assert ring.size <= LIMIT // DIALOG_SHARE
    assert (kept[-1].number, ring.dropped("long")) == (1000, 1000 - len(kept))


def test_a_call_that_is_forgotten_leaves_nothing() -> None:
    ring = MessageRing(LIMIT)
    ring.claim("a")
    ring.add(0.0, False, UDP, message("a"))
    ring.forget("a")
    assert len(ring.messages("a")) == 1  # it is not over
    ring.release("a")
    ring.add(0.0, False, UDP, message("a", "BYE"))
    assert len(ring.messages("a")) == 2
    ring.forget("a")
    assert (ring.messages("a"), ring.size) == ([], 0)


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["add", "claim", "release", "forget"]), st.integers(0, 9), st.integers(0, 9000)
        ),
        max_size=120,
    )
)
def test_it_never_grows_beyond_its_limit(steps: list[tuple[str, int, int]]) -> None:
    ring = MessageRing(LIMIT)
    for what, name, size in steps:
        if what == "add":
            ring.add(0.0, False, UDP, message(str(name), size=size))
        else:
            getattr(ring, what)(str(name))
        assert 0 <= ring.size <= LIMIT
    for name in range(10):
        ring.claim(str(name))
    kept = [each for name in range(10) for each in ring.messages(str(name))]
    assert ring.size == sum(len(each.data) + 200 for each in kept)


class TestMasked:
    """What nobody is shown."""

    PROOF = (
        'Digest username="1001", realm="hotline", nonce="8f0e", uri="sip:4900@h", response="6629fae4", '
        'cnonce="0a4f", nc=00000001, qop=auth, algorithm=MD5'
    )

    @pytest.mark.parametrize(
        "name", ["Authorization", "Proxy-Authorization", "AUTHORIZATION ", "authorization"]
    )
    @pytest.mark.parametrize("fold", ["", "\r\n ", "\r\n\t", "\n "])
    def test_credentials_but_who_and_where(self, name: str, fold: str) -> None:
        proof = self.PROOF.replace(", nonce", f",{fold} nonce").replace(", response", f",{fold} response")
        data = f"INVITE sip:a SIP/2.0\r\n{name}: {proof}\r\nCSeq: 1 INVITE\r\n\r\n".encode()
        shown = masked(data, digits=False).decode()
        assert not any(secret in shown for secret in ("8f0e", "6629fae4", "0a4f", "00000001"))
        assert 'username="1001", realm="hotline"' in shown
        assert shown.endswith("\r\nCSeq: 1 INVITE\r\n\r\n")

    def test_credentials_of_other_schemes(self) -> None:
        for value in ("Basic MTAwMTpzZWNyZXQ=", "Bearer eyJhbGci", "MTAwMTpzZWNyZXQ="):
            shown = masked(f"INVITE a SIP/2.0\r\nAuthorization: {value}\r\n\r\n".encode(), digits=False)
            assert value.split()[-1].encode() not in shown

    @pytest.mark.parametrize(
        ("kind", "body", "shown"),
        [
            ("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n", "Signal=x\r\nDuration=160\r\n"),
            ("application/dtmf-relay", "Signal= 5 \nDuration= 160\n", "Signal=xxx\nDuration= 160\n"),
            ("application/dtmf", "5", "x"),
            ("application/dtmf", "d=9\r\n", "d=x\r\n"),
            ("audio/telephone-event", "5\x00\x01", "xxx"),
            ("application/vnd.nortelnetworks.digits", "p=Digit-Collection\r\ny=Digits\r\nd=5\r\n",
             "p=xxxxxxxxxxxxxxxx\r\ny=xxxxxx\r\nd=x\r\n"),
            ("application/unheard-of", "key 5\r\n", "xxxxx\r\n"),
            ("application/unheard-of", "duration=5#\r\n", "duration=xx\r\n"),
        ],
    )  # fmt: skip
    def test_keys_in_every_form(self, kind: str, body: str, shown: str) -> None:
        head = f"INFO sip:a SIP/2.0\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        data = (head + body).encode()
        assert masked(data, digits=True).decode() == head + shown
        assert masked(data, digits=False) == data

    def test_keys_that_come_in_another_method(self) -> None:
        data = b"NOTIFY sip:a SIP/2.0\r\nc: application/dtmf-relay\r\n\r\nSignal=7"
        assert masked(data, digits=True).endswith(b"\r\n\r\nSignal=x")

    def test_keys_of_encryption(self) -> None:
        data = (
            b"INVITE sip:a SIP/2.0\r\nContent-Type: application/sdp\r\n\r\nv=0\r\nk=clear:hush\r\n"
            b"a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz\r\n"
        )
        shown = masked(data, digits=True)
        assert b"hush" not in shown
        assert b"WVNf" not in shown
        assert (len(shown), b"AES_CM_128" in shown) == (len(data), True)

    @given(st.binary(max_size=300), st.booleans())
    def test_whatever_it_is_it_is_taken(self, data: bytes, digits: bool) -> None:
        assert isinstance(masked(data, digits=digits), bytes)
        assert masked(b"OPTIONS sip:a SIP/2.0\r\n\r\n" + data, digits=digits).startswith(b"OPTIONS sip:a")
