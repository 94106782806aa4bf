"""What may be dialled outside: the fraud table, rules, times of day, limits, and what is left behind."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config import load_site
from hotline.server.directory import CallbackPhones, Directory
from hotline.server.outside_calls import Asker, OutsideCalls
from hotline.server.permissions import Way
from journal.journal import Journal
from telephony.call.errors import NotPermitted
from telephony.call.events import OutsideCallAllowed, OutsideCallRefused
from telephony.sip.errors import RemoteProtocolError
from tests.unit.config.site_files import write_site

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC).timestamp()
DAY = 86400.0


class Desk:
    """The door of a site, at a time that the test moves.

    Args:
        folder: of the site, not there yet.
        settings: of hotline.yaml, beside a trunk.
    """

    def __init__(self, folder: Path, settings: str, trunk: str = "") -> None:
        trunks = f"timezone: UTC\ntrunks: [{{name: carrier, host: sip.example.org{trunk}}}]\n"
        self.site = load_site(write_site(folder, settings + trunks), {})
        self.now = NOON
        self.journal = Journal(None)
        self.outside = OutsideCalls(self.site, self.journal, lambda: self.now)
        self.directory = Directory(self.site, lambda agent: (), lambda agent: True, self.outside)

    def goes_out(self, number: str, way: Way = "phone", agent: str = "1001") -> bool:
        """Have a call go out; whether it may."""
        try:
            self.outside.let_out(Asker(way, agent), number)
        except NotPermitted:
            return False
        return True

    def reason(self, number: str, way: Way = "phone", agent: str = "1001") -> str:
        """Why a call may not go out, "" where it may."""
        refusal = self.outside.refusal(Asker(way, agent), number)
        return "" if refusal is None else refusal.reason

    def ways_in(self, number: str) -> str:
        """By which of the six ways a number is dialled, in the order of the table."""
        callbacks = CallbackPhones(self.directory)
        askers = (Asker("phone", "1001"), Asker("trunk"), Asker("refer", "1001"), Asker("flow"))
        found = [self._reached(number, asker) for asker in askers]
        # At the question by its answer; a caller's own number when it is dialled.
        found.append(callbacks.may_ever_call(number) and self._reached(number, Asker("callback")))
        found.append(self._reached(number, Asker("callback")))
        return "".join("y" if each else "-" for each in found)

    def _reached(self, number: str, asker: Asker) -> bool:
        try:
            return bool(self.directory.targets(number, asker))
        except (NotPermitted, RemoteProtocolError):
            return False


# Phone, trunk, REFER, flow, callback by key, callback by the caller's number.
ALL = "y-yyyy"
PEOPLE = "y-y---"
NOBODY = "------"

TABLE = {
    "CN": [
        ("13800138000", ALL, "mobile"),
        ("+8613800138000", ALL, "mobile, with country code"),
        ("008613800138000", ALL, "mobile, 00"),
        ("013800138000", ALL, "mobile, as dialled from another town"),
        ("02161234567", ALL, "landline in Shanghai"),
        ("+862161234567", ALL, "the same, with country code"),
        ("8008101234", ALL, "toll-free"),
        ("4008001234", PEOPLE, "shared cost"),
        ("16812345", NOBODY, "premium rate"),
        ("110", PEOPLE, "police"),
        ("119", PEOPLE, "fire brigade"),
        ("120", PEOPLE, "ambulance"),
        ("112", PEOPLE, "emergency everywhere"),
        ("+86110", NOBODY, "emergency behind the country code"),
        ("0086110", NOBODY, "the same, 00"),
        ("02110", NOBODY, "emergency behind something like an area code"),
        ("1103", NOBODY, "an extension that begins like an emergency number"),
        ("12306", NOBODY, "short: railway"),
        ("10086", NOBODY, "short: a carrier"),
        ("96110", NOBODY, "short that ends like an emergency number"),
        ("1004", NOBODY, "mistyped extension"),
        ("+19005551234", NOBODY, "premium rate in America"),
        ("0019005551234", NOBODY, "the same, 00"),
        ("+12025550142", NOBODY, "landline in America"),
        ("0012025550142", NOBODY, "the same, 00"),
        ("0090012345678", NOBODY, "nothing in Turkey"),
        ("+85221234567", NOBODY, "Hong Kong, another country to telephones"),
        ("+25221234567", NOBODY, "Somalia"),
        ("+23222123456", NOBODY, "Sierra Leone"),
        ("+37122345678", NOBODY, "Latvia"),
        ("+5355512345", NOBODY, "Cuba"),
        ("+881612345678", NOBODY, "satellite"),
        ("+8821612345678", NOBODY, "international networks"),
        ("+870773123456", NOBODY, "Inmarsat"),
        ("+979123456789", NOBODY, "international premium rate"),
        ("+80012345678", NOBODY, "international toll-free"),
        ("01181312345678", NOBODY, "America's prefix for other countries"),
        ("999999999999", NOBODY, "nonsense"),
        ("1800FLOWERS", NOBODY, "letters"),
        ("13800138000,,42", NOBODY, "with an extension"),
        ("+861380013800013800138000", NOBODY, "too long"),
        ("*21*13800138000#", NOBODY, "a star code"),
    ],
    "DE": [
        ("01711234567", ALL, "mobile"),
        ("+491711234567", ALL, "mobile, with country code"),
        ("00491711234567", ALL, "mobile, 00"),
        ("030123456", ALL, "landline"),
        ("+4930123456", ALL, "landline, with country code"),
        ("08001234567", ALL, "toll-free"),
        ("01805123456", PEOPLE, "shared cost"),
        ("+491805123456", PEOPLE, "the same, with country code"),
        ("09001234567", NOBODY, "premium rate"),
        ("+499001234567", NOBODY, "the same, with country code"),
        ("0137123456", NOBODY, "televoting"),
        ("0190123456", NOBODY, "premium rate of old"),
        ("0700123456", NOBODY, "personal number that nobody has"),
        ("110", PEOPLE, "police"),
        ("112", PEOPLE, "emergency"),
        ("0351110", PEOPLE, "police in Dresden"),
        ("+49351110", PEOPLE, "the same, with country code"),
        ("+49112", NOBODY, "emergency behind the country code"),
        ("0049110", NOBODY, "the same, 00"),
        ("1101", NOBODY, "an extension that begins like an emergency number"),
        ("115", NOBODY, "short: authorities"),
        ("116117", NOBODY, "short: doctor on call"),
        ("11833", NOBODY, "directory enquiries"),
        ("1004", NOBODY, "mistyped extension"),
        ("42", NOBODY, "mistyped extension"),
        ("+436641234567", NOBODY, "Austria"),
        ("00436641234567", NOBODY, "the same, 00"),
        ("+19005551234", NOBODY, "premium rate in America"),
        ("+18765551234", NOBODY, "Jamaica"),
        ("+442079460018", NOBODY, "London"),
        ("+447012345678", NOBODY, "British personal number"),
        ("+449098790000", NOBODY, "British premium rate"),
        ("+23222123456", NOBODY, "Sierra Leone"),
        ("+881612345678", NOBODY, "satellite"),
        ("00881612345678", NOBODY, "the same, 00"),
        ("+8821612345678", NOBODY, "international networks"),
        ("+870773123456", NOBODY, "Inmarsat"),
        ("+979123456789", NOBODY, "international premium rate"),
        ("0119001234567", NOBODY, "America's prefix for other countries"),
        ("1711234567x12", NOBODY, "with an extension"),
        ("DROPTABLE", NOBODY, "letters"),
        ("004917112345671234567890", NOBODY, "too long"),
    ],
    "US": [
        ("2025550142", ALL, "ten digits"),
        ("12025550142", ALL, "eleven digits"),
        ("+12025550142", ALL, "with country code"),
        ("8005551234", ALL, "toll-free"),
        ("5551234", PEOPLE, "without area code"),
        ("9005551234", NOBODY, "premium rate"),
        ("19005551234", NOBODY, "the same, with 1"),
        ("+19005551234", NOBODY, "the same, with +"),
        ("9765551234", NOBODY, "local premium rate of old"),
        ("911", PEOPLE, "emergency"),
        ("9110", NOBODY, "an extension that begins like it"),
        ("+1911", NOBODY, "behind the country code"),
        ("411", NOBODY, "short: directory"),
        ("611", NOBODY, "short: carrier"),
        ("1004", NOBODY, "mistyped extension"),
        ("18765551234", NOBODY, "Jamaica, dialled like an American number"),
        ("18095551234", NOBODY, "Dominican Republic"),
        ("+12845551234", NOBODY, "British Virgin Islands"),
        ("011442079460018", NOBODY, "London, 011"),
        ("01188161234567", NOBODY, "satellite, 011"),
        ("011979123456789", NOBODY, "international premium rate, 011"),
        ("0090012345678", NOBODY, "00 means nothing here"),
    ],
}


@pytest.mark.parametrize(
    ("country", "number", "expected"),
    [
        pytest.param(country, number, expected, id=f"{country} {number} ({what})")
        for country, rows in TABLE.items()
        for number, expected, what in rows
    ],
)
def test_fraud_table(tmp_path: Path, country: str, number: str, expected: str) -> None:
    assert Desk(tmp_path / "s", f"country: {country}\n").ways_in(number) == expected


def rules(text: str, country: str = "DE") -> str:
    return f"country: {country}\noutbound:\n  rules:\n" + "".join(
        f"    - {line}\n" for line in text.splitlines()
    )


@pytest.mark.parametrize(
    ("rule", "number", "expected"),
    [
        ("{action: allow, prefixes: ['+43']}", "00436641234567", ALL),
        ("{action: allow, prefixes: ['+43']}", "+41441234567", NOBODY),
        ("{action: allow, prefixes: ['+43']}", "0043900123456", NOBODY),
        ("{action: allow, prefixes: ['+43'], types: premium_rate}", "0043900123456", ALL),
        ("{action: allow, prefixes: ['0']}", "00436641234567", NOBODY),
        ("{action: allow, types: premium_rate}", "09001234567", ALL),
        ("{action: allow, types: premium_rate}", "+19005551234", NOBODY),
        ("{action: allow, types: short}", "116117", ALL),
        ("{action: allow, types: short}", "110", PEOPLE),
        ("{action: allow, prefixes: ['20'], types: unknown}", "2042", ALL),
        ("{action: allow, prefixes: ['20'], types: unknown}", "2142", NOBODY),
        ("{action: refuse, types: mobile}", "01711234567", NOBODY),
        ("{action: refuse, prefixes: ['+4930']}", "030123456", NOBODY),
        ("{action: refuse, ways: callback}", "030123456", "y-yy--"),
        ("{action: refuse, agents: 1001}", "030123456", "---yyy"),
        ("{action: refuse, agents: 1002}", "030123456", ALL),
        ("{action: refuse, trunks: carrier}", "030123456", NOBODY),
        ("{action: refuse, types: [fixed_line, short]}", "112", PEOPLE),
        ("{action: allow, prefixes: ['+43'], hours: '08:00-13:00'}", "+436641234567", ALL),
        ("{action: refuse, prefixes: ['+49'], hours: '08:00-11:00'}", "030123456", ALL),
        ("{action: refuse, prefixes: ['+4930']}\n{action: allow, prefixes: ['+49']}", "030123456", NOBODY),
        ("{action: allow, prefixes: ['+4930']}\n{action: refuse, prefixes: ['+49']}", "030123456", ALL),
    ],
)
def test_the_first_rule_that_fits_decides(tmp_path: Path, rule: str, number: str, expected: str) -> None:
    assert Desk(tmp_path / "s", rules(rule)).ways_in(number) == expected


def test_out_of_its_hours_a_number_is_refused_for_now_and_not_for_ever(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "s", rules("{action: allow, prefixes: ['+43'], hours: '08:00-11:00'}"))
    phones = CallbackPhones(desk.directory)
    assert not desk.goes_out("+436641234567", "callback", "")
    assert phones.may_ever_call("+436641234567")
    assert not phones.may_ever_call("+41441234567")


LIMITS = "country: DE\noutbound: {limits: {number: 2, agent: 3, day: 5}}\n"


def test_a_number_is_called_so_often_a_day_however_it_is_written(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "s", LIMITS)
    assert [desk.goes_out(number) for number in ("030123456", "+4930123456", "004930123456")] == [
        True,
        True,
        False,
    ]
    assert desk.goes_out("030123457", "callback", "")
    desk.now += DAY
    assert desk.goes_out("030123456")


def test_an_agent_and_a_day_have_limits_but_an_emergency_has_none(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "s", LIMITS)
    assert [desk.goes_out(f"03012345{digit}") for digit in range(4)] == [True, True, True, False]
    assert desk.reason("030123459") == "Too many calls by this agent today"
    assert [desk.goes_out(f"03012346{digit}", agent="1002") for digit in range(3)] == [True, True, False]
    assert desk.reason("030123470", "callback", "") == "Too many calls today"
    assert desk.goes_out("112")


def test_an_agents_own_mobile_rings_as_often_as_there_are_calls(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "s", "country: DE\noutbound: {limits: {number: 1, agent: 1, day: 0}}\n")
    assert all(desk.goes_out("01711234567", "mobile") for _ in range(5))
    assert desk.goes_out("030123456")


def test_a_mobile_that_may_not_be_dialled_is_no_place_to_ring(tmp_path: Path) -> None:
    agents = "agents: [{number: 1001, name: Anna, mobile: '+19005551234'}]\n"
    settings = "country: DE\ntrunks: [{name: carrier, host: sip.example.org}]\n"
    site = load_site(write_site(tmp_path / "s", settings, agents), {})
    journal = Journal(None)
    outside = OutsideCalls(site, journal, lambda: NOON)
    reach = Directory(site, lambda agent: (), lambda agent: True, outside).reach("1001")
    assert (reach.targets, reach.confirm) == ((), True)
    assert [type(event) for event in journal.recent] == [OutsideCallRefused]


def test_what_went_out_before_a_restart_counts(tmp_path: Path) -> None:
    before = Desk(tmp_path / "before", LIMITS)
    before.goes_out("030123456")
    before.now -= DAY
    yesterday = Desk(tmp_path / "yesterday", LIMITS)
    yesterday.now -= DAY
    yesterday.goes_out("030123456")
    after = Desk(tmp_path / "after", LIMITS)
    after.outside.restore([*before.journal.recent, *yesterday.journal.recent])
    assert [after.goes_out("+4930123456"), after.goes_out("+4930123456")] == [True, False]


def test_what_is_refused_is_written_down_counted_and_logged_without_the_number(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(tmp_path / "s", "country: CN\n")
    with caplog.at_level(logging.INFO):
        assert not desk.goes_out("+19005551234", "callback", "")
    (event,) = desk.journal.recent
    assert isinstance(event, OutsideCallRefused)
    assert (event.way, event.number, event.reason) == ("callback", "+19005551234", "premium_rate")
    assert desk.outside.refusals == {("callback", "premium_rate"): 1}
    assert "refused" in caplog.text
    assert "9005551234" not in caplog.text


def test_what_goes_out_is_written_down(tmp_path: Path) -> None:
    desk = Desk(tmp_path / "s", "country: CN\n")
    assert desk.goes_out("13800138000")
    (event,) = desk.journal.recent
    assert isinstance(event, OutsideCallAllowed)
    assert (event.way, event.agent, event.number, event.trunk) == (
        "phone",
        "1001",
        "+8613800138000",
        "carrier",
    )


@pytest.mark.parametrize("shown", ["'+4930123400'", "'004930123400'"])
def test_without_a_country_the_trunks_own_number_shows_it(
    tmp_path: Path, shown: str, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(tmp_path / "s", "", f", from_number: {shown}")
    assert desk.ways_in("030123456") == ALL
    assert desk.ways_in("+8613800138000") == NOBODY
    desk.outside.warn(desk.site)
    assert "only numbers of DE" in caplog.text


def test_without_anything_that_shows_a_country_nothing_goes_out_but_emergencies(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = Desk(tmp_path / "s", "")
    numbers = ("13800138000", "+8613800138000", "030123456", "+12025550142")
    assert [desk.ways_in(number) for number in numbers] == [NOBODY] * 4
    assert [desk.ways_in(number) for number in ("110", "112", "911")] == [PEOPLE] * 3
    desk.outside.warn(desk.site)
    assert "country:" in caplog.text


def test_with_a_country_nobody_is_warned(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk(tmp_path / "s", "country: CN\n")
    desk.outside.warn(desk.site)
    assert caplog.text == ""
