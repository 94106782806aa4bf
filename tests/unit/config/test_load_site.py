"""A right site is loaded whole, with defaults, short forms and overrides in it."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest
from pydantic import ValidationError

from config import HostPort, ListenAddress, Override, Settings, load_site
from tests.unit.config.site_files import write_site


def test_an_empty_hotline_yaml_means_all_defaults(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path / "site"), {})
    assert site.settings == Settings()
    assert site.root == (tmp_path / "site").resolve()


def test_agents_and_queues_may_be_absent(tmp_path: Path) -> None:
    (tmp_path / "hotline.yaml").write_text("name: bare\n")
    site = load_site(tmp_path, {})
    assert (site.agents, site.queues) == ((), ())


def test_a_listening_address_without_a_transport_opens_udp_and_tcp(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path / "s", "sip: {listen: ['127.0.0.1:5060', 'tcp:[::1]:5070']}\n"), {})
    assert site.settings.sip.listen == (
        ListenAddress("UDP", "127.0.0.1", 5060),
        ListenAddress("TCP", "127.0.0.1", 5060),
        ListenAddress("TCP", "::1", 5070),
    )
    assert [str(address) for address in site.settings.sip.listen][2] == "tcp:[::1]:5070"


def test_numbers_keep_their_leading_zeros_and_need_no_quotes(tmp_path: Path) -> None:
    root = write_site(
        tmp_path / "s", "numbers:\n  0049: {echo: true}\n  +49301: {hold: true}\n  '*80': {echo: yes}\n"
    )
    (root / "hotline.yaml").write_text(
        "numbers:\n  0049: {echo: true}\n  +49301: {hold: true}\n  '*80': {dial: 1001}\n"
    )
    numbers = load_site(root, {}).settings.numbers
    assert {number: target.kind for number, target in numbers.items()} == {
        "0049": "echo",
        "+49301": "hold",
        "*80": "dial",
    }


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("{echo: true}", "echo"),
        ("{hold: true}", "hold"),
        ("{play: welcome, repeat: true}", "play"),
        ("{record: }", "record"),
        ("{record: true}", "record"),
        ("{record: {max_seconds: 5}}", "record"),
        ("{dial: 1001, ring_timeout: 5}", "dial"),
        ("{dial: [1001, 'sip:x@example.org']}", "dial"),
    ],
)
def test_a_number_is_one_of_five_kinds(tmp_path: Path, text: str, kind: str) -> None:
    site = load_site(write_site(tmp_path / "s", f"numbers: {{4900: {text}}}\n"), {})
    assert site.settings.numbers["4900"].kind == kind


def test_a_phone_without_a_user_takes_its_agents_number(tmp_path: Path) -> None:
    agents = (
        "agents:\n- {number: 7, name: A, phones: [{password: 12345678}, {user: 7-b, password: abcdefgh}]}\n"
    )
    site = load_site(write_site(tmp_path / "s", agents=agents), {})
    assert [(phone.user, phone.password) for phone in site.agents[0].phones] == [
        ("7", "12345678"),
        ("7-b", "abcdefgh"),
    ]


def test_passwords_stay_out_of_what_is_printed(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path / "s"), {})
    assert "correct-horse" not in repr(site)
    text = "trunks: [{name: a, host: h, username: u, password: open-sesame}]\n"
    trunk = load_site(write_site(tmp_path / "t", text), {}).settings.trunks[0]
    assert (trunk.username, trunk.password) == ("u", "open-sesame")
    assert "open-sesame" not in repr(trunk)


def test_a_trunk_knows_its_networks_and_what_it_publishes(tmp_path: Path) -> None:
    text = """
        numbers: {4900: {echo: true}}
        trunks:
          - {name: carrier, addresses: 192.0.2.0/28, numbers: [4900], host: sip.example.org}
          - {name: friend, addresses: [198.51.100.7], numbers: '*'}
    """
    carrier, friend = load_site(write_site(tmp_path / "s", text), {}).settings.trunks
    assert carrier.addresses == (IPv4Network("192.0.2.0/28"),)
    assert carrier.host == HostPort("sip.example.org", 5060)
    assert carrier.numbers == ("4900",)
    assert friend.numbers == ("*",)
    assert not carrier.trust_identity


def test_settings_never_change_after_loading(tmp_path: Path) -> None:
    site = load_site(write_site(tmp_path / "s"), {})
    with pytest.raises(ValidationError):
        site.settings.sip.max_calls = 5  # type: ignore[misc]


def test_folders_are_inside_the_site_unless_absolute(tmp_path: Path) -> None:
    root = write_site(tmp_path / "s", "journal: {folder: /var/spool/calls}\n")
    site = load_site(root, {})
    assert site.journal_folder == Path("/var/spool/calls")
    assert site.recordings_folder == root.resolve() / "recordings"
    assert site.control_socket == root.resolve() / "run" / "control.sock"
    assert site.prompt("welcome") == root.resolve() / "prompts" / "welcome.wav"
    assert site.prompt("nothing") is None


def test_the_environment_overrides_the_file_and_the_command_line_both(tmp_path: Path) -> None:
    root = write_site(tmp_path / "s", "rtp: {first_port: 30000}\nsip:\nname: file\n")
    environ = {
        "HOTLINE_SIP__LISTEN": "[udp:127.0.0.1:5061, tcp:127.0.0.1:5062]",
        "HOTLINE_SIP__T1": "0.2",
        "HOTLINE_RTP__LAST_PORT": "30099",
        "HOTLINE_NUMBERS__4900__ECHO": "true",
        "HOTLINE_NAME": "environment",
        "HOTLINE_SITE": "/somewhere",
        "HOME": "/root",
    }
    settings = load_site(root, environ, [Override(("name",), "command line", "--name")]).settings
    assert settings.sip.listen[1] == ListenAddress("TCP", "127.0.0.1", 5062)
    assert settings.sip.t1 == 0.2
    assert (settings.rtp.first_port, settings.rtp.last_port) == (30000, 30099)
    assert settings.numbers["4900"].kind == "echo"
    assert settings.name == "command line"


def test_the_environment_reaches_into_lists(tmp_path: Path) -> None:
    root = write_site(tmp_path / "s", "trunks: [{name: a, host: one.example}]\n")
    site = load_site(root, {"HOTLINE_TRUNKS__0__HOST": "two.example:5080"})
    assert site.settings.trunks[0].host == HostPort("two.example", 5080)
