"""The pages of a finding, and what was seen of them when it was found."""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urljoin

from findings.models import Finding
from krafter_audit.http.client import Client
from scanner import engine
from scanner.evidence import identity_before
from scanner.outcome import FAILED, Outcome
from scanner.page_context import PageContext
from scans import screenshots
from scans.sites import ownership

if TYPE_CHECKING:
    from scanner.browser.browser import Browser

PAGE_ASSETS = ("url", "page", "uri")


class Place:
    """One page of a finding: what is fetched of it is shared by all the checks of the verification."""

    def __init__(
        self,
        url: str,
        client: Client,
        finding: Finding,
        owned: ownership.Proved,
        browser: "Browser | None" = None,
    ) -> None:
        self.url = url
        self._owned = owned
        self._client = client
        self._finding = finding
        self._browser = browser

    @cached_property
    def _context(self) -> PageContext:
        earlier = {key: before(self._finding, self.url, key) for key in self._finding.check_keys}
        context = PageContext(
            self.url,
            self._client,
            before=identity_before(earlier),
            verifying=True,
            owned=self._owned,
            browser=self._browser,
        )
        context.rendered.save_screenshot = screenshots.keeper(self._finding.project_id)
        engine.plan_visit(context, earlier, earlier)
        return context

    def look(self, key: str, thresholds: Mapping[str, float]) -> Outcome:
        """Ask one check about this page."""
        seen = {key: before(self._finding, self.url, key)}
        found = engine.run_checks(self.url, [key], thresholds=thresholds, before=seen, context=self._context)
        return dict(found)[key]


def pages(finding: Finding) -> list[str]:
    """Return the addresses that the finding is about; the project's site where it names none."""
    site = finding.project.site_url
    named = [asset["value"] for asset in finding.affected_assets if asset.get("type") in PAGE_ASSETS]
    # What cannot be asked stays in the list: it must come out as inconclusive, not be passed over.
    return list(dict.fromkeys(_address(site, value) for value in named)) or [site]


def _address(site: str, value: str) -> str:
    try:
        return urljoin(site, value)
    except ValueError:
        return value


def before(finding: Finding, url: str, key: str) -> Outcome:
    """Return what was seen of a page when it was found; a bare failure where that was not kept."""
    kept = finding.evidence.get("pages")
    for page in kept if isinstance(kept, list) else []:
        if isinstance(page, dict) and page.get("url") == url and page.get("key", key) == key:
            return _outcome(page.get("outcome"))
    return Outcome(FAILED)


def _outcome(kept: Any) -> Outcome:
    # Evidence is free-form: a source of another kind may keep something else under the same name.
    try:
        return Outcome.from_json(kept)
    except (AttributeError, TypeError, ValueError):
        return Outcome(FAILED)
