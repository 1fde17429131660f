"""What a browser sees of a page, for the checks that ask it.

    facts = Facts(url, client, browser=browser)     # browser: scanner.browser.Browser, or None where there is none
    facts.browsing.verdict("color-contrast")

The page is first asked for over plain HTTP, so a site that is down or gone costs no visit; what the browser shows is
then held against the same obstacles. Without a browser every fact here raises CannotLook (`not_available`).
All of it is asked for in the thread that the browser belongs to.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Set
from functools import partial
from typing import TYPE_CHECKING, Any

from scanner import preconditions
from scanner.axe_verdict import key_of
from scanner.outcome import PASSED
from scanner.page import Page
from scanner.page_identity import Identity, page_identity
from scanner.preconditions import CannotLook

if TYPE_CHECKING:
    from scanner.browser import Browser
    from scanner.outcome import Outcome
    from scanner.page_context import Facts
    from scanner.page_visit import Sight, Vitals
    from scanner.page_visit.axe import Verdict
    from scanner.page_visit.scripts import Script

FAR_LESS = 10  # a page with a tenth of its elements is not taken for the page
MOST_SECONDS_OF_LOADS = 60.0  # after which no further load is begun
SCRIPTS = "scripts"
RULE = "axe:"  # a check that needs "axe:label" asks axe-core for its rule "label"


class Browsing:
    """The facts of one page that only a browser has.

    `rules` are those that axe-core is asked for in one visit: all that were announced before the first answer was
    wanted. `earlier` is what the checks said before, by key. `keep_picture` keeps a picture and returns its
    SHA-256 (`scans.screenshots.keeper`); without it none is taken.
    """

    def __init__(self, facts: "Facts", browser: "Browser | None") -> None:
        self.browser = browser
        self.rules: set[str] = set()
        self.with_scripts = False
        self.earlier: dict[str, Outcome] = {}
        self.keep_picture: Callable[[bytes], str] | None = None
        self._facts = facts
        self._first: Browsing | None = None
        self._glances: list[Sight] = []
        self._identity: Identity | None = None
        self._loads: list[Sight] = []
        self._loads_began = 0.0

    def announce(self, needs: Set[str], earlier: Mapping[str, "Outcome"]) -> None:
        """Say what will be needed, so that one visit brings it all, and what was said before."""
        self.rules |= {need.removeprefix(RULE) for need in needs if need.startswith(RULE)}
        self.with_scripts |= SCRIPTS in needs
        self.earlier.update(earlier)

    def again(self, facts: "Facts") -> "Browsing":
        """Return the same for a further look at the page, of which no pictures are kept."""
        other = Browsing(facts, self.browser)
        other.earlier, other.with_scripts, other._first = self.earlier, self.with_scripts, self
        return other

    def doubtful(self) -> set[str]:
        """The rules that a further look is for: what the page breaks, and what did not pass before.

        On a large page axe-core takes seconds for all of them, and of the others nobody asks again.
        """
        if not self._glances:
            return self.rules
        broken = {rule for sight in self._glances for rule, said in sight.axe.items() if said.count}
        known = {rule: self.earlier.get(key_of(rule)) for rule in self.rules}
        return broken | {rule for rule, before in known.items() if before and before.status != PASSED}

    def verdict(self, rule: str) -> "Verdict":
        """What axe-core says of a rule on the rendered page."""
        self.rules.add(rule)
        for sight in self._glances:
            if rule in sight.axe:
                return sight.axe[rule]
        return self.glances(len(self._glances) + 1)[-1].axe[rule]

    def scripts(self) -> list["Script"]:
        """The scripts of the page, and what of them never ran while it loaded."""
        self.with_scripts = True
        for sight in self._glances:
            if sight.scripts is not None:
                return sight.scripts
        return self.glances(len(self._glances) + 1)[-1].scripts or []

    def glances(self, count: int = 1) -> list["Sight"]:
        """The first `count` visits at full speed."""
        while len(self._glances) < count:
            name = f"glance {len(self._glances)}"
            self._glances.append(self._facts.once(name, partial(self._visit, throttled=False)))
        return self._glances[:count]

    def loads(self, count: int) -> list["Vitals"]:
        """How the first `count` loads on a slow phone went, after one warm-up at full speed."""
        self.glances()
        while len(self._loads) < count:
            self._refuse_endless_loads()
            name = f"load {len(self._loads)}"
            self._loads.append(self._facts.once(name, partial(self._visit, throttled=True)))
        return [sight.vitals for sight in self._loads[:count] if sight.vitals]

    def _refuse_endless_loads(self) -> None:
        self._loads_began = self._loads_began or time.monotonic()
        if time.monotonic() - self._loads_began > MOST_SECONDS_OF_LOADS:
            raise CannotLook("timeout", "The page loads too slowly to be measured often enough.", final=True)

    def as_evidence(self, *, timed: bool) -> dict[str, Any]:
        """Return how it was looked: tools, profile, number of visits. Empty where no such visit succeeded."""
        sights = self._loads if timed else self._glances
        if not sights:
            return {}
        tools = {name: version for sight in sights for name, version in sight.tools.items()}
        return {
            "method": "browser",
            "tools": tools,
            "profile": sights[-1].profile,
            "visits": len(sights),
            "page_elements": sights[-1].elements,
            **sights[-1].network,
        }

    def pictures(self, needs: Iterable[str]) -> dict[str, str]:
        """Keep what a check of these needs may show and return `{of what: SHA-256}`."""
        wanted = {"screen", *(need.removeprefix(RULE) for need in needs)}
        taken = {
            name: picture for sight in reversed(self._glances) for name, picture in sight.pictures.items()
        }
        keep = self.keep_picture
        return {name: keep(taken[name]) for name in sorted(wanted & taken.keys())} if keep else {}

    def identity(self) -> Identity | None:
        """Who the rendered page is; None where no visit succeeded."""
        if self._glances and self._identity is None:  # every check's evidence asks; the page is read once
            self._identity = page_identity(Page(self._glances[0].response))
        return self._identity

    def _visit(self, *, throttled: bool) -> "Sight":
        browser = self.browser
        if browser is None:
            raise CannotLook("not_available", "No browser is installed here.")
        from scanner.page_visit import see  # Playwright is large, and who has no browser need not load it

        facts = self._facts
        facts.page  # noqa: B018 - the page answers as itself, or the reason why it does not
        facts.require_ownership()  # a browser runs the scripts of the page: of the project's own sites alone
        rules = set() if throttled else self.rules | (self._first.doubtful() if self._first else set())
        sight = facts.patiently(
            lambda: see(
                browser,
                facts.url,
                throttled=throttled,
                rules=rules,
                credentials=facts.client.credentials,
                pictures=bool(self.keep_picture) and not throttled,
                scripts=self.with_scripts and not throttled,
            ),
            lambda _: False,
        )
        self._refuse_obstacles(Page(sight.response))
        self._refuse_hardly_anything(sight)
        return sight

    def _refuse_hardly_anything(self, sight: "Sight") -> None:
        """A page whose scripts broke off, or whose data did not come, has no fault because it has nothing."""
        if sight.is_blank:
            raise CannotLook("target_missing", "The page shows nothing.")
        known = [one.evidence.get("page_elements") for one in self.earlier.values()]
        before = max((count for count in known if isinstance(count, int)), default=0)
        if sight.elements * FAR_LESS < before:
            said = f"The page holds {sight.elements} elements; it held {before} when it was found."
            raise CannotLook("target_missing", said)

    def _refuse_obstacles(self, rendered: Page) -> None:
        preconditions.refuse_offsite(self._facts.url, rendered)
        preconditions.refuse_bottomless(rendered)
        preconditions.refuse_challenge(rendered)
        preconditions.refuse_error_status(rendered)
        preconditions.refuse_logged_out(self._facts.url, rendered, self._facts.client.credentials)
        if self._facts.verifying:
            before = self._facts.before.as_rendered() if self._facts.before else None
            preconditions.refuse_login_wall(self._facts.url, rendered, before)
            preconditions.refuse_downgrade(self._facts.url, rendered, self._facts.before)
            preconditions.refuse_no_page(rendered, before)
            preconditions.refuse_another_page(rendered, before)
