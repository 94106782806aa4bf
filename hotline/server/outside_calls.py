"""The one door through which calls go outside: asks the permissions, counts, tells and writes down.

What may go out is decided by `permissions.py`; the way there is the directory's. What was let out today is
counted in memory and, at start, from the journal's events (`history.py`).
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from config import Site
from hotline.server.permissions import (
    Allowed,
    DayCounts,
    Permissions,
    Refused,
    Way,
    country_of,
    read_number,
)
from telephony.call.errors import NotPermitted
from telephony.call.events import OutsideCallAllowed, OutsideCallRefused
from telephony.call.leg_lifetime import Journal

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Asker:
    """Who wants a call to the outside.

    Args:
        way: how it comes about.
        agent: who dials or passes on, or whose mobile it is; "" for nobody.
        call: for which call, "" for none yet.
    """

    way: Way
    agent: str = ""
    call: str = ""


class OutsideCalls:
    """Lets the calls of one switch out, or does not.

    Args:
        site: its rules.
        journal: where both are written.
        clock: Unix time in seconds.
    """

    def __init__(self, site: Site, journal: Journal, clock: Callable[[], float]) -> None:
        self._journal = journal
        self._clock = clock
        self._counts = DayCounts(site.timezone)
        self.refusals: Counter[tuple[str, str]] = Counter()
        """Calls that were refused, by way and reason."""
        self.use(site)

    def use(self, site: Site) -> None:
        """Work by this version of the site from now on; what is counted stays."""
        self._counts.zone = site.timezone
        self._permissions = Permissions.of(site, self._counts)

    def warn(self, site: Site) -> None:
        """Say what the settings leave open, for who starts or reloads the site."""
        if site.settings.country or all(trunk.host is None for trunk in site.settings.trunks):
            return
        shown = country_of(site)
        if shown:
            log.warning(
                "hotline.yaml has no country: only numbers of %s are called, as the trunk's own shows", shown
            )
        else:
            log.warning(
                "hotline.yaml has no country, and no trunk a from_number that shows one: nothing is called "
                "outside; set country: to the two letters of the site's (docs/outbound-calls.md)"
            )

    def restore(self, events: Iterable[object]) -> None:
        """Count what went out today before this start.

        Args:
            events: of today, in any order; all but `OutsideCallAllowed` are skipped.
        """
        for event in events:
            if isinstance(event, OutsideCallAllowed):
                self._count(event)

    def midnight(self) -> float:
        """When today began, Unix time."""
        now = datetime.fromtimestamp(self._clock(), self._counts.zone)
        return now.replace(hour=0, minute=0, second=0, microsecond=0).timestamp()

    # --- asking -------------------------------------------------------------------------------------------

    def decide(self, asker: Asker, number: str) -> Allowed | Refused:
        """Whether a number may be dialled; nothing is counted or written down."""
        return self._permissions.decide(asker.agent, asker.way, number, self._clock())

    def refusal(self, asker: Asker, number: str) -> NotPermitted | None:
        """Why a number may not be dialled, None when it may; nothing is counted or written down."""
        decision = self.decide(asker, number)
        return _not_permitted(decision) if isinstance(decision, Refused) else None

    def let_out(self, asker: Asker, number: str) -> None:
        """Have a call go out that is dialled next, and count it.

        Raises:
            NotPermitted: it may not; that is written down.
        """
        decision = self.decide(asker, number)
        if isinstance(decision, Refused):
            self._refuse(asker, number, decision)
            raise _not_permitted(decision)
        permissions = self._permissions
        allowed = OutsideCallAllowed(
            self._clock(),
            call=asker.call,
            way=asker.way,
            agent=asker.agent,
            number=read_number(number, permissions.country).full,
            trunk=permissions.trunk,
        )
        self._count(allowed)
        self._journal.append(allowed)

    def _count(self, event: OutsideCallAllowed) -> None:
        self._counts.add(event.number, event.agent if event.way != "mobile" else "", event.at)

    def _refuse(self, asker: Asker, number: str, refused: Refused) -> None:
        self.refusals[asker.way, refused.reason] += 1
        log.warning("a call to the outside is refused", extra={"way": asker.way, "reason": refused.reason})
        log.debug("the number is %s", number)
        self._journal.append(
            OutsideCallRefused(
                self._clock(),
                call=asker.call,
                way=asker.way,
                agent=asker.agent,
                number=number,
                reason=refused.reason,
            )
        )


def _not_permitted(refused: Refused) -> NotPermitted:
    return NotPermitted(refused.status, refused.text, lasting=refused.lasting)
