"""Networks of a test's own: a public one, and a home behind a NAT box, in network namespaces of Linux.

    switch 203.0.113.1 ── street 203.0.113.30 (and .66)
           2001:db8::1    2001:db8::30
       │
    box 203.0.113.20, masquerading
       │
    home 192.168.7.2

What is started or opened inside a place lives there. Only root may make namespaces; without them everybody
is at addresses of the loopback interface, and there is no NAT (`is_real`).
"""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

INSTALL = "root, iproute2 and nftables: apt-get install iproute2 nftables"
_PLACES = ("switch", "street", "box", "home")
_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)


class Networks:
    """The places and the addresses there.

    Attributes:
        is_real: whether there are namespaces; without them the home is not behind a NAT.
        switch, street, stranger, box, home: IPv4 addresses; the stranger is in the street.
        switch6, street6: IPv6 addresses.
    """

    def __init__(self) -> None:
        self.switch, self.street, self.stranger = "203.0.113.1", "203.0.113.30", "203.0.113.66"
        self.box, self.home = "203.0.113.20", "192.168.7.2"
        self.switch6, self.street6 = "2001:db8::1", "2001:db8::30"
        self._prefix = f"hotline-{os.getpid()}-"
        self._ports = 20_000
        self.is_real = os.geteuid() == 0 and all(map(shutil.which, ("ip", "nft")))
        if self.is_real:
            try:
                self._make()
            except subprocess.CalledProcessError:
                self.close()
                self.is_real = False
        if not self.is_real:
            self.switch, self.street, self.stranger = "127.0.0.1", "127.0.0.30", "127.0.0.66"
            self.box = self.home = "127.0.0.2"
            self.switch6 = self.street6 = "::1"

    @contextmanager
    def inside(self, place: str) -> Iterator[None]:
        """Be in a place: this thread, and the processes, threads and sockets that it makes meanwhile."""
        if not self.is_real:
            yield
            return
        here = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        there = os.open(f"/run/netns/{self._prefix}{place}", os.O_RDONLY)
        try:
            _enter(there)
            yield
        finally:
            _enter(here)
            os.close(there)
            os.close(here)

    def remap(self) -> None:
        """The box forgets all its mappings, as after a restart, and gives out other ports from now on."""
        self._ports += 1_000
        # Masquerading forgets what went through an interface that goes down.
        self._run(f"ip -n {self._prefix}box link set wan down")
        self._masquerade()
        self._run(f"ip -n {self._prefix}box link set wan up")

    def close(self) -> None:
        """Take everything down; what still runs inside loses its network."""
        for place in _PLACES if self.is_real else ():
            subprocess.run(["ip", "netns", "del", self._prefix + place], check=False, capture_output=True)

    def _make(self) -> None:
        for place in _PLACES:
            self._run(f"ip netns add {self._prefix}{place}")
            self._run(f"ip -n {self._prefix}{place} link set lo up")
        self._run(f"ip -n {self._prefix}switch link add net type bridge")
        self._join("street", "wan", "switch", "street")
        self._join("box", "wan", "switch", "box")
        self._join("home", "lan", "box", "lan")
        for port in ("street", "box"):
            self._run(f"ip -n {self._prefix}switch link set {port} master net")
        self._give("switch", "net", f"{self.switch}/24", f"{self.switch6}/64")
        self._give("street", "wan", f"{self.street}/24", f"{self.stranger}/24", f"{self.street6}/64")
        self._give("box", "wan", f"{self.box}/24")
        self._give("box", "lan", "192.168.7.1/24")
        self._give("home", "lan", f"{self.home}/24")
        self._run(f"ip -n {self._prefix}home route add default via 192.168.7.1")
        with self.inside("box"):
            Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
        self._run(f"ip netns exec {self._prefix}box nft add table ip nat")
        self._run(
            f"ip netns exec {self._prefix}box nft add chain ip nat out"
            " { type nat hook postrouting priority srcnat ; }"
        )
        self._masquerade()

    def _join(self, one: str, name: str, other: str, other_name: str) -> None:
        one, other = self._prefix + one, self._prefix + other
        self._run(f"ip link add {name} netns {one} type veth peer name {other_name} netns {other}")
        self._run(f"ip -n {one} link set {name} up")
        self._run(f"ip -n {other} link set {other_name} up")

    def _give(self, place: str, link: str, *addresses: str) -> None:
        for address in addresses:
            nodad = " nodad" if ":" in address else ""
            self._run(f"ip -n {self._prefix}{place} addr add {address} dev {link}{nodad}")
        self._run(f"ip -n {self._prefix}{place} link set {link} up")

    def _masquerade(self) -> None:
        nft = f"ip netns exec {self._prefix}box nft"
        self._run(f"{nft} flush chain ip nat out")
        for protocol in ("udp", "tcp"):
            ports = f"{self._ports}-{self._ports + 999}"
            self._run(f"{nft} add rule ip nat out oifname wan meta l4proto {protocol} masquerade to :{ports}")

    def _run(self, command: str) -> None:
        subprocess.run(command.split(), check=True, capture_output=True)


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")
