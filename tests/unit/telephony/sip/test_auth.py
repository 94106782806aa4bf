"""Digest authentication: the examples of RFC 2617 and 7616, both roles against each other, and attacks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from telephony.sip.auth import DigestAuthenticator, Verdict
from telephony.sip.auth_client import Challenge, DigestClient
from telephony.sip.digest import Algorithm, digest_response, format_digest, parse_digest, user_hash
from telephony.sip.errors import LocalProtocolError
from telephony.sip.message import Request, Response
from tests.unit.telephony.sip.exchange import incoming

SECRET = b"0123456789abcdef"
PASSWORDS = {"1001": "s3cret", "Mufasa": "Circle of Life", 'o\'hara "jr"': 'p"w\\d:x', "blank": ""}
URI = "sip:hotline.example"


def authenticator(**options: object) -> DigestAuthenticator:
    return DigestAuthenticator("hotline", SECRET, **options)  # type: ignore[arg-type]


def answer(
    server: DigestAuthenticator,
    now: float = 0.0,
    *,
    user: str = "1001",
    password: str = "s3cret",
    method: str = "REGISTER",
    challenges: list[str] | None = None,
    nc: int = 1,
) -> str:
    if challenges is None:
        challenges = [value for _, value in server.challenge(now)]
    found = answer_challenge(method, URI, challenges, user, password, cnonce="abc", nc=nc)
    assert found is not None
    return found


def answer_challenge(
    method: str,
    uri: str,
    challenges: list[str],
    user: str,
    password: str,
    *,
    cnonce: str,
    nc: int,
    body: bytes = b"",
) -> str | None:
    challenge = Challenge.choose(challenges)
    if challenge is None:
        return None
    challenge.count = nc - 1
    return challenge.credentials(method, uri, user, password, cnonce=cnonce, body=body)


def with_credentials(request: Request, response: Response) -> Request | None:
    """The request again, after a response to it."""
    client = DigestClient("u", "p", new_cnonce=lambda: "c")
    client.sent(request)
    response.headers.set("CSeq", str(request.cseq))
    return client.again(response, request.cseq.number + 1)


def verdict(server: DigestAuthenticator, credentials: str | None, now: float = 0.0) -> Verdict:
    return server.check("REGISTER", credentials, PASSWORDS.get, now).verdict


def algorithm(name: str) -> Algorithm:
    found = Algorithm.find(name)
    assert found is not None
    return found


def example(name: str, realm: str, password: str, params: dict[str, str]) -> str:
    ha1 = user_hash(algorithm(name), "Mufasa", realm, password)
    return digest_response(algorithm(name), ha1, {"uri": "/dir/index.html", **params}, "GET")


class TestExamplesOfTheRfcs:
    RFC_7616 = (
        'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm={}, '
        'nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", '
        'opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
    )
    CNONCE = "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ"
    MD5 = "8ca523f5e9506fed4657c9700eebdbec"
    SHA_256 = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1"

    def test_rfc_2617_section_3_5(self) -> None:
        params = {
            "nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093",
            "qop": "auth",
            "nc": "00000001",
            "cnonce": "0a4f113b",
        }
        assert (
            example("MD5", "testrealm@host.com", "Circle Of Life", params)
            == "6629fae49393a05397450978507c4ef1"
        )

    def test_rfc_2069_form_without_qop(self) -> None:
        params = {"nonce": "dcd98b7102dd2f0e8b11d0f600bfb0c093"}
        assert (
            example("MD5", "testrealm@host.com", "Circle Of Life", params)
            == "670fd8c2df070c60b045671b8b24ff02"
        )

    @pytest.mark.parametrize(("name", "expected"), [("MD5", MD5), ("SHA-256", SHA_256)])
    def test_rfc_7616_section_3_9_1(self, name: str, expected: str) -> None:
        found = answer_challenge(
            "GET",
            "/dir/index.html",
            [self.RFC_7616.format(name)],
            "Mufasa",
            "Circle of Life",
            cnonce=self.CNONCE,
            nc=1,
        )
        assert found is not None
        params = parse_digest(found)
        assert params == {
            "username": "Mufasa",
            "realm": "http-auth@example.org",
            "uri": "/dir/index.html",
            "algorithm": name,
            "nonce": "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
            "nc": "00000001",
            "cnonce": self.CNONCE,
            "qop": "auth",
            "response": expected,
            "opaque": "FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS",
        }

    def test_of_both_challenges_the_stronger_is_answered(self) -> None:
        for order in (["SHA-256", "MD5"], ["MD5", "SHA-256"]):
            found = answer_challenge(
                "GET",
                "/dir/index.html",
                [self.RFC_7616.format(name) for name in order],
                "Mufasa",
                "Circle of Life",
                cnonce=self.CNONCE,
                nc=1,
            )
            assert found is not None
            assert f'response="{self.SHA_256}"' in found


class TestChallenge:
    def test_there_is_one_header_per_algorithm_the_stronger_first(self) -> None:
        headers = authenticator().challenge(0.0)
        assert [name for name, _ in headers] == ["WWW-Authenticate"] * 2
        params = [parse_digest(value) or {} for _, value in headers]
        assert [each["algorithm"] for each in params] == ["SHA-256", "MD5"]
        assert all(each["realm"] == "hotline" and each["qop"] == "auth" for each in params)
        assert all("stale" not in each for each in params)

    def test_quotes_are_where_the_grammar_wants_them(self) -> None:
        _, value = authenticator().challenge(0.0, stale=True)[1]
        assert value.startswith('Digest realm="hotline", nonce="')
        assert value.endswith('", qop="auth", algorithm=MD5, stale=true')

    def test_no_two_nonces_are_the_same(self) -> None:
        server = authenticator()
        values = [value for _ in range(3) for _, value in server.challenge(5.0)]
        assert len({(parse_digest(value) or {})["nonce"] for value in values}) == 3

    @pytest.mark.parametrize(
        "options", [{"algorithms": ()}, {"algorithms": ("SHA-9",)}, {"algorithms": ("MD5-sess",)}]
    )
    def test_algorithms_must_be_known(self, options: dict[str, object]) -> None:
        with pytest.raises(LocalProtocolError):
            authenticator(**options)

    def test_a_short_secret_is_refused(self) -> None:
        with pytest.raises(LocalProtocolError):
            DigestAuthenticator("hotline", b"short")


class TestCheck:
    @pytest.mark.parametrize("chosen", ["SHA-256", "MD5", "SHA-512-256"])
    def test_the_right_password_passes(self, chosen: str) -> None:
        server = authenticator(algorithms=(chosen,))
        result = server.check("REGISTER", answer(server), PASSWORDS.get, 1.0)
        assert (result.verdict, result.user, bool(result)) == (Verdict.OK, "1001", True)

    @pytest.mark.parametrize("user", list(PASSWORDS))
    def test_names_and_passwords_may_hold_anything(self, user: str) -> None:
        server = authenticator()
        credentials = answer(server, user=user, password=PASSWORDS[user])
        assert server.check("REGISTER", credentials, PASSWORDS.get, 0.0).user == user

    def test_a_wrong_password_an_unknown_user_and_another_method_look_the_same(self) -> None:
        server = authenticator()
        results = [
            server.check("REGISTER", answer(server, password="wrong"), PASSWORDS.get, 0.0),
            server.check("REGISTER", answer(server, user="nobody"), PASSWORDS.get, 0.0),
            server.check("REGISTER", answer(server, user="nobody", password=""), PASSWORDS.get, 0.0),
            server.check("REGISTER", answer(server, method="INVITE"), PASSWORDS.get, 0.0),
        ]
        assert {(result.verdict, result.user) for result in results} == {(Verdict.REFUSED, None)}

    @pytest.mark.parametrize(
        "credentials",
        [
            None,
            "",
            "Basic MTAwMTpzM2NyZXQ=",
            "Digest",
            "Digest nonsense",
            'Digest username="1001", realm="hotline", nonce="x", uri="sip:x"',
            'Digest username="1001", realm="other", nonce="x", uri="sip:x", response="y"',
        ],
    )
    def test_credentials_that_are_none_or_not_for_us_count_as_missing(self, credentials: str | None) -> None:
        assert verdict(authenticator(), credentials) is Verdict.MISSING

    def test_quoting_that_the_grammar_does_not_want_is_tolerated(self) -> None:
        server = authenticator(algorithms=("MD5",))
        params = parse_digest(answer(server)) or {}
        names = [name for name in params if name not in ("username", "realm")]
        text = "dIgEsT   username=1001 ,realm=hotline," + ",  ".join(
            f'{n.upper()} = "{params[n]}"' for n in names
        )
        assert verdict(server, text) is Verdict.OK

    def test_algorithm_may_be_left_out_for_md5(self) -> None:
        server = authenticator(algorithms=("MD5",))
        assert verdict(server, answer(server).replace("algorithm=MD5, ", "")) is Verdict.OK

    def test_an_algorithm_that_was_not_offered_is_refused(self) -> None:
        server = authenticator(algorithms=("SHA-256",))
        weak = [value.replace("SHA-256", "MD5") for _, value in server.challenge(0.0)]
        assert verdict(server, answer(server, challenges=weak)) is Verdict.REFUSED

    def test_auth_int_was_not_offered(self) -> None:
        server = authenticator()
        changed = [value.replace('qop="auth"', 'qop="auth-int"') for _, value in server.challenge(0.0)]
        assert verdict(server, answer(server, challenges=changed)) is Verdict.REFUSED

    @pytest.mark.parametrize("nc", ["", "0", "00000000", "123456789", "-1", "0x1", "٣", "+1", "zz"])
    def test_a_nonce_count_that_is_none_is_refused(self, nc: str) -> None:
        server = authenticator()
        assert verdict(server, answer(server).replace("nc=00000001", f'nc="{nc}"')) is Verdict.REFUSED


class TestNonces:
    def test_one_is_good_for_its_lifetime_and_then_stale(self) -> None:
        server = authenticator()
        challenges = [value for _, value in server.challenge(1000.0)]
        assert verdict(server, answer(server, challenges=challenges), 1299.9) is Verdict.OK
        assert verdict(server, answer(server, challenges=challenges, nc=2), 1300.2) is Verdict.STALE

    def test_an_old_one_with_a_wrong_password_is_not_called_stale(self) -> None:
        server = authenticator()
        challenges = [value for _, value in server.challenge(0.0)]
        assert verdict(server, answer(server, challenges=challenges, password="no"), 999.0) is Verdict.REFUSED

    def test_that_of_another_server_or_of_nobody_is_stale(self) -> None:
        server = authenticator()
        other = DigestAuthenticator("hotline", b"another secret of it")
        assert verdict(server, answer(other)) is Verdict.STALE
        invented = 'Digest realm="hotline", qop="auth", nonce="{}", algorithm=MD5'
        for nonce in ("x", "", "-", "1-1-1", "ÿ-\udcff", "0-1-" + "0" * 32):
            assert verdict(server, answer(server, challenges=[invented.format(nonce)])) is Verdict.STALE

    def test_a_changed_one_is_stale(self) -> None:
        server = authenticator()
        (_, value), _ = server.challenge(1000.0)
        nonce = (parse_digest(value) or {})["nonce"]
        later = value.replace(nonce, "f" + nonce)
        assert verdict(server, answer(server, challenges=[later]), 1000.0) is Verdict.STALE

    def test_the_same_credentials_do_not_work_twice(self) -> None:
        server = authenticator()
        credentials = answer(server)
        assert verdict(server, credentials) is Verdict.OK
        assert verdict(server, credentials) is Verdict.STALE

    def test_the_count_must_rise_but_may_skip(self) -> None:
        server = authenticator()
        challenges = [value for _, value in server.challenge(0.0)]
        seen = [verdict(server, answer(server, challenges=challenges, nc=nc)) for nc in (1, 2, 10, 9, 10, 11)]
        assert seen == [Verdict.OK, Verdict.OK, Verdict.OK, Verdict.STALE, Verdict.STALE, Verdict.OK]

    def test_a_wrong_password_uses_up_no_count(self) -> None:
        server = authenticator()
        challenges = [value for _, value in server.challenge(0.0)]
        assert verdict(server, answer(server, challenges=challenges, password="no", nc=5)) is Verdict.REFUSED
        assert verdict(server, answer(server, challenges=challenges, nc=1)) is Verdict.OK

    def test_without_qop_one_is_good_once(self) -> None:
        server = authenticator(algorithms=("MD5",))
        challenges = [value for _, value in server.challenge(0.0)]
        legacy = [value.replace(', qop="auth"', "") for value in challenges]
        credentials = answer(server, challenges=legacy)
        assert "nc=" not in credentials
        assert verdict(server, credentials) is Verdict.OK
        assert verdict(server, credentials) is Verdict.STALE
        assert verdict(server, answer(server, challenges=challenges, nc=2)) is Verdict.STALE

    def test_memory_is_bounded_and_what_is_forgotten_cannot_be_replayed(self) -> None:
        server = authenticator(max_nonces=3)
        used = [answer(server, now=float(second)) for second in range(10)]
        assert [verdict(server, each, 10.0) for each in used] == [Verdict.OK] * 10
        assert [verdict(server, each, 10.0) for each in used] == [Verdict.STALE] * 10
        assert len(server._counts) == 3

    def test_counts_of_nonces_that_aged_out_are_dropped(self) -> None:
        server = authenticator()
        for second in range(100):
            assert verdict(server, answer(server, now=10.0 * second), 10.0 * second) is Verdict.OK
        assert len(server._counts) <= 31


class TestClient:
    def challenge(self, status: int, *values: str) -> Response:
        response = incoming().response(status)
        for value in values:
            response.headers.add("WWW-Authenticate" if status == 401 else "Proxy-Authenticate", value)
        return response

    @pytest.mark.parametrize(("status", "name"), [(401, "Authorization"), (407, "Proxy-Authorization")])
    def test_the_answer_goes_where_the_challenge_came_from(self, status: int, name: str) -> None:
        request = incoming("INVITE", cseq=7)
        response = self.challenge(status, 'Digest realm="r", nonce="n", qop="auth"')
        again = with_credentials(request, response)
        assert again is not None
        assert (again.method, again.uri, again.cseq.number) == ("INVITE", request.uri, 8)
        assert [shown for shown, _ in again.headers if shown.endswith("Authorization")] == [name]
        assert "Via" not in again.headers
        assert again.call_id == request.call_id

    def test_the_request_that_was_sent_stays_as_it_is(self) -> None:
        request = incoming("INVITE", cseq=7)
        before = request.to_bytes()
        with_credentials(request, self.challenge(401, 'Digest realm="r", nonce="n"'))
        assert request.to_bytes() == before

    def test_new_credentials_replace_the_old(self) -> None:
        request = incoming("REGISTER", extra=("Authorization: Digest old=yes",))
        again = with_credentials(request, self.challenge(401, 'Digest realm="r", nonce="n"'))
        assert again is not None
        (value,) = again.headers.get_all("Authorization")
        assert 'nonce="n"' in value

    @pytest.mark.parametrize(
        "value",
        [
            'Basic realm="r"',
            'Digest realm="r"',
            'Digest nonce="n"',
            'Digest realm="r", nonce="n", algorithm=SHA3-999',
            'Digest realm="r", nonce="n", qop="token-only"',
        ],
    )
    def test_a_challenge_that_is_not_understood_is_not_answered(self, value: str) -> None:
        assert with_credentials(incoming(), self.challenge(401, value)) is None

    def test_a_challenge_that_is_not_understood_does_not_hide_another(self) -> None:
        response = self.challenge(
            401, 'Digest realm="r", nonce="n", algorithm=NEW', 'Digest realm="r", nonce="m"'
        )
        again = with_credentials(incoming(), response)
        assert again is not None
        assert 'nonce="m"' in (again.headers.get("Authorization") or "")

    def test_other_responses_ask_for_nothing(self) -> None:
        assert with_credentials(incoming(), self.challenge(403)) is None

    def test_without_qop_no_count_is_sent(self) -> None:
        found = answer_challenge("GET", "/", ['Digest realm="r", nonce="n"'], "u", "p", cnonce="c", nc=1)
        assert found is not None
        assert (parse_digest(found) or {}).keys() == {"username", "realm", "nonce", "uri", "response"}

    def test_auth_int_covers_the_body_when_nothing_else_is_offered(self) -> None:
        challenge = ['Digest realm="r", nonce="n", qop="auth-int"']
        answers = {
            answer_challenge("GET", "/", challenge, "u", "p", cnonce="c", nc=1, body=body) or ""
            for body in (b"one", b"two")
        }
        assert len(answers) == 2
        assert all("qop=auth-int" in each for each in answers)

    def test_session_algorithms_mix_both_nonces_into_the_hash(self) -> None:
        challenge = ['Digest realm="r", nonce="n", algorithm=MD5-sess, qop="auth"']
        found = answer_challenge("GET", "/", challenge, "u", "p", cnonce="c", nc=1)
        md5 = algorithm("MD5")
        ha1 = md5.hash_text(user_hash(md5, "u", "r", "p"), "n", "c")
        expected = md5.hash_text(ha1, "n", "00000001", "c", "auth", md5.hash_text("GET", "/"))
        assert (parse_digest(found or "") or {})["response"] == expected


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20)


@given(st.dictionaries(st.sampled_from(["realm", "nonce", "uri", "opaque"]), TEXT))
def test_what_is_written_reads_back(params: dict[str, str]) -> None:
    assert (parse_digest(format_digest(params.items(), [])) or {}) == params


@given(st.text())
def test_no_text_breaks_the_check(text: str) -> None:
    assert verdict(authenticator(), "Digest " + text) in (Verdict.MISSING, Verdict.REFUSED)


@given(user=TEXT, password=TEXT, other=TEXT)
def test_exactly_the_right_password_passes(user: str, password: str, other: str) -> None:
    server = authenticator()
    for tried in (password, other):
        found = server.check("REGISTER", answer(server, user=user, password=tried), {user: password}.get, 0.0)
        assert bool(found) == (tried == password)
